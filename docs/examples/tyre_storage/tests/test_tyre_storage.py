"""Tyres in the rack: who is called before the season, and what the rack remembers."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import tyre_storage
from tyre_storage.operations import sets_of, store_tyres
from tyre_storage.reports import count_for_the_log, count_rack, lines

from dcrc import Desk, Event, Task, record_event
from dcrc.kernel.calendar import record_attempt
from dcrc.kernel.tasks import Result
from dcrc.kernel.undoing import undo
from dcrc.testing import TestClock, a_customer, a_vehicle, isolated_desk, open_tasks

SPRING = date(2026, 4, 2)


def winter_tyres_stored(folder: Path) -> tuple[Desk, Task]:
    desk = isolated_desk(folder, plugins=[tyre_storage], today=SPRING)
    owner = a_customer(desk, "王小明")
    store_tyres(desk, a_vehicle(desk, owner), "winter", "B-12")
    assert isinstance(desk.clock, TestClock)
    desk.clock.set(date(2026, 11, 2))
    (task,) = open_tasks(desk, owner)
    return desk, task


def test_the_owner_is_called_two_weeks_before_the_winter(tmp_path: Path) -> None:
    desk, task = winter_tyres_stored(tmp_path)
    assert (task.rule, task.opens, task.due) == (
        "tyre_storage.change",
        date(2026, 11, 1),
        date(2026, 11, 15),
    )
    desk.close()


def test_nobody_is_called_once_the_tyres_are_fetched(tmp_path: Path) -> None:
    desk, task = winter_tyres_stored(tmp_path)
    fetched = Event("", "tyres_returned", task.customer, desk.today(), vehicle=task.vehicle)
    record_event(desk, fetched)
    owner = desk.get(desk.customers, type(a_customer(desk, "李四")), task.customer)
    assert open_tasks(desk, owner) == []
    assert sets_of(desk, task.customer) == []
    desk.close()


def test_the_wish_is_noted_with_the_set_and_undone_with_the_call(tmp_path: Path) -> None:
    desk, task = winter_tyres_stored(tmp_path)
    record_attempt(desk, task.id, Result.REACHED, answers={"comes": "yes", "wish": "周六上午"})
    (held,) = sets_of(desk, task.customer)
    assert (held.tries, held.wish) == (1, "周六上午")
    undo(desk)
    (held,) = sets_of(desk, task.customer)
    assert (held.tries, held.wish) == (0, "")
    desk.close()


def test_the_rack_is_counted_and_shown(tmp_path: Path) -> None:
    desk, task = winter_tyres_stored(tmp_path)
    assert {row.label: row.value for row in count_rack(desk, desk.today())} == {
        "winter": 1,
        "summer": 0,
    }
    assert "B-12" in lines(desk, task.customer)[0]
    assert "1" in count_for_the_log(desk)
    desk.close()
