"""`dcrc customer …`: find, show, add, edit, merge, archive, confirm; and probable duplicates."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs
import click

from dcrc.cli.commands import Command, Group
from dcrc.cli.customer_page import print_customer
from dcrc.cli.documents import customer_brief, customer_document, shown_phone, vehicle_document
from dcrc.cli.proposals import waiting_lines
from dcrc.cli.record_fields import CUSTOMER_FIELDS, parse_fields
from dcrc.cli.seat import pass_desk
from dcrc.cli.showing import Column, Table, limit_option, more_line, page, show
from dcrc.errors import InputError, NotFound
from dcrc.i18n import t

if TYPE_CHECKING:
    from collections.abc import Callable

    from dcrc.kernel.customers import Customer
    from dcrc.kernel.desk import Desk


@click.group(cls=Group)
def customer() -> None:
    """Customers."""


@customer.command(help="Find customers by name, pinyin, initials, phone, plate or VIN.")
@click.argument("text")
@limit_option
@pass_desk
def find(desk: Desk, text: str, limit: int | None) -> None:
    """Search as the interface does."""
    from dcrc.kernel.search import search_customers
    from dcrc.kernel.terms import short_id

    most = page(limit)
    asked = 1_000_000 if most is None else most + 1
    found = search_customers(desk, text, limit=asked)
    more = most is not None and len(found) > most
    found = found[:most]
    columns = [
        Column(t("Customer")),
        Column(t("Name"), flexible=True),
        Column(t("Phone")),
        Column(t("Vehicles"), flexible=True),
    ]
    rows = [
        (
            short_id(hit.customer.id),
            hit.customer.name,
            shown_phone(desk, hit.customer),
            " ".join(vehicle.plate or vehicle.vin for vehicle in hit.vehicles),
        )
        for hit in found
    ]
    show(
        {
            "found": [
                {
                    "customer": customer_brief(desk, hit.customer),
                    "vehicles": [vehicle_document(desk, vehicle) for vehicle in hit.vehicles],
                    "matched": hit.matched,
                }
                for hit in found
            ],
            "more": more,
        },
        *([Table(columns, rows)] if rows else [t("Nobody found for {text}.", text=text)]),
        *([t("There are more; --limit 0 shows all.")] if more else []),
    )


@customer.command("show", help="Everything about one customer.")
@click.argument("customer")
@limit_option
@pass_desk
def show_one(desk: Desk, customer: str, limit: int | None) -> None:
    """Print a customer's page."""
    from dcrc.kernel.customers import get_customer

    print_customer(desk, get_customer(desk, customer), page(limit))


