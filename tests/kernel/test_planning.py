"""Planning through a dealer's days: facts arrive, standards change, the shop is closed, a planner fails."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path

import attrs
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dcrc.errors import DcrcError
from dcrc.kernel.agenda import agenda, tasks
from dcrc.kernel.calendar import add_task, get_task, record_attempt, withdraw_task
from dcrc.kernel.customers import archive_customer
from dcrc.kernel.desk import Desk, open_desk
from dcrc.kernel.events import Event, EventKind, record_event
from dcrc.kernel.explain import explain_customer, explain_task
from dcrc.kernel.hooks import hookimpl
from dcrc.kernel.planner import (
    Dossier,
    Fact,
    NotPlanned,
    Outcome,
    Planned,
    Planner,
    PlanningDay,
    Rule,
)
from dcrc.kernel.planning import plan
from dcrc.kernel.tasks import Result, Task, TaskState
from dcrc.kernel.undoing import undo
from dcrc.kernel.vehicles import change_owner, find_vehicle
from dcrc.testing import a_customer, a_vehicle, delivered, isolated_desk
from dcrc.wording import Wording

TODAY = date(2026, 11, 20)
QUIET = (
    "[contact_data]\nconfirm_owners = false\n[conversations]\nrest_days = 0\ntogether_days = 0\n"
)


@attrs.frozen
class CarePolicy:
    due_day: int = attrs.field(default=3, metadata={"unit": "days"})
    every: int = 10


class Care:
    """A call after delivery until the car was serviced, and one every few days after a service."""

    __name__ = "care"
    broken = False

    def wanted(self, dossier: Dossier, policy: CarePolicy, day: PlanningDay) -> Iterator[Outcome]:
        if self.broken:
            raise ValueError(f"cannot plan for {dossier.customer.name}")
        services = dossier.events_of("serviced")
        for event in dossier.events_of("delivered"):
            subject = event.vehicle
            if dossier.vehicle(subject) is None:
                continue
            facts = (Fact(event.id, event.kind, event.on),)
            if services:
                yield NotPlanned(
                    "call",
                    subject,
                    "serviced on {date}",
                    {"date": str(services[0].on)},
                    facts=facts,
                )
                continue
            due = event.on + timedelta(days=policy.due_day)
            yield Planned(
                "call",
                subject,
                event.key,
                event.on,
                due,
                expires=due + timedelta(days=20),
                vehicle=subject,
                facts=facts,
                policy=("care.due_day",),
            )
        for event in services:
            for turn in range(1, 40):
                opens = event.on + timedelta(days=turn * policy.every)
                yield Planned(
                    "again",
                    event.id,
                    str(turn),
                    opens,
                    opens + timedelta(days=2),
                    expires=opens + timedelta(days=30),
                    policy=("care.every",),
                )

    @hookimpl
    def dcrc_policy_section(self) -> tuple[str, type]:
        return "care", CarePolicy

    @hookimpl
    def dcrc_planners(self) -> list[Planner]:
        rules = (Rule("call", Wording("电话", "Call")), Rule("again", Wording("再联系", "Again")))
        return [Planner("care", "care", lambda _: rules, self.wanted)]

    @hookimpl
    def dcrc_event_kinds(self) -> list[EventKind]:
        return []


@pytest.fixture
def care() -> Care:
    return Care()


@pytest.fixture
def desk(tmp_path: Path, care: Care) -> Iterator[Desk]:
    opened = isolated_desk(tmp_path, plugins=[care], today=TODAY, policy=QUIET)
    yield opened
    opened.close()


Reopen = Callable[..., Desk]


@pytest.fixture
def reopen(desk: Desk, care: Care) -> Iterator[Reopen]:
    """Sit down again, after the dealer's file was changed."""
    opened: list[Desk] = []

    def sit_down(policy: str = "", plugins: bool = True) -> Desk:
        desk.db.path.with_suffix(".toml").write_text(QUIET + policy, "utf-8")
        seats = [care] if plugins else []
        again = open_desk(desk.db.path, clock=desk.clock, plugins=seats)
        opened.append(again)
        return again

    yield sit_down
    for each in opened:
        each.close()


def go_to(desk: Desk, day: date) -> None:
    desk.clock.set(day)  # type: ignore[attr-defined]


def sold(desk: Desk, name: str = "王小明", on: date = TODAY) -> Event:
    return delivered(desk, a_vehicle(desk, a_customer(desk, name)), on)


def serviced(desk: Desk, event: Event, on: date) -> Event:
    return record_event(
        desk, Event("", "serviced", event.customer, on, vehicle=event.vehicle, key=f"RO{on}")
    )


