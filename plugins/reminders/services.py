"""Reminders of services: the first, the regular ones, missed ones, and wishes for an appointment."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from dcrc import (
    Answers,
    Dossier,
    Fact,
    NotPlanned,
    Outcome,
    Planned,
    PlanningDay,
    Remark,
    Task,
    TaskState,
    Vehicle,
)

from .conversation import MILEAGE_FORM, lost_because, wish_of
from .days import DAY, Window, open_day, open_day_until, over, window
from .odometer import DailyRate
from .policy import RemindersPolicy
from .reminding import NAME, blocked, later, planned, used
from .service_due import (
    CYCLE,
    SCHEDULE,
    Anchor,
    ServiceDue,
    expected,
    gone,
    last_anchor,
    postponed,
    put_off,
    schedule_of,
    service_due,
)
from .statute import months_after

FIRST, REGULAR, MISSED, BOOKING = "first_service", "regular_service", "missed_service", "booking"


def plan_services(
    dossier: Dossier,
    vehicle: Vehicle,
    rate: DailyRate | None,
    policy: RemindersPolicy,
    day: PlanningDay,
) -> Iterator[Outcome]:
    """What one car's maintenance asks for."""
    yield from plan_bookings(dossier, vehicle, policy, day)
    sold = gone(dossier, vehicle)
    if sold is not None:
        fact = (Fact(sold.id, "answered", sold.on),)
        for rule in (FIRST, REGULAR, MISSED):
            yield NotPlanned(rule, vehicle.id, "the customer has sold the car", facts=fact)
        return
    anchor = last_anchor(dossier, vehicle, policy, day.policies.section("facts"))
    if anchor is None:
        why = "nothing is known of the delivery or of a service"
        yield NotPlanned(REGULAR, vehicle.id, why)
        return
    due = service_due(anchor, vehicle.model, rate, policy)
    if anchor.first:
        yield from plan_first(dossier, vehicle, due, policy, day)
    elif day.asks(dossier, vehicle.id):
        yield _serviced(FIRST, vehicle, anchor)
        yield _serviced(MISSED, vehicle, anchor)
        yield _serviced(REGULAR, vehicle, anchor)
    yield from plan_regular(dossier, vehicle, due, policy, day)
    yield from plan_missed(dossier, vehicle, due, policy, day)


_SINCE = {
    "elsewhere": "serviced elsewhere on {day}",
    "delivered": "the used car was handed over on {day}",
}


def _serviced(rule: str, vehicle: Vehicle, anchor: Anchor) -> NotPlanned:
    """The reason with which the reminders of an earlier service are withdrawn."""
    why = _SINCE.get(anchor.kind, "the service was on {day}")
    params = {"day": anchor.on.isoformat()}
    return NotPlanned(rule, vehicle.id, why, params, facts=(anchor.fact,))


def _policy_of(due: ServiceDue, vehicle: Vehicle, policy: RemindersPolicy) -> tuple[str, ...]:
    """The values that the acting estimate was computed from."""
    first = due.anchor.first
    key, _ = schedule_of(policy, vehicle.model)
    names: tuple[str, ...] = {
        CYCLE: ("first_months",) if first else ("cycle_months",),
        SCHEDULE: ("workshop_dates",) if due.anchor.next_on or due.anchor.next_km else (),
    }.get(due.best.method, ("mileage.most_per_day", "mileage.least_readings", "mileage.least_days"))
    if due.best.method != CYCLE:
        if key:
            part = ("first_months", "first_km") if first else ("months", "km")
            names += tuple(f"schedules.{key}.{each}" for each in part)
        else:
            names += ("first_months", "first_km") if first else ("cycle_months", "cycle_km")
    return tuple(f"{NAME}.{each}" for each in names)


def _facts(due: ServiceDue, vehicle: Vehicle) -> tuple[Fact, ...]:
    last = (Fact(vehicle.id, "reading", due.rate.last.on),) if due.rate is not None else ()
    return (due.anchor.fact, *last)


