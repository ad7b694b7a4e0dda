"""Vehicles: identified by VIN; plate and owner may change, readings of the odometer accumulate."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import attrs
from tinydb import where

from dcrc.errors import InputError, NotFound, UsageError
from dcrc.kernel.customers import BLANKS, Customer, find_customer, surplus_blanks
from dcrc.kernel.facts import refuse_ahead, refuse_new_ahead
from dcrc.kernel.looks import record_look
from dcrc.kernel.operators import Permission
from dcrc.kernel.proposals import Proposal, propose
from dcrc.kernel.terms import may_be_id, plate_form, short_id, vehicle_terms, with_terms
from dcrc.kernel.vins import normalise_vin
from dcrc.store import GlobalId

if TYPE_CHECKING:
    from dcrc.kernel.desk import Desk

HIDDEN = "•••"
_CODES = ("key_code", "audio_code")
_PAST_DAYS = ("first_registered", "readings")


@attrs.frozen
class Reading:
    """What the odometer showed: kilometres on a day, and who says so (`serviced`, `call`, `import` …)."""

    on: date
    km: int
    source: str = ""


@attrs.frozen
class Vehicle:
    """A car; `customer` is its present owner. `key_code` and `audio_code` are secrets: see `reveal_codes`."""

    id: str
    vin: str
    customer: str = ""
    plate: str = ""
    engine_number: str = ""
    model: str = ""
    trim: str = ""
    colour: str = ""
    usage: str = "private"  # private, business (a company's own), commercial, taxi, rental
    first_registered: date | None = None
    readings: tuple[Reading, ...] = ()
    key_code: str = ""
    audio_code: str = ""
    note: str = ""
    archived: bool = False
    extra: dict[str, Any] = attrs.field(factory=dict)
    terms: tuple[str, ...] = ()


@attrs.frozen
class EditedVehicle:
    """What came of an edit: the vehicle as stored, and the changes that wait for confirmation."""

    vehicle: Vehicle
    proposals: tuple[Proposal, ...] = ()


def prepare_vehicle(vehicle: Vehicle) -> Vehicle:
    """`vehicle` as it is stored: VIN checked, plate in one form, readings by day, terms computed."""
    changes: dict[str, Any] = surplus_blanks(vehicle)
    vin, plate = normalise_vin(vehicle.vin), plate_form(vehicle.plate)
    readings = vehicle.readings
    if len(readings) > 1:
        readings = tuple(sorted(set(readings), key=lambda each: (each.on, each.km)))
    if (vin, plate, readings) != (vehicle.vin, vehicle.plate, vehicle.readings):
        changes |= {"vin": vin, "plate": plate, "readings": readings}
    if changes:
        vehicle = attrs.evolve(vehicle, **changes)
    return with_terms(vehicle, vehicle_terms(vehicle))


def hide_codes(vehicle: Vehicle) -> Vehicle:
    """`vehicle` as screens and lists may hold it: that it has codes is told, not which."""
    if not (vehicle.key_code or vehicle.audio_code):
        return vehicle
    return attrs.evolve(
        vehicle,
        key_code=HIDDEN if vehicle.key_code else "",
        audio_code=HIDDEN if vehicle.audio_code else "",
    )


def add_vehicle(desk: Desk, vehicle: Vehicle) -> Vehicle:
    """Register a vehicle (`id` empty); one VIN is one vehicle, and its owner must be known."""
    with desk.operation("add vehicle", Permission.CUSTOMERS_EDIT):
        refuse_new_ahead(desk, None, vehicle, _PAST_DAYS)
        vehicle = prepare_vehicle(attrs.evolve(vehicle, id=vehicle.id or desk.new_id()))
        _refuse_known_vin(desk, vehicle)
        if vehicle.customer:
            find_customer(desk, vehicle.customer)
        return hide_codes(desk.insert(desk.vehicles, vehicle))


def _refuse_known_vin(desk: Desk, vehicle: Vehicle) -> None:
    for known in desk.vehicles.search(where("vin") == vehicle.vin):
        if str(known.doc_id) != vehicle.id:
            raise InputError(
                "The vehicle {vin} is registered already ({id}).",
                field="vin",
                vin=vehicle.vin,
                id=short_id(str(known.doc_id)),
            )


def find_vehicle(desk: Desk, vehicle_id: str) -> Vehicle:
    """The vehicle of that exact id with its codes hidden; raises NotFound."""
    return hide_codes(desk.get(desk.vehicles, Vehicle, vehicle_id))


def get_vehicle(desk: Desk, ref: str) -> Vehicle:
    """The one vehicle that `ref` means: id, short id, VIN or its last six, plate; codes hidden.

    Raises NotFound, or InputError listing the candidates when several fit.
    """
    desk.require(Permission.CUSTOMERS_VIEW)
    ref = ref.strip(BLANKS)
    document = desk.vehicles.get(doc_id=GlobalId(ref.upper())) if may_be_id(ref) else None
    if document is not None:
        return hide_codes(desk.read(Vehicle, document))
    key = plate_form(ref).lower()
    found = desk.vehicles.search(where("terms").any([key])) if key else []
    if not found:
        raise NotFound("There is no vehicle {ref}.", ref=ref[:60])
    if len(found) > 1:
        raise InputError(
            "{ref} may be several vehicles: {names}. Give the VIN or a short id.",
            ref=ref[:60],
            names="; ".join(
                f"{car.get('plate') or '-'} {car['vin']} ({short_id(str(car.doc_id))})"
                for car in found[:8]
            ),
        )
    return hide_codes(desk.read(Vehicle, found[0]))


def vehicles_of(desk: Desk, customer_id: str) -> list[Vehicle]:
    """The customer's vehicles in the order they came, codes hidden."""
    desk.require(Permission.CUSTOMERS_VIEW)
    found = desk.vehicles.search(where("customer") == customer_id)
    return [hide_codes(desk.read(Vehicle, document)) for document in found]


