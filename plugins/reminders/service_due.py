"""When a car's next service is due: by a fixed cycle, the model's schedule, the customer's driving."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from functools import lru_cache
from typing import Any

import attrs

from dcrc import (
    Answers,
    Dossier,
    Event,
    Fact,
    FactsPolicy,
    Reading,
    Remark,
    Vehicle,
    new_car_delivery,
)

from .conversation import KM, MILEAGE_FORM, OFF_THE_ROAD, POSTPONED, went_elsewhere
from .odometer import DailyRate, daily_rate
from .policy import RemindersPolicy, Schedule
from .statute import months_after

CYCLE, SCHEDULE, OWN = "cycle", "schedule", "own"
MONTHS, KILOMETRES = "months", "km"


@attrs.frozen
class Anchor:
    """The fact that the next service counts from: a delivery, a service here, or one elsewhere.

    `km` is None when nobody noted it. `next_on` and `next_km` are what the workshop wrote on the order.
    `used` tells the delivery of a car that had been somebody's before.
    """

    key: str
    kind: str  # delivered, serviced, elsewhere, registered
    on: date
    ref: str
    km: int | None = None
    next_on: date | None = None
    next_km: int | None = None
    used: bool = False

    @property
    def first(self) -> bool:
        """Whether no service is known yet."""
        return self.kind in ("delivered", "registered") and not self.used

    @property
    def fact(self) -> Fact:
        return Fact(self.ref, self.kind, self.on)


@attrs.frozen
class Estimate:
    """One method's day, and whether months or kilometres come first; the span is its uncertainty.

    `reached` is the day on which the customer's driving comes to `km`, though months may come before.
    """

    method: str
    due: date
    by: str
    earliest: date
    latest: date
    km: int | None = None
    reached: date | None = None


@attrs.frozen
class ServiceDue:
    """The next service of a car by every method that has something to say; `best` is acted upon."""

    anchor: Anchor
    best: Estimate
    estimates: tuple[Estimate, ...]
    rate: DailyRate | None = None

    def remarks(self) -> tuple[Remark, ...]:
        """What is shown with the task: each method's day and how sure it is; the one that counts first."""
        return tuple(_remarks(self))


def schedule_of(policy: RemindersPolicy, model: str) -> tuple[str, Schedule | None]:
    """The model's own service plan and its key in the policy; None if it has none."""
    for key, schedule in policy.schedules.items():
        if _named(model, schedule.names):
            return key, schedule
    return "", None


@lru_cache(maxsize=1 << 12)
def _named(model: str, names: tuple[str, ...]) -> bool:
    return any(name and name in model for name in names)


def is_service(event: Event, policy: RemindersPolicy) -> bool:
    """Whether a workshop visit was a maintenance; one of which nobody noted the kind counts."""
    if event.kind != "serviced" or event.data.get("sheet") == "body_and_paint":
        return False
    work = str(event.data.get("work", ""))
    return not work or any(word in work.lower() for word in policy.service_work)


def anchors(
    dossier: Dossier,
    vehicle: Vehicle,
    policy: RemindersPolicy,
    facts: FactsPolicy,
    since: date = date.min,
) -> list[Anchor]:
    """Every fact that a next service counts or counted from, oldest first; services here `since` a day."""
    new = new_car_delivery(vehicle, dossier.history, facts)
    found = [Anchor(new.key or new.id, "delivered", new.on, new.id, 0)] if new is not None else []
    found += [
        Anchor(each.key or each.id, "delivered", each.on, each.id, used=True)
        for each in dossier.events_of("delivered", vehicle.id)[:1]
        if each != new
    ]
    if not found and vehicle.first_registered is not None:
        on = vehicle.first_registered
        found.append(Anchor(vehicle.vin, "registered", on, vehicle.id, 0))
    for event in dossier.history_of("serviced", vehicle.id):
        if event.on >= since and is_service(event, policy):
            found.append(visit_anchor(event, policy))
    for answers in dossier.answers:
        if answers.vehicle == vehicle.id and (there := went_elsewhere(answers)) is not None:
            found.append(Anchor(answers.id, "elsewhere", there.on, answers.id, there.km))
    return sorted(found, key=lambda each: (each.on, each.kind != "delivered", each.key))


