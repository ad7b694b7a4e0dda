"""Customers: persons and organisations, with their phones, wishes and what classifies them."""

from __future__ import annotations

import contextlib
import re
from datetime import date
from enum import StrEnum
from functools import cache
from typing import TYPE_CHECKING, Any, cast

import attrs
from tinydb import where

from dcrc.errors import ConflictError, InputError, NotFound, UsageError
from dcrc.i18n import t
from dcrc.kernel.corrections import note_corrected
from dcrc.kernel.facts import refuse_new_ahead
from dcrc.kernel.names import fold
from dcrc.kernel.operators import Permission, masked_phone
from dcrc.kernel.phones import Phone as Phone
from dcrc.kernel.phones import PhoneState as PhoneState
from dcrc.kernel.phones import masked, normalise_phone
from dcrc.kernel.proposals import Proposal, propose
from dcrc.kernel.terms import (
    customer_terms,
    may_be_id,
    phone_terms,
    plate_form,
    short_id,
    with_terms,
)
from dcrc.store import GlobalId
from dcrc.wording import Wording

if TYPE_CHECKING:
    from dcrc.kernel.desk import Desk

_MOBILE = re.compile(r"\+861[3-9]\d{9}")


class CustomerKind(StrEnum):
    PERSON = "person"
    ORGANISATION = "organisation"


@attrs.frozen
class LunarDay:
    """A day of the Chinese calendar that returns every year: month 1–12, day 1–30, leap month or not."""

    month: int
    day: int
    leap: bool = False


@attrs.frozen
class Contact:
    """A contact person of an organisation."""

    name: str
    role: str = ""
    phone: str = ""


@attrs.frozen
class Customer:
    """A person or an organisation that bought or serviced a car here.

    `terms` is computed at every save: what the customer is found by (name, pinyin, initials, phones, last
    four digits). `merged_into` names the customer that took this one's history over.
    """

    id: str
    name: str
    kind: CustomerKind = CustomerKind.PERSON
    phones: tuple[Phone, ...] = ()
    sex: str = ""  # "male", "female" or unknown
    birthday: date | None = None
    lunar_birthday: LunarDay | None = None
    marital_status: str = ""
    id_number: str = ""
    email: str = ""
    wechat: str = ""
    employer: str = ""
    job: str = ""
    address: str = ""
    postcode: str = ""
    hobbies: tuple[str, ...] = ()
    industry: str = ""
    size: str = ""
    founded: date | None = None
    business: str = ""
    website: str = ""
    person_in_charge: str = ""
    contacts: tuple[Contact, ...] = ()
    preferred_channel: str = ""  # call, message, wechat, letter
    preferred_time: str = ""  # a slot's name
    do_not_contact: bool = False
    marketing_consent: bool = True
    source: str = ""  # the channel he came by
    entered_by: str = ""  # the department that answers for the data
    value_grade: str = ""
    credit_grade: str = ""
    note: str = ""
    archived: bool = False
    merged_into: str = ""
    extra: dict[str, Any] = attrs.field(factory=dict)
    terms: tuple[str, ...] = ()

    @property
    def usable_phones(self) -> tuple[Phone, ...]:
        """The numbers that may still be dialled, in the order they were given."""
        return tuple(phone for phone in self.phones if phone.usable)


CONFIRMABLE = ("name", "phones", "vin", "owner")
_PAST_DAYS = ("birthday", "founded")
BLANKS = " \t\r\n\u00a0\u3000"


def _only_confirmable(_: object, __: object, value: tuple[str, ...]) -> None:
    wrong = [name for name in value if name not in CONFIRMABLE]
    if wrong:
        raise ValueError(
            t("“{name}” is none of {names}", name=wrong[0], names=", ".join(CONFIRMABLE))
        )


@attrs.frozen
class CustomersPolicy:
    """The section `customers`: which changes wait for a supervisor."""

    confirm_fields: tuple[str, ...] = attrs.field(
        default=(),
        validator=_only_confirmable,
        metadata={
            "doc": Wording(
                "需主管确认的字段：name、phones、vin、owner",
                "fields whose changes wait for a supervisor: name, phones, vin, owner",
            )
        },
    )


@attrs.frozen
class Edited:
    """What came of an edit: the customer as stored, and the changes that wait for confirmation."""

    customer: Customer
    proposals: tuple[Proposal, ...] = ()


@cache
def _text_fields(cls: Any) -> tuple[str, ...]:
    attrs.resolve_types(cls)
    return tuple(field.name for field in attrs.fields(cls) if field.type is str)


def surplus_blanks(record: Any) -> dict[str, str]:
    """The texts of `record` that have blanks around them, without these; nothing else is touched."""
    changes = {}
    for name in _text_fields(cast(Any, type(record))):
        value = getattr(record, name)
        if value and (value[0] in BLANKS or value[-1] in BLANKS):
            changes[name] = value.strip(BLANKS)
    return changes


