"""The reminders of one customer: his birthday and licence, and what each of his cars needs."""

from __future__ import annotations

from collections.abc import Iterator

from dcrc import Dossier, Outcome, Planner, PlanningDay, Rule

from .birthdays import BIRTHDAY, plan_birthday
from .deadlines import INSPECTION, LICENCE, WARRANTY, plan_inspection, plan_licence, plan_warranty
from .policy import RemindersPolicy
from .reminding import NAME
from .service_due import believed_rate
from .services import BOOKING, FIRST, MISSED, REGULAR, plan_services

SERVICE_RULES = (FIRST, REGULAR, MISSED)
RULES = (*SERVICE_RULES, BOOKING, WARRANTY, INSPECTION, LICENCE, BIRTHDAY)


def rules(policy: RemindersPolicy) -> tuple[Rule, ...]:
    """Every rule with the title that the policy gives it."""
    return tuple(Rule(name, getattr(policy, name).title) for name in RULES)


def plan_reminders(
    dossier: Dossier, policy: RemindersPolicy, day: PlanningDay
) -> Iterator[Outcome]:
    """Everything that is reminded; a car that is off the books is left out."""
    yield from plan_birthday(dossier, policy, day)
    yield from plan_licence(dossier, policy, day)
    facts = day.policies.section("facts")
    for vehicle in dossier.vehicles:
        if vehicle.archived:
            continue
        rate = believed_rate(dossier, vehicle, policy, facts)
        yield from plan_services(dossier, vehicle, rate, policy, day)
        yield from plan_warranty(dossier, vehicle, rate, policy, day)
        yield from plan_inspection(dossier, vehicle, policy, day)


planner = Planner(NAME, NAME, rules, plan_reminders)