def only(desk: Desk, **chosen: str) -> Task:
    (task,) = tasks(desk, **chosen)  # type: ignore[arg-type]
    return task


def test_planning_twice_changes_nothing(desk: Desk) -> None:
    for number in range(30):
        sold(desk, f"客户{number}", TODAY - timedelta(days=number))
    first = plan(desk)
    assert (first.created, first.customers) == (24, 30)  # older ones have expired
    head = desk.db.head()
    second = plan(desk)
    assert (second.changes, second.customers) == (0, 0)
    assert desk.db.head() == head


def test_only_customers_with_new_facts_are_looked_at(desk: Desk) -> None:
    sold(desk)
    plan(desk)
    event = sold(desk, "李静")
    report = plan(desk)
    assert (report.created, report.customers) == (1, 1)
    assert only(desk, customer=event.customer).event == ""


def test_the_day_a_task_comes_or_expires_wakes_its_customer(desk: Desk) -> None:
    sold(desk)
    plan(desk)
    go_to(desk, TODAY + timedelta(days=23))
    assert plan(desk).customers == 0
    go_to(desk, TODAY + timedelta(days=24))
    assert plan(desk).expired == 1
    assert only(desk).state is TaskState.EXPIRED


def test_after_an_absence_one_task_is_owed_and_then_the_next(desk: Desk) -> None:
    event = sold(desk)
    serviced(desk, event, TODAY)
    plan(desk)
    first = only(desk, state="open")
    assert first.occurrence == "1"
    go_to(desk, TODAY + timedelta(days=56))
    plan(desk)
    assert get(desk, first).state is TaskState.EXPIRED
    owed = only(desk, state="open")
    assert owed.occurrence == "5"
    record_attempt(desk, owed.id, Result.REACHED)
    coming = only(desk, state="open")
    assert (coming.occurrence, coming.opens) == ("6", TODAY + timedelta(days=60))


def get(desk: Desk, task: Task) -> Task:
    return next(each for each in tasks(desk) if each.id == task.id)


def test_a_service_withdraws_the_call_with_that_reason_and_undo_brings_it_back(desk: Desk) -> None:
    event = sold(desk)
    plan(desk)
    call = only(desk)
    serviced(desk, event, TODAY)
    assert plan(desk).withdrawn == 1
    withdrawn = get(desk, call)
    assert (withdrawn.reason, withdrawn.reason_params) == (
        "serviced on {date}",
        {"date": "2026-11-20"},
    )
    undo(desk)
    assert get(desk, call).state is TaskState.OPEN
    assert plan(desk).changes == 0


def test_a_changed_standard_moves_open_tasks_only(desk: Desk, reopen: Reopen) -> None:
    done, waiting = sold(desk), sold(desk, "李静")
    plan(desk)
    record_attempt(desk, only(desk, customer=done.customer).id, Result.REACHED)
    changed = reopen("[care]\ndue_day = 5\n")
    assert plan(changed).moved == 1
    assert only(changed, customer=waiting.customer).due == TODAY + timedelta(days=5)
    assert only(changed, customer=done.customer).due == TODAY + timedelta(days=3)
    assert plan(changed).customers == 0


def test_a_car_sold_on_takes_its_call_with_it(desk: Desk) -> None:
    event = sold(desk)
    plan(desk)
    call = only(desk)
    buyer = a_customer(desk, "李静")
    change_owner(desk, event.vehicle, buyer.id)
    plan(desk)
    assert get(desk, call).state is TaskState.WITHDRAWN
    delivered(desk, find_vehicle(desk, event.vehicle), TODAY)
    plan(desk)
    moved = get(desk, call)
    assert (moved.customer, moved.state) == (buyer.id, TaskState.OPEN)
    assert len(tasks(desk)) == 1


def test_archived_customers_leave_the_calendar_and_come_back(desk: Desk) -> None:
    event = sold(desk)
    plan(desk)
    archive_customer(desk, event.customer)
    plan(desk)
    assert only(desk).reason == "the customer is archived"
    archive_customer(desk, event.customer, archived=False)
    plan(desk)
    assert only(desk).state is TaskState.OPEN


def test_a_planner_that_raises_is_named_and_its_tasks_stay(desk: Desk, care: Care) -> None:
    event = sold(desk)
    plan(desk)
    care.broken = True
    serviced(desk, event, TODAY)
    report = plan(desk)
    (failure,) = report.failures
    assert (failure.planner, failure.customers) == ("care", 1)
    assert "王小明" not in failure.what
    assert only(desk).state is TaskState.OPEN
    assert desk.plugins.problems[-1].plugin == "care"
    care.broken = False
    go_to(desk, TODAY + timedelta(days=1))
    assert plan(desk).withdrawn == 1


