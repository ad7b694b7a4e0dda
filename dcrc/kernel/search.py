"""Search while typing: name, pinyin, initials, phone, plate, VIN, work order, task."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, cast

import attrs
from tinydb import where
from tinydb.table import Document

from dcrc.kernel.customers import Customer
from dcrc.kernel.names import fold
from dcrc.kernel.operators import Permission, masked_phone
from dcrc.kernel.phones import local_phone
from dcrc.kernel.terms import PLATE_TAIL, customer_terms, short_id, vehicle_terms
from dcrc.kernel.vehicles import Vehicle, hide_codes
from dcrc.store import GlobalId, starts_with

if TYPE_CHECKING:
    from dcrc.kernel.desk import Desk

__all__ = ["Found", "customer_terms", "search_customers", "vehicle_terms"]

_TASK = re.compile(r"[a-z2-7]{4,16}")
_ORDER = re.compile(r"(?=.*\d)[0-9a-z/_-]{4,40}", re.IGNORECASE)
_TAKE = 200


@attrs.frozen
class Found:
    """A customer found, his vehicles, and what fitted: the name, a number, a plate, a VIN …"""

    customer: Customer
    vehicles: tuple[Vehicle, ...]
    matched: str


def search_customers(
    desk: Desk, text: str, limit: int = 20, *, archived: bool = False
) -> list[Found]:
    """At most `limit` customers that fit what was typed so far, exact hits first; fast enough per key.

    Words apart must all fit (`zhang 1234`). Archived customers are left out unless `archived`.
    """
    desk.require(Permission.CUSTOMERS_VIEW)
    words = [word for word in (fold(word)[:64] for word in text.split()) if word]
    if not words:
        return []
    hits = _hits(desk, "".join(words), archived, limit) or _of_order(desk, text.strip(), archived)
    if len(words) > 1:
        hits = hits or _hits_of_all(desk, words, archived)
    chosen = dict(list(hits.items())[:limit])
    return _with_vehicles(desk, chosen)


def _hits_of_all(desk: Desk, words: list[str], archived: bool) -> dict[str, tuple[Document, str]]:
    """Customers whom every word fits: found by the rarest, then checked against the others."""
    longest = max(words, key=lambda word: (any(sign.isdigit() for sign in word), len(word)))
    hits = _hits(desk, longest, archived, _TAKE)
    cars = _cars(desk, hits)
    kept = {}
    for customer_id, hit in hits.items():
        terms = [*hit[0].get("terms", ())]
        for car in cars.get(customer_id, ()):
            terms += car.get("terms", ())
        if all(any(term.startswith(word) for term in terms) for word in words):
            kept[customer_id] = hit
    return kept


def _hits(desk: Desk, key: str, archived: bool, limit: int) -> dict[str, tuple[Document, str]]:
    """Customer id → (document, what fitted), best first."""
    hits: dict[str, tuple[Document, str]] = {}

    def keep(documents: Iterable[Document], matched: str = "") -> None:
        for found in documents:
            document = _present(desk, found)
            if document.get("archived") and not archived:
                continue
            fitted = matched or _what_fits(desk, found, key)
            if fitted:
                hits.setdefault(str(document.doc_id), (document, fitted))

    keep(desk.customers.search(where("terms").any([key]), limit=_TAKE))
    _keep_owners(desk, keep, desk.vehicles.search(where("terms").any([key]), limit=_TAKE), key)
    if len(hits) < limit:
        keep(desk.customers.starting("terms", key, limit * 5))
        _keep_owners(desk, keep, desk.vehicles.starting("terms", key, limit * 2), key)
    if len(hits) < limit and key.isdigit() and 5 <= len(key) < 11:
        tail = where("terms").any([key[-4:]])
        keep(desk.customers.search(tail, limit=_TAKE))
    if len(hits) < limit and _TASK.fullmatch(key):
        _keep_of_task(desk, keep, key)
    return hits


def _present(desk: Desk, document: Document) -> Document:
    """The customer himself, or who took his history over."""
    while document.get("merged_into"):
        document = cast(Document, desk.customers.get(doc_id=GlobalId(document["merged_into"])))
    return document


def _keep_owners(desk: Desk, keep: Any, cars: list[Document], key: str) -> None:
    owners = {str(document.doc_id): document for document in _documents(desk, _owners(cars))}
    for car in cars:
        owner = owners.get(car.get("customer", ""))
        fitted = _what_fits_car(car, key)
        if owner is not None and fitted:
            keep([owner], fitted)


def _keep_of_task(desk: Desk, keep: Any, key: str) -> None:
    for task_id in desk.tasks.ids_starting(key, 5):
        task = desk.tasks.get(doc_id=task_id)
        if task is not None:
            keep(_documents(desk, [task["customer"]]), str(task_id)[:8])


def _of_order(desk: Desk, typed: str, archived: bool) -> dict[str, tuple[Document, str]]:
    """Whose repair order has that number, or one that begins so."""
    if not _ORDER.fullmatch(typed):
        return {}
    begins = starts_with("key", typed)
    if typed != typed.upper():
        begins |= starts_with("key", typed.upper())
    hits: dict[str, tuple[Document, str]] = {}
    for event in desk.events.search((where("kind") == "serviced") & begins, limit=_TAKE):
        for document in _documents(desk, [event["customer"]]):
            one = _present(desk, document)
            if archived or not one.get("archived"):
                hits.setdefault(str(one.doc_id), (one, event["key"]))
    return hits


def _owners(cars: Iterable[Document]) -> list[str]:
    return list(dict.fromkeys(car["customer"] for car in cars if car.get("customer")))


def _documents(desk: Desk, ids: Iterable[str]) -> list[Document]:
    return list(desk.customers.get_many([GlobalId(each) for each in ids]).values())


def _what_fits(desk: Desk, document: Document, key: str) -> str:
    """What of the customer begins with (or, of a number, ends with) `key`; empty if nothing does."""
    for phone in document.get("phones", ()):
        digits = local_phone(phone["number"].partition(";ext=")[0]).replace("-", "")
        if digits.startswith(key) or (len(key) >= 4 and digits.endswith(key)):
            return masked_phone(desk, phone["number"])
    if short_id(str(document.doc_id)) == key:
        return key
    name: str = document["name"]
    own = short_id(str(document.doc_id))
    fits = any(term.startswith(key) and term != own for term in document.get("terms", ()))
    return name if fits else ""


def _what_fits_car(car: Document, key: str) -> str:
    vin, plate = car["vin"].lower(), car.get("plate", "").lower()
    if plate and any(plate[begin:].startswith(key) for begin in (0, 1, 2, -PLATE_TAIL)):
        return str(car["plate"])
    if vin.startswith(key) or vin[-6:].startswith(key):
        return str(car["vin"])
    digits = "".join(sign for sign in plate if sign.isdigit())
    if digits and digits.startswith(key):
        return str(car["plate"])
    return key if short_id(str(car.doc_id)) == key else ""


def _cars(desk: Desk, customer_ids: Iterable[str]) -> dict[str, list[Document]]:
    cars: dict[str, list[Document]] = {}
    for car in desk.vehicles.having("customer", customer_ids):
        cars.setdefault(car["customer"], []).append(car)
    return cars


def _with_vehicles(desk: Desk, hits: dict[str, tuple[Document, str]]) -> list[Found]:
    cars = _cars(desk, hits)
    return [
        Found(
            desk.read(Customer, document),
            tuple(hide_codes(desk.read(Vehicle, car)) for car in cars.get(customer_id, ())),
            matched,
        )
        for customer_id, (document, matched) in hits.items()
    ]
