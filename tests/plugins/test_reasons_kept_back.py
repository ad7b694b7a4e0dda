"""What planners leave unsaid when nobody explains changes nothing: not a task, not a reason, not a day."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import attrs
import pytest

from dcrc import (
    Desk,
    Dossier,
    NotPlanned,
    Outcome,
    Planner,
    PlanningDay,
    Reading,
    Rule,
    Wording,
    hookimpl,
    record_reading,
)
from dcrc.kernel.customers import find_customer
from dcrc.kernel.dossiers import read_dossiers
from dcrc.kernel.plan_run import Planning
from dcrc.kernel.planning import plan
from dcrc.kernel.vehicles import change_owner
from dcrc.testing import (
    TestClock,
    a_customer,
    a_vehicle,
    delivered,
    isolated_desk,
    kept_back_wrongly,
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
    """A dealer with cars of many ages; most came to the workshop, some were sold on."""
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
        if number % 5 == 3:
            change_owner(desk, car.id, a_customer(desk).id)
    return desk


@pytest.mark.parametrize("further", [0, 200])
def test_the_calendar_is_the_same_whether_reasons_are_told_or_kept_back(
    desk: Desk, clock: TestClock, further: int
) -> None:
    customers = [str(each) for each in desk.customers.ids_starting("", limit=-1)]
    told_more = 0
    for step in (0, 1, 6, 14, 75):
        clock.set(desk.today() + step * DAY)
        until = TODAY + further * DAY
        assert kept_back_wrongly(desk, until) == []
        told_more += said(desk, customers, until, explained=True)
        told_more -= said(desk, customers, until, explained=False)
        plan(desk)
        for customer in customers[::3]:
            for task in open_tasks(desk, find_customer(desk, customer))[:1]:
                reached(desk, task)
    assert told_more > 100


def said(desk: Desk, customers: list[str], until: date, *, explained: bool) -> int:
    """How many outcomes all planners tell."""
    run = Planning.of(desk, until, explained=explained)
    found = (run.outcomes(dossier)[0] for dossier in read_dossiers(desk, customers))
    return sum(len(answers) for outcomes in found for answers in outcomes.values())


class Hasty:
    """A plugin that forgets the day on which its reason ends, where nobody asks."""

    @staticmethod
    @hookimpl
    def dcrc_policy_section() -> tuple[str, type]:
        return "hasty", HastyPolicy

    @staticmethod
    @hookimpl
    def dcrc_planners() -> list[Planner]:
        return [
            Planner("hasty", "hasty", lambda _: (Rule("call", Wording("电话", "Call")),), hasty)
        ]


@attrs.frozen
class HastyPolicy:
    """The section `hasty`."""


def hasty(dossier: Dossier, policy: HastyPolicy, day: PlanningDay) -> Iterator[Outcome]:
    customer = dossier.customer.id
    if day.asks(dossier, customer):
        yield NotPlanned("call", customer, "not yet", until=TODAY + 90 * DAY)


def test_a_plugin_that_keeps_back_too_much_is_found(tmp_path: Path) -> None:
    seat = isolated_desk(tmp_path, plugins=[Hasty()], today=TODAY)
    owner = a_customer(seat)
    assert kept_back_wrongly(seat) == [owner.id]
    seat.close()
