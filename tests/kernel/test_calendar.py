"""A day's calls: reached, not reached, called back, wrong numbers, several tasks in one conversation."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import attrs
import pytest

from dcrc.errors import ConflictError, InputError, NotAllowed, NotFound
from dcrc.kernel.agenda import count_tasks, tasks
from dcrc.kernel.calendar import (
    Recorded,
    add_task,
    assign_task,
    get_task,
    record_attempt,
    record_conversation,
    snooze_task,
    snooze_tasks,
    withdraw_task,
)
from dcrc.kernel.contact import may_contact
from dcrc.kernel.conversations import against_his_wish
from dcrc.kernel.customers import (
    Customer,
    add_customer,
    edit_customer,
    find_customer,
    set_phone_state,
)
from dcrc.kernel.desk import Desk, open_desk
from dcrc.kernel.hooks import hookimpl
from dcrc.kernel.operations_log import operations_log
from dcrc.kernel.operators import Operator, add_operator
from dcrc.kernel.outbox import queued_messages
from dcrc.kernel.phones import Phone, PhoneState
from dcrc.kernel.planner import Dossier, Outcome, Planned, Planner, PlanningDay, Rule
from dcrc.kernel.planning import plan
from dcrc.kernel.tasks import Result, Task, TaskState, closed
from dcrc.kernel.undoing import undo
from dcrc.testing import ZONE, a_customer, a_vehicle, delivered, isolated_desk
from dcrc.wording import Wording

TODAY = date(2026, 11, 19)  # a Thursday
FORM = """
id = "care"
version = 1
title = { zh = "关怀", en = "Care" }
[[fields]]
name = "overall"
kind = "scale"
title = { zh = "总体", en = "Overall" }
required = true
options = [
  { key = "very", title = { zh = "非常满意", en = "very satisfied" }, score = 100 },
  { key = "bad", title = { zh = "不满意", en = "dissatisfied" }, score = 0 },
]
"""


@attrs.frozen
class CarePolicy:
    days: int = 3


class Care:
    """Two calls after a delivery; a dissatisfied answer goes to the sales supervisor."""

    def __init__(self, forms: Path) -> None:
        self.folder = forms
        self.heard: list[tuple[str, Any]] = []

    @staticmethod
    def wanted(dossier: Dossier, policy: CarePolicy, day: PlanningDay) -> Iterator[Outcome]:
        for event in dossier.events_of("delivered"):
            for rule, form in (("day3", "care"), ("data", "")):
                due = event.on + timedelta(days=policy.days)
                yield Planned(
                    rule, event.id, event.key, event.on, due, vehicle=event.vehicle, form=form
                )
        for answers in dossier.answers:
            if not answers.satisfied:
                due = answers.on + timedelta(days=2)
                yield Planned("angry", answers.id, "1", answers.on, due, role="sales_supervisor")

    @hookimpl
    def dcrc_policy_section(self) -> tuple[str, type]:
        return "care", CarePolicy

    @hookimpl
    def dcrc_planners(self) -> list[Planner]:
        names = ("day3", "data", "angry")
        rules = tuple(Rule(name, Wording(name, name)) for name in names)
        return [Planner("care", "care", lambda _: rules, self.wanted)]

    @hookimpl
    def dcrc_form_folders(self) -> list[Path]:
        return [self.folder]

    @hookimpl
    def dcrc_attempted(self, task: Task, attempt: Any) -> None:
        self.heard.append(("attempted", attempt.result))

    @hookimpl
    def dcrc_task_closed(self, task: Task, answers: Any) -> None:
        self.heard.append((task.state.value, answers.values if answers else None))


@pytest.fixture
def care(tmp_path: Path) -> Care:
    (tmp_path / "forms").mkdir()
    (tmp_path / "forms" / "care.toml").write_text(FORM, "utf-8")
    return Care(tmp_path / "forms")


@pytest.fixture
def desk(tmp_path: Path, care: Care) -> Iterator[Desk]:
    policy = "[contact_data]\nconfirm_owners = false\n[conversations]\nrest_days = 0\n"
    opened = isolated_desk(tmp_path, plugins=[care], today=TODAY, policy=policy)
    yield opened
    opened.close()


@pytest.fixture
def owner(desk: Desk) -> Customer:
    customer = a_customer(desk, "王小明", sex="male")
    delivered(desk, a_vehicle(desk, customer, model="CS75"), TODAY)
    plan(desk)
    return customer


def task_of(desk: Desk, rule: str) -> Task:
    (found,) = tasks(desk, rule=rule)
    return found


def clock(desk: Desk, day: date, hour: int, minute: int = 0) -> None:
    desk.clock.set(day, time(hour, minute))  # type: ignore[attr-defined]


def local(instant: datetime | None) -> str:
    assert instant is not None
    return f"{instant.astimezone(ZONE):%m-%d %H:%M}"


def not_answered(desk: Desk, day: date, hour: int) -> Recorded:
    clock(desk, day, hour)
    return record_attempt(desk, task_of(desk, "care.day3").id, Result.NO_ANSWER)


def test_unreachable_in_three_slots_ends_in_a_message_and_a_failed_task(
    desk: Desk, owner: Customer
) -> None:
    assert local(not_answered(desk, TODAY, 10).next_at) == "11-19 14:00"
    assert local(not_answered(desk, TODAY, 15).next_at) == "11-19 17:30"
    last = not_answered(desk, TODAY, 18)
    assert (last.task.state, last.task.reason_params) == (TaskState.FAILED, {"tries": 3})
    (message,) = queued_messages(desk)
    assert message.text == last.message
    assert message.text.startswith("王小明先生您好")
    assert (message.to, message.task) == (owner.phones[0].number, last.task.id)
    assert message.not_before is None


def test_a_message_waits_for_the_end_of_quiet_hours(desk: Desk, owner: Customer) -> None:
    for hour in (10, 15):
        not_answered(desk, TODAY, hour)
    clock(desk, TODAY, 19, 59)
    record_attempt(desk, task_of(desk, "care.day3").id, Result.SWITCHED_OFF)
    late = tasks(desk, rule="care.data")[0]
    for hour in (10, 15):
        clock(desk, date(2026, 11, 20), hour)
        record_attempt(desk, late.id, Result.BUSY)
    clock(desk, date(2026, 11, 23), 20, 30)
    refused = may_contact(desk, owner, desk.now())
    assert refused is not None
    assert local(refused.until) == "11-24 09:00"


def test_the_same_text_waits_once_though_two_tasks_failed(desk: Desk, owner: Customer) -> None:
    ids = [task_of(desk, rule).id for rule in ("care.day3", "care.data")]
    for hour in (10, 15, 18):
        clock(desk, TODAY, hour)
        recorded = record_conversation(desk, owner.id, Result.NO_ANSWER, dict.fromkeys(ids))
    assert [each.task.state for each in recorded] == [TaskState.FAILED] * 2
    assert len(queued_messages(desk)) == 1


def test_nobody_is_written_to_who_does_not_want_it(tmp_path: Path, desk: Desk) -> None:
    shy = a_customer(desk, "李静")
    task = add_task(desk, shy, "回电", TODAY)
    for hour in (10, 15):
        clock(desk, TODAY, hour)
        record_attempt(desk, task.id, Result.NO_ANSWER)
    shy = edit_customer(desk, shy, attrs.evolve(shy, do_not_contact=True)).customer
    clock(desk, TODAY, 18)
    recorded = record_attempt(desk, task.id, Result.NO_ANSWER, channel="visit")
    assert recorded.task.state is TaskState.FAILED
    assert queued_messages(desk) == []
    assert may_contact(desk, shy, desk.now()) is not None


def test_reached_needs_the_answers_of_the_form(desk: Desk, owner: Customer, care: Care) -> None:
    task = task_of(desk, "care.day3")
    with pytest.raises(InputError) as error:
        record_attempt(desk, task.id, Result.REACHED)
    assert error.value.params["fields"] == ("overall",)
    assert get_task(desk, task.id).open
    assert desk.attempts.count() == 0
    recorded = record_attempt(desk, task.id, Result.REACHED, answers={"overall": "1"})
    assert (recorded.task.state, recorded.task.closed_by) == (TaskState.DONE, "王敏")
    assert find_customer(desk, owner.id).phones[0].state is PhoneState.VALID
    assert care.heard == [("attempted", Result.REACHED), ("done", {"overall": "very"})]
    with pytest.raises(ConflictError, match="closed already"):
        record_attempt(desk, task.id, Result.REACHED, answers={"overall": "1"})


def test_one_conversation_closes_several_tasks_and_is_undone_as_one(
    desk: Desk, owner: Customer
) -> None:
    day3, data = task_of(desk, "care.day3"), task_of(desk, "care.data")
    recorded = record_conversation(
        desk, owner.id, Result.REACHED, {day3.id: {"overall": "bad"}, data.id[:8]: None}
    )
    assert {each.task.state for each in recorded} == {TaskState.DONE}
    (angry,) = recorded[0].follow_ups
    assert (angry.rule, angry.role, angry.due) == (
        "care.angry",
        "sales_supervisor",
        TODAY + timedelta(days=2),
    )
    undo(desk)
    assert {task.rule for task in tasks(desk, state="open")} == {"care.day3", "care.data"}
    assert desk.attempts.count() == desk.answers.count() == 0


def test_the_time_a_customer_asks_for_counts(desk: Desk, owner: Customer) -> None:
    task = task_of(desk, "care.day3")
    with pytest.raises(InputError):
        record_attempt(desk, task.id, Result.CALL_BACK)
    with pytest.raises(InputError, match="over already"):
        record_attempt(desk, task.id, Result.CALL_BACK, call_back=desk.now())
    agreed = datetime(2026, 11, 21, 12, 30, tzinfo=ZONE)  # a Saturday, at noon: he said so
    recorded = record_attempt(desk, task.id, Result.CALL_BACK, call_back=agreed)
    assert recorded.next_at == agreed
    assert recorded.task.tries == 0
    plan(desk)
    assert get_task(desk, task.id).next_at == agreed


def test_refused_closes_with_that_reason(desk: Desk, owner: Customer) -> None:
    recorded = record_attempt(desk, task_of(desk, "care.day3").id, Result.REFUSED, note="忙")
    assert (recorded.task.state, recorded.task.reason) == (TaskState.FAILED, "the customer refused")
    assert recorded.message == ""


@pytest.mark.parametrize(
    ("result", "state"),
    [
        (Result.WRONG_NUMBER, PhoneState.WRONG),
        (Result.EMPTY_NUMBER, PhoneState.EMPTY),
        (Result.NOT_THE_OWNER, PhoneState.WRONG),
    ],
)
def test_a_bad_number_goes_back_and_the_call_is_made_once_corrected(
    desk: Desk, owner: Customer, result: Result, state: PhoneState
) -> None:
    recorded = record_attempt(desk, task_of(desk, "care.day3").id, result)
    assert recorded.task.open
    assert recorded.task.tries == 0
    (correction,) = recorded.follow_ups
    assert (correction.rule, correction.role) == ("contact_data.correct_phone", "clerk")
    assert find_customer(desk, owner.id).phones[0].state is state
    set_phone_state(desk, owner.id, owner.phones[0].number, PhoneState.UNKNOWN)
    plan(desk)
    done = get_task(desk, correction.id)
    assert (done.state, done.reason) == (
        TaskState.DONE,
        "the numbers are right again",
    )


def test_a_bad_number_of_two_leaves_the_other_to_call(desk: Desk) -> None:
    numbers = (Phone("+8613800007001"), Phone("+8613800007002"))
    customer = desk_customer(desk, numbers)
    task = add_task(desk, customer, "回电", TODAY)
    record_attempt(desk, task.id, Result.WRONG_NUMBER, number="138 0000 7001")
    assert may_contact(desk, find_customer(desk, customer.id), desk.now()) is None
    (attempt,) = desk.attempts.all()
    assert attempt["number"] == "+8613800007001"


def desk_customer(desk: Desk, phones: tuple[Phone, ...]) -> Customer:
    return add_customer(desk, Customer("", "赵强", phones=phones, entered_by="sales"))


def test_the_department_that_entered_the_number_corrects_it(desk: Desk) -> None:
    customer = desk_customer(desk, (Phone("+8613800007003"),))
    task = add_task(desk, customer, "回电", TODAY)
    (correction,) = record_attempt(desk, task.id, Result.EMPTY_NUMBER).follow_ups
    assert correction.role == "sales_consultant"


def test_put_off_by_hand_stays_where_it_was_put(desk: Desk, owner: Customer) -> None:
    task = task_of(desk, "care.day3")
    monday = date(2026, 11, 30)
    moved = snooze_task(desk, task.id, monday)
    assert (moved.due, local(moved.next_at)) == (monday, "11-30 09:00")
    plan(desk)
    assert get_task(desk, task.id) == moved
    with pytest.raises(InputError):
        snooze_task(desk, task.id, TODAY)


def test_tasks_are_put_off_together_or_not_at_all(desk: Desk, owner: Customer) -> None:
    tomorrow = TODAY + timedelta(days=1)
    both = [task_of(desk, "care.day3"), add_task(desk, owner, "回电", TODAY)]
    moved = snooze_tasks(desk, [task.id for task in both], tomorrow)
    assert [(task.id, task.due) for task in moved] == [
        (task.id, max(task.due, tomorrow)) for task in both
    ]
    assert operations_log(desk)[0].title == "批量推迟任务"
    undo(desk)
    assert [get_task(desk, task.id) for task in both] == both
    withdraw_task(desk, both[1].id, "不用了")
    with pytest.raises(ConflictError):
        snooze_tasks(desk, [task.id for task in both], tomorrow)
    assert get_task(desk, both[0].id) == both[0]


@pytest.mark.parametrize(
    ("result", "agreed", "unwanted"),
    [
        (Result.REACHED, False, True),
        (Result.REFUSED, False, False),
        (Result.REACHED, True, False),
    ],
)
def test_what_is_against_a_customer_s_wish(result: Result, agreed: bool, unwanted: bool) -> None:
    by_hand = ("next_at",) if agreed else ()
    call = Task("1", "care.day3", "c", "c", "1", TODAY, TODAY, by_hand=by_hand)
    at_the_desk = attrs.evolve(call, channel="desk", by_hand=())
    quiet = Customer("c", "王小明", do_not_contact=True)
    assert against_his_wish(quiet, result, [call, at_the_desk]) == unwanted
    assert not against_his_wish(quiet, result, [at_the_desk])
    assert not against_his_wish(Customer("c", "王小明"), result, [call])


def test_tasks_are_assigned_to_people_who_work_here(
    tmp_path: Path, desk: Desk, owner: Customer, care: Care
) -> None:
    task = task_of(desk, "care.day3")
    add_operator(desk, "周岚", "caller")
    with pytest.raises(InputError, match="does not work here"):
        assign_task(desk, task.id, "nobody")
    caller = open_desk(desk.db.path, operator="周岚", clock=desk.clock, plugins=[care])
    assert assign_task(caller, task.id, "周岚").owner == "周岚"
    with pytest.raises(NotAllowed):
        assign_task(caller, task.id, "王敏")
    with pytest.raises(NotAllowed):
        withdraw_task(caller, task.id, "不用了")
    caller.close()
    plan(desk)
    assert get_task(desk, task.id).owner == "周岚"


def test_what_was_agreed_is_over_with_a_task_unless_planning_may_bring_it_back(
    desk: Desk, owner: Customer
) -> None:
    put_off = snooze_task(desk, tasks(desk)[0].id, TODAY + timedelta(days=3))
    assert put_off.next_at is not None
    by_planning = closed(put_off, TaskState.WITHDRAWN, None, TODAY, reason="gone")
    assert by_planning.next_at == put_off.next_at
    assert withdraw_task(desk, put_off.id, "车已退").next_at is None


def test_withdrawn_by_hand_is_not_planned_again(desk: Desk, owner: Customer) -> None:
    task = task_of(desk, "care.day3")
    with pytest.raises(InputError):
        withdraw_task(desk, task.id, " ")
    assert withdraw_task(desk, task.id, "车已退").state is TaskState.WITHDRAWN
    plan(desk)
    assert get_task(desk, task.id).state is TaskState.WITHDRAWN


def test_a_task_is_found_by_the_beginning_of_its_id(desk: Desk, owner: Customer) -> None:
    task = task_of(desk, "care.day3")
    assert get_task(desk, task.id[:6].upper()) == task
    for ref in ("", "zzzzzz", "九"):
        with pytest.raises(NotFound):
            get_task(desk, ref)


def test_answers_without_a_conversation_are_refused(desk: Desk, owner: Customer) -> None:
    task = task_of(desk, "care.day3")
    with pytest.raises(InputError, match="nobody was reached"):
        record_attempt(desk, task.id, Result.NO_ANSWER, answers={"overall": "1"})
    with pytest.raises(InputError, match="no form"):
        record_attempt(desk, task_of(desk, "care.data").id, Result.REACHED, answers={"x": 1})


@pytest.mark.parametrize("result", [Result.NO_ANSWER, Result.WRONG_NUMBER, Result.BUSY])
def test_nobody_is_called_for_desk_work(desk: Desk, owner: Customer, result: Result) -> None:
    task = add_task(desk, owner, "核对合同", TODAY, channel="check")
    with pytest.raises(InputError, match="desk work"):
        record_attempt(desk, task.id, result)
    assert (get_task(desk, task.id), desk.attempts.count()) == (task, 0)


def test_desk_work_says_nothing_of_a_number_and_sends_nothing(desk: Desk, owner: Customer) -> None:
    first = add_task(desk, owner, "核对合同", TODAY, channel="desk")
    done = record_attempt(desk, first.id, Result.REACHED, number=owner.phones[0].number)
    assert (done.task.state, done.attempt.number, done.attempt.channel) == (
        TaskState.DONE,
        "",
        "desk",
    )
    declined = record_attempt(
        desk, add_task(desk, owner, "补资料", TODAY, channel="check").id, Result.REFUSED
    )
    assert (declined.task.reason, declined.message) == ("it was declined", "")
    assert find_customer(desk, owner.id).phones == owner.phones
    assert queued_messages(desk) == []


def test_a_call_settles_desk_work_along_with_it(desk: Desk, owner: Customer) -> None:
    call, work = task_of(desk, "care.data"), add_task(desk, owner, "补号码", TODAY, channel="desk")
    record_conversation(desk, owner.id, Result.REACHED, {work.id: None, call.id: None})
    assert {attempt["number"] for attempt in desk.attempts.all() if attempt["task"] == call.id} == {
        owner.phones[0].number
    }
    assert not get_task(desk, work.id).open
    assert find_customer(desk, owner.id).phones[0].state is PhoneState.VALID


def test_who_must_not_be_contacted_is_not_called_but_may_call(desk: Desk) -> None:
    shy = a_customer(desk, "李静", do_not_contact=True)
    one, two, three = (add_task(desk, shy, title, TODAY) for title in ("回访", "回电", "续保"))
    for result in (Result.NO_ANSWER, Result.REACHED):
        with pytest.raises(InputError, match="incoming"):
            record_attempt(desk, one.id, result)
    assert desk.attempts.count() == 0
    assert record_attempt(desk, one.id, Result.REACHED, channel="incoming").task.closed_by
    assert record_attempt(desk, two.id, Result.REFUSED).task.state is TaskState.FAILED
    later = desk.now() + timedelta(hours=5)
    record_attempt(desk, three.id, Result.CALL_BACK, call_back=later, channel="incoming")
    clock(desk, TODAY, 15)
    assert not record_attempt(desk, three.id, Result.REACHED).task.open  # he asked for this call


def test_a_call_in_quiet_hours_counts_with_a_remark(desk: Desk, owner: Customer) -> None:
    clock(desk, TODAY, 12, 30)
    (remark,) = record_attempt(desk, task_of(desk, "care.day3").id, Result.NO_ANSWER).remarks
    assert remark.params == {"until": "14:00"}
    asked = datetime(2026, 11, 20, 12, 30, tzinfo=ZONE)
    task = task_of(desk, "care.data")
    record_attempt(desk, task.id, Result.CALL_BACK, call_back=asked, channel="incoming")
    clock(desk, date(2026, 11, 20), 12, 30)
    assert record_attempt(desk, task.id, Result.REACHED).remarks == ()


def test_a_task_is_given_to_people_and_roles_that_there_are(
    desk: Desk, owner: Customer, care: Care
) -> None:
    with pytest.raises(InputError, match="does not work here"):
        add_task(desk, owner, "回电", TODAY, owner="没有此人")
    with pytest.raises(InputError, match="no role"):
        add_task(desk, owner, "回电", TODAY, role="nonsense")
    add_operator(desk, "周岚", "caller")
    caller = open_desk(desk.db.path, operator="周岚", clock=desk.clock, plugins=[care])
    with pytest.raises(NotAllowed):
        add_task(caller, owner, "回电", TODAY, owner="王敏")
    assert add_task(caller, owner, "回电", TODAY, owner="周岚").owner == "周岚"
    assert add_task(caller, owner, "来店", TODAY, role="sales_consultant").open
    assert add_task(desk, owner, "回电", TODAY, owner="周岚").owner == "周岚"
    caller.close()


def test_counts_and_messages_are_for_those_who_may_see_customers(desk: Desk) -> None:
    desk.operator = Operator("", "谁", "nobody")
    for look in (count_tasks, queued_messages):
        with pytest.raises(NotAllowed):
            look(desk)
