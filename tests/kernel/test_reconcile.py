"""Whatever facts, days and absences: one task per rule and subject, nothing twice or after it was closed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dcrc.kernel.planner import NotPlanned, Outcome, Planned
from dcrc.kernel.reconcile import Reconciled, reconcile
from dcrc.kernel.tasks import Task, TaskState, task_id

DAY0 = date(2026, 11, 21)
DAY = timedelta(days=1)
HORIZON = 30


def planned(
    rule: str = "call", occurrence: str = "1", opens: int = 0, length: int = 3, **fields: object
) -> Planned:
    """A wish whose days count from DAY0; it expires ten days after its last day in time."""
    start = DAY0 + opens * DAY
    due = start + length * DAY
    values: dict[str, object] = {"expires": due + 10 * DAY, **fields}
    return Planned(rule, "car", occurrence, start, due, **values)  # type: ignore[arg-type]


def run(
    tasks: Sequence[Task], outcomes: Mapping[str, Sequence[Outcome]], today: date = DAY0
) -> Reconciled:
    return reconcile("owner", tasks, outcomes, today, HORIZON)


def applied(tasks: Sequence[Task], found: Reconciled) -> list[Task]:
    after = {task.id: task for task in tasks}
    after.update({became.id: became for _, became in found.edits})
    after.update({task.id: task for task in found.create})
    return list(after.values())


def closed(task: Task, state: TaskState = TaskState.DONE, by: str = "王敏") -> Task:
    return attrs.evolve(task, state=state, closed_by=by, closed_on=task.opens)


def only(found: Reconciled) -> Task:
    (task,) = found.create
    return task


def test_the_id_comes_from_rule_subject_and_occurrence() -> None:
    task = only(run([], {"care": [planned()]}))
    assert task.id == task_id("care.call", "car", "1")
    assert (task.rule, task.opens, task.due) == ("care.call", DAY0, DAY0 + 3 * DAY)


def test_after_an_absence_only_the_newest_that_has_come_is_made() -> None:
    wishes = [planned(occurrence=str(n), opens=n * 7, length=2) for n in range(-3, 3)]
    found = run([], {"care": wishes})
    assert only(found).occurrence == "0"


def test_nothing_older_is_made_once_a_newer_one_is_done() -> None:
    wishes = [planned(occurrence=str(n), opens=n * 3) for n in range(-3, 1)]
    done = closed(only(run([], {"care": wishes})))
    assert run([done], {"care": wishes}).create == ()


def test_an_open_task_that_has_come_stays_when_a_newer_one_comes() -> None:
    wishes = [planned(occurrence=str(n), opens=n * 5) for n in range(3)]
    first = only(run([], {"care": wishes}))
    later = run([first], {"care": wishes}, DAY0 + 6 * DAY)
    assert not later.create
    assert not later.edits


def test_the_next_to_come_stands_on_the_calendar_within_the_horizon_only() -> None:
    assert only(run([], {"care": [planned(opens=HORIZON)]})).opens == DAY0 + HORIZON * DAY
    beyond = run([], {"care": [planned(opens=HORIZON + 5)]})
    assert not beyond.create
    assert beyond.wake == DAY0 + 5 * DAY


def test_what_was_not_done_expires_and_is_not_made_again() -> None:
    wish = planned(opens=-1, length=1)
    task = only(run([], {"care": [wish]}))
    late = DAY0 + 11 * DAY
    found = run([task], {"care": [wish]}, late)
    ((_, became),) = found.expire
    assert became.state is TaskState.EXPIRED
    assert became.reason_params == {"date": (DAY0 + 10 * DAY).isoformat()}
    again = run(applied([task], found), {"care": [wish]}, late)
    assert not again.create
    assert not again.edits


def test_expired_wishes_are_never_made() -> None:
    assert not run([], {"care": [planned(opens=-40)]}).create


def test_a_vanished_reason_withdraws_with_that_reason_and_its_return_reopens() -> None:
    task = only(run([], {"care": [planned()]}))
    why = NotPlanned("call", "car", "serviced on {date}", {"date": "2026-11-21"})
    gone = run([task], {"care": [why]})
    ((_, withdrawn),) = gone.withdraw
    assert (withdrawn.state, withdrawn.reason) == (TaskState.WITHDRAWN, "serviced on {date}")
    back = run([withdrawn], {"care": [planned()]})
    ((_, reopened),) = back.reopen
    assert reopened == task


def test_withdrawn_by_hand_stays_withdrawn() -> None:
    task = closed(only(run([], {"care": [planned()]})), TaskState.WITHDRAWN)
    found = run([task], {"care": [planned()]})
    assert not found.create
    assert not found.edits


def test_a_changed_standard_moves_open_tasks_and_leaves_finished_ones_alone() -> None:
    open_task = only(run([], {"care": [planned()]}))
    moved = run([open_task], {"care": [planned(opens=2)]})
    ((_, became),) = moved.change
    assert became.opens == DAY0 + 2 * DAY
    finished = run([closed(open_task)], {"care": [planned(opens=2)]})
    assert finished == Reconciled(wake=DAY0 + 2 * DAY)


def test_what_an_operator_set_stays() -> None:
    task = only(run([], {"care": [planned()]}))
    by_hand = attrs.evolve(
        task, due=DAY0 + 9 * DAY, owner="李雷", by_hand=("due", "owner"), tries=1, note="周末"
    )
    found = run([by_hand], {"care": [planned(opens=-1, owner="韩梅", priority=7)]})
    ((_, became),) = found.change
    assert (became.due, became.owner, became.priority) == (DAY0 + 9 * DAY, "李雷", 7)
    assert (became.tries, became.note) == (1, "周末")


def test_to_have_got_an_owner_holds_no_occurrence_on_the_calendar() -> None:
    ahead = planned(occurrence="2", opens=20)
    task = only(run([], {"care": [ahead]}))
    given_away = attrs.evolve(task, owner="李雷", by_hand=("owner",))
    for each in (task, given_away):
        found = run([each], {"care": [planned(occurrence="1"), ahead]})
        assert only(found).occurrence == "1"
        assert [after.state for _, after in found.withdraw] == [TaskState.WITHDRAWN]


def test_an_agreed_time_after_the_expiry_keeps_the_task_alive() -> None:
    wish = planned(opens=-1, length=1, expires=DAY0 + DAY)
    task = only(run([], {"care": [wish]}))
    agreed = attrs.evolve(task, next_at=datetime(2026, 11, 25, 7, tzinfo=UTC), by_hand=("next_at",))
    assert not run([agreed], {"care": [wish]}, date(2026, 11, 25)).expire
    assert run([agreed], {"care": [wish]}, date(2026, 11, 27)).expire


def test_an_agreed_time_holds_though_the_planner_has_no_more_to_say() -> None:
    task = only(run([], {"care": [planned(opens=-1, length=1, expires=DAY0 + DAY)]}))
    agreed = attrs.evolve(task, next_at=datetime(2026, 11, 25, 7, tzinfo=UTC), by_hand=("next_at",))
    day = date(2026, 11, 24)
    newer = planned(occurrence="2", opens=2)
    assert run([agreed], {"care": [newer]}, day).edits == ()
    assert run([agreed], {"care": [newer]}, day).create == ()
    gone = NotPlanned("call", "car", "the customer has sold the car")
    assert [after.state for _, after in run([agreed], {"care": [gone]}, day).withdraw] == [
        TaskState.WITHDRAWN
    ]
    assert run([agreed], {"care": [newer]}, date(2026, 11, 27)).expire


def test_tasks_of_a_planner_that_raised_are_left_alone() -> None:
    task = only(run([], {"care": [planned()]}))
    assert run([task], {"other": []}) == Reconciled()


def test_a_task_that_another_customer_has_moves_over() -> None:
    task = attrs.evolve(only(run([], {"care": [planned()]})), customer="the one before")
    ((before, became),) = run([task], {"care": [planned()]}).change
    assert (before.customer, became.customer) == ("the one before", "owner")


def test_what_was_done_early_wakes_its_customer_on_its_day() -> None:
    """A planner that speaks of the next to come only has more to say from that day on."""
    wish = planned(opens=9)
    early = attrs.evolve(closed(only(run([], {"care": [wish]}))), closed_on=DAY0)
    assert run([early], {"care": [wish]}).wake == wish.opens
    assert run([early], {"care": [wish]}, wish.opens).wake is None


def test_of_an_occurrence_told_twice_the_one_still_of_use_counts() -> None:
    over = planned(opens=-9, expires=DAY0 - DAY)
    late, soon = planned(opens=2), planned(opens=1)
    for said in ([over, late, soon], [soon, over, late], [late, soon, over]):
        assert only(run([], {"care": said})).opens == soon.opens


def test_of_two_open_ones_the_later_is_withdrawn_for_the_other() -> None:
    wishes = [planned(occurrence="1", opens=-2), planned(occurrence="2", opens=-1)]
    both = [only(run([], {"care": [each]})) for each in wishes]  # as after two desks' files met
    ((before, after),) = run(both, {"care": wishes}).withdraw
    assert (before.occurrence, after.state) == ("2", TaskState.WITHDRAWN)


# whatever happens

wishes = st.builds(
    planned,
    rule=st.sampled_from(["call", "visit"]),
    occurrence=st.sampled_from("abcde"),
    opens=st.integers(-40, 60),
    length=st.integers(0, 5),
    expires=st.one_of(st.none(), st.integers(-20, 90).map(lambda n: DAY0 + n * DAY)),
)
refusals = st.builds(
    NotPlanned, st.sampled_from(["call", "visit"]), st.just("car"), st.just("no reason")
)
standards = st.dictionaries(
    st.sampled_from(["care", "service"]), st.lists(st.one_of(wishes, refusals), max_size=6)
)
steps = st.lists(
    st.tuples(
        st.integers(0, 20),  # days of absence before it
        standards,
        st.sampled_from(["nothing", "done", "failed", "by hand", "withdrawn", "tried"]),
        st.integers(0, 5),
    ),
    min_size=1,
    max_size=6,
)


def act(tasks: list[Task], what: str, which: int) -> list[Task]:
    """What an operator does with one of the open tasks."""
    open_ones = [task for task in tasks if task.open]
    if what == "nothing" or not open_ones:
        return tasks
    task = open_ones[which % len(open_ones)]
    became = {
        "done": closed(task),
        "failed": closed(task, TaskState.FAILED),
        "withdrawn": closed(task, TaskState.WITHDRAWN),
        "by hand": attrs.evolve(task, due=task.due + 3 * DAY, by_hand=("due",)),
        "tried": attrs.evolve(task, tries=task.tries + 1),
    }[what]
    return [became if each.id == task.id else each for each in tasks]


@pytest.mark.repeats
@settings(max_examples=150, deadline=None)
@given(steps)
def test_through_any_history(history: list[tuple[int, dict[str, list[Outcome]], str, int]]) -> None:
    tasks: list[Task] = []
    today = DAY0
    for absence, outcomes, what, which in history:
        today += absence * DAY
        found = run(tasks, outcomes, today)
        turned = {name: list(reversed(said)) for name, said in reversed(outcomes.items())}
        if all(_unambiguous(said) for said in outcomes.values()):
            assert run(list(reversed(tasks)), turned, today) == found
        finished = {task.id: task for task in tasks if not task.open}
        after = applied(tasks, found)
        again = run(after, outcomes, today)
        assert not again.create
        assert not again.edits
        assert len({task.id for task in after}) == len(after)
        for task in after:
            if task.id in finished and finished[task.id].closed_by:
                assert task == finished[task.id]
            if task.open and task.rule.partition(".")[0] in outcomes:
                others = [
                    o for o in after if o.open and (o.rule, o.subject) == (task.rule, task.subject)
                ]
                assert others == [task]
        _nothing_changes_before(again.wake, after, outcomes, today)
        tasks = act(after, what, which)


def _unambiguous(said: Sequence[Outcome]) -> bool:
    """Two reasons against the same rule, or the same occurrence wished twice, leave the order open."""
    refused = [each.rule for each in said if isinstance(each, NotPlanned)]
    wished = [(each.rule, each.occurrence) for each in said if isinstance(each, Planned)]
    return len(set(refused)) == len(refused) and len(set(wished)) == len(wished)


def _nothing_changes_before(
    wake: date | None, tasks: list[Task], outcomes: Mapping[str, Sequence[Outcome]], today: date
) -> None:
    for n in range(1, 120):
        day = today + n * DAY
        if wake is not None and day >= wake:
            return
        found = run(tasks, outcomes, day)
        assert not found.create
        assert not found.edits