def plan_first(
    dossier: Dossier,
    vehicle: Vehicle,
    due: ServiceDue,
    policy: RemindersPolicy,
    day: PlanningDay,
) -> Iterator[Outcome]:
    """The first service: from 2 months after the delivery, or a week before its kilometres.

    Who said that it is not due yet was told the day: he is reminded again a week before that. If that week
    had begun when he said so, the regular reminders see to it.
    """
    timing = policy.first_service
    if reason := blocked(timing, FIRST, vehicle.id):
        yield reason
        return
    said = postponed(dossier, vehicle, due.anchor.on)
    if said is not None and put_off(due, said, timing.lead_days):
        why = "the customer said on {day} that the service is not due yet"
        fact = Fact(said.id, "answered", said.on)
        yield NotPlanned(FIRST, vehicle.id, why, {"day": said.on.isoformat()}, facts=(fact,))
        return
    target = due.best.due
    opens = target - timing.lead_days * DAY
    if said is not None:
        opens = max(said.on + DAY, opens)
    else:
        usual = months_after(due.anchor.on, policy.first_from_months)
        opens = max(due.anchor.on + DAY, min(usual, opens))
    opens = open_day(day.workdays, opens)
    last = max(opens, open_day_until(day.workdays, target))
    wanted = Window(
        opens,
        last,
        max(last, target + timing.expires_after * DAY),
        opens if said is not None else opens - timing.early_days * DAY,
    )
    yield planned(
        FIRST,
        vehicle.id,
        dossier.own_occurrence(
            vehicle.id, due.anchor.key + (f"@{said.id}" if said is not None else "")
        ),
        timing,
        wanted,
        latest=last,
        vehicle=vehicle.id,
        remarks=(*_put_off(said, target), *due.remarks()),
        facts=_facts(due, vehicle),
        policy=(
            *used(FIRST, "lead_days", "expires_after"),
            f"{NAME}.first_from_months",
            *_policy_of(due, vehicle, policy),
        ),
    )


def plan_regular(
    dossier: Dossier,
    vehicle: Vehicle,
    due: ServiceDue,
    policy: RemindersPolicy,
    day: PlanningDay,
) -> Iterator[Outcome]:
    """A week before each regular service; without a visit some cycles more, then it is win-back's."""
    timing = policy.regular_service
    if reason := blocked(timing, REGULAR, vehicle.id):
        yield reason
        return
    anchor = due.anchor
    said = None if anchor.first else postponed(dossier, vehicle, anchor.on)
    months = _months(vehicle, policy)
    first = (
        months_after(anchor.on, months)
        if anchor.first
        else expected(due, said, months, timing.lead_days)
    )
    last: date | None = None
    for n in range(policy.cycles_without_visit):
        target = first if n == 0 else months_after(max(first, anchor.on), n * months)
        last = target
        if over(timing, target, day.today):
            continue
        wanted = window(timing, target, day, (said or anchor).on if n == 0 else None)
        last = wanted.expires
        if last < day.today:
            continue
        if (ahead := later(dossier, REGULAR, vehicle.id, wanted, day)) is not None:
            yield ahead
            return
        mark = f"@{said.id}" if said is not None else ""
        by_cycle = anchor.first or n > 0
        yield planned(
            REGULAR,
            vehicle.id,
            dossier.own_occurrence(vehicle.id, f"{anchor.key}#{n + 1}{mark}"),
            timing,
            wanted,
            vehicle=vehicle.id,
            latest=max(wanted.due, target),
            remarks=(
                _cycle(target, anchor, n + 1, policy)
                if by_cycle
                else (*_put_off(said, target), *due.remarks())
            ),
            facts=(anchor.fact,) if anchor.first else _facts(due, vehicle),
            policy=(
                *used(REGULAR, "lead_days", "window_days", "expires_after"),
                *_regular_policy(due, vehicle, policy, by_cycle),
            ),
        )
        if wanted.opens > day.today:
            return
    if last is not None and last < day.today:
        yield NotPlanned(
            REGULAR,
            vehicle.id,
            "no visit for {count} cycles since {day}",
            {"count": policy.cycles_without_visit, "day": anchor.on.isoformat()},
            facts=(anchor.fact,),
            policy=(f"{NAME}.cycles_without_visit",),
        )