def field_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Options that set fields: --phone, and --set for all others."""
    for option in (
        click.option(
            "--set",
            "settings",
            multiple=True,
            metavar="FIELD=VALUE",
            help="Set a field: birthday=1980-02-03, lunar_birthday=8-15, address=…, do_not_contact=yes.",
        ),
        click.option("--phone", "phones", multiple=True, metavar="NUMBER", help="Add a number."),
    ):
        command = option(command)
    return command


@customer.command(help="Add a customer.")
@click.argument("name")
@field_options
@pass_desk
def add(desk: Desk, name: str, settings: tuple[str, ...], phones: tuple[str, ...]) -> None:
    """Register a customer."""
    from dcrc.kernel.customers import Customer, add_customer
    from dcrc.kernel.duplicates import same_number_line
    from dcrc.kernel.phones import normalise_phone
    from dcrc.kernel.terms import short_id

    record = Customer(
        id="",
        name=name,
        phones=tuple(normalise_phone(number) for number in phones),
        **parse_fields(settings, CUSTOMER_FIELDS, desk.today()),
    )
    added = add_customer(desk, record)
    show(
        {"customer": customer_document(desk, added)},
        t("Added {name}: {id}", name=added.name, id=short_id(added.id)),
        *filter(None, (same_number_line(desk, added),)),
    )


@customer.command(help="Change a customer's data.")
@click.argument("customer")
@field_options
@click.option("--name", metavar="NAME", help="A new name.")
@click.option("--drop-phone", multiple=True, metavar="NUMBER", help="Take a number away.")
@click.option(
    "--phone-state",
    multiple=True,
    metavar="NUMBER=STATE",
    help="What is known of a number: valid, empty, wrong, switched_off, unknown.",
)
@pass_desk
def edit(
    desk: Desk,
    customer: str,
    settings: tuple[str, ...],
    phones: tuple[str, ...],
    name: str | None,
    drop_phone: tuple[str, ...],
    phone_state: tuple[str, ...],
) -> None:
    """Edit a customer field by field; what waits for a supervisor is said."""
    from dcrc.kernel.customers import edit_customer, get_customer
    from dcrc.kernel.phones import normalise_phone

    before = get_customer(desk, customer)
    changes: dict[str, Any] = parse_fields(settings, CUSTOMER_FIELDS, desk.today())
    if name is not None:
        changes["name"] = name
    gone = {normalise_phone(number).number for number in drop_phone}
    unknown = gone - {phone.number for phone in before.phones}
    if unknown:
        raise InputError(
            "{name} has no number {number}.", name=before.name, number=", ".join(sorted(unknown))
        )
    kept = [phone for phone in before.phones if phone.number not in gone]
    known = {phone.number for phone in kept}
    kept += [phone for phone in map(normalise_phone, phones) if phone.number not in known]
    changes["phones"] = _with_states(tuple(kept), phone_state)
    edited = edit_customer(desk, before, attrs.evolve(before, **changes))
    show(
        {
            "customer": customer_document(desk, edited.customer),
            "proposals": [proposal.id for proposal in edited.proposals],
        },
        t("Changed {name}.", name=edited.customer.name)
        if edited.customer != before
        else t("Nothing of {name} changed.", name=before.name),
        *waiting_lines(edited.proposals),
    )


def _with_states(phones: tuple[Any, ...], states: tuple[str, ...]) -> tuple[Any, ...]:
    from dcrc.kernel.phones import PhoneState, normalise_phone

    wanted = {}
    for text in states:
        number, _, state = text.partition("=")
        if state not in set(PhoneState):
            raise InputError(
                "{text!r} is no state of a number; write NUMBER=STATE with one of: {states}.",
                field="phone_state",
                text=text,
                states=", ".join(PhoneState),
            )
        wanted[normalise_phone(number).number] = PhoneState(state)
    return tuple(
        attrs.evolve(phone, state=wanted[phone.number]) if phone.number in wanted else phone
        for phone in phones
    )


@customer.command(help="Make two customers one: the second's history goes to the first.")
@click.argument("keep")
@click.argument("gone")
@pass_desk
def merge(desk: Desk, keep: str, gone: str) -> None:
    """Merge two customers."""
    from dcrc.kernel.customers import get_customer
    from dcrc.kernel.duplicates import merge_customers
    from dcrc.kernel.terms import short_id

    kept, other = get_customer(desk, keep), get_customer(desk, gone)
    merged = merge_customers(desk, kept.id, other.id)
    show(
        {"merge": {"id": merged.id, "keep": kept.id, "gone": other.id}},
        t(
            "{gone} is now part of {keep}. `dcrc customer unmerge {id}` parts them again.",
            gone=other.name,
            keep=kept.name,
            id=short_id(other.id),
        ),
    )


@customer.command(help="Part a merged customer again, by his former id.")
@click.argument("gone")
@pass_desk
def unmerge(desk: Desk, gone: str) -> None:
    """Take a merge apart, also after later edits."""
    from dcrc.kernel.customers import find_customer
    from dcrc.kernel.duplicates import unmerge_customer

    former = _merged(desk, gone)
    unmerge_customer(desk, former)
    back = find_customer(desk, former)
    show({"customer": customer_document(desk, back)}, t("{name} is back.", name=back.name))


def _merged(desk: Desk, ref: str) -> str:
    """The id of the merged customer whose id or short id is `ref` (his name leads to who has him now)."""
    from tinydb import where

    found = [
        document.doc_id
        for document in desk.customers.search(where("terms").any([ref.lower()[-6:]]))
        if document.get("merged_into") and str(document.doc_id).lower().endswith(ref.lower())
    ]
    if len(found) != 1:
        raise NotFound("No merged customer has the id {ref}.", ref=ref)
    return str(found[0])


@customer.command(help="Take a customer off the lists, not out of the history.")
@click.argument("customer")
@click.option("--back", is_flag=True, help="Put him back on the lists.")
@pass_desk
def archive(desk: Desk, customer: str, back: bool) -> None:
    """Archive a customer, or the reverse."""
    from dcrc.kernel.customers import archive_customer, get_customer

    found = get_customer(desk, customer)
    done: Customer = archive_customer(desk, found.id, archived=not back)
    said = t("{name} is on the lists again.") if back else t("{name} is archived.")
    show({"customer": customer_document(desk, done)}, said.format(name=done.name))


@customer.command(help="Confirm a new owner's data after a delivery.")
@click.argument("customer")
@click.argument("vehicle", required=False)
@click.option("--name", metavar="VERDICT", help="right, unusable, or corrected=VALUE.")
@click.option("--phone", metavar="VERDICT", help="right, unusable, or corrected=VALUE.")
@click.option("--address", metavar="VERDICT", help="right, unusable, or corrected=VALUE.")
@click.option("--vin", metavar="VERDICT", help="right, unusable, or corrected=VALUE.")
@pass_desk
def confirm(desk: Desk, /, customer: str, vehicle: str | None, **said: str | None) -> None:
    """Record what the new owner confirmed."""
    from dcrc.kernel.confirmation import confirm_owner
    from dcrc.kernel.customers import get_customer

    owner = get_customer(desk, customer)
    verdicts, corrections = {}, {}
    for field, text in said.items():
        if text is None:
            continue
        verdict, given, value = text.partition("=")
        verdicts[field] = verdict
        if given:
            corrections[field] = value
    event = confirm_owner(desk, owner.id, _vehicle_of(desk, owner, vehicle), verdicts, corrections)
    show(
        {"event": event.id, "on": event.on.isoformat(), "verdicts": verdicts},
        t("Confirmed the data of {name}.", name=owner.name),
    )


def _vehicle_of(desk: Desk, owner: Customer, ref: str | None) -> str:
    """The vehicle that is meant: the one named, else the customer's only one."""
    from dcrc.kernel.vehicles import get_vehicle, vehicles_of

    if ref:
        return get_vehicle(desk, ref).id
    cars = vehicles_of(desk, owner.id)
    if len(cars) != 1:
        raise InputError(
            "{name} has {count} vehicles; say which by plate or VIN.",
            field="vehicle",
            name=owner.name,
            count=len(cars),
        )
    return cars[0].id


