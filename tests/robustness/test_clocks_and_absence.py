"""Long absences and clocks that jump: at most one open task per rule and subject, nothing disappears."""

from __future__ import annotations

from collections import Counter
from datetime import date
from typing import Any

import pytest

from dcrc.kernel.agenda import tasks
from dcrc.kernel.desk import Desk
from dcrc.kernel.planning import plan
from dcrc.kernel.tasks import Result, Task

TODAY = date(2026, 11, 21)


def whole(desk: Desk) -> dict[str, Task]:
    return {task.id: task for task in tasks(desk, state=None, limit=0)}


def one_each(desk: Desk) -> None:
    counts = Counter((task.rule, task.subject) for task in whole(desk).values() if task.open)
    assert not [each for each, count in counts.items() if count > 1]


@pytest.mark.parametrize("days", [21, 425])
def test_a_machine_that_was_off_for_long(shop: Any, days: int) -> None:
    desk = shop.desk()
    before = whole(desk)
    shop.clock.advance(days=days)
    plan(desk)
    after = whole(desk)
    assert set(before) <= set(after), "a task disappeared"
    for task_id, was in before.items():
        now = after[task_id]
        if was.open and not now.open:
            assert now.reason or now.state.value == "expired", now
            assert now.closed_on == desk.today()
    one_each(desk)
    assert plan(desk).changes == 0
    assert shop.json("today")["sheets"] or days > 400
    shop.sound()
    desk.close()


@pytest.mark.parametrize("jump", [-400, -30, -1, 1, 30])
def test_a_clock_that_jumped_and_was_set_right_again(shop: Any, jump: int) -> None:
    desk = shop.desk()
    before = whole(desk)
    shop.clock.advance(days=jump)
    plan(desk)
    one_each(desk)
    shop.ok("today")
    shop.clock.advance(days=-jump)
    plan(desk)
    after = whole(desk)
    one_each(desk)
    assert set(before) <= set(after)
    lost = [t for t in before.values() if t.open and not after[t.id].open]
    assert not lost, lost[:2]
    assert plan(desk).changes == 0
    shop.sound()
    desk.close()


def test_a_clock_in_the_year_2100_closes_nothing_for_good(shop: Any) -> None:
    desk = shop.desk()
    before = whole(desk)
    shop.clock.set(date(2100, 2, 28))
    plan(desk)
    shop.clock.set(TODAY)
    plan(desk)
    after = whole(desk)
    lost = [t for t in before.values() if t.open and not after[t.id].open]
    assert not lost, f"{len(lost)} open tasks are gone: {lost[0].rule} is {after[lost[0].id].state}"
    assert plan(desk).changes == 0
    desk.close()


@pytest.mark.parametrize("day", ["2100-02-28", "2099-12-31", "1970-01-01", "2400-01-01"])
def test_commands_on_odd_days_work(shop: Any, day: str) -> None:
    for words in (["today"], ["plan"], ["tasks"], ["log"], ["customer", "add", "某人"], ["undo"]):
        shop.ok(*words, "--today", day)
    shop.sound()
    shop.ok("plan")


@pytest.mark.parametrize("day", ["9999-12-31", "0001-01-01"])
def test_a_day_at_the_end_of_the_calendar_is_refused(shop: Any, day: str) -> None:
    before = shop.digest()
    for words in (["today"], ["plan"]):
        shop.refused(3, *words, "--today", day)
    assert shop.digest() == before


def test_what_was_recorded_while_the_clock_was_wrong_stays(shop: Any) -> None:
    desk = shop.desk()
    shop.clock.advance(days=-90)
    (task, *_) = tasks(desk, state="open", limit=1)
    from dcrc.kernel.calendar import record_attempt

    recorded = record_attempt(desk, task.id, Result.NO_ANSWER)
    desk.close()
    shop.clock.advance(days=90)
    desk = shop.desk()
    plan(desk)
    assert desk.attempts.get(doc_id=recorded.attempt.id)
    one_each(desk)
    added = shop.json("customer", "add", "某人")["customer"]["id"]
    assert added in {str(each.doc_id) for each in desk.customers.all()}
    shop.sound()
    desk.close()


def test_two_desks_that_plan_the_same_day_plan_the_same(shop: Any) -> None:
    one, other = shop.desk(), shop.desk()
    shop.clock.advance(days=9)
    plan(one)
    assert plan(other).changes == 0
    one_each(one)
    shop.clock.advance(days=30)
    plan(other)
    assert plan(one).changes == 0
    one_each(other)
    one.close()
    other.close()
