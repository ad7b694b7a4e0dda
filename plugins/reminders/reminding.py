"""What the rules share: their name, how a reminder becomes a planned task, why it may be off."""

from __future__ import annotations

from datetime import date
from functools import cache

from dcrc import Dossier, Fact, NotPlanned, Planned, PlanningDay, Remark

from .days import Window
from .policy import Timing

NAME = "reminders"


@cache
def used(rule: str, *fields: str) -> tuple[str, ...]:
    """The dotted keys of a rule's timing."""
    return tuple(f"{NAME}.{rule}.{field}" for field in fields)


def blocked(timing: Timing, rule: str, subject: str) -> NotPlanned | None:
    """Why a rule that the policy switched off wants nothing; None while it is on."""
    if timing.enabled:
        return None
    return NotPlanned(rule, subject, "the reminder is switched off", policy=used(rule, "enabled"))


def later(
    dossier: Dossier, rule: str, subject: str, wanted: Window, day: PlanningDay
) -> NotPlanned | None:
    """What there is to say of a reminder that is far ahead; None when it is time to plan it."""
    comes = day.waits_until(dossier, wanted.opens, wanted.earliest)
    if comes is None:
        return None
    why = "not planned yet: it comes on the calendar on {date}"
    return NotPlanned(rule, subject, why, {"date": comes.isoformat()}, comes)


def planned(
    rule: str,
    subject: str,
    occurrence: str,
    timing: Timing,
    wanted: Window,
    *,
    latest: date,
    vehicle: str = "",
    facts: tuple[Fact, ...] = (),
    policy: tuple[str, ...] = (),
    remarks: tuple[Remark, ...] = (),
    tries: int = 0,
    message: str = "",
) -> Planned:
    """A reminder as a task; it may move between its earliest day and `latest` to share a conversation."""
    return Planned(
        rule,
        subject,
        occurrence,
        opens=wanted.opens,
        due=wanted.due,
        expires=wanted.expires,
        vehicle=vehicle,
        role=timing.role,
        form=timing.form,
        script=timing.script,
        priority=timing.priority,
        facts=facts,
        policy=policy,
        remarks=remarks,
        between=(wanted.earliest, latest) if wanted.earliest < latest else None,
        tries=tries,
        message=message,
    )
