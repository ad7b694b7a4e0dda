"""New-owner confirmation: name, phone, address and VIN are checked with him, and the rate of right data."""

from __future__ import annotations

import calendar
from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING

import attrs
from tinydb import where

from dcrc.errors import InputError
from dcrc.kernel.customers import Customer, Edited, edit_customer, find_customer
from dcrc.kernel.events import OWNER_CONFIRMED, Event, record_event
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
    correction that is missing.
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


@attrs.frozen
class Accuracy:
    """How right the data were that were confirmed in a month.

    `verdicts`: verdict → ids of the confirmations; `fields` and `departments`: name → verdict → how many.
    `rate` is the share that was right, 0 to 1, None when nothing was confirmed.
    """

    month: date
    verdicts: dict[str, tuple[str, ...]]
    fields: dict[str, dict[str, int]]
    departments: dict[str, dict[str, int]]

    @property
    def checked(self) -> int:
        return sum(len(ids) for ids in self.verdicts.values())

    @property
    def rate(self) -> float | None:
        return len(self.verdicts[Verdict.RIGHT]) / self.checked if self.checked else None


def accuracy(desk: Desk, month: date) -> Accuracy:
    """The figures of the month that `month` is in."""
    desk.require(Permission.CUSTOMERS_VIEW)
    first = month.replace(day=1)
    last = month.replace(day=calendar.monthrange(month.year, month.month)[1])
    query = (
        (where("kind") == OWNER_CONFIRMED.name)
        & (where("on") >= first.isoformat())
        & (where("on") <= last.isoformat())
    )
    verdicts: dict[str, list[str]] = {verdict.value: [] for verdict in Verdict}
    fields: dict[str, dict[str, int]] = {}
    departments: dict[str, dict[str, int]] = {}
    for document in desk.events.search(query):
        event = desk.read(Event, document)
        verdicts[event.data["verdict"]].append(event.id)
        _count(departments, event.data.get("entered_by", ""), event.data["verdict"])
        for field, verdict in event.data["verdicts"].items():
            _count(fields, field, verdict)
    by_verdict = {verdict: tuple(ids) for verdict, ids in verdicts.items()}
    return Accuracy(first, by_verdict, fields, departments)


def _count(counts: dict[str, dict[str, int]], name: str, verdict: str) -> None:
    counts.setdefault(name, {each.value: 0 for each in Verdict})[verdict] += 1