def last_anchor(
    dossier: Dossier, vehicle: Vehicle, policy: RemindersPolicy, facts: FactsPolicy
) -> Anchor | None:
    """The fact that the next service counts from."""
    services = reversed(dossier.history_of("serviced", vehicle.id))
    newest = next((event.on for event in services if is_service(event, policy)), date.min)
    known = anchors(dossier, vehicle, policy, facts, since=newest)
    return known[-1] if known else None


def visit_anchor(event: Event, policy: RemindersPolicy) -> Anchor:
    """A service here as the fact that the next one counts from."""
    km = event.data.get("km")
    next_km = _number(event.data.get("next_km")) if policy.workshop_dates else None
    next_on = _day(event.data.get("next_on")) if policy.workshop_dates else None
    return Anchor(
        event.key or event.id,
        "serviced",
        event.on,
        event.id,
        _number(km),
        next_on if next_on is not None and next_on > event.on else None,
        next_km if next_km is not None and next_km > (_number(km) or 0) else None,
    )


def _number(value: Any) -> int | None:
    return int(value) if isinstance(value, (int, float)) and value >= 0 else None


def _day(value: Any) -> date | None:
    try:
        return date.fromisoformat(str(value)[:10]) if value else None
    except ValueError:
        return None


def readings_of(dossier: Dossier, vehicle: Vehicle, facts: FactsPolicy) -> tuple[Reading, ...]:
    """All that is known of a car's odometer: its readings, visits, conversations, and zero when new."""
    found = {(each.on, each.km): each for each in vehicle.readings}
    for event in dossier.history_of("serviced", vehicle.id):
        if (km := _number(event.data.get("km"))) is not None:
            on = min(_day(event.data.get("came_in")) or event.on, event.on)
            if (on, km) not in found:
                found[on, km] = Reading(on, km, "serviced")
    for answers in dossier.answers:
        if answers.vehicle == vehicle.id and (km := _number(answers.values.get(KM))) is not None:
            found.setdefault((answers.on, km), Reading(answers.on, km, "call"))
    new = new_car_delivery(vehicle, dossier.history, facts)
    if new is not None and all(on >= new.on for on, _ in found):
        found.setdefault((new.on, 0), Reading(new.on, 0, "delivered"))
    return tuple(found[each] for each in sorted(found))


def believed_rate(
    dossier: Dossier, vehicle: Vehicle, policy: RemindersPolicy, facts: FactsPolicy
) -> DailyRate | None:
    """The customer's own kilometres per day, if they are known well enough to plan by."""
    rate = daily_rate(readings_of(dossier, vehicle, facts), policy.mileage)
    return rate if rate is not None and rate.uncertainty <= policy.mileage.widest else None


def service_due(
    anchor: Anchor, model: str, rate: DailyRate | None, policy: RemindersPolicy
) -> ServiceDue:
    """The next service after `anchor`: the customer's own driving where it is known well enough, then the
    model's schedule, then the fixed cycle; each no later than its months.
    """
    _, schedule = schedule_of(policy, model)
    months = policy.first_months if anchor.first else policy.cycle_months
    km = policy.first_km if anchor.first else policy.cycle_km
    limit = months_after(anchor.on, months)
    estimates = [Estimate(CYCLE, limit, MONTHS, limit, limit)]
    if schedule is not None:
        months = schedule.first_months if anchor.first else schedule.months
        km = schedule.first_km if anchor.first else schedule.km
    target = anchor.next_km
    if target is None and anchor.km is not None:
        target = anchor.km + km
    if schedule is not None or anchor.next_on is not None or anchor.next_km is not None:
        limit = anchor.next_on or months_after(anchor.on, months)
        usual = schedule.km_per_day if schedule is not None else 0.0
        estimates.append(_by_schedule(anchor, limit, target, usual))
    if rate is not None and target is not None:
        estimates.append(_by_own(rate, limit, target))
    return ServiceDue(anchor, estimates[-1], tuple(estimates), rate)


