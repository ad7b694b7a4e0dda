"""Reminders of days that are set by law or contract: inspection, driving licence, warranty."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from dcrc import Answers, Dossier, Fact, NotPlanned, Outcome, PlanningDay, Remark, Vehicle

from .conversation import INSPECTION_FORM
from .days import DAY, over, window
from .odometer import DailyRate
from .policy import RemindersPolicy
from .reminding import NAME, blocked, later, planned, used
from .service_due import OWN, Estimate, gone, schedule_of
from .statute import Inspection, inspections, months_after, row_of

INSPECTION, LICENCE, WARRANTY = "inspection", "licence", "warranty"


def registered(
    dossier: Dossier, vehicle: Vehicle, policy: RemindersPolicy
) -> tuple[date, Fact] | None:
    """From when the law counts: the first registration, else the delivery if the policy takes it."""
    if vehicle.first_registered is not None:
        return vehicle.first_registered, Fact(
            vehicle.id, "first_registered", vehicle.first_registered
        )
    for event in dossier.history_of("delivered", vehicle.id):
        if policy.registered_by_delivery:
            return event.on, Fact(event.id, event.kind, event.on)
    return None


def plan_inspection(
    dossier: Dossier, vehicle: Vehicle, policy: RemindersPolicy, day: PlanningDay
) -> Iterator[Outcome]:
    """A month before the mark ends: shown on the line, or given without an inspection."""
    timing = policy.inspection
    if reason := blocked(timing, INSPECTION, vehicle.id):
        yield reason
        return
    since = registered(dossier, vehicle, policy)
    if since is None:
        yield NotPlanned(INSPECTION, vehicle.id, "the day of the first registration is not known")
        return
    if (sold := gone(dossier, vehicle)) is not None:
        fact = Fact(sold.id, "answered", sold.on)
        yield NotPlanned(INSPECTION, vehicle.id, "the customer has sold the car", facts=(fact,))
        return
    begun, fact = since
    key, row = row_of(policy.inspection_rows, vehicle.usage, vehicle.model)
    for each in inspections(row, begun):
        if over(timing, each.due, day.today):
            continue
        wanted = window(timing, each.due, day)
        if wanted.expires < day.today:
            continue
        done = inspected(dossier, vehicle, each, policy)
        if done is not None:
            on, proof = done
            yield NotPlanned(
                INSPECTION,
                vehicle.id,
                "inspected on {day}",
                {"day": on.isoformat()},
                facts=(fact, proof),
            )
            continue
        if (ahead := later(dossier, INSPECTION, vehicle.id, wanted, day)) is not None:
            yield ahead
            return
        text = (
            "the mark ends on {day}: the car must be shown on the line"
            if each.on_line
            else "the mark ends on {day}: a new one is given without an inspection"
        )
        yield planned(
            INSPECTION,
            vehicle.id,
            dossier.own_occurrence(vehicle.id, each.due.isoformat()[:7]),  # its month
            timing,
            wanted,
            latest=max(wanted.due, each.due - policy.deadline_spare * DAY),
            vehicle=vehicle.id,
            remarks=(Remark(text, {"day": each.due.isoformat()}),),
            facts=(fact,),
            policy=(
                *used(INSPECTION, "lead_months", "window_days"),
                f"{NAME}.inspection_rows.{key}.stages",
                f"{NAME}.inspection_rows.{key}.marks",
            ),
        )
        if wanted.opens > day.today:
            return


def inspected(
    dossier: Dossier, vehicle: Vehicle, wanted: Inspection, policy: RemindersPolicy
) -> tuple[date, Fact] | None:
    """When the inspection due on a day was made, if it was: as a fact, or told in a conversation."""
    since = months_after(wanted.due, -policy.inspected_early_months)
    until = months_after(wanted.due, policy.inspected_early_months)
    for event in dossier.history_of("inspected", vehicle.id):
        if since <= event.on < until:
            return event.on, Fact(event.id, event.kind, event.on)
    for answers in dossier.answers:
        on = _told(answers, vehicle)
        if on is not None and since <= on < until:
            return on, Fact(answers.id, "answered", answers.on)
    return None


def _told(answers: Answers, vehicle: Vehicle) -> date | None:
    if answers.form != INSPECTION_FORM or answers.vehicle != vehicle.id:
        return None
    if answers.values.get("state") != "done":
        return None
    return _day(answers.values.get("inspected_on")) or answers.on


def _day(value: object) -> date | None:
    try:
        return date.fromisoformat(str(value)[:10]) if value else None
    except ValueError:
        return None


def licence_until(dossier: Dossier, policy: RemindersPolicy) -> tuple[date, Fact] | None:
    """When the driving licence ends: as last told in a conversation, else by the customer's record."""
    for answers in reversed(dossier.answers):
        if (day := _day(answers.values.get("licence_until"))) is not None:
            return day, Fact(answers.id, "answered", answers.on)
    extra = dossier.customer.extra
    for name in policy.licence_fields:
        if (day := _day(extra.get(name))) is not None:
            return day, Fact(dossier.customer.id, "customer", day)
    return None