def test_customers_of_a_planner_that_raised_are_planned_again_the_same_day_and_no_others(
    desk: Desk, care: Care
) -> None:
    sold(desk, "李芳")
    event = sold(desk)
    plan(desk)
    care.broken = True
    serviced(desk, event, TODAY)
    assert [failure.customers for failure in plan(desk).failures] == [1]
    again = plan(desk)
    assert (again.customers, [failure.customers for failure in again.failures]) == (1, [1])
    care.broken = False
    assert (plan(desk).customers, plan(desk).customers) == (1, 0)


def test_a_function_switched_off_leaves_the_calendar_and_comes_back(
    desk: Desk, reopen: Reopen
) -> None:
    sold(desk)
    plan(desk)
    off = reopen('[plugins]\ndisabled = ["care"]\n')
    assert plan(off).withdrawn == 1
    assert only(off).reason == "the function is switched off"
    assert plan(reopen()).reopened == 1


def test_a_missing_plugin_leaves_its_tasks_alone(desk: Desk, reopen: Reopen) -> None:
    sold(desk)
    plan(desk)
    assert plan(reopen(plugins=False)).changes == 0


def test_a_plan_that_was_stopped_goes_on(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dcrc.kernel.planning.CHUNK", 10)
    for number in range(35):
        sold(desk, f"客户{number}")
    seen: list[tuple[int, int]] = []
    report = plan(
        desk, progress=lambda done, of: seen.append((done, of)), cancelled=lambda: len(seen) == 2
    )
    assert report.cancelled
    assert (report.created, seen) == (20, [(10, 35), (20, 35)])
    rest = plan(desk)
    assert (rest.created, rest.customers) == (15, 15)
    assert plan(desk).customers == 0


def test_facts_that_come_after_a_stopped_first_plan_are_seen(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dcrc.kernel.planning.CHUNK", 1)
    events = [sold(desk, f"客户{number}") for number in range(3)]
    calls = iter([False, True])
    plan(desk, cancelled=lambda: next(calls))
    (planned,) = tasks(desk)
    event = next(each for each in events if each.customer == planned.customer)
    serviced(desk, event, TODAY)
    plan(desk)
    assert get(desk, planned).state is TaskState.WITHDRAWN


def test_customers_taken_back_leave_the_calendar_and_return_with_it(desk: Desk) -> None:
    event = sold(desk)
    plan(desk)
    numbers = [each.number for each in desk.db.journal.operations(exclude_names=["plan"])][:3]
    for number in numbers:
        desk.db.undo(number)
    assert desk.customers.count() == 0
    assert plan(desk).withdrawn == 1
    assert only(desk).reason == "the customer is not there any more"
    assert plan(desk).customers == 0
    for each in list(desk.db.journal.operations())[:30]:
        if each.name == "undo":
            desk.db.undo(each.number)
    assert desk.customers.count() == 1
    assert plan(desk).reopened == 1
    assert only(desk, customer=event.customer).state is TaskState.OPEN


def test_planning_further_ahead_than_usual(desk: Desk, reopen: Reopen) -> None:
    serviced(desk, sold(desk), TODAY)
    desk = reopen("\n[care]\nevery = 70\n")
    plan(desk)
    assert tasks(desk, state="open") == []
    report = plan(desk, until=TODAY + timedelta(days=90))
    assert report.created == 1
    assert report.until == TODAY + timedelta(days=90)
    assert plan(desk).changes == 0


def test_one_customer_alone(desk: Desk) -> None:
    first, second = sold(desk), sold(desk, "李静")
    assert plan(desk, customers=[second.customer]).created == 1
    assert tasks(desk, customer=first.customer) == []
    assert plan(desk).created == 1


def test_a_task_explains_its_facts_policy_and_dates(desk: Desk, reopen: Reopen) -> None:
    event = sold(desk)
    changed = reopen("\n[care]\ndue_day = 4\n")
    plan(changed)
    said = explain_task(changed, only(changed).id)
    (used,) = said.policy
    assert (used.key, used.value, used.origin) == ("care.due_day", 4, "dealer (dealer.toml:8)")
    assert said.title == "电话"
    assert "2026-11-20" in said.facts[0]
    assert event.id[-6:] in said.facts[0]
    assert any("2026-11-24" in line for line in said.dates)


def test_the_absence_of_a_task_is_explained(desk: Desk) -> None:
    event = sold(desk, on=TODAY - timedelta(days=40))
    plan(desk)
    (said, silent) = explain_customer(desk, event.customer)[:2]
    assert "2026-11-03" in said.outcome  # it expired
    assert silent.rule == "care.again"
    serviced(desk, event, TODAY)
    (said,) = explain_customer(desk, event.customer, "care.call")
    assert said.outcome.endswith("serviced on 2026-11-20")
    outcomes = [each.outcome for each in explain_customer(desk, event.customer, "care.again")]
    assert len(outcomes) == 39


happenings = st.lists(
    st.tuples(
        st.sampled_from(["sold", "serviced", "reached", "no answer", "archived", "undone", "away"]),
        st.integers(0, 30),
    ),
    max_size=14,
)


@pytest.mark.repeats
@settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
@given(happenings)
def test_planning_what_can_have_changed_is_as_good_as_planning_everything(
    tmp_path_factory: pytest.TempPathFactory, happened: list[tuple[str, int]]
) -> None:
    desk = isolated_desk(tmp_path_factory.mktemp("desk"), plugins=[Care()], today=TODAY)
    events: list[Event] = []
    for what, number in happened:
        waiting = tasks(desk, state="open", limit=0)
        event = events[number % len(events)] if events else None
        task = waiting[number % len(waiting)] if waiting else None
        if what == "sold":
            events.append(sold(desk, f"客户{len(events)}", desk.today() - timedelta(days=number)))
        elif what == "serviced" and event:
            if desk.customers.get(doc_id=event.customer):
                serviced(desk, event, desk.today() - timedelta(days=number))
        elif what in ("reached", "no answer") and task:
            result = Result.REACHED if what == "reached" else Result.NO_ANSWER
            record_attempt(desk, task.id, result)
        elif what == "archived" and event and desk.customers.get(doc_id=event.customer):
            archive_customer(desk, event.customer, archived=bool(number % 2))
        elif what == "undone":
            with contextlib.suppress(DcrcError):
                undo(desk)
        elif what == "away":
            go_to(desk, desk.today() + timedelta(days=number))
        if number % 3:
            plan(desk)
    plan(desk)
    everyone = [str(document.doc_id) for document in desk.customers.all()]
    assert plan(desk, customers=everyone).changes == 0
    assert plan(desk).customers == 0
    waiting = tasks(desk, state="open", limit=0)
    assert len({(task.rule, task.subject) for task in waiting}) == len(waiting)
    desk.close()


def test_tasks_made_by_hand_leave_with_an_archived_customer_and_come_back_with_him(
    tmp_path: Path,
) -> None:
    desk = isolated_desk(tmp_path)
    customer = a_customer(desk)
    own = add_task(desk, customer, "回电", desk.today(), priority=7)
    dropped = add_task(desk, customer, "不用了", desk.today())
    withdraw_task(desk, dropped.id, "不用了")
    archive_customer(desk, customer.id)
    plan(desk)
    gone = get_task(desk, own.id)
    assert (gone.state, gone.reason) == (TaskState.WITHDRAWN, "the customer is archived")
    assert agenda(desk, mine=False).total_sheets == 0
    assert plan(desk).changes == 0
    archive_customer(desk, customer.id, archived=False)
    plan(desk)
    assert get_task(desk, own.id) == own
    assert not get_task(desk, dropped.id).open
    desk.close()


def test_a_new_release_of_a_plugin_is_planned_by(tmp_path: Path) -> None:
    desk = isolated_desk(tmp_path)
    delivered(desk, a_vehicle(desk, a_customer(desk)), desk.today())
    plan(desk)

    class Release:
        __name__ = "tyres"

        def __init__(self, version: str, rule: str) -> None:
            self.__version__ = version
            self.rule = rule

        def wanted(self, dossier: Dossier, policy: object, day: PlanningDay) -> Iterator[Outcome]:
            for event in dossier.events_of("delivered"):
                yield Planned(self.rule, event.id, event.key, event.on, event.on)

        @hookimpl
        def dcrc_planners(self) -> list[Planner]:
            rules = (Rule(self.rule, Wording(self.rule, self.rule)),)
            return [Planner("tyres", "planning", lambda _: rules, self.wanted)]

    for version, rule in (("1.0", "store"), ("1.1", "fetch")):
        later = open_desk(desk.db.path, clock=desk.clock, plugins=[Release(version, rule)])
        plan(later)
        mine = [task.rule for task in tasks(later, state="open") if task.rule.startswith("tyres.")]
        assert mine == [f"tyres.{rule}"]
        assert plan(later).customers == 0
        later.close()
    desk.close()
