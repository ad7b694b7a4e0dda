"""Figures: who came back, why others did not, which shops they named, what was done in time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime, timedelta
from itertools import chain

from tinydb.table import Document

from dcrc import (
    Attempt,
    Case,
    Desk,
    Event,
    Figure,
    FigureRow,
    Task,
    TaskState,
    Vehicle,
    Wording,
    answers_between,
    attempts_of,
    events_between,
    in_time,
    judged,
    month_of,
    new_car_delivery,
    share_rows,
    t,
    tasks_closed,
    tasks_owed,
    vehicles_by_id,
)

from .conversation import MILEAGE_FORM, reason_of, went_elsewhere
from .operations import care_of_month
from .policy import RemindersPolicy
from .records import SENT
from .reminding import NAME
from .rules import RULES
from .service_due import is_service, schedule_of, visit_anchor
from .statute import months_after

LONGEST = timedelta(days=3 * 366)  # no service is planned further ahead than this


def _policy(desk: Desk) -> RemindersPolicy:
    policy: RemindersPolicy = desk.policies.section(NAME)
    return policy


def first_due(delivery: Event, model: str, policy: RemindersPolicy) -> date:
    """The last day of the first service by its months."""
    _, schedule = schedule_of(policy, model)
    months = policy.first_months if schedule is None else schedule.first_months
    return months_after(delivery.on, months)


def regular_due(visit: Event, model: str, policy: RemindersPolicy) -> date:
    """The last day of the service after a visit: what the workshop wrote, else the interval's months."""
    _, schedule = schedule_of(policy, model)
    months = policy.cycle_months if schedule is None else schedule.months
    return visit_anchor(visit, policy).next_on or months_after(visit.on, months)


def _visits(desk: Desk, first: date, last: date, policy: RemindersPolicy) -> dict[str, list[Event]]:
    """Services from `first` to `last` by vehicle, oldest first."""
    found: dict[str, list[Event]] = {}
    for event in events_between(desk, "serviced", first, last):
        if event.vehicle and is_service(event, policy):
            found.setdefault(event.vehicle, []).append(event)
    return found


def _models(desk: Desk, events: Iterable[Event]) -> dict[str, Vehicle]:
    return vehicles_by_id(desk, {event.vehicle for event in events})


def _of_new_cars(
    desk: Desk, deliveries: Iterable[Event], cars: Mapping[str, Vehicle]
) -> list[Event]:
    """The deliveries of new cars; a used car that is handed over has no first service."""
    first: dict[str, str] = {}
    facts: dict[str, list[Document]] = {}
    for each in desk.events.having("vehicle", cars):
        vehicle = each["vehicle"]
        facts.setdefault(vehicle, []).append(each)
        if each["kind"] == "delivered":
            first[vehicle] = min(each["on"], first.get(vehicle, each["on"]))
    policy = desk.policies.section("facts")
    new = {
        delivery.id
        for vehicle, day in first.items()
        if (
            delivery := new_car_delivery(
                cars[vehicle],
                [desk.read(Event, each) for each in facts[vehicle] if each["on"] <= day],
                policy,
            )
        )
    }
    return [event for event in deliveries if event.id in new]


def first_service_return(desk: Desk, month: date) -> list[FigureRow]:
    """Of the first services due in the month, the share that was made: all, and by month of delivery.

    Cars that may still come within the policy's days are told apart.
    """
    policy, (first, last) = _policy(desk), month_of(month)
    told = list(events_between(desk, "delivered", first - LONGEST, last))
    cars = _models(desk, told)
    deliveries = _of_new_cars(desk, told, cars)
    due = [
        (event, day)
        for event in deliveries
        if event.vehicle and first <= (day := first_due(event, _model(cars, event), policy)) <= last
    ]
    grace = timedelta(policy.returned_within_days)
    start = min((event.on for event, _ in due), default=first)
    visits = _visits(desk, start, last + grace, policy)
    cases = [
        Case(
            event.id,
            any(event.on <= each.on <= day + grace for each in visits.get(event.vehicle, ())),
            (f"{event.on:%Y-%m}",),
            open=desk.today() <= day + grace,
        )
        for event, day in due
    ]
    return share_rows(cases, policy.target_first_return)


def regular_service_return(desk: Desk, month: date) -> list[FigureRow]:
    """Of the regular services due in the month, the share that was made: all, and by month of the last.

    Cars that may still come within the policy's days are told apart.
    """
    policy, (first, last) = _policy(desk), month_of(month)
    grace = timedelta(policy.returned_within_days)
    visits = _visits(desk, first - LONGEST, last + grace, policy)
    cars = _models(desk, chain.from_iterable(visits.values()))
    cases = []
    for made in visits.values():
        for number, visit in enumerate(made):
            day = regular_due(visit, _model(cars, visit), policy)
            if first <= day <= last:
                again = (each for each in made[number + 1 :] if each.on > visit.on)
                came = next(again, None)
                hit = came is not None and came.on <= day + grace
                still = desk.today() <= day + grace
                cases.append(Case(visit.id, hit, (f"{visit.on:%Y-%m}",), open=still))
    return share_rows(cases, policy.target_regular_return)


