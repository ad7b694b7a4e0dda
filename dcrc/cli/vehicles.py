"""`dcrc vehicle …`: show, add, edit, mileages, secret codes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs
import click

from dcrc.cli.commands import Group
from dcrc.cli.documents import customer_brief, vehicle_document
from dcrc.cli.harmless import one_line
from dcrc.cli.proposals import waiting_lines
from dcrc.cli.record_fields import VEHICLE_FIELDS, parse_fields
from dcrc.cli.seat import pass_desk
from dcrc.cli.showing import Column, Table, show
from dcrc.cli.times import parse_day
from dcrc.i18n import t
from dcrc.kernel.titles import code_word

if TYPE_CHECKING:
    from dcrc.kernel.desk import Desk
    from dcrc.kernel.vehicles import Vehicle


@click.group(cls=Group)
def vehicle() -> None:
    """Vehicles."""


SET = click.option(
    "--set",
    "settings",
    multiple=True,
    metavar="FIELD=VALUE",
    help="Set a field: plate=粤A12345, model=…, colour=…, first_registered=2025-03-01.",
)


@vehicle.command("show", help="A vehicle with its owner and mileages.")
@click.argument("vehicle")
@pass_desk
def show_one(desk: Desk, vehicle: str) -> None:
    """Print a vehicle; the secret codes are not among it."""
    from dcrc.kernel.customers import Customer
    from dcrc.kernel.terms import short_id
    from dcrc.kernel.vehicles import get_vehicle

    desk.require("customers.view")
    car = get_vehicle(desk, vehicle)
    owner = desk.get(desk.customers, Customer, car.customer) if car.customer else None
    readings = [
        (reading.on, t("{km} km", km=reading.km), str(code_word("source", reading.source)))
        for reading in car.readings
    ]
    data = [
        (t("VIN"), car.vin),
        (t("Plate"), car.plate),
        (t("Model"), " ".join(filter(None, (car.model, car.trim, car.colour)))),
        (t("Car owner"), f"{owner.name} ({short_id(owner.id)})" if owner else ""),
        (t("First registered"), str(car.first_registered or "")),
        (t("Note"), car.note),
    ]
    columns = [Column(t("Day")), Column(t("Mileage"), right=True), Column(t("Source"))]
    show(
        {
            "vehicle": vehicle_document(desk, car),
            "owner": customer_brief(desk, owner) if owner else None,
        },
        *(f"{title}: {one_line(text)}" for title, text in data if text),
        *([Table(columns, readings)] if readings else []),
    )


@vehicle.command(help="Add a vehicle.")
@click.argument("vin")
@click.option("--owner", metavar="CUSTOMER", help="Whose it is.")
@SET
@pass_desk
def add(desk: Desk, vin: str, owner: str | None, settings: tuple[str, ...]) -> None:
    """Register a vehicle."""
    from dcrc.kernel.customers import get_customer
    from dcrc.kernel.terms import short_id
    from dcrc.kernel.vehicles import Vehicle, add_vehicle

    fields: dict[str, Any] = parse_fields(settings, VEHICLE_FIELDS, desk.today())
    fields.pop("vin", None)
    owned_by = get_customer(desk, owner).id if owner else ""
    added = add_vehicle(desk, Vehicle(id="", vin=vin, customer=owned_by, **fields))
    _show(desk, added, t("Added {vin}: {id}", vin=added.vin, id=short_id(added.id)))


@vehicle.command(help="Change a vehicle's data or its owner.")
@click.argument("vehicle")
@click.option("--owner", metavar="CUSTOMER", help="The new owner.")
@SET
@pass_desk
def edit(desk: Desk, vehicle: str, owner: str | None, settings: tuple[str, ...]) -> None:
    """Edit a vehicle field by field."""
    from dcrc.kernel.customers import get_customer
    from dcrc.kernel.vehicles import edit_vehicle, get_vehicle

    before = get_vehicle(desk, vehicle)
    fields: dict[str, Any] = parse_fields(settings, VEHICLE_FIELDS, desk.today())
    if owner:
        fields["customer"] = get_customer(desk, owner).id
    edited = edit_vehicle(desk, before, attrs.evolve(before, **fields))
    show(
        {
            "vehicle": vehicle_document(desk, edited.vehicle),
            "proposals": [proposal.id for proposal in edited.proposals],
        },
        t("Changed {vin}.", vin=edited.vehicle.vin),
        *waiting_lines(edited.proposals),
    )


@vehicle.command(help="Note what the odometer showed.")
@click.argument("vehicle")
@click.argument("km", type=click.IntRange(0, 3_000_000))
@click.option("--on", metavar="DAY", help="On which day; today if not given.")
@pass_desk
def reading(desk: Desk, vehicle: str, km: int, on: str | None) -> None:
    """Record a mileage."""
    from dcrc.kernel.mileage import mileage_doubt
    from dcrc.kernel.vehicles import Reading, get_vehicle, record_reading

    car = get_vehicle(desk, vehicle)
    day = parse_day(on, desk.today()) if on else desk.today()
    noted = Reading(day, km, "call")
    doubt = mileage_doubt(desk, car.id, noted)
    record_reading(desk, car.id, noted)
    remarks = [] if doubt is None else [t(doubt.text, **doubt.params)]
    show(
        {"vehicle": vehicle_document(desk, get_vehicle(desk, car.id)), "remarks": remarks},
        t("{vin}: {km} km on {day}.", vin=car.vin, km=km, day=day),
        *(f"  ! {each}" for each in remarks),
    )


@vehicle.command(help="Show key and audio code; each look is noted.")
@click.argument("vehicle")
@pass_desk
def codes(desk: Desk, vehicle: str) -> None:
    """Reveal the secret codes to roles that may see them."""
    from dcrc.kernel.vehicles import get_vehicle, reveal_codes

    car = get_vehicle(desk, vehicle)
    key, audio = reveal_codes(desk, car.id)
    show(
        {"vehicle": car.id, "key_code": key, "audio_code": audio},
        t("Key code: {code}", code=one_line(key) or "-"),
        t("Audio code: {code}", code=one_line(audio) or "-"),
    )


def _show(desk: Desk, car: Vehicle, said: str) -> None:
    show({"vehicle": vehicle_document(desk, car)}, said)
