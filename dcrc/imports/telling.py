"""What rows say, by columns: of a customer, a car and a fact, as their documents keep it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import compress
from typing import Any, NamedTuple

import attrs

from dcrc.imports.naming import Named, Values, day_of
from dcrc.imports.profiles import Profile
from dcrc.store.columns import documents

Said = dict[str, Any]
Cells = Mapping[str, Sequence[Any]]
Extra = Mapping[str, Sequence[str | None]]
_NAMED = ("vehicle.vin", "customer.phones", "customer.name")


class Row(NamedTuple):
    """What one row says; documents' fields and values, empty cells left out.

    `numbers` are phone documents, `persons` what its person is found by (`persons_of`); `on` is the fact's
    day (`YYYY-MM-DD`), `at` its instant or "". `reading` is (day, km).
    """

    number: int
    name: str
    numbers: tuple[dict[str, str], ...]
    persons: tuple[tuple[str, str], ...]
    customer: Said
    vin: str
    vehicle: Said
    key: str
    on: str
    at: str
    data: Said
    reading: tuple[str, int] | None


@attrs.frozen
class Refused:
    """A cell that could not be understood, and why."""

    reason: str


@attrs.frozen
class Told:
    """What some rows say: whom and what they name, and of each the columns of its document.

    `places` are the rows' numbers in their sheet; columns have None where the cell is empty.
    """

    places: Sequence[int]
    named: Named
    customers: Cells
    vehicles: Cells
    data: Cells
    readings: Sequence[tuple[str, int] | None]

    def __len__(self) -> int:
        return len(self.places)

    def chosen(self, wanted: Sequence[object]) -> Told:
        """The rows at whose places `wanted` is true."""
        if all(wanted):
            return self

        def of(columns: Cells) -> Cells:
            return {name: list(compress(column, wanted)) for name, column in columns.items()}

        return Told(
            list(compress(self.places, wanted)),
            self.named.chosen(wanted),
            of(self.customers),
            of(self.vehicles),
            of(self.data),
            list(compress(self.readings, wanted)),
        )

    def rows(self) -> list[Row]:
        """What each row says by itself."""
        named, count = self.named, len(self)
        columns = (
            self.places,
            named.names,
            named.numbers,
            named.persons,
            documents(self.customers, count),
            named.vins,
            documents(self.vehicles, count),
            named.keys,
            named.on,
            named.at,
            documents(self.data, count),
            self.readings,
        )
        return list(map(Row._make, zip(*columns, strict=True)))


def told(
    profile: Profile, values: Values, extra: Extra, places: Sequence[int], named: Named
) -> Told:
    """What the columns `values` by field and `extra` by header say of whom and what is `named`."""
    parts: dict[str, dict[str, Sequence[Any]]] = {"customer": {}, "vehicle": {}, "event": {}}
    kms: Sequence[Any] = [None] * len(places)
    for name, column in values.items():
        field = profile.fields[name]
        record, target = field.target
        if field.to in _NAMED or name in (profile.on, "") or target == "on":
            continue
        if field.to in ("event.km", "vehicle.readings"):
            kms = column
        if field.to != "vehicle.readings":
            parts[record][target] = _kept(field.kind, column)
    if extra:
        more = [each or None for each in documents(extra, len(places))]
        parts["event" if profile.event else "customer"]["extra"] = more
    came = values.get(profile.readings) or [None] * len(places)
    return Told(
        places,
        named,
        parts["customer"],
        parts["vehicle"],
        parts["event"],
        list(_readings(kms, came, named.on)),
    )


def _readings(
    kms: Sequence[Any], came: Sequence[Any], on: Sequence[str]
) -> Iterable[tuple[str, int] | None]:
    return (
        None if km is None else ((day_of(read) or day), km)
        for km, read, day in zip(kms, came, on, strict=True)
    )


def _kept(kind: str, column: Sequence[Any]) -> Sequence[Any]:
    """Values as documents keep them: an instant or else the day, numbers written in one text."""
    if kind == "moment":
        return [value if value is None else value[1] or value[0] for value in column]
    if kind == "phones":
        return [
            None
            if value is None or not value.numbers
            else " / ".join(number["number"] for number in value.numbers)
            for value in column
        ]
    return column
