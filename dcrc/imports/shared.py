"""What several rows of an import speak of; whom only one row speaks of need not be kept for the others."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence, Set
from itertools import chain
from typing import TypeVar

import attrs

from dcrc.imports.telling import Row, Told

H = TypeVar("H", bound=Hashable)


@attrs.frozen
class Shared:
    """Cars by their VIN and persons by name and number of whom more than one row speaks."""

    vins: Set[str]
    persons: Set[tuple[str, str]]

    @classmethod
    def of(cls, told: Sequence[Told], corrected: Set[str]) -> Shared:
        """What the rows of `told` share; other rows may mean the same car by one of the VINs `corrected`."""
        vins = repeated(vin for sheet in told for vin in sheet.vins if vin)
        persons = repeated(pair for sheet in told for pair in chain.from_iterable(sheet.persons))
        return cls(vins | corrected, persons)

    def has(self, row: Row) -> bool:
        """Whether another row may speak of the person or the car of this one."""
        return row.vin in self.vins or not self.persons.isdisjoint(row.persons)


def repeated(values: Iterable[H]) -> set[H]:
    """The values that occur more than once."""
    seen: set[H] = set()
    see = seen.add
    return {value for value in values if value in seen or see(value)}