def _model(cars: dict[str, Vehicle], event: Event) -> str:
    car = cars.get(event.vehicle)
    return car.model if car is not None else ""


def reasons_for_not_coming(desk: Desk, month: date) -> list[FigureRow]:
    """How often each reason was named in the month's conversations, the commonest first."""
    titles = {
        option.key: str(option.title)
        for field in desk.forms.get(MILEAGE_FORM).fields
        if field.name == "why"
        for option in field.options
    }
    named = (
        (titles.get(reason, reason), answers.id)
        for answers in answers_between(desk, MILEAGE_FORM, *month_of(month))
        if (reason := reason_of(answers))
    )
    return _counted(named)


def other_shops(desk: Desk, month: date) -> list[FigureRow]:
    """Shops named in the month's conversations with place and mean price, the commonest first."""
    named: dict[str, list[tuple[str, int | None]]] = {}
    for answers in answers_between(desk, MILEAGE_FORM, *month_of(month)):
        there = went_elsewhere(answers)
        if there is not None and there.shop:
            label = f"{there.shop} ({there.place})" if there.place else there.shop
            named.setdefault(label, []).append((answers.id, there.price))
    rows = []
    for label, cases in named.items():
        prices = [price for _, price in cases if price is not None]
        mean = f", ¥{sum(prices) / len(prices) / 100:.0f}" if prices else ""
        rows.append(FigureRow(label + mean, len(cases), cases=tuple(each for each, _ in cases)))
    return sorted(rows, key=lambda row: (-(row.value or 0), row.label))


def done_in_time(desk: Desk, month: date, *, rule: str = "") -> list[FigureRow]:
    """Of the reminders due in the month, the share made by then: all, and by kind."""
    cases = [
        Case(task.id, in_time(task), (desk.rule_title(task.rule),))
        for name in RULES
        if rule in ("", name)
        for task in tasks_owed(desk, f"{NAME}.{name}", *month_of(month))
        if judged(task, desk.today())
    ]
    return share_rows(cases, 100)


def failed_reminders(desk: Desk, month: date) -> list[FigureRow]:
    """Reminders that came to nothing in the month, by their reason: what `failed_list` holds."""
    named = (
        (_failure(task), task.id)
        for name in RULES
        for task in tasks_closed(desk, f"{NAME}.{name}", *month_of(month))
        if task.state in (TaskState.FAILED, TaskState.EXPIRED)
    )
    return _counted(named)


def _failure(task: Task) -> str:
    if task.state is TaskState.EXPIRED:
        return t("not called while it was of use")
    return t(task.reason, **task.reason_params)


def greetings_early(desk: Desk, month: date) -> list[FigureRow]:
    """Of the month's birthdays, the share called within the first hours after opening."""
    tasks = [
        task
        for task in tasks_owed(desk, f"{NAME}.birthday", *month_of(month))
        if judged(task, desk.today())
    ]
    tries = attempts_of(desk, tasks)
    cases = [Case(task.id, _early(desk, task, tries.get(task.id, ()))) for task in tasks]
    return share_rows(cases, 100)


def _early(desk: Desk, task: Task, tries: Iterable[Attempt]) -> bool:
    opening = datetime.combine(task.due, desk.policies.section("workdays").opens_at, desk.zone)
    until = opening + timedelta(hours=_policy(desk).birthday_hours)
    return any(each.at <= until for each in tries)


def care_sent(desk: Desk, month: date) -> Iterator[FigureRow]:
    """Care messages that went out in the month, against the number that the policy asks for."""
    sent = [each for each in care_of_month(desk, month) if each.state == SENT]
    least = _policy(desk).care.least_a_month
    yield FigureRow(t("All"), len(sent), target=least, cases=tuple(each.id for each in sent))
    for each in sent:
        yield FigureRow(str(each.title), each.count)


def _counted(named: Iterable[tuple[str, str]]) -> list[FigureRow]:
    found: dict[str, list[str]] = {}
    for label, case in named:
        found.setdefault(label, []).append(case)
    rows = [FigureRow(label, len(cases), cases=tuple(cases)) for label, cases in found.items()]
    return sorted(rows, key=lambda row: (-(row.value or 0), row.label))


figures = (
    Figure(
        "reminders.first_return",
        Wording("首保返厂率", "First service return"),
        first_service_return,
        "%",
    ),
    Figure(
        "reminders.regular_return",
        Wording("定保返厂率", "Regular service return"),
        regular_service_return,
        "%",
    ),
    Figure(
        "reminders.reasons", Wording("未到店原因", "Reasons for not coming"), reasons_for_not_coming
    ),
    Figure("reminders.shops", Wording("客户提到的别家店", "Other shops named"), other_shops),
    Figure("reminders.in_time", Wording("提醒按时完成率", "Reminders in time"), done_in_time, "%"),
    Figure("reminders.failed", Wording("未成功的提醒", "Reminders that failed"), failed_reminders),
    Figure(
        "reminders.greetings",
        Wording("生日问候及时率", "Birthday calls in the first hours"),
        greetings_early,
        "%",
    ),
    Figure("reminders.care", Wording("关怀短信条数", "Care messages sent"), care_sent),
)
