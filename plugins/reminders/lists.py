"""Lists to hand out: contacts planned for a week or a month, and reminders that failed, with reasons."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import Any

import attrs

from dcrc import (
    Customer,
    Desk,
    GlobalId,
    Permission,
    Task,
    TaskState,
    Vehicle,
    masked_phone,
    month_of,
    t,
    tasks_closed,
    tasks_due,
)

from .reminding import NAME
from .rules import RULES

WEEK, MONTH = "week", "month"
_AT_ONCE = 400


@attrs.frozen
class Line:
    """One reminder on a list, with what is needed to make it; `note` in the current language."""

    task: Task
    customer: Customer
    vehicle: Vehicle | None
    title: str
    phone: str
    note: str

    def cells(self) -> tuple[Any, ...]:
        """The cells under `headers()`."""
        car = self.vehicle
        return (
            self.task.due,
            self.title,
            self.customer.name,
            self.phone,
            car.plate if car else "",
            car.model if car else "",
            self.task.owner or self.task.closed_by,
            self.note,
        )


KEYS = ("due", "reminder", "customer", "phone", "plate", "model", "operator", "note")


def headers() -> tuple[str, ...]:
    """The columns of every list, in the current language."""
    return (
        t("Due"),
        t("Reminder"),
        t("Customer"),
        t("Phone"),
        t("Plate"),
        t("Model"),
        t("Operator"),
        t("Why"),
    )


def span_of(name: str, today: date) -> tuple[date, date]:
    """First and last day of `week` (the coming Monday to Sunday) or `month` (the coming calendar month)."""
    if name == WEEK:
        monday = today + timedelta(7 - today.weekday())
        return monday, monday + timedelta(6)
    return month_of(month_of(today)[1] + timedelta(1))


def planned_list(desk: Desk, first: date, last: date, rules: Sequence[str] = RULES) -> list[Line]:
    """Open reminders whose last day in time lies between two days, the earliest first."""
    found = [
        task
        for rule in rules
        for task in tasks_due(desk, f"{NAME}.{rule}", first, last)
        if task.open
    ]
    return list(_lines(desk, sorted(found, key=lambda task: (task.due, -task.priority, task.id))))


def failed_list(desk: Desk, first: date, last: date) -> list[Line]:
    """Reminders that were given up between two days, the latest first."""
    found = [
        task
        for rule in RULES
        for task in tasks_closed(desk, f"{NAME}.{rule}", first, last)
        if task.state in (TaskState.FAILED, TaskState.EXPIRED)
    ]
    return list(
        _lines(desk, sorted(found, key=lambda task: (task.closed_on or task.due, task.id))[::-1])
    )


def note_of(task: Task) -> str:
    """Why a task is on a list, in a sentence: the reason it was closed for, else its first remark."""
    if not task.open and task.reason:
        return t(task.reason, **task.reason_params)
    return next((t(text, **params) for text, params in task.reasons.get("remarks", ())), "")


def _lines(desk: Desk, found: Sequence[Task]) -> Iterator[Line]:
    desk.require(Permission.CUSTOMERS_VIEW)
    for start in range(0, len(found), _AT_ONCE):
        some = found[start : start + _AT_ONCE]
        people = desk.customers.get_many([GlobalId(each.customer) for each in some])
        cars = desk.vehicles.get_many([GlobalId(each.vehicle) for each in some if each.vehicle])
        for task in some:
            document = people.get(GlobalId(task.customer))
            if document is None:
                continue
            customer = desk.read(Customer, document)
            car = cars.get(GlobalId(task.vehicle)) if task.vehicle else None
            yield Line(
                task,
                customer,
                None if car is None else desk.read(Vehicle, car),
                desk.rule_title(task.rule),
                _phone(desk, customer),
                note_of(task),
            )


def _phone(desk: Desk, customer: Customer) -> str:
    return next((masked_phone(desk, phone.number) for phone in customer.usable_phones), "")
