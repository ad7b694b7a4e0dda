"""The later touches of the care calendar: recurring contacts, counted in months from the delivery."""

from __future__ import annotations

import calendar
from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from dcrc import Fact, NotPlanned, Planned, PlanningDay

from .handover import Handover, full_name, keys
from .policy import NAME, NewCarFollowupPolicy, Touch

Outcome = Planned | NotPlanned


def plan_touches(
    sale: Handover, spoken: Sequence[Fact], policy: NewCarFollowupPolicy, day: PlanningDay
) -> Iterator[Outcome]:
    """Every touch of one delivery: the one that is due, and the next once it is near.

    They are many, each car's every few months: so they stand on the calendar days ahead, not months.
    """
    for name, touch in policy.touches.items():
        if not touch.enabled:
            yield NotPlanned(
                name,
                sale.subject,
                "the step is switched off",
                facts=sale.facts,
                policy=keys(f"touches.{name}", "enabled"),
            )
        elif sale.sold:
            yield NotPlanned(
                name, sale.subject, "the car belongs to somebody else now", facts=sale.facts
            )
        else:
            yield from _plan_touch(sale, spoken, name, touch, policy, day)


def _plan_touch(
    sale: Handover,
    spoken: Sequence[Fact],
    name: str,
    touch: Touch,
    policy: NewCarFollowupPolicy,
    day: PlanningDay,
) -> Iterator[Outcome]:
    """The occurrences that are still of use or still on the calendar, up to the next that has not come."""
    standing = sale.standing.get(full_name(name), ())
    spared: Fact | None = None
    until: date | None = None
    for months in _months(touch, policy, sale.event.on, day.today, bool(standing)):
        due = policy.open_day(add_months(sale.event.on, months), day)
        expires = due + timedelta(touch.expires_after)
        occurrence = f"{sale.key}+{months}"
        stands = occurrence in standing
        if expires < day.today and not stands:
            continue
        opens = due - timedelta(touch.opens_before)
        ahead = opens - timedelta(policy.touches_ahead)
        if ahead > day.today and not stands:
            until = ahead
            if spared is None:
                yield NotPlanned(
                    name,
                    sale.subject,
                    "the next one is due on {due}",
                    {"due": due.isoformat()},
                    until,
                    sale.facts,
                    (f"{NAME}.touches_ahead",),
                )
            break
        contact = _contact(spoken, due - timedelta(policy.contact_spares), expires)
        if contact is not None:
            spared = contact
            continue
        yield _planned(sale, name, touch, policy, occurrence, (opens, due, expires))
        if opens > day.today:
            break
    if spared is not None:
        yield NotPlanned(
            name,
            sale.subject,
            "the customer was in contact on {date}",
            {"date": spared.on.isoformat() if spared.on else ""},
            until,
            (*sale.facts, spared),
            (f"{NAME}.contact_spares",),
        )


def _planned(
    sale: Handover,
    name: str,
    touch: Touch,
    policy: NewCarFollowupPolicy,
    occurrence: str,
    days: tuple[date, date, date],
) -> Planned:
    """One occurrence; `days` are when it opens, is due and expires."""
    opens, due, expires = days
    return Planned(
        name,
        sale.subject,
        occurrence,
        opens=opens,
        due=due,
        expires=expires,
        vehicle=sale.event.vehicle,
        event=sale.event.id,
        role=touch.role,
        owner=policy.owner_of(touch.role, sale.event),
        channel=touch.channel,
        form=touch.form,
        script=touch.script,
        priority=touch.priority,
        facts=sale.facts,
        policy=(
            *keys(f"touches.{name}", "every_months", "opens_before", "expires_after"),
            f"{NAME}.contact_spares",
            f"{NAME}.on_open_days",
        ),
    )


def _contact(spoken: Sequence[Fact], since: date, until: date) -> Fact | None:
    """The last conversation or workshop visit in those days that spares the customer another call."""
    for fact in spoken:
        if fact.on is not None and since <= fact.on <= until:
            return fact
    return None


def _months(
    touch: Touch, policy: NewCarFollowupPolicy, start: date, today: date, from_start: bool
) -> Iterator[int]:
    """The months of a touch that may matter from `today` on; all of them if `from_start`."""
    every = touch.every_months
    gone = (today.year - start.year) * 12 + today.month - start.month
    behind = (touch.expires_after + 15) // 28 + 1  # a due day may move past a festival
    first = 1 if from_start else max(1, (gone - behind) // every)
    for months in range(first * every, policy.touches_end + 1, every):
        for other in policy.touches.values():
            if other.every_months > every and other.enabled and not months % other.every_months:
                break
        else:
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
