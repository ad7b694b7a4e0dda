"""Who the customer is, in a few lines; used beside the list, over the call sheet and on his page."""

from __future__ import annotations

from datetime import date

from textual.content import Content

from dcrc.i18n import language, t
from dcrc.kernel.contact import slot_title
from dcrc.kernel.customers import Customer, CustomerKind, find_customer
from dcrc.kernel.desk import Desk
from dcrc.kernel.operators import masked_phone
from dcrc.kernel.phones import PhoneState
from dcrc.kernel.titles import code_word, phone_state_title
from dcrc.kernel.vehicles import Vehicle, vehicles_of
from dcrc.tui.task_titles import title_with_car
from dcrc.wording import plain

CARS = 2  # on the card; the customer page has them all
WEEKDAYS = ("周一", "周二", "周三", "周四", "周五", "周六", "周日")


def day_name(day: date) -> str:
    """The day with its weekday, `2026-11-21 周六`."""
    name = WEEKDAYS[day.weekday()] if language() == "zh" else day.strftime("%a")
    return f"{day.isoformat()} {name}"


def title_of(customer: Customer) -> str:
    """How the customer is addressed: Mr, Ms, or the word for an organisation."""
    if customer.kind is CustomerKind.ORGANISATION:
        return t("organisation")
    return {"male": t("Mr"), "female": t("Ms")}.get(customer.sex, "")


def phones_line(desk: Desk, customer: Customer) -> Content:
    """The numbers, as far as this operator may see them, each with what is known of it."""
    parts = []
    for phone in customer.phones:
        text = Content(plain(masked_phone(desk, phone.number))).stylize("bold")
        state = phone_state_title(phone.state)
        if state:
            good = phone.state is PhoneState.VALID
            text += Content(f" ({state})").stylize("$success" if good else "$error")
        if phone.note:
            text += Content(f" {plain(phone.note)}")
        parts.append(text)
    return Content("  ").join(parts) if parts else Content(t("no number")).stylize("$error")


def vehicle_line(vehicle: Vehicle) -> str:
    """A car in a line: plate, model, colour, VIN, last mileage."""
    parts = [vehicle.plate, vehicle.model, vehicle.trim, vehicle.colour]
    parts.append(vehicle.vin)
    if vehicle.readings:
        last = max(vehicle.readings, key=lambda reading: reading.on)
        parts.append(t("{km} km", km=last.km) + f" ({last.on.isoformat()})")
    return plain(" ".join(part for part in parts if part))


def name_line(customer: Customer) -> Content:
    """Name and address, and what forbids a call."""
    text = Content(plain(customer.name)).stylize("bold")
    if title_of(customer):
        text += Content(f" {title_of(customer)}")
    warnings = [
        word
        for told, word in (
            (customer.do_not_contact, t("do not contact")),
            (customer.archived, t("archived")),
            (bool(customer.merged_into), t("merged into another customer")),
        )
        if told
    ]
    for word in warnings:
        text += Content(f"  ! {word}").stylize("bold $error")
    return text


def card_lines(desk: Desk, customer: Customer, vehicles: list[Vehicle]) -> list[Content]:
    """The card: name, numbers, cars, address and wishes."""
    lines = [name_line(customer) + Content("  ") + phones_line(desk, customer)]
    lines += [Content(vehicle_line(vehicle)) for vehicle in vehicles[:CARS]]
    if len(vehicles) > CARS:
        lines.append(Content(t("and {count} more cars", count=len(vehicles) - CARS)))
    wishes = [
        text
        for text in (
            t("prefers {time}", time=slot_title(desk, customer.preferred_time))
            if customer.preferred_time
            else "",
            t("by {channel}", channel=code_word("preferred_channel", customer.preferred_channel))
            if customer.preferred_channel
            else "",
            customer.address,
            customer.note,
        )
        if text
    ]
    if wishes:
        lines.append(Content(plain(" · ".join(wishes))).stylize("$quiet"))
    return lines


def card(desk: Desk, customer_id: str) -> Content:
    """The card with the customer's open tasks, for the place beside the list."""
    from dcrc.kernel.agenda import tasks

    customer = find_customer(desk, customer_id)
    vehicles = vehicles_of(desk, customer_id)
    lines = card_lines(desk, customer, vehicles)
    open_tasks = tasks(desk, customer=customer_id, state="open", limit=20)
    if open_tasks:
        lines.append(Content(""))
        lines.append(Content(t("Open:")).stylize("bold"))
        lines += [
            Content(plain(f"{task.due.isoformat()}  {title_with_car(desk, task, vehicles)}"))
            for task in open_tasks
        ]
    return Content("\n").join(lines)
