"""The later touches of the care calendar: recurring contacts, counted in months from the delivery."""

from __future__ import annotations

import calendar
from collections.abc import Iterator, Sequence
from datetime import date, timedelta

import attrs

from dcrc import Dossier, Event, Fact, NotPlanned, Planned, PlanningDay, TaskState

from .policy import NAME, NewCarFollowupPolicy, Touch

Outcome = Planned | NotPlanned


@attrs.frozen
class _Past:
    """What the touches of one delivery look back on."""

    subject: str
    key: str
    facts: tuple[Fact, ...]
    contacts: Sequence[tuple[date, Fact, str]]  # day, fact, id of the touch it was itself
    standing: frozenset[tuple[str, str]]  # rule and occurrence of the open tasks


def plan_touches(
    dossier: Dossier, delivery: Event, policy: NewCarFollowupPolicy, day: PlanningDay
) -> Iterator[Outcome]:
    """Every touch of one delivery: the one that is due, and the next once it is near.

    They are many, each car's every few months: so they stand on the calendar days ahead, not months.
    """
    past = _past(dossier, delivery)
    sold = delivery.vehicle and dossier.vehicle(delivery.vehicle) is None
    for name, touch in policy.touches.items():
        if not touch.enabled:
            used = (f"{NAME}.touches.{name}.enabled",)
            yield NotPlanned(
                name, past.subject, "the step is switched off", facts=past.facts, policy=used
            )
        elif sold:
            yield NotPlanned(
                name, past.subject, "the car belongs to somebody else now", facts=past.facts
            )
        else:
            yield from _plan_touch(past, delivery, name, touch, policy, day)


def _past(dossier: Dossier, delivery: Event) -> _Past:
    subject = delivery.vehicle or delivery.id
    contacts = [
        (event.on, Fact(event.id, event.kind, event.on), "")
        for event in dossier.events_of("serviced")
    ]
    contacts += [
        (
            task.closed_on,
            Fact(task.id, "task", task.closed_on),
            _name(task.rule, task.subject, task.occurrence),
        )
        for task in dossier.tasks
        if task.state is TaskState.DONE and task.channel == "call" and task.closed_on is not None
    ]
    return _Past(
        subject,
        delivery.key or delivery.id,
        (Fact(delivery.id, delivery.kind, delivery.on),),
        contacts,
        frozenset(
            (task.rule, task.occurrence)
            for task in dossier.tasks
            if task.open and task.subject == subject
        ),
    )


def _name(rule: str, subject: str, occurrence: str) -> str:
    return f"{rule}|{subject}|{occurrence}"


def _plan_touch(
    past: _Past,
    delivery: Event,
    name: str,
    touch: Touch,
    policy: NewCarFollowupPolicy,
    day: PlanningDay,
) -> Iterator[Outcome]:
    """The occurrences that are still of use or still on the calendar, up to the next that has not opened."""
    rule = f"{NAME}.{name}"
    spared: NotPlanned | None = None
    from_start = any(standing == rule for standing, _ in past.standing)
    for months in _months(touch, policy, delivery.on, day.today, from_start):
        due = policy.open_day(add_months(delivery.on, months), day)
        expires = due + timedelta(touch.expires_after)
        occurrence = f"{past.key}+{months}"
        if expires < day.today and (rule, occurrence) not in past.standing:
            continue
        opens = due - timedelta(touch.opens_before)
        ahead = opens - timedelta(policy.touches_ahead)
        if ahead > day.today and (rule, occurrence) not in past.standing:
            if spared is not None:
                yield attrs.evolve(spared, until=ahead)
                return
            yield NotPlanned(
                name,
                past.subject,
                "the next one is due on {due}",
                {"due": due.isoformat()},
                until=ahead,
                facts=past.facts,
                policy=(f"{NAME}.touches_ahead",),
            )
            return
        since = due - timedelta(policy.contact_spares)
        own = _name(rule, past.subject, occurrence)
        contact = next(
            (
                (on, fact)
                for on, fact, was in reversed(past.contacts)
                if since <= on <= expires and was != own
            ),
            None,
        )
        if contact is not None:
            spared = NotPlanned(
                name,
                past.subject,
                "the customer was in contact on {date}",
                {"date": contact[0].isoformat()},
                facts=(*past.facts, contact[1]),
                policy=(f"{NAME}.contact_spares",),
            )
        else:
            yield Planned(
                name,
                past.subject,
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
                facts=past.facts,
                policy=(
                    f"{NAME}.touches.{name}.every_months",
                    f"{NAME}.touches.{name}.opens_before",
                    f"{NAME}.touches.{name}.expires_after",
                    f"{NAME}.contact_spares",
                    f"{NAME}.on_open_days",
                ),
            )
        if opens > day.today and contact is None:
            break
    if spared is not None:
        yield spared


def _months(
    touch: Touch, policy: NewCarFollowupPolicy, start: date, today: date, from_start: bool
) -> Iterator[int]:
    """The months of a touch that may matter from `today` on; all of them if `from_start`."""
    every = touch.every_months
    gone = (today.year - start.year) * 12 + today.month - start.month
    behind = (touch.expires_after + 15) // 28 + 1  # a due day may move past a festival
    first = 1 if from_start else max(1, (gone - behind) // every)
    for months in range(first * every, policy.touches_end + 1, every):
        if not any(
            other.enabled and other.every_months > every and months % other.every_months == 0
            for other in policy.touches.values()
        ):
            yield months


def add_months(day: date, months: int) -> date:
    """The same day so many months later, or the last one of a shorter month.

    >>> add_months(date(2026, 11, 30), 3)
    datetime.date(2027, 2, 28)
    """
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    if day.day > 28:
        return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))
    return date(year, month + 1, day.day)
