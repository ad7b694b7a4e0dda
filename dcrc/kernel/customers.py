"""Customers: persons and organisations, with their phones, wishes and what classifies them."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Any

import attrs

from dcrc.kernel.phones import Phone, PhoneState


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


__all__ = ["Contact", "Customer", "CustomerKind", "LunarDay", "Phone", "PhoneState"]
