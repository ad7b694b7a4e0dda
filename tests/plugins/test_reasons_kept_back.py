"""What planners leave unsaid when nobody explains changes nothing: not a task, not a reason, not a day."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest

from dcrc import Desk, Reading, record_reading
from dcrc.kernel.customers import find_customer
from dcrc.kernel.dossiers import read_dossiers
from dcrc.kernel.planning import Planning, plan
from dcrc.testing import (
    TestClock,
    a_customer,
    a_vehicle,
    delivered,
    isolated_desk,
    open_tasks,
    reached,
    serviced,
)
from plugins import new_car_followup, reminders, service_followup

TODAY = date(2026, 11, 20)
DAY = timedelta(1)
AGES = (1, 4, 7, 9, 22, 33, 47, 80, 92, 118, 178, 370, 545, 700, 1100, 1465, 1830)  # days


@pytest.fixture
def clock() -> TestClock:
    return TestClock(TODAY)


@pytest.fixture
def desk(tmp_path: Path, clock: TestClock) -> Desk:
    """A dealer with cars of many ages; every second came to the workshop, every third was sold on."""
    desk = isolated_desk(
        tmp_path, plugins=[new_car_followup, reminders, service_followup], today=TODAY, clock=clock
    )
    for number, age in enumerate(AGES):
        owner = a_customer(desk, birthday=date(1980, 1 + number % 12, 29) if number % 2 else None)
        car = a_vehicle(desk, owner)
        delivered(desk, car, TODAY - age * DAY)
        for turn in range(number % 4):
            on = TODAY - (age - 170 * turn - 20) * DAY
            if on <= TODAY:
                record_reading(desk, car.id, Reading(on, 900 + 6000 * turn, "serviced"))
                serviced(desk, car, on, work="保养", km=900 + 6000 * turn)
        if number % 3 == 2:
            delivered(desk, a_vehicle(desk, owner), TODAY - (age // 2) * DAY)
    return desk


@pytest.mark.parametrize("further", [0, 200])
def test_the_calendar_is_the_same_whether_reasons_are_told_or_kept_back(
    desk: Desk, clock: TestClock, further: int
) -> None:
    customers = [str(each) for each in desk.customers.ids_starting("", limit=-1)]
    told_more = 0
    for step in (0, 1, 6, 14, 75):
        clock.set(desk.today() + step * DAY)
        quiet = Planning.of(desk, TODAY + further * DAY)
        explained = Planning.of(desk, TODAY + further * DAY, explained=True)
        for dossier in read_dossiers(desk, customers):
            assert quiet.reconcile(dossier) == explained.reconcile(dossier)
            counts = [
                sum(map(len, run.outcomes(dossier)[0].values())) for run in (quiet, explained)
            ]
            told_more += counts[1] - counts[0]
        plan(desk)
        for customer in customers[::3]:
            for task in open_tasks(desk, find_customer(desk, customer))[:1]:
                reached(desk, task)
    assert told_more > 100
