"""Duplicates: one person registered twice is found and his two records become one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import combinations
from typing import TYPE_CHECKING

import attrs
from tinydb import where
from tinydb.table import Document

from dcrc.i18n import listed, t
from dcrc.kernel.customers import Customer, CustomerKind
from dcrc.kernel.merges import Merge, merge_customers, unmerge_customer
from dcrc.kernel.names import fold, spellings
from dcrc.kernel.operators import Permission
from dcrc.kernel.terms import phone_terms, short_id

if TYPE_CHECKING:
    from dcrc.kernel.desk import Desk

__all__ = ["Duplicates", "Merge", "find_duplicates", "merge_customers", "unmerge_customer"]

_NAMED = 3  # of those who have the same number
REASONS = ("id_number", "vin", "name_and_phone", "phone", "name")


@attrs.frozen
class Duplicates:
    """Customers that may be one, and why: a name of `REASONS`, the surest first."""

    reason: str
    customers: tuple[Customer, ...]


def find_duplicates(desk: Desk) -> list[Duplicates]:
    """Groups of customers that share an ID number, a VIN, a phone, or a telling name; the surest first.

    Merged and archived customers are left out; a group stands under its surest reason only.
    """
    desk.require(Permission.CUSTOMERS_VIEW)
    seen: dict[str, Document] = {
        str(document.doc_id): document
        for document in desk.customers.iterate()
        if not document.get("archived") and not document.get("merged_into")
    }
    groups: dict[frozenset[str], str] = {}
    for reason, ids in (
        *(("id_number", ids) for ids in _sharing(_numbers(seen))),
        *(("vin", ids) for ids in _same_vehicle(desk, seen)),
        *_by_phone(seen),
        *(("name", ids) for ids in _sharing(_telling_names(seen))),
    ):
        groups.setdefault(frozenset(ids), reason)
    wanted = {customer_id for ids in groups for customer_id in ids}
    records = {each: desk.read(Customer, seen[each]) for each in wanted}
    found = [
        Duplicates(reason, tuple(records[each] for each in sorted(ids)))
        for ids, reason in groups.items()
    ]
    return sorted(found, key=lambda group: (REASONS.index(group.reason), group.customers[0].id))


def with_same_number(desk: Desk, customer: Customer) -> list[Customer]:
    """Other customers who can be reached by a number of `customer`: he may be one of them."""
    numbers = {each.number for each in customer.phones if each.usable and each.kind != "service"}
    terms = [max(phone_terms(number), key=len) for number in sorted(numbers)]
    found = desk.customers.search(where("terms").any(terms)) if terms else []
    others = [desk.read(Customer, document) for document in found]
    return [
        other
        for other in others
        if other.id != customer.id
        and not (other.archived or other.merged_into)
        and not numbers.isdisjoint(phone.number for phone in other.usable_phones)
    ]


def same_number_line(desk: Desk, customer: Customer) -> str:
    """Who else has a number of `customer`, as a remark; empty if nobody."""
    others = with_same_number(desk, customer)
    names = [f"{other.name} ({short_id(other.id)})" for other in others[:_NAMED]]
    if not names:
        return ""
    if len(others) > _NAMED:
        names.append(t("{count} more", count=len(others) - _NAMED))
    return t(
        "The same number is known of {names}: merge them if it is one person.", names=listed(names)
    )


def _sharing(pairs: Iterable[tuple[object, str]]) -> list[list[str]]:
    """Ids that come with the same key, where there are several."""
    groups: dict[object, dict[str, None]] = {}
    for key, customer_id in pairs:
        groups.setdefault(key, {})[customer_id] = None
    return [list(ids) for ids in groups.values() if len(ids) > 1]


def _numbers(seen: dict[str, Document]) -> Iterator[tuple[object, str]]:
    for customer_id, document in seen.items():
        if number := fold(document.get("id_number", "")):
            yield number, customer_id


def _same_vehicle(desk: Desk, seen: dict[str, Document]) -> list[list[str]]:
    """Owners of two records of one VIN, and customers of one name in one vehicle's history."""
    owners: list[tuple[object, str]] = []
    vehicles: dict[str, str] = {}
    for car in desk.vehicles.iterate():
        vehicles[str(car.doc_id)] = car["vin"]
        if car.get("customer") in seen:
            owners.append((car["vin"], car["customer"]))
    named = [
        ((vin, fold(seen[owner]["name"])), owner) for vin, owner in owners if isinstance(vin, str)
    ]
    for event in desk.events.iterate():
        vin = vehicles.get(event.get("vehicle", ""))
        if vin and event["customer"] in seen:
            named.append(((vin, fold(seen[event["customer"]]["name"])), event["customer"]))
    return [*_sharing(owners), *_sharing(named)]


def _by_phone(seen: dict[str, Document]) -> Iterator[tuple[str, list[str]]]:
    """Sharing a number: surely one where the names are written or sound the same, perhaps otherwise."""
    numbers = (
        (phone["number"], customer_id)
        for customer_id, document in seen.items()
        for phone in document.get("phones", ())
        if phone.get("state") not in ("empty", "wrong") and phone.get("kind") != "service"
    )
    shared = _sharing(numbers)
    for ids in shared:
        for one, other in combinations(ids, 2):
            if _sound_alike(seen[one]["name"], seen[other]["name"]):
                alike = [
                    each for each in ids if _sound_alike(seen[one]["name"], seen[each]["name"])
                ]
                yield "name_and_phone", alike
    for ids in shared:
        yield "phone", ids


def _sound_alike(one: str, other: str) -> bool:
    first, second = fold(one), fold(other)
    if first == second:
        return True
    return len(first) == len(second) <= 4 and bool(spellings(one) & spellings(other))


def _telling_names(seen: dict[str, Document]) -> Iterator[tuple[object, str]]:
    """A name tells something with a birthday or an address, or if it is an organisation's."""
    for customer_id, document in seen.items():
        name = fold(document["name"])
        if document.get("kind") == CustomerKind.ORGANISATION.value:
            yield ("organisation", name), customer_id
        if birthday := document.get("birthday"):
            yield ("birthday", name, birthday), customer_id
        if address := fold(document.get("address", "")):
            yield ("address", name, address), customer_id