def edit_vehicle(desk: Desk, before: Vehicle, after: Vehicle) -> EditedVehicle:
    """Store what differs between `before` (as it was shown) and `after`, field by field.

    VIN and owner wait as proposals when `customers.confirm_fields` has `vin` and `owner`, unless the
    operator may approve. Hidden codes stay as they are. Raises Conflict as `edit_customer` does.
    """
    if before.id != after.id:
        raise UsageError("An edit is of one vehicle, not of two.")
    with desk.operation("edit vehicle", Permission.CUSTOMERS_EDIT):
        refuse_new_ahead(desk, before, after, _PAST_DAYS)
        after = checked_vehicle(desk, before, after)
        waiting = []
        confirm = desk.policies.section("customers").confirm_fields
        key_fields = (("vin", "vin"), ("owner", "customer"))
        for name, field in () if desk.may(Permission.APPROVE) else key_fields:
            if name in confirm and getattr(before, field) != getattr(after, field):
                waiting.append(propose(desk, "vehicles", before, after, field))
                after = attrs.evolve(after, **{field: getattr(before, field)})
        edited = EditedVehicle(hide_codes(store_vehicle(desk, before, after)), tuple(waiting))
    desk.replan(*filter(None, dict.fromkeys((before.customer, edited.vehicle.customer))))
    return edited


def checked_vehicle(desk: Desk, before: Vehicle, after: Vehicle) -> Vehicle:
    """`after` as it may be stored in the place of `before`: its VIN is no other car's, its owner is known."""
    after = prepare_vehicle(after)
    _refuse_known_vin(desk, after)
    if after.customer and after.customer != before.customer:
        find_customer(desk, after.customer)
    return after


def store_vehicle(desk: Desk, before: Vehicle, after: Vehicle) -> Vehicle:
    """Write the fields that differ and the terms of the result; inside a running operation."""
    current = desk.get(desk.vehicles, Vehicle, before.id)
    changes = {
        field.name: getattr(after, field.name)
        for field in attrs.fields(Vehicle)
        if field.name != "terms" and getattr(after, field.name) != getattr(before, field.name)
    }
    became = attrs.evolve(current, **changes)
    became = with_terms(became, vehicle_terms(became))
    shown = {name: getattr(current, name) for name in _CODES if getattr(before, name) == HIDDEN}
    before = attrs.evolve(before, terms=current.terms, **shown)
    desk.edit(desk.vehicles, before, attrs.evolve(before, **{**changes, "terms": became.terms}))
    return became


def change_owner(desk: Desk, vehicle_id: str, customer_id: str) -> EditedVehicle:
    """Give a vehicle to another customer: its history stays with who had it then, and goes on with the car as
    far as it is the car's (`EventKind.of_car`)."""
    before = find_vehicle(desk, vehicle_id)
    return edit_vehicle(desk, before, attrs.evolve(before, customer=customer_id))


def record_reading(desk: Desk, vehicle_id: str, reading: Reading) -> Vehicle:
    """Note what the odometer showed; raises InputError for an impossible number and a day still to come."""
    if not 0 <= reading.km <= 3_000_000:
        raise InputError("{km} km is no odometer reading.", field="km", km=reading.km)
    refuse_ahead(desk, reading.on, "on")
    with desk.operation("record reading", Permission.CALLS):
        before = desk.get(desk.vehicles, Vehicle, vehicle_id)
        readings = (*before.readings, reading)
        after = prepare_vehicle(attrs.evolve(before, readings=readings))
        return hide_codes(store_vehicle(desk, before, after))


def reveal_codes(desk: Desk, vehicle_id: str) -> tuple[str, str]:
    """The key code and the audio code of a vehicle; the look is journalled with who looked."""
    desk.require(Permission.SECRETS_VIEW)
    vehicle = desk.get(desk.vehicles, Vehicle, vehicle_id)
    record_look(desk, "codes", vehicle_id, Permission.SECRETS_VIEW, operation="reveal codes")
    return vehicle.key_code, vehicle.audio_code


def owner_of(desk: Desk, vehicle: Vehicle) -> Customer | None:
    """The present owner, if one is known."""
    return find_customer(desk, vehicle.customer) if vehicle.customer else None
