"""The later touches of the care calendar: recurring contacts, counted in months from the delivery."""

from __future__ import annotations

import calendar
from collections.abc import Iterator
from datetime import date, timedelta
from functools import cache

from dcrc import Dossier, Event, Fact, NotPlanned, Planned, PlanningDay, TaskState

from .policy import NAME, NewCarFollowupPolicy, Touch

Outcome = Planned | NotPlanned


def plan_touches(
    dossier: Dossier, delivery: Event, policy: NewCarFollowupPolicy, day: PlanningDay
) -> Iterator[Outcome]:
    """Every touch of one delivery: the one that is due, and the next to come."""
    subject = delivery.vehicle or delivery.id
    sold = delivery.vehicle and dossier.vehicle(delivery.vehicle) is None
    facts = (Fact(delivery.id, delivery.kind, delivery.on),)
    for name, touch in policy.touches.items():
        if not touch.enabled:
            used = (f"{NAME}.touches.{name}.enabled",)
            yield NotPlanned(name, subject, "the step is switched off", facts=facts, policy=used)
        elif sold:
            yield NotPlanned(name, subject, "the car belongs to somebody else now", facts=facts)
        else:
            yield from _plan_touch(dossier, delivery, name, touch, policy, day)


def _plan_touch(
    dossier: Dossier,
    delivery: Event,
    name: str,
    touch: Touch,
    policy: NewCarFollowupPolicy,
    day: PlanningDay,
) -> Iterator[Outcome]:
    """The occurrences that are still of use or still on the calendar, up to the next that has not opened."""
    subject, key = delivery.vehicle or delivery.id, delivery.key or delivery.id
    standing = {
        task.occurrence for task in dossier.tasks_of(f"{NAME}.{name}", subject) if task.open
    }
    for months in _months(touch, policy, delivery.on, day.today, bool(standing)):
        due = policy.open_day(add_months(delivery.on, months), day)
        expires = due + timedelta(touch.expires_after)
        occurrence = f"{key}+{months}"
        if expires < day.today and occurrence not in standing:
            continue
        opens = due - timedelta(touch.opens_before)
        spare = due - timedelta(policy.contact_spares)
        own = (f"{NAME}.{name}", subject, occurrence)
        contact = _contact(dossier, spare, expires, own) if spare <= day.today else None
        if contact is not None:
            yield NotPlanned(
                name,
                subject,
                "the customer was in contact on {date}",
                {"date": contact.on.isoformat() if contact.on else ""},
                facts=(Fact(delivery.id, delivery.kind, delivery.on), contact),
                policy=(f"{NAME}.contact_spares",),
            )
        else:
            yield Planned(
                name,
                subject,
                occurrence,
                opens=opens,
                due=due,
                expires=expires,
                vehicle=delivery.vehicle,
                event=delivery.id,
                role=touch.role,
                owner=policy.owner_of(touch.role, delivery),
                channel=touch.channel,
                form=touch.form,
                script=touch.script,
                priority=touch.priority,
                facts=(Fact(delivery.id, delivery.kind, delivery.on),),
                policy=_used(name),
            )
        if opens > day.today:
            return


@cache
def _used(name: str) -> tuple[str, ...]:
    return (
        f"{NAME}.touches.{name}.every_months",
        f"{NAME}.touches.{name}.opens_before",
        f"{NAME}.touches.{name}.expires_after",
        f"{NAME}.contact_spares",
        f"{NAME}.on_open_days",
    )


def _months(
    touch: Touch, policy: NewCarFollowupPolicy, start: date, today: date, from_start: bool
) -> Iterator[int]:
    """The months of a touch that may matter from `today` on; all of them if `from_start`."""
    every = touch.every_months
    rarer = [
        each.every_months
        for each in policy.touches.values()
        if each.enabled and each.every_months > every
    ]
    gone = (today.year - start.year) * 12 + today.month - start.month
    behind = (touch.expires_after + 15) // 28 + 1  # a due day may move past a festival
    first = 1 if from_start else max(1, (gone - behind) // every)
    for months in range(first * every, policy.touches_end + 1, every):
        if all(months % other for other in rarer):
            yield months


def _contact(dossier: Dossier, since: date, until: date, own: tuple[str, str, str]) -> Fact | None:
    """The last conversation or workshop visit in those days that spares the customer another call."""
    found = [
        Fact(event.id, event.kind, event.on)
        for event in dossier.events_of("serviced")
        if since <= event.on <= until
    ]
    found += [
        Fact(task.id, "task", task.closed_on)
        for task in dossier.tasks
        if task.state is TaskState.DONE
        and task.channel == "call"
        and task.closed_on is not None
        and since <= task.closed_on <= until
        and (task.rule, task.subject, task.occurrence) != own
    ]
    return max(found, key=lambda fact: (fact.on or since, fact.ref), default=None)


def add_months(day: date, months: int) -> date:
    """The same day so many months later, or the last one of a shorter month.

    >>> add_months(date(2026, 11, 30), 3)
    datetime.date(2027, 2, 28)
    """
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))
