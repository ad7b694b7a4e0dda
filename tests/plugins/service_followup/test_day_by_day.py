"""Half a year, day by day: nothing is asked twice, nothing is forgotten, finished calls stay as they were."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest

from dcrc import Desk, Event, Task, TaskState
from dcrc.kernel.agenda import tasks
from dcrc.kernel.calendar import record_attempt
from dcrc.kernel.desk import open_desk
from dcrc.kernel.planning import plan
from dcrc.kernel.tasks import Result
from dcrc.testing import a_customer, a_vehicle, reached, serviced
from plugins import service_followup

Open = Callable[..., Any]
START = date(2025, 11, 3)
HOLIDAY = range(date(2026, 2, 13).toordinal(), date(2026, 2, 27).toordinal())
CHANGE = date(2026, 3, 9)
DAYS = 180


def visits_of(desk: Desk) -> list[Task]:
    found = tasks(desk, rule="service_followup.visit", state=None, limit=0)
    return [task for task in found if task.state is not TaskState.WITHDRAWN]


def call(desk: Desk, chance: random.Random) -> None:
    for task in tasks(desk, rule="service_followup.visit", state="open", limit=0):
        if task.opens <= desk.today() and chance.random() < 0.5:
            if chance.random() < 0.8:
                reached(desk, task)
            else:
                record_attempt(desk, task.id, Result.NO_ANSWER)


@pytest.mark.repeats
@pytest.mark.parametrize("seed", [7, 8])
def test_half_a_year_day_by_day(workshop: Open, seed: int) -> None:
    chance = random.Random(seed)
    desk: Desk = workshop(today=START).desk
    cars = [a_vehicle(desk, a_customer(desk, f"客户{n}")) for n in range(12)]
    real: dict[str, Event] = {}
    finished: dict[str, Task] = {}
    in_workshop: dict[str, date] = {}
    for number in range(DAYS):
        day = START + timedelta(number)
        desk.clock.set(day)  # type: ignore[attr-defined]
        if day == CHANGE:
            desk.close()
            policy = "[service_followup]\ndue_day = 5\n"
            desk.db.path.with_suffix(".toml").write_text(policy, "utf-8")
            desk = open_desk(desk.db.path, clock=desk.clock, plugins=[service_followup])
        for car in chance.sample(cars, chance.choice((0, 0, 1, 2))):
            came = in_workshop.pop(car.id, None) or day - timedelta(chance.choice((0, 0, 2)))
            for work in chance.choice((["一般维修"], ["首保", "索赔"], ["事故车", "内部"])):
                order = serviced(desk, car, day, work=work, came_in=came.isoformat())
                if work != "内部":
                    real[order.id] = order
            if chance.random() < 0.2:  # it stays for another order
                in_workshop[car.id] = came
        if day.toordinal() in HOLIDAY:
            continue
        plan(desk)
        assert plan(desk).changes == 0
        call(desk, chance)
        closed = {task.id: task for task in visits_of(desk) if not task.open}
        assert {key: closed[key] for key in finished} == finished
        finished = closed
    desk.clock.advance(days=60)  # type: ignore[attr-defined]
    plan(desk)

    named = Counter(fact["ref"] for task in visits_of(desk) for fact in task.reasons["facts"])
    assert named == Counter(real.keys())
    for task in visits_of(desk):
        left = max(date.fromisoformat(fact["on"]) for fact in task.reasons["facts"])
        days = dict(task.reasons["policy"])["service_followup.due_day"]
        assert task.due == desk.workdays.next_open(left + timedelta(days))
        assert days == 3 or (task.closed_on or task.due) >= CHANGE
        assert len({real[fact["ref"]].vehicle for fact in task.reasons["facts"]}) == 1
    assert not any(task.open for task in visits_of(desk))
    desk.close()