def plan_licence(dossier: Dossier, policy: RemindersPolicy, day: PlanningDay) -> Iterator[Outcome]:
    """A month before the driving licence ends, where anybody told when that is."""
    timing, customer = policy.licence, dossier.customer
    if reason := blocked(timing, LICENCE, customer.id):
        yield reason
        return
    known = licence_until(dossier, policy)
    if known is None:
        if day.asks(dossier, customer.id):
            why = "nobody noted until when the driving licence is valid"
            yield NotPlanned(LICENCE, customer.id, why)
        return
    until, fact = known
    wanted = window(timing, until, day)
    if wanted.expires < day.today:
        return
    yield planned(
        LICENCE,
        customer.id,
        until.isoformat(),
        timing,
        wanted,
        latest=max(wanted.due, until - policy.deadline_spare * DAY),
        remarks=(Remark("the driving licence ends on {day}", {"day": until.isoformat()}),),
        facts=(fact,),
        policy=used(LICENCE, "lead_months", "window_days"),
    )


def warranty_end(
    dossier: Dossier, vehicle: Vehicle, rate: DailyRate | None, policy: RemindersPolicy
) -> tuple[Estimate, Fact] | None:
    """When a car's warranty ends, by months or by the customer's own kilometres; None without a delivery."""
    event = next(iter(dossier.history_of("delivered", vehicle.id)), None)
    if event is None:
        return None
    _, schedule = schedule_of(policy, vehicle.model)
    months = policy.warranty_months if schedule is None else schedule.warranty_months
    km = policy.warranty_km if schedule is None else schedule.warranty_km
    fact = Fact(event.id, event.kind, event.on)
    limit = months_after(event.on, months)
    if rate is not None:
        reached = rate.day_of(km)
        if reached < limit:
            low, high = rate.span_of(km)
            return Estimate(OWN, reached, "km", low, min(high, limit), km), fact
    return Estimate("schedule", limit, "months", limit, limit, km), fact


def plan_warranty(
    dossier: Dossier,
    vehicle: Vehicle,
    rate: DailyRate | None,
    policy: RemindersPolicy,
    day: PlanningDay,
) -> Iterator[Outcome]:
    """A month before the warranty ends: an invitation for a check."""
    timing = policy.warranty
    if reason := blocked(timing, WARRANTY, vehicle.id):
        yield reason
        return
    found = warranty_end(dossier, vehicle, rate, policy)
    if found is None:
        yield NotPlanned(WARRANTY, vehicle.id, "the delivery is not known")
        return
    end, fact = found
    read = (Fact(vehicle.id, "reading", rate.last.on),) if rate and end.by == "km" else ()
    if (sold := gone(dossier, vehicle)) is not None:
        proof = Fact(sold.id, "answered", sold.on)
        yield NotPlanned(WARRANTY, vehicle.id, "the customer has sold the car", facts=(proof,))
        return
    wanted = None if over(timing, end.due, day.today) else window(timing, end.due, day)
    if wanted is None or wanted.expires < day.today:
        if day.asks(dossier, vehicle.id):
            why, params = "the warranty ended on {day}", {"day": end.due.isoformat()}
            yield NotPlanned(WARRANTY, vehicle.id, why, params, facts=(fact,))
        return
    if (ahead := later(dossier, WARRANTY, vehicle.id, wanted, day)) is not None:
        yield ahead
        return
    key, _ = schedule_of(policy, vehicle.model)
    part = f"{NAME}.schedules.{key}." if key else f"{NAME}."
    text = (
        "the warranty ends on {day} by its months ({km} km)"
        if end.by == "months"
        else "the warranty ends about {day} at {km} km"
    )
    yield planned(
        WARRANTY,
        vehicle.id,
        dossier.own_occurrence(vehicle.id, fact.ref),
        timing,
        wanted,
        latest=max(wanted.due, end.due - policy.deadline_spare * DAY),
        vehicle=vehicle.id,
        remarks=(Remark(text, {"day": end.due.isoformat(), "km": end.km or 0}),),
        facts=(fact, *read),
        policy=(
            *used(WARRANTY, "lead_months", "window_days"),
            f"{part}warranty_months",
            f"{part}warranty_km",
        ),
    )