def prepare_customer(customer: Customer) -> Customer:
    """`customer` as it is stored: blanks stripped, numbers normalised, each once, terms computed.

    Raises InputError (with `field`) for an empty name or a text that is no phone number.
    """
    changes: dict[str, Any] = surplus_blanks(customer)
    if not changes.get("name", customer.name):
        raise InputError("A customer needs a name.", field="name")
    numbers: dict[str, Phone] = {}
    for phone in customer.phones:
        kept = phone
        if not _MOBILE.fullmatch(phone.number):
            read = normalise_phone(phone.number)
            kept = attrs.evolve(phone, number=read.number, kind=read.kind)
        numbers.setdefault(kept.number, kept)
    phones = tuple(numbers.values())
    if phones != customer.phones:
        changes["phones"] = phones
    if changes:
        customer = attrs.evolve(customer, **changes)
    return with_terms(customer, customer_terms(customer))


def add_customer(desk: Desk, customer: Customer) -> Customer:
    """Register a customer (`id` empty); he comes back with id and terms."""
    _check_preferred_time(desk, customer)
    refuse_new_ahead(desk, None, customer, _PAST_DAYS)
    with desk.operation("add customer", Permission.CUSTOMERS_EDIT):
        return desk.insert(
            desk.customers,
            prepare_customer(attrs.evolve(customer, id=customer.id or desk.new_id())),
        )


def find_customer(desk: Desk, customer_id: str) -> Customer:
    """The customer of that exact id, merged ones too; raises NotFound."""
    return desk.get(desk.customers, Customer, customer_id)


def present_customer(desk: Desk, customer_id: str) -> Customer:
    """The customer of that exact id, or who has taken his history over; raises NotFound."""
    return _present(desk, find_customer(desk, customer_id))


def edit_customer(desk: Desk, before: Customer, after: Customer) -> Edited:
    """Store what differs between `before` (as it was shown) and `after`, field by field.

    Key fields that the policy `customers.confirm_fields` names wait as proposals unless the operator may
    approve. What others learned meanwhile of a number that stays is no conflict. Raises Conflict if somebody
    else has changed one of the same fields, or merged the customer.
    """
    if before.id != after.id:
        raise UsageError("An edit is of one customer, not of two.")
    if after.preferred_time != before.preferred_time:
        _check_preferred_time(desk, after)
    refuse_new_ahead(desk, before, after, _PAST_DAYS)
    with desk.operation("edit customer", Permission.CUSTOMERS_EDIT):
        stored = find_customer(desk, before.id)
        if stored.merged_into and not before.merged_into:
            raise ConflictError(
                "{name} was merged with another customer meanwhile; look him up again and edit there.",
                name=before.name,
            )
        before, after = _with_present_states(before, prepare_customer(after), stored)
        waiting = []
        confirm = desk.policies.section("customers").confirm_fields
        for field in () if desk.may(Permission.APPROVE) else ("name", "phones"):
            if field in confirm and _differs(field, before, after):
                waiting.append(propose(desk, "customers", before, after, field))
                after = attrs.evolve(after, **{field: getattr(before, field)})
        edited = Edited(store_customer(desk, before, after), tuple(waiting))
        note_corrected(desk, before, edited.customer)
    desk.replan(before.id)
    return edited


def _with_present_states(
    before: Customer, after: Customer, stored: Customer
) -> tuple[Customer, Customer]:
    """Both sides of an edit with what is known by now of the numbers that it leaves as they were."""
    known = {phone.number: phone for phone in stored.phones}
    left = {
        phone.number: known[phone.number]
        for phone in before.phones
        if phone in after.phones and phone.number in known
    }

    def present(customer: Customer) -> Customer:
        phones = tuple(left.get(phone.number, phone) for phone in customer.phones)
        return attrs.evolve(customer, phones=phones)

    return present(before), present(after)


def _check_preferred_time(desk: Desk, customer: Customer) -> None:
    slots = desk.policies.section("contact").slots
    if customer.preferred_time.strip(BLANKS) not in ("", *slots):
        raise InputError(
            "There is no time slot {name}; possible are: {names}.",
            field="preferred_time",
            name=customer.preferred_time,
            names=", ".join(slots),
        )


def _differs(field: str, before: Customer, after: Customer) -> bool:
    if field == "phones":
        return {phone.number for phone in before.phones} != {phone.number for phone in after.phones}
    return bool(getattr(before, field) != getattr(after, field))


