"""Rows about persons, cars and facts that nobody else speaks of: made into documents column by column.

Most rows of a first import are of this kind. Whatever one of them says cannot meet anything else that is
said, so it need neither be looked up nor compared.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence, Set
from itertools import chain, compress, repeat
from typing import TypeVar

import attrs

from dcrc.imports.naming import Named
from dcrc.imports.said import DEFAULTS
from dcrc.imports.telling import Told
from dcrc.kernel.terms import car_terms, person_terms
from dcrc.store.columns import Columns

H = TypeVar("H", bound=Hashable)
NewIds = Callable[[int], list[str]]
New = tuple[str, Sequence[str], Columns]
"""A table, the ids of new records and what stands in them."""

_ORGANISATION = re.compile(
    r".{2,}(公司|集团|中心|委员会|政府|协会|商行|合作社|银行|酒店|学校|医院|大学|中学|小学|事务所)"
    r"|.{4,}(厂|局|院|所|站|社|部|队|行|店)"
)


@attrs.frozen
class Heard:
    """Cars by VIN, persons by name and number, and facts by their key, of which somebody else speaks."""

    cars: Set[str]
    persons: Set[tuple[str, str]]
    facts: Set[str] = frozenset()

    @classmethod
    def twice(cls, sheets: Sequence[Named], corrected: Set[str]) -> Heard:
        """What several rows of `sheets` speak of; they may mean a car by one of the VINs `corrected`."""
        cars = repeated(vin for sheet in sheets for vin in sheet.vins if vin)
        persons = repeated(pair for sheet in sheets for pair in chain.from_iterable(sheet.persons))
        return cls(cars | corrected, persons)

    def __or__(self, other: Heard) -> Heard:
        return Heard(self.cars | other.cars, self.persons | other.persons, self.facts | other.facts)

    def newcomers(self, named: Named) -> list[bool]:
        """For each row, whether it names a person and is the only one to speak of him, his car, its fact."""
        cars, persons, facts = self.cars, self.persons, self.facts
        return [
            name != "" and vin not in cars and key not in facts and persons.isdisjoint(pairs)
            for name, vin, key, pairs in zip(
                named.names, named.vins, named.keys, named.persons, strict=True
            )
        ]


def repeated(values: Iterable[H]) -> set[H]:
    """The values that occur more than once."""
    return {value for value, times in Counter(values).items() if times > 1}


def names_organisation(name: str) -> bool:
    """Whether a name alone tells that it is no person's."""
    return _ORGANISATION.fullmatch(name) is not None


def count_new(told: Told, kind: str) -> dict[str, int]:
    """How many records, by table, `new_records` would make."""
    count, cars = len(told), len(list(filter(None, told.named.vins)))
    return {"customers": count, "vehicles": cars, "events": count if kind else 0}


def new_records(told: Told, kind: str, source: str, new_ids: NewIds) -> Iterator[New]:
    """The customers, cars and facts (of `kind`, if any) of rows that are newcomers, a table at a time."""
    customers = new_ids(len(told))
    yield "customers", customers, _customers(told, customers)
    driven = told.chosen(told.named.vins)
    vehicles = new_ids(len(driven))
    owners = list(compress(customers, told.named.vins))
    yield "vehicles", vehicles, _vehicles(driven, vehicles, owners, kind or "import")
    if kind:
        cars = iter(vehicles)
        facts: Columns = {
            "kind": [kind] * len(told),
            "key": told.named.keys,
            "on": told.named.on,
            "at": [at or None for at in told.named.at],
            "data": told.data,
            "source": [source] * len(told),
            "customer": customers,
            "vehicle": [next(cars) if vin else None for vin in told.named.vins],
        }
        yield "events", new_ids(len(told)), facts


def _customers(told: Told, ids: Sequence[str]) -> Columns:
    count = len(told)
    columns = dict(told.customers)
    kinds = columns.get("kind") or repeat(None, count)
    columns["kind"] = [
        kind or ("organisation" if names_organisation(name) else None)
        for kind, name in zip(kinds, told.named.names, strict=True)
    ]
    columns["name"] = told.named.names
    columns["phones"] = [list(numbers) or None for numbers in told.named.numbers]
    columns["terms"] = list(
        map(sorted, map(person_terms, ids, told.named.names, told.named.numbers))
    )
    return _with_defaults("customers", columns, count)


def _vehicles(told: Told, ids: Sequence[str], owners: Sequence[str], source: str) -> Columns:
    count = len(told)
    columns = {**told.vehicles, "vin": told.named.vins, "customer": owners}
    columns["readings"] = [
        None if reading is None else [{"on": reading[0], "km": reading[1], "source": source}]
        for reading in told.readings
    ]
    plates = columns.get("plate") or repeat(None, count)
    columns["terms"] = [
        sorted(car_terms(one, vin, plate or ""))
        for one, vin, plate in zip(ids, told.named.vins, plates, strict=True)
    ]
    return _with_defaults("vehicles", columns, count)


def _with_defaults(table: str, columns: Columns, count: int) -> Columns:
    """`columns`, with what documents of `table` say where nothing is known."""
    defaults = {
        field: [default if value is None else value for value in columns[field]]
        if field in columns
        else [default] * count
        for field, default in DEFAULTS[table].items()
    }
    return {**columns, **defaults}
