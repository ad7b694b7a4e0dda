"""Everything about one customer on one page, as text and as JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dcrc.cli.documents import (
    Document,
    customer_document,
    day,
    moment,
    task_document,
    task_title,
    vehicle_document,
)
from dcrc.cli.harmless import one_line
from dcrc.cli.showing import Column, Table, show
from dcrc.i18n import listed, t

if TYPE_CHECKING:
    from dcrc.kernel.customers import Customer
    from dcrc.kernel.desk import Desk
    from dcrc.kernel.history import Entry
    from dcrc.kernel.tasks import Task
    from dcrc.kernel.vehicles import Vehicle


def print_customer(desk: Desk, customer: Customer, limit: int | None) -> None:
    """Print the customer's data, vehicles, open tasks, plugins' blocks and the newest of his history."""
    from dcrc.kernel.agenda import tasks
    from dcrc.kernel.history import history_before, timeline
    from dcrc.kernel.vehicles import vehicles_of

    desk.require("customers.view")
    cars = vehicles_of(desk, customer.id)
    due = tasks(desk, customer=customer.id, state="open", limit=0)
    history = timeline(desk, customer.id, limit=limit)
    before = [entry for car in cars for entry in history_before(desk, car)]
    blocks = [
        (str(block.title), block.lines(desk, customer.id))
        for _, block in desk.plugins.ask_each("dcrc_customer_blocks")
    ]
    show(
        {
            "customer": customer_document(desk, customer),
            "vehicles": [vehicle_document(desk, car) for car in cars],
            "tasks": [task_document(desk, task) for task in due],
            "blocks": [{"title": title, "lines": lines} for title, lines in blocks if lines],
            "before": [_entry(desk, entry) for entry in before],
            "timeline": [_entry(desk, entry) for entry in history],
        },
        one_line(customer.name),
        *(f"  {title}: {one_line(text)}" for title, text in _data(desk, customer)),
        *_vehicles(cars),
        *_tasks(desk, due),
        *(line for title, lines in blocks if lines for line in _block(title, lines)),
        *_titled(t("His cars under other names"), _history(desk, before)),
        *_history(desk, history),
    )


def _entry(desk: Desk, entry: Entry) -> Document:
    return {
        "at": moment(desk, entry.at),
        "kind": entry.kind,
        "title": entry.title,
        "detail": entry.detail,
        "ref": entry.ref,
    }


def _data(desk: Desk, customer: Customer) -> list[tuple[str, str]]:
    from dcrc.kernel.contact import slot_title
    from dcrc.kernel.masking import seen
    from dcrc.kernel.operators import masked_phone
    from dcrc.kernel.terms import short_id
    from dcrc.kernel.titles import phone_state_title

    lunar = customer.lunar_birthday
    phones = listed(
        f"{masked_phone(desk, phone.number)} {phone_state_title(phone.state)}".strip()
        for phone in customer.phones
    )
    rows = [
        (t("Number"), short_id(customer.id)),
        (t("Phones"), phones),
        (t("Birthday"), day(customer.birthday) or ""),
        (t("Lunar birthday"), f"{lunar.month}-{lunar.day}" if lunar else ""),
        (t("Address"), customer.address),
        (t("Employer"), customer.employer),
        (t("E-mail"), customer.email),
        (t("Preferred time"), slot_title(desk, customer.preferred_time)),
        (t("Do not contact"), t("yes") if customer.do_not_contact else ""),
        (t("Archived"), t("yes") if customer.archived else ""),
        (t("Merged into"), customer.merged_into),
        (t("Note"), customer.note),
    ]
    return [(title, seen(desk, text)) for title, text in rows if text]


def _block(title: str, lines: list[str]) -> list[str]:
    return ["", one_line(title), *(f"  {one_line(line)}" for line in lines)]


def _titled(title: str, lines: list[str | Table]) -> list[str | Table]:
    """A block's lines, which begin with an empty one, under a title; nothing where there is nothing."""
    return ["", title, *lines[1:]] if lines else []


def _vehicles(cars: list[Vehicle]) -> list[str | Table]:
    if not cars:
        return []
    columns = [
        Column(t("Plate")),
        Column(t("VIN")),
        Column(t("Model"), flexible=True),
        Column(t("Mileage"), right=True),
    ]
    rows = [
        (
            car.plate,
            car.vin,
            car.model,
            t("{km} km", km=car.readings[-1].km) if car.readings else "",
        )
        for car in cars
    ]
    return ["", Table(columns, rows)]


def _tasks(desk: Desk, due: list[Task]) -> list[str | Table]:
    if not due:
        return []
    columns = [
        Column(t("Task")),
        Column(t("Due")),
        Column(t("What"), flexible=True),
        Column(t("Owner")),
    ]
    rows = [(task.id[:6], task.due, task_title(desk, task), task.owner) for task in due]
    return ["", Table(columns, rows)]


def _history(desk: Desk, entries: list[Entry]) -> list[str | Table]:
    if not entries:
        return []
    columns = [Column(t("When")), Column(t("What"), flexible=True), Column("", flexible=True)]
    rows = [
        (f"{entry.at.astimezone(desk.zone):%Y-%m-%d %H:%M}", entry.title, entry.detail)
        for entry in entries
    ]
    return ["", Table(columns, rows)]