def store_customer(desk: Desk, before: Customer, after: Customer) -> Customer:
    """Write the fields that differ and the terms of the result; inside a running operation."""
    current = find_customer(desk, before.id)
    changes = {
        field.name: getattr(after, field.name)
        for field in attrs.fields(Customer)
        if field.name != "terms" and getattr(after, field.name) != getattr(before, field.name)
    }
    became = attrs.evolve(current, **changes)
    became = with_terms(became, customer_terms(became))
    desk.edit(
        desk.customers,
        attrs.evolve(before, terms=current.terms),
        attrs.evolve(before, **changes, terms=became.terms),
    )
    return became


def archive_customer(desk: Desk, customer_id: str, archived: bool = True) -> Customer:
    """Take a customer off the lists (or put him back); his history stays."""
    name = "archive customer" if archived else "restore customer"
    with desk.operation(name, Permission.CUSTOMERS_EDIT):
        before = find_customer(desk, customer_id)
        after = store_customer(desk, before, attrs.evolve(before, archived=archived))
    desk.replan(customer_id)
    return after


def set_phone_state(
    desk: Desk, customer: Customer | str, number: str, state: PhoneState
) -> Customer:
    """Note what is known of one of the customer's numbers (valid, empty, somebody else's)."""
    customer_id = customer if isinstance(customer, str) else customer.id
    with desk.operation("set phone state", Permission.CALLS):
        after = store_phone_state(desk, customer_id, number, state)
    desk.replan(customer_id)
    return after


def store_phone_state(desk: Desk, customer_id: str, number: str, state: PhoneState) -> Customer:
    """Write what is known of a number; inside a running operation. Raises NotFound for one he has not."""
    wanted = normalise_phone(number).number
    before = find_customer(desk, customer_id)
    if wanted not in {phone.number for phone in before.phones}:
        raise NotFound(
            "{name} has no number {number}.",
            field="phones",
            name=before.name,
            number=masked_phone(desk, wanted),
        )
    phones = tuple(
        attrs.evolve(phone, state=state) if phone.number == wanted else phone
        for phone in before.phones
    )
    after = store_customer(desk, before, attrs.evolve(before, phones=phones))
    note_corrected(desk, before, after)
    return after


def get_customer(desk: Desk, ref: str) -> Customer:
    """The one customer that `ref` means: id, short id, phone, plate, VIN or exact name.

    A merged one leads to who took his history over. Raises NotFound, or InputError listing the
    candidates when several fit.
    """
    desk.require(Permission.CUSTOMERS_VIEW)
    ref = ref.strip(BLANKS)
    document = desk.customers.get(doc_id=GlobalId(ref.upper())) if may_be_id(ref) else None
    if document is not None:
        return _present(desk, desk.read(Customer, document))
    found = {
        customer.id: customer
        for customer in (_present(desk, each) for each in _meant(desk, ref) if ref)
    }
    listed = [each for each in found.values() if not each.archived] or list(found.values())
    if not listed:
        raise NotFound(
            "There is no customer {ref}; `dcrc customer find` looks for parts of names and numbers.",
            ref=ref[:60],
        )
    if len(listed) > 1:
        raise InputError(
            "{ref} may be several customers: {names}. Give one of the short ids.",
            ref=ref[:60],
            names="; ".join(_line(desk, each) for each in listed[:8]),
        )
    return listed[0]


def _meant(desk: Desk, ref: str) -> list[Customer]:
    """Customers that `ref` names exactly, in any of the ways people name them."""
    keys = {fold(ref)[:64], ref.lower()}
    with contextlib.suppress(InputError):
        keys.add(max(phone_terms(normalise_phone(ref).number), key=len))
    found = [
        desk.read(Customer, document)
        for document in desk.customers.search(where("terms").any(sorted(keys)))
    ]
    named = [each for each in found if _names(each, ref, keys)]
    plate = plate_form(ref).lower()
    cars = desk.vehicles.search(where("terms").any([plate])) if plate else []
    owners = {
        car["customer"]
        for car in cars
        if car.get("customer")
        and plate in (car["vin"].lower(), car.get("plate", "").lower(), short_id(str(car.doc_id)))
    }
    return named + [
        desk.read(Customer, document)
        for document in desk.customers.get_many([GlobalId(each) for each in owners]).values()
    ]


def _names(customer: Customer, ref: str, keys: set[str]) -> bool:
    return (
        short_id(customer.id) == ref.lower()
        or fold(customer.name)[:64] == fold(ref)[:64]
        or any(max(phone_terms(phone.number), key=len) in keys for phone in customer.phones)
    )


def _present(desk: Desk, customer: Customer) -> Customer:
    while customer.merged_into:
        customer = find_customer(desk, customer.merged_into)
    return customer


def _line(desk: Desk, customer: Customer) -> str:
    phone = masked(customer.phones[0].number) if customer.phones else "-"
    return f"{customer.name} {phone} ({short_id(customer.id)})"
