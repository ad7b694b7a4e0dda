"""Cars and their histories for the reminders: pure dossiers, and an isolated desk."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from dcrc import (
    Answers,
    Customer,
    Desk,
    Dossier,
    Event,
    FactsPolicy,
    NotPlanned,
    Outcome,
    Planned,
    PlanningDay,
    Reading,
    Vehicle,
)
from dcrc.kernel.policies import Policies
from dcrc.kernel.workdays import Workdays, WorkdaysPolicy
from dcrc.testing import isolated_desk
from plugins import reminders
from plugins.reminders.policy import RemindersPolicy
from plugins.reminders.rules import plan_reminders

CAR, OWNER = "CAR", "OWNER"
ALL_WEEK = Workdays(
    WorkdaysPolicy(days=("mon", "tue", "wed", "thu", "fri", "sat", "sun"), festivals=False)
)
OFFICE = Workdays(WorkdaysPolicy())


def day_of(iso: str) -> date:
    return date.fromisoformat(iso)


def a_dossier(
    *facts: tuple[Any, ...],
    model: str = "CS75",
    usage: str = "private",
    registered: str = "",
    **customer: Any,
) -> Dossier:
    """One car's dossier. Facts: ("delivered", day), ("serviced", day, km[, work]), ("read", day, km),
    ("said", day, form, values)."""
    events: list[Event] = []
    answers: list[Answers] = []
    readings: list[Reading] = []
    for number, (kind, on, *rest) in enumerate(facts):
        day = day_of(on)
        if kind == "read":
            readings.append(Reading(day, rest[0], "call"))
        elif kind == "said":
            form, values = rest
            answers.append(Answers(f"A{number}", form, 1, OWNER, day, vehicle=CAR, values=values))
        else:
            data: dict[str, Any] = {}
            if kind == "serviced":
                data = {"work": rest[1] if len(rest) > 1 else "保养"}
                if rest and rest[0] is not None:
                    data["km"] = rest[0]
                data |= rest[2] if len(rest) > 2 else {}
            events.append(
                Event(f"E{number}", kind, OWNER, day, vehicle=CAR, key=f"K{number}", data=data)
            )
    car = Vehicle(
        CAR,
        "VIN",
        customer=OWNER,
        model=model,
        usage=usage,
        first_registered=day_of(registered) if registered else None,
        readings=tuple(readings),
    )
    return Dossier(
        Customer(OWNER, "王小明", **customer),
        (car,),
        tuple(sorted(events, key=lambda each: (each.on, each.id))),
        tuple(sorted(answers, key=lambda each: (each.on, each.id))),
    )


def outcomes(
    dossier: Dossier,
    today: str,
    policy: RemindersPolicy | None = None,
    workdays: Workdays = ALL_WEEK,
) -> list[Outcome]:
    day = PlanningDay(day_of(today), workdays, Policies({"facts": FactsPolicy()}))
    return list(plan_reminders(dossier, policy or RemindersPolicy(), day))


def wanted(
    dossier: Dossier,
    rule: str,
    today: str,
    policy: RemindersPolicy | None = None,
    workdays: Workdays = ALL_WEEK,
) -> Planned | None:
    """The first occurrence of a rule that is still of use."""
    return next(
        (
            each
            for each in outcomes(dossier, today, policy, workdays)
            if isinstance(each, Planned) and each.rule == rule
        ),
        None,
    )


def refused(dossier: Dossier, rule: str, today: str) -> NotPlanned | None:
    """The reason that counts: the last that a rule gave."""
    found = [
        each
        for each in outcomes(dossier, today)
        if isinstance(each, NotPlanned) and each.rule == rule
    ]
    return found[-1] if found else None


@pytest.fixture(scope="session")
def garage() -> SimpleNamespace:
    """`dossier(*facts, …)` makes a car's dossier; `wanted`, `refused` and `outcomes` ask what is planned."""
    return SimpleNamespace(
        dossier=a_dossier, wanted=wanted, refused=refused, outcomes=outcomes, office=OFFICE
    )


@pytest.fixture
def desk_on(tmp_path: Path) -> Iterator[Callable[..., Desk]]:
    """Makes one desk with the reminders on a day, by the dealer's `policy`."""
    made: list[Desk] = []

    def make(today: date, policy: str = "", plugins: tuple[Any, ...] = (reminders,)) -> Desk:
        made.append(isolated_desk(tmp_path, plugins=plugins, today=today, policy=policy))
        return made[0]

    yield make
    for desk in made:
        desk.close()
