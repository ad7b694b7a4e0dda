"""A customer's data, cars with their maintenance, and what plugins add, as text."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import attrs
from textual.content import Content

from dcrc.i18n import listed, t
from dcrc.kernel.car_history import car_history
from dcrc.kernel.contact import slot_title
from dcrc.kernel.customers import Contact, Customer, find_customer
from dcrc.kernel.desk import Desk
from dcrc.kernel.events import Event, event_kinds
from dcrc.kernel.masking import seen
from dcrc.kernel.merges import merged_from
from dcrc.kernel.operations_log import value_text
from dcrc.kernel.owner_changes import OWNER, car_named, changed_hands
from dcrc.kernel.proposals import Proposal, pending_proposals
from dcrc.kernel.titles import code_word
from dcrc.kernel.vehicles import Vehicle, vehicles_of
from dcrc.record_words import field_title
from dcrc.tui.cards import name_line, phones_line, vehicle_line
from dcrc.wording import plain

MOST_OF_A_VALUE = 60  # characters of what waits
VISITS = 5  # of each car on the page; all of them stand in the history


@attrs.frozen
class CustomerFacts:
    """What is known of a customer besides his tasks and history."""

    customer: Customer
    vehicles: list[tuple[Vehicle, list[Event]]]
    blocks: list[tuple[str, list[str]]]
    waiting: list[str]  # for the supervisor


def load_facts(desk: Desk, customer_id: str) -> CustomerFacts:
    """The facts as they are now; a plugin's block that fails is left out and reported by the host."""
    cars = [(car, car_history(desk, car)) for car in vehicles_of(desk, customer_id)]
    blocks = []
    for name, block in desk.plugins.ask_each("dcrc_customer_blocks"):
        try:
            lines = block.lines(desk, customer_id)
        except Exception as error:  # noqa: BLE001 - a plugin's fault must not hide the customer
            what = type(error).__name__
            lines = [t("The block of {name} could not be shown ({what}).", name=name, what=what)]
        if lines:
            blocks.append((str(block.title), lines))
    people = [customer_id, *(each.id for each in merged_from(desk, customer_id))]
    waiting = [_waits(desk, each, people) for each in pending_proposals(desk, customer_id)]
    return CustomerFacts(find_customer(desk, customer_id), cars, blocks, waiting)


def _waits(desk: Desk, proposal: Proposal, people: Sequence[str]) -> str:
    """A change that waits for the supervisor; of a car not who else has it, as in the history."""
    field = field_title(proposal.field, proposal.table)
    if (proposal.table, proposal.field) == ("vehicles", OWNER):
        named = car_named(desk, proposal.record, people, proposal.at)
        change = changed_hands(named, people, proposal.before, proposal.after) if named else ""
        return t("Waits for the supervisor: {change}", change=change or field)
    value = value_text(desk, proposal.field, proposal.after)[:MOST_OF_A_VALUE]
    return t("Waits for the supervisor: {field} → {value}", field=field, value=value)


def facts_text(desk: Desk, facts: CustomerFacts) -> Content:
    """The facts as a page of text."""
    customer = facts.customer
    lines = [name_line(customer), phones_line(desk, customer)]
    details = ((label, seen(desk, value)) for label, value in _details(desk, customer) if value)
    lines += [Content(f"{label}  {plain(value)}") for label, value in details]
    lines += [Content("! " + plain(told)).stylize("$warning") for told in facts.waiting]
    for car, events in facts.vehicles:
        lines += [Content(""), _part(t("Vehicle")), Content(vehicle_line(car))]
        latest = sorted(events, key=lambda event: event.on, reverse=True)[:VISITS]
        lines += [Content(plain(f"  {_event_line(desk, event)}")) for event in latest]
    for title, told_lines in facts.blocks:
        lines += [Content(""), _part(title)]
        lines += [Content(plain(line)) for line in told_lines]
    return Content("\n").join(lines)


def _part(title: str) -> Content:
    return Content(plain(title)).stylize("bold $primary")


def _day(day: date | None) -> str:
    return day.isoformat() if day else ""


def _wish(desk: Desk, customer: Customer) -> str:
    channel = code_word("preferred_channel", customer.preferred_channel)
    return f"{channel} {slot_title(desk, customer.preferred_time)}".strip()


def _contact(contact: Contact) -> str:
    return " ".join(filter(None, (contact.name, contact.role, contact.phone)))


def _details(desk: Desk, customer: Customer) -> list[tuple[str, str]]:
    lunar = customer.lunar_birthday
    return [
        (t("Birthday"), _day(customer.birthday)),
        (t("Lunar birthday"), f"{lunar.month}-{lunar.day}" if lunar else ""),
        (t("Address"), customer.address),
        (t("Employer"), " ".join(x for x in (customer.employer, customer.job) if x)),
        (t("Industry"), customer.industry),
        (t("In charge"), customer.person_in_charge),
        (t("Contacts"), listed(map(_contact, customer.contacts))),
        (t("WeChat"), customer.wechat),
        (t("E-mail"), customer.email),
        (t("Prefers"), _wish(desk, customer)),
        (t("Hobbies"), listed(customer.hobbies)),
        (t("Source"), customer.source),
        (t("Note"), customer.note),
    ]


def _event_line(desk: Desk, event: Event) -> str:
    kind = event_kinds(desk).get(event.kind)
    data = event.data
    parts = [event.on.isoformat(), str(kind.title) if kind else event.kind]
    if isinstance(data.get("km"), int):
        parts.append(t("{km} km", km=data["km"]))
    for name in ("work", "advisor", "consultant", "insurer"):
        if data.get(name):
            parts.append(str(data[name]))
    if isinstance(data.get("amount"), int):
        parts.append(f"¥{data['amount'] / 100:.2f}")
    if data.get("order"):
        parts.append(str(data["order"]))
    if not event.customer:
        parts.append(t("(under another name)"))
    return " ".join(parts)
