"""New-owner confirmation: name, phone, address and VIN are checked with him, and the rate of right data."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING

import attrs

from dcrc.errors import InputError
from dcrc.i18n import t
from dcrc.kernel.cases import Case, events_between, month_of, share_rows
from dcrc.kernel.customers import Customer, Edited, edit_customer, find_customer
from dcrc.kernel.events import OWNER_CONFIRMED, Event, record_event
from dcrc.kernel.figures import FigureRow
from dcrc.kernel.operators import Permission
from dcrc.kernel.phones import Phone, PhoneState, normalise_phone
from dcrc.kernel.vehicles import edit_vehicle, find_vehicle

if TYPE_CHECKING:
    from dcrc.kernel.desk import Desk

CHECKED_FIELDS = ("name", "phone", "address", "vin")


class Verdict(StrEnum):
    RIGHT = "right"
    CORRECTED = "corrected"
    UNUSABLE = "unusable"


_WORST_FIRST = (Verdict.UNUSABLE, Verdict.CORRECTED, Verdict.RIGHT)


def confirm_owner(
    desk: Desk,
    customer_id: str,
    vehicle_id: str,
    verdicts: Mapping[str, str],
    corrections: Mapping[str, str] | None = None,
) -> Event:
    """Note what the new owner said of his data: `{name|phone|address|vin: right|corrected|unusable}`.

    Corrections are edits (key fields may wait for a supervisor); a corrected number takes the place of the
    one that was called first; an unusable phone is marked wrong, so it goes back to who entered it.
    Confirming again replaces the verdicts. Raises InputError for an unknown field or verdict, and for a
    correction that is missing or that its verdict does not speak of.
    """
    given = dict(corrections or {})
    said = _checked(verdicts, given)
    with desk.operation("confirm owner", Permission.CALLS):
        customer = find_customer(desk, customer_id)
        _correct_customer(desk, customer, said, given)
        if said.get("vin") is Verdict.CORRECTED:
            car = find_vehicle(desk, vehicle_id)
            edit_vehicle(desk, car, attrs.evolve(car, vin=given["vin"]))
        worst = next(verdict for verdict in _WORST_FIRST if verdict in said.values())
        return record_event(
            desk,
            Event(
                "",
                OWNER_CONFIRMED.name,
                customer_id,
                desk.today(),
                vehicle=vehicle_id,
                at=desk.now(),
                key=f"{vehicle_id}:{customer_id}",
                data={
                    "verdict": worst.value,
                    "verdicts": {field: verdict.value for field, verdict in said.items()},
                    "corrections": sorted(given),
                    "entered_by": customer.entered_by,
                },
            ),
        )


def _checked(verdicts: Mapping[str, str], corrections: Mapping[str, str]) -> dict[str, Verdict]:
    for field in (*verdicts, *corrections):
        if field not in CHECKED_FIELDS:
            raise InputError(
                "{field} is not confirmed with the owner; possible are: {names}.",
                field=field,
                names=", ".join(CHECKED_FIELDS),
            )
    if not verdicts:
        raise InputError(
            "Say of at least one of {names} whether it is right.", names=", ".join(CHECKED_FIELDS)
        )
    said = {}
    for field, verdict in verdicts.items():
        if verdict not in list(Verdict):
            raise InputError(
                "{verdict} is no verdict on {field}; possible are: {names}.",
                field=field,
                verdict=verdict,
                names=", ".join(Verdict),
            )
        said[field] = Verdict(verdict)
        if said[field] is Verdict.CORRECTED and not corrections.get(field, "").strip():
            raise InputError("What is the right {field}? The correction is missing.", field=field)
    for field in corrections:
        if said.get(field) is not Verdict.CORRECTED:
            raise InputError(
                "{field} has a correction, but is not said to be corrected; say so or leave it out.",
                field=field,
            )
    return said


def _correct_customer(
    desk: Desk, customer: Customer, said: Mapping[str, Verdict], corrections: Mapping[str, str]
) -> Edited | None:
    after = customer
    if said.get("name") is Verdict.CORRECTED:
        after = attrs.evolve(after, name=corrections["name"])
    if said.get("address") is Verdict.CORRECTED:
        after = attrs.evolve(after, address=corrections["address"])
    phone = said.get("phone")
    first = next(iter(customer.usable_phones), None)
    if phone is Verdict.UNUSABLE and first:
        after = _with_state(after, first, PhoneState.WRONG)
    if phone is Verdict.CORRECTED:
        right = attrs.evolve(normalise_phone(corrections["phone"]), state=PhoneState.VALID)
        others = (each for each in after.phones if each.number not in (right.number, _of(first)))
        after = attrs.evolve(after, phones=(right, *others))
    if phone is Verdict.RIGHT and first:
        after = _with_state(after, first, PhoneState.VALID)
    return None if after == customer else edit_customer(desk, customer, after)


def _of(phone: Phone | None) -> str:
    return phone.number if phone else ""


def _with_state(customer: Customer, phone: Phone, state: PhoneState) -> Customer:
    phones = (
        attrs.evolve(each, state=state) if each == phone else each for each in customer.phones
    )
    return attrs.evolve(customer, phones=tuple(phones))


def accuracy(desk: Desk, month: date) -> list[FigureRow]:
    """Share of the customers confirmed in a month whose data were all right; all, and by who entered them."""
    return share_rows(
        Case(event.id, event.data["verdict"] == Verdict.RIGHT, (event.data.get("entered_by", ""),))
        for event in _confirmed(desk, month)
    )


def accuracy_by_field(desk: Desk, month: date) -> list[FigureRow]:
    """Share that was right of each field that was checked in a month."""
    titles = {"name": t("name"), "phone": t("phone"), "address": t("address"), "vin": t("VIN")}
    cases = [
        Case(event.id, verdict == Verdict.RIGHT, (titles.get(field, field),))
        for event in _confirmed(desk, month)
        for field, verdict in event.data["verdicts"].items()
    ]
    return share_rows(cases)[1:]


def _confirmed(desk: Desk, month: date) -> list[Event]:
    return events_between(desk, OWNER_CONFIRMED.name, *month_of(month))