def _by_schedule(anchor: Anchor, limit: date, target: int | None, usual: float) -> Estimate:
    if usual > 0 and target is not None and anchor.km is not None:
        reached = anchor.on + timedelta(days=-(-(target - anchor.km) // usual))
        if reached < limit:
            return Estimate(SCHEDULE, reached, KILOMETRES, reached, reached, target)
    return Estimate(SCHEDULE, limit, MONTHS, limit, limit, target)


def _by_own(rate: DailyRate, limit: date, target: int) -> Estimate:
    reached = rate.day_of(target)
    soonest, latest = rate.span_of(target)
    return Estimate(
        OWN,
        min(reached, limit),
        KILOMETRES if reached < limit else MONTHS,
        min(soonest, limit),
        min(latest, limit),
        target,
        reached,
    )


def _remarks(found: ServiceDue) -> Iterator[Remark]:
    for each in reversed(found.estimates):
        day = each.due.isoformat()
        if each.method == CYCLE:
            yield Remark("fixed cycle: due on {day}", {"day": day})
        elif each.method == SCHEDULE:
            km = "-" if each.km is None else each.km
            yield Remark("schedule: due on {day} or at {km} km", {"day": day, "km": km})
        elif found.rate is not None:
            yield _by_driving(each, found.rate)
    if found.rate is not None and found.rate.refused:
        wrong = ", ".join(f"{each.km} ({each.on.isoformat()})" for each in found.rate.refused)
        yield Remark("readings that cannot be right: {readings}", {"readings": wrong})


def _by_driving(each: Estimate, rate: DailyRate) -> Remark:
    known = {
        "rate": round(rate.km),
        "percent": rate.uncertainty,
        "count": len(rate.believed),
        "km": each.km if each.km is not None else 0,
        "day": each.due.isoformat(),
    }
    if each.by == MONTHS:
        reached = each.due if each.reached is None else each.reached
        return Remark(
            "own driving: {rate} km a day (±{percent} %) from {count} readings, "
            "{km} km only on {reached}; by time it is due on {day}",
            {**known, "reached": reached.isoformat()},
        )
    span = {"earliest": each.earliest.isoformat(), "latest": each.latest.isoformat()}
    return Remark(
        "own driving: {rate} km a day (±{percent} %) from {count} readings, "
        "{km} km on {day} ({earliest} to {latest})",
        {**known, **span},
    )


def gone(dossier: Dossier, vehicle: Vehicle) -> Answers | None:
    """The conversation in which the customer said that the car is sold or scrapped, unless it came since."""
    for answers in reversed(dossier.answers):
        if answers.vehicle != vehicle.id or answers.form != MILEAGE_FORM:
            continue
        if answers.values.get("state") not in OFF_THE_ROAD:
            return None
        came = any(event.on > answers.on for event in dossier.history_of("serviced", vehicle.id))
        return None if came else answers
    return None


def postponed(dossier: Dossier, vehicle: Vehicle, since: date) -> Answers | None:
    """The last conversation about the car, if it was not before `since` and found the service not due yet."""
    for answers in reversed(dossier.answers):
        if answers.vehicle == vehicle.id and answers.form == MILEAGE_FORM and answers.on >= since:
            return answers if answers.values.get("state") in POSTPONED else None
    return None


def put_off(due: ServiceDue, said: Answers | None, lead: int = 0) -> bool:
    """Whether a conversation `lead` days before the service was due, or later, found it not due yet.

    A reading noted since that is past its kilometres takes that back.
    """
    if said is None or said.on + timedelta(lead) < due.best.due:
        return False
    rate, km = due.rate, due.best.km
    return rate is None or km is None or rate.last.on <= said.on or rate.last.km < km


def expected(due: ServiceDue, said: Answers | None, months: int, lead: int = 0) -> date:
    """The day of the service, or of the next one if this one was put off (see `put_off`).

    That is when the customer's own driving comes to its kilometres, after another `months` at the latest.
    """
    if said is None or not put_off(due, said, lead):
        return due.best.due
    latest = months_after(said.on, months)
    reached = due.best.reached
    if reached is None or reached <= said.on + timedelta(lead):
        return latest
    return min(reached, latest)
