"""The later touches of the care calendar: recurring contacts, counted in months from the delivery."""

from __future__ import annotations

import calendar
from collections.abc import Iterator
from datetime import date, timedelta

import attrs

from dcrc import SOLD_ON, Dossier, Fact, NotPlanned, Planned, PlanningDay

from .handover import Handover, full_name, keys, last_contact
from .policy import NAME, NewCarFollowupPolicy, Touch

Outcome = Planned | NotPlanned


@attrs.frozen
class Turn:
    """One occurrence of a touch after a delivery: how many months later, and its days.

    From `ahead` on it stands on the calendar.
    """

    months: int
    ahead: date
    opens: date
    due: date
    expires: date


def plan_touches(
    dossier: Dossier, sale: Handover, policy: NewCarFollowupPolicy, day: PlanningDay
) -> Iterator[Outcome]:
    """Every touch of one delivery: the one that is due, and the next once it is near.

    They are many, each car's every few months: so they stand on the calendar days ahead, not months.
    """
    if not day.asks(dossier, sale.subject):
        ahead = None if sale.sold else day.once(first_ahead, policy, sale.event.on)
        if ahead is None:
            return
        until, name, due = ahead
        if until > day.today:  # while none of them is near, this is all there is to say
            why, params = "the next one is due on {due}", {"due": due.isoformat()}
            yield NotPlanned(name, sale.subject, why, params, until, sale.facts)
            return
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
            yield NotPlanned(name, sale.subject, SOLD_ON, facts=sale.facts)
        else:
            yield from _plan_touch(dossier, sale, name, touch, policy, day)


def _plan_touch(
    dossier: Dossier,
    sale: Handover,
    name: str,
    touch: Touch,
    policy: NewCarFollowupPolicy,
    day: PlanningDay,
) -> Iterator[Outcome]:
    """The occurrences that are still of use or still on the calendar, up to the next that has not come."""
    standing = sale.standing.get(full_name(name), ())
    spared: Fact | None = None
    until: date | None = None
    for turn in day.once(turns if standing else timely_turns, policy, sale.event.on)[name]:
        occurrence = f"{sale.key}+{turn.months}"
        stands = occurrence in standing
        if turn.expires < day.today and not stands:
            continue
        if turn.ahead > day.today and not stands:
            until = turn.ahead
            if spared is None:
                yield NotPlanned(
                    name,
                    sale.subject,
                    "the next one is due on {due}",
                    {"due": turn.due.isoformat()},
                    until,
                    sale.facts,
                    (f"{NAME}.touches_ahead",),
                )
            break
        since = turn.due - timedelta(policy.contact_spares)
        contact = last_contact(dossier, since, turn.expires)
        if contact is not None:
            spared = contact
            continue
        yield _planned(sale, name, touch, policy, occurrence, turn)
        if turn.opens > day.today:
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
    turn: Turn,
) -> Planned:
    return Planned(
        name,
        sale.subject,
        occurrence,
        opens=turn.opens,
        due=turn.due,
        expires=turn.expires,
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


def turns(
    policy: NewCarFollowupPolicy, day: PlanningDay, delivered: date
) -> dict[str, tuple[Turn, ...]]:
    """Every touch's occurrences after a delivery on that day."""
    return {
        name: tuple(
            _turn(months, delivered, touch, policy, day) for months in _months(touch, policy)
        )
        for name, touch in policy.touches.items()
    }


def timely_turns(
    policy: NewCarFollowupPolicy, day: PlanningDay, delivered: date
) -> dict[str, tuple[Turn, ...]]:
    """Those of them that are still of use, up to the first that is not on the calendar yet."""
    return {
        name: tuple(_timely(delivered, touch, policy, day))
        for name, touch in policy.touches.items()
    }


def _timely(
    delivered: date, touch: Touch, policy: NewCarFollowupPolicy, day: PlanningDay
) -> Iterator[Turn]:
    over = day.today - timedelta(touch.expires_after)
    for months in _months(touch, policy):
        if policy.open_day(add_months(delivered, months), day) < over:
            continue
        turn = _turn(months, delivered, touch, policy, day)
        yield turn
        if turn.ahead > day.today:
            return


def first_ahead(
    policy: NewCarFollowupPolicy, day: PlanningDay, delivered: date
) -> tuple[date, str, date] | None:
    """The first day on which a touch after a delivery on that day is on the calendar, its name and due day.

    None when all are over.
    """
    known = day.once(timely_turns, policy, delivered)
    firsts = (
        (known[name][0].ahead, name, known[name][0].due)
        for name, touch in policy.touches.items()
        if touch.enabled and known[name]
    )
    return min(firsts, default=None)


def _turn(
    months: int, delivered: date, touch: Touch, policy: NewCarFollowupPolicy, day: PlanningDay
) -> Turn:
    due = policy.open_day(add_months(delivered, months), day)
    opens = due - timedelta(touch.opens_before)
    ahead = opens - timedelta(policy.touches_ahead)
    return Turn(months, ahead, opens, due, due + timedelta(touch.expires_after))


def _months(touch: Touch, policy: NewCarFollowupPolicy) -> Iterator[int]:
    """The months of a touch; a rarer one takes its place."""
    every = touch.every_months
    rarer = [
        other.every_months
        for other in policy.touches.values()
        if other.every_months > every and other.enabled
    ]
    for months in range(every, policy.touches_end + 1, every):
        if all(months % other for other in rarer):
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