def _reason_title(reason: str) -> str:
    titles = {
        "id_number": t("ID number"),
        "vin": t("VIN"),
        "name_and_phone": t("name and phone"),
        "phone": t("phone"),
        "name": t("name"),
    }
    return titles.get(reason, reason)


@click.command(cls=Command)
@limit_option
@pass_desk
def duplicates(desk: Desk, limit: int | None) -> None:
    """Print groups of customers that look like one."""
    from dcrc.kernel.duplicates import find_duplicates
    from dcrc.kernel.terms import short_id

    groups = find_duplicates(desk)
    shown = groups[: page(limit)]
    columns = [Column(t("Same")), Column(t("Customers"), flexible=True)]
    rows = [
        (
            _reason_title(group.reason),
            "; ".join(
                f"{person.name} {shown_phone(desk, person)} ({short_id(person.id)})"
                for person in group.customers
            ),
        )
        for group in shown
    ]
    show(
        {
            "duplicates": [
                {
                    "reason": group.reason,
                    "customers": [customer_brief(desk, person) for person in group.customers],
                }
                for group in shown
            ],
            "total": len(groups),
        },
        *([Table(columns, rows)] if rows else [t("No duplicates found.")]),
        *more_line(len(shown), len(groups)),
        *([t("`dcrc customer merge KEEP GONE` makes two one.")] if rows else []),
    )