def _put_off(said: Answers | None, target: date) -> Iterator[Remark]:
    """What the customer said of the service in an earlier conversation, and what was made of it."""
    if said is not None and said.on < target:
        yield Remark(
            "the customer said on {day} that it is not due yet: expected on {expected}",
            {"day": said.on.isoformat(), "expected": target.isoformat()},
        )


def _cycle(
    target: date, anchor: Anchor, number: int, policy: RemindersPolicy
) -> tuple[Remark, ...]:
    counted = {"number": number, "count": policy.cycles_without_visit}
    return (
        Remark("fixed cycle: due on {day}", {"day": target.isoformat()}),
        Remark(
            "no service is known since {day}: reminder {number} of {count}",
            {"day": anchor.on.isoformat(), **counted},
        ),
    )


def _regular_policy(
    due: ServiceDue, vehicle: Vehicle, policy: RemindersPolicy, by_cycle: bool
) -> tuple[str, ...]:
    """The values of the acting estimate, and those of the cycle for a reminder that repeats."""
    used_by = () if due.anchor.first else _policy_of(due, vehicle, policy)
    if not by_cycle:
        return used_by
    key, _ = schedule_of(policy, vehicle.model)
    months = f"schedules.{key}.months" if key else "cycle_months"
    return tuple(dict.fromkeys((*used_by, f"{NAME}.{months}", f"{NAME}.cycles_without_visit")))


def _months(vehicle: Vehicle, policy: RemindersPolicy) -> int:
    _, schedule = schedule_of(policy, vehicle.model)
    return schedule.months if schedule is not None else policy.cycle_months


def plan_missed(
    dossier: Dossier,
    vehicle: Vehicle,
    due: ServiceDue,
    policy: RemindersPolicy,
    day: PlanningDay,
) -> Iterator[Outcome]:
    """A call some weeks after a service was due and the car did not come: why, and what now.

    Who was spoken to later than that, be it that he refused, or named a day to come, has these weeks from
    then on; who was tried in vain is asked after that, when he has rested.
    """
    timing = policy.missed_service
    if reason := blocked(timing, MISSED, vehicle.id):
        yield reason
        return
    if not _reminded(dossier, vehicle, due.anchor):
        if day.asks(dossier, vehicle.id):
            why = "the reminder of this service has not been made yet"
            yield NotPlanned(MISSED, vehicle.id, why, facts=(due.anchor.fact,))
        return
    if (lost := _lost(dossier, vehicle, due.anchor)) is not None:
        fact = Fact(lost.id, "answered", lost.on)
        yield NotPlanned(
            MISSED, vehicle.id, "the customer said that he will not come to us", facts=(fact,)
        )
        return
    said = postponed(dossier, vehicle, due.anchor.on)
    coming = expected(due, said, _months(vehicle, policy))
    target = max(coming, *_promised(dossier, vehicle, due.anchor)) + policy.missed_after_days * DAY
    target = max(target, *_tried(dossier, vehicle, due.anchor))
    if over(timing, target, day.today):
        return
    wanted = window(timing, target, day)
    if wanted.expires < day.today:
        return
    yield planned(
        MISSED,
        vehicle.id,
        dossier.own_occurrence(vehicle.id, due.anchor.key),
        timing,
        wanted,
        vehicle=vehicle.id,
        latest=target + timing.expires_after * DAY,
        remarks=(
            Remark("the service was due on {day}", {"day": due.best.due.isoformat()}),
            *due.remarks(),
        ),
        facts=_facts(due, vehicle),
        policy=(f"{NAME}.missed_after_days", *_policy_of(due, vehicle, policy)),
    )


