"""The day's list: one row per customer, most urgent first, counted once and for the right person."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import attrs
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dcrc.errors import InputError
from dcrc.kernel import agenda as agenda_module
from dcrc.kernel.agenda import Agenda, agenda, count_tasks, day_counts, next_customer, tasks
from dcrc.kernel.calendar import add_task, assign_task, record_attempt, snooze_task
from dcrc.kernel.cases import tasks_owed
from dcrc.kernel.customers import Customer, archive_customer, edit_customer, set_phone_state
from dcrc.kernel.desk import Desk, open_desk
from dcrc.kernel.merges import merge_customers
from dcrc.kernel.operators import add_operator, deactivate_operator
from dcrc.kernel.phones import PhoneState
from dcrc.kernel.planning import plan
from dcrc.kernel.tasks import Result, TaskState
from dcrc.kernel.undoing import undo
from dcrc.testing import ZONE, a_customer, a_vehicle, delivered, isolated_desk

TODAY = date(2026, 11, 20)
DAY = timedelta(days=1)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    opened = isolated_desk(tmp_path, today=TODAY)
    yield opened
    opened.close()


def names(found: Agenda) -> list[str]:
    return [sheet.customer.name for sheet in found.sheets]


def call(desk: Desk, name: str, due: int, *, priority: int = 0, role: str = "") -> Customer:
    """A customer with a call whose last day is so many days from today."""
    customer = a_customer(desk, name)
    opens = TODAY + min(due, 0) * DAY
    add_task(desk, customer, "回访", TODAY + due * DAY, opens=opens, priority=priority, role=role)
    return customer


def test_most_urgent_first_with_the_reason(desk: Desk) -> None:
    call(desk, "今天", 0)
    call(desk, "逾期", -3)
    call(desk, "要紧", 0, priority=5)
    call(desk, "后天", 2)
    found = agenda(desk)
    assert names(found) == ["逾期", "要紧", "今天", "后天"]
    assert [sheet.why for sheet in found.sheets] == [
        "逾期 3 天",
        "今天到期",
        "今天到期",
        "2 天内到期",
    ]
    assert (found.total_sheets, found.total_tasks) == (4, 4)
    (count,) = found.counts
    assert (count.due, count.overdue, count.done) == (3, 1, 0)


def test_what_has_not_come_is_not_listed(desk: Desk) -> None:
    customer = a_customer(desk, "王小明")
    add_task(desk, customer, "回访", TODAY + 9 * DAY, opens=TODAY + 5 * DAY)
    assert agenda(desk).counts == ()
    assert day_counts(desk, TODAY, TODAY + 30 * DAY) == {TODAY + 9 * DAY: 1}


def test_one_customer_is_one_row_with_all_that_is_due(desk: Desk) -> None:
    customer = call(desk, "王小明", 1)
    add_task(desk, customer, "核对资料", TODAY - DAY)
    found = agenda(desk)
    (sheet,) = found.sheets
    assert [task.title for task in sheet.tasks] == ["核对资料", "回访"]
    assert (sheet.overdue_days, found.total_sheets, found.total_tasks) == (1, 1, 2)


def test_everybody_sees_his_own_work_and_what_nobody_has(desk: Desk) -> None:
    mine = call(desk, "张强", 0)
    call(desk, "销售", 0, role="sales_consultant")
    call(desk, "大家", 0)
    add_operator(desk, "周岚", "caller")
    caller = open_desk(desk.db.path, operator="周岚", clock=desk.clock, plugins=[])
    assign_task(desk, tasks(desk, customer=mine.id)[0].id, "王敏")
    assert names(agenda(caller)) == ["大家"]
    assert sorted(names(agenda(desk))) == ["大家", "张强"]
    everybody = agenda(caller, mine=False)
    assert (everybody.total_sheets, everybody.total_tasks) == (3, 3)
    caller.close()


def test_customers_whom_nobody_can_or_may_call_are_left_out(desk: Desk) -> None:
    shy = a_customer(desk, "李静", do_not_contact=True)
    task = add_task(desk, shy, "回访", TODAY)
    unreachable = call(desk, "失联", 0)
    plan(desk)
    record_attempt(desk, tasks(desk, customer=unreachable.id)[0].id, Result.EMPTY_NUMBER)
    call(desk, "可以", 0)
    plan(desk)
    found = agenda(desk)
    assert task.open
    # the correction of the number is work, though the call is not
    assert sorted(names(found)) == ["可以", "失联"]
    assert [each.rule for s in found.sheets if s.customer.name == "失联" for each in s.tasks] == [
        "contact_data.correct_phone"
    ]
    assert (found.blocked, found.total_tasks, found.total_sheets) == (2, 2, 2)


def test_a_try_waits_for_its_slot_and_an_agreed_time_comes_first(desk: Desk) -> None:
    waits, asked = call(desk, "等待", 0), call(desk, "约好", 5)
    call(desk, "逾期", -9)
    record_attempt(desk, tasks(desk, customer=waits.id)[0].id, Result.NO_ANSWER)
    record_attempt(
        desk,
        tasks(desk, customer=asked.id)[0].id,
        Result.CALL_BACK,
        call_back=datetime(2026, 11, 20, 15, 30, tzinfo=ZONE),
    )
    before = agenda(desk)
    assert (names(before), before.waiting) == (["逾期"], 2)
    desk.clock.set(TODAY, time(15, 30))  # type: ignore[attr-defined]
    after = agenda(desk)
    assert names(after) == ["约好", "逾期", "等待"]
    assert after.sheets[0].why == "约定 15:30 回拨"
    assert after.waiting == 0


def test_an_agreed_time_that_was_missed_says_its_day(desk: Desk) -> None:
    asked = call(desk, "约好", 5)
    record_attempt(
        desk,
        tasks(desk, customer=asked.id)[0].id,
        Result.CALL_BACK,
        call_back=datetime(2026, 11, 20, 11, 20, tzinfo=ZONE),
    )
    said = []
    for later in (0, 1, 3, 60):
        desk.clock.set(TODAY + later * DAY, time(15, 30))  # type: ignore[attr-defined]
        said.append(agenda(desk).sheets[0].why)
    assert said == [
        "约定 11:20 回拨",
        "昨天 11:20 约定已过",
        "11-20 11:20 约定已过",
        "2026-11-20 11:20 约定已过",
    ]


def test_a_slot_shows_whom_to_try_in_it(desk: Desk) -> None:
    waits = call(desk, "下午再试", 0)
    evening = a_customer(desk, "喜欢傍晚", preferred_time="evening")
    add_task(desk, evening, "回访", TODAY)
    call(desk, "随时", 0)
    plan(desk)
    record_attempt(desk, tasks(desk, customer=waits.id)[0].id, Result.NO_ANSWER)
    assert sorted(names(agenda(desk, slot="afternoon"))) == ["下午再试", "随时"]
    evening_list = agenda(desk, slot="evening")
    assert sorted(names(evening_list)) == ["喜欢傍晚", "随时"]
    assert evening_list.total_sheets == 2


def test_filters_and_pages(desk: Desk) -> None:
    for number in range(25):
        call(desk, f"客户{number:02d}", -number)
    first = agenda(desk, limit=10)
    third = agenda(desk, limit=10, offset=20)
    assert names(first)[0] == "客户24"
    assert names(third) == ["客户04", "客户03", "客户02", "客户01", "客户00"]
    assert third.total_sheets == 25
    late = agenda(desk, overdue=True, rule="by_hand")
    assert (late.total_sheets, late.total_tasks) == (24, 24)
    assert agenda(desk, rule="care.other").sheets == ()
    passed = [sheet.customer.id for sheet in first.sheets]
    assert next_customer(desk, passed=passed) == agenda(desk, offset=10).sheets[0].customer.id


def test_done_today_is_counted_for_the_one_who_did_it(desk: Desk) -> None:
    customer = call(desk, "王小明", 0)
    record_attempt(desk, tasks(desk, customer=customer.id)[0].id, Result.REACHED)
    (count,) = agenda(desk).counts
    assert (count.due, count.done) == (0, 1)


def test_put_off_tasks_come_back_on_their_day(desk: Desk) -> None:
    customer = call(desk, "王小明", 0)
    snooze_task(desk, tasks(desk, customer=customer.id)[0].id, TODAY + 4 * DAY)
    assert names(agenda(desk)) == []
    desk.clock.set(TODAY + 4 * DAY)  # type: ignore[attr-defined]
    assert names(agenda(desk)) == ["王小明"]


def test_tasks_by_day_state_rule_and_owner(desk: Desk) -> None:
    for number in range(4):
        call(desk, f"客户{number}", number)
    due = TODAY + DAY
    assert [task.due for task in tasks(desk, due=due)] == [TODAY, due]
    assert count_tasks(desk, due=due, state="open", rule="by_hand", owner="") == 2
    assert tasks(desk, state=TaskState.DONE) == []


jobs = st.lists(
    st.tuples(
        st.integers(0, 5),  # customer
        st.integers(-4, 4),  # last day
        st.integers(0, 3),  # opens so many days before
        st.sampled_from(["caller", "clerk", "sales_consultant"]),
        st.sampled_from(["", "王敏", "周岚", "走了的"]),
        st.sampled_from(["call", "desk"]),
        st.sampled_from(["", "tried", "called back", "put off"]),
    ),
    max_size=12,
)


@pytest.mark.repeats
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(jobs, st.booleans(), st.booleans(), st.sampled_from([10, 15, 18]))
def test_the_list_agrees_with_a_plain_recount(
    tmp_path_factory: pytest.TempPathFactory,
    jobs: list[tuple[int, int, int, str, str, str, str]],
    mine: bool,
    overdue: bool,
    hour: int,
) -> None:
    desk = isolated_desk(tmp_path_factory.mktemp("desk"), today=TODAY)
    for name in ("周岚", "走了的"):
        add_operator(desk, name, "caller")
    people = [
        a_customer(desk, f"客户{n}", **({"do_not_contact": True} if n == 5 else {}))
        for n in range(6)
    ]
    for who, last, before, role, owner, channel, what in jobs:
        due = TODAY + last * DAY
        task = add_task(
            desk,
            people[who],
            "回访",
            due,
            opens=due - before * DAY,
            role=role,
            owner=owner,
            channel=channel,
        )
        if what == "tried" and channel == "call" and who != 5:
            record_attempt(desk, task.id, Result.NO_ANSWER)
        elif what == "called back":
            at = datetime(2026, 11, 20, 12, tzinfo=ZONE)
            record_attempt(desk, task.id, Result.CALL_BACK, call_back=at, channel="incoming")
        elif what == "put off":
            snooze_task(desk, task.id, TODAY + DAY)
    deactivate_operator(desk, "走了的")
    plan(desk)
    desk.clock.set(TODAY, time(hour))  # type: ignore[attr-defined]
    now = desk.now()
    expected = [
        task
        for task in tasks(desk, state="open", limit=0)
        if task.opens <= TODAY
        and (task.next_at is None or task.next_at <= now)
        and (task.channel == "desk" or task.customer != people[5].id)
        and (not overdue or task.due < TODAY)
        and (
            not mine
            or task.owner == "王敏"
            or (task.owner in ("", "走了的") and task.role in ("supervisor", "caller", "clerk"))
        )
    ]
    found = agenda(desk, mine=mine, overdue=overdue, limit=0)
    desk.close()
    assert found.total_tasks == len(expected)
    assert {sheet.customer.id for sheet in found.sheets} == {task.customer for task in expected}
    assert found.total_sheets == len(found.sheets)
    if not overdue:
        assert sum(count.due + count.overdue for count in found.counts) == len(expected)


def test_wishes_and_archiving_count_before_anybody_plans(desk: Desk) -> None:
    shy, gone, number = (call(desk, name, 0) for name in ("李静", "走了", "空号"))
    plan(desk)
    edit_customer(desk, shy, attrs.evolve(shy, do_not_contact=True))
    archive_customer(desk, gone.id)
    set_phone_state(desk, number.id, number.phones[0].number, PhoneState.EMPTY)
    found = agenda(desk)
    assert [task.rule for sheet in found.sheets for task in sheet.tasks] == [
        "contact_data.correct_phone"
    ]
    assert (found.total_sheets, found.blocked) == (1, 2)
    undo(desk)
    undo(desk)
    assert agenda(desk).blocked == 1
    undo(desk)
    assert agenda(desk).blocked == 0


def test_a_merge_takes_the_wish_not_to_be_called_along_at_once(desk: Desk) -> None:
    kept = call(desk, "王小明", 0)
    plan(desk)
    shy = a_customer(desk, "王晓明", do_not_contact=True)
    merge_customers(desk, kept.id, shy.id)
    assert (names(agenda(desk)), agenda(desk).blocked) == ([], 1)


def test_a_favourite_time_is_one_of_the_slots(desk: Desk) -> None:
    customer = call(desk, "王小明", 0)
    with pytest.raises(InputError, match="morning, afternoon, evening"):
        edit_customer(desk, customer, attrs.evolve(customer, preferred_time="mornig"))
    with pytest.raises(InputError):
        a_customer(desk, "李静", preferred_time="半夜")
    wish = edit_customer(desk, customer, attrs.evolve(customer, preferred_time="evening")).customer
    assert names(agenda(desk, slot="morning")) == []
    assert edit_customer(desk, wish, attrs.evolve(wish, preferred_time="")).customer


def test_a_slot_that_the_policy_has_no_longer_hides_nobody(desk: Desk) -> None:
    customer = a_customer(desk, "王小明", preferred_time="evening")
    add_task(desk, customer, "回访", TODAY)
    plan(desk)
    del desk.policies.section("contact").slots["evening"]
    assert names(agenda(desk, slot="morning")) == ["王小明"]


def test_the_list_is_of_one_moment_though_another_desk_plans(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    shy = a_customer(desk, "李静", do_not_contact=True)
    plan(desk)
    delivered(desk, a_vehicle(desk, shy), TODAY - 2 * DAY)
    other = open_desk(desk.db.path, operator="王敏", clock=desk.clock, plugins=[])
    counted = agenda_module.open_groups

    def while_somebody_plans(asked: Desk) -> Any:
        found = counted(asked)
        plan(other)
        return found

    monkeypatch.setattr(agenda_module, "open_groups", while_somebody_plans)
    assert agenda(desk).total_tasks == 0
    monkeypatch.undo()
    later = agenda(desk)
    assert (later.total_tasks, later.blocked) == (0, 1)
    other.close()


def test_work_of_somebody_without_a_seat_is_on_the_list_of_who_does_such_work(desk: Desk) -> None:
    customer = call(desk, "王小明", -1)
    (task,) = tasks(desk, customer=customer.id)
    add_operator(desk, "周岚", "caller")
    assign_task(desk, task.id, "周岚")
    assert names(agenda(desk)) == []
    deactivate_operator(desk, "周岚")
    mine, all_of_it = agenda(desk), agenda(desk, mine=False)
    assert names(mine) == ["王小明"]
    assert (mine.total_sheets, mine.total_tasks) == (1, 1)
    assert (mine.counts, mine.total_tasks) == (all_of_it.counts, all_of_it.total_tasks)
    add_operator(desk, "陈晨", "caller")
    caller = open_desk(desk.db.path, operator="陈晨", clock=desk.clock, plugins=[])
    assert next_customer(caller) == customer.id
    assert assign_task(caller, task.id, "陈晨").owner == "陈晨"
    caller.close()


def test_an_agreed_day_is_not_overdue_before_it_has_passed(desk: Desk) -> None:
    customer = call(desk, "王小明", 0)
    (task,) = tasks(desk, customer=customer.id)
    agreed = datetime(2026, 11, 24, 10, tzinfo=ZONE)
    moved = record_attempt(desk, task.id, Result.CALL_BACK, call_back=agreed).task
    assert (moved.due, moved.next_at) == (date(2026, 11, 24), agreed)
    desk.clock.set(date(2026, 11, 24), time(10, 30))  # type: ignore[attr-defined]
    plan(desk)
    found = agenda(desk)
    assert (found.sheets[0].overdue_days, found.counts[0].overdue) == (0, 0)
    assert agenda(desk, overdue=True).sheets == ()
    (owed,) = tasks_owed(desk, "by_hand", TODAY, TODAY)
    assert owed.due == TODAY  # in time or not is judged by the planned day
    desk.clock.set(date(2026, 11, 26))  # type: ignore[attr-defined]
    assert agenda(desk).sheets[0].overdue_days == 2


def test_an_earlier_agreed_day_leaves_the_last_day_in_time(desk: Desk) -> None:
    customer = call(desk, "王小明", 5)
    (task,) = tasks(desk, customer=customer.id)
    agreed = datetime(2026, 11, 21, 10, tzinfo=ZONE)
    moved = record_attempt(desk, task.id, Result.CALL_BACK, call_back=agreed).task
    assert (moved.due, moved.by_hand) == (task.due, ("next_at",))