def _lost(dossier: Dossier, vehicle: Vehicle, anchor: Anchor) -> Answers | None:
    """The last conversation about the car since `anchor`, if it marked the customer for win-back."""
    for answers in reversed(dossier.answers):
        if answers.vehicle == vehicle.id and answers.form == MILEAGE_FORM:
            return answers if answers.on >= anchor.on and lost_because(answers) else None
    return None


def _promised(dossier: Dossier, vehicle: Vehicle, anchor: Anchor) -> Iterator[date]:
    """The days of conversations about the service after `anchor`, and those on which he wished to come."""
    yield anchor.on
    for rule in (FIRST, REGULAR):
        for task in dossier.tasks_of(f"{NAME}.{rule}", vehicle.id):
            if _spoken(task) and task.closed_on is not None:
                yield task.closed_on
    for answers in dossier.answers:
        if answers.vehicle == vehicle.id and answers.on >= anchor.on:
            wish = wish_of(answers)
            if wish is not None and wish.on is not None:
                yield wish.on


def _spoken(task: Task) -> bool:
    """Whether the customer was spoken to about a task: he was reached, or refused."""
    return task.state is TaskState.DONE or task.refused


def _tried(dossier: Dossier, vehicle: Vehicle, anchor: Anchor) -> Iterator[date]:
    """The days after those on which reminders were given up."""
    yield anchor.on
    for rule in (FIRST, REGULAR):
        for task in dossier.tasks_of(f"{NAME}.{rule}", vehicle.id):
            if task.state is TaskState.FAILED and task.closed_on is not None:
                yield task.closed_on + DAY


def _reminded(dossier: Dossier, vehicle: Vehicle, anchor: Anchor) -> bool:
    """Whether the reminder of the service after `anchor` was made, tried in vain, or came too late."""
    return any(
        task.state in (TaskState.DONE, TaskState.FAILED, TaskState.EXPIRED)
        and task.occurrence.split("@")[0].split("#")[0] == anchor.key
        for rule in (FIRST, REGULAR)
        for task in dossier.tasks_of(f"{NAME}.{rule}", vehicle.id)
    )


def plan_bookings(
    dossier: Dossier, vehicle: Vehicle, policy: RemindersPolicy, day: PlanningDay
) -> Iterator[Outcome]:
    """A service advisor's task for each wish for an appointment that a conversation ended in."""
    timing = policy.booking
    for answers in dossier.answers:
        if answers.vehicle != vehicle.id or (wish := wish_of(answers)) is None:
            continue
        fact = Fact(answers.id, "answered", answers.on)
        came = next(
            (each for each in dossier.history_of("serviced", vehicle.id) if each.on >= answers.on),
            None,
        )
        if came is not None:
            params = {"day": came.on.isoformat()}
            facts = (fact, Fact(came.id, came.kind, came.on))
            yield NotPlanned(BOOKING, answers.id, "the car came on {day}", params, facts=facts)
            continue
        if reason := blocked(timing, BOOKING, answers.id):
            yield reason
            continue
        wanted = window(timing, answers.on, day)
        expires = max(wanted.expires, (wish.on or answers.on) + timedelta(timing.expires_after))
        if expires < day.today - timedelta(days=400):
            continue
        said = Remark(
            wish.text,
            {"day": wish.on.isoformat() if wish.on else "-", "remark": wish.remark or "-"},
        )
        yield Planned(
            BOOKING,
            answers.id,
            answers.on.isoformat(),
            opens=answers.on,
            due=max(wanted.due, day.workdays.next_open(answers.on + DAY)),
            expires=expires,
            vehicle=vehicle.id,
            role=timing.role,
            form=timing.form,
            script=timing.script,
            priority=timing.priority,
            facts=(fact,),
            remarks=(said,),
            policy=used(BOOKING, "window_days", "expires_after"),
        )
