"""Rows that tell what an earlier row of the source told already: the first counts, the rest is reported."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain

import attrs

from dcrc.i18n import t
from dcrc.imports.cells import text_of
from dcrc.imports.naming import Named
from dcrc.imports.newcomers import repeated
from dcrc.imports.profiles import Profile
from dcrc.imports.rows import SheetRows
from dcrc.imports.said import ABSENT
from dcrc.imports.telling import Row, Said


@attrs.define
class Repeats:
    """The repeated rows of a source, counted by sheet; asked before rows are given their meaning."""

    profile: Profile
    sheets: Sequence[SheetRows]
    counts: list[int] = attrs.field(init=False)
    names: set[str] = attrs.field(init=False)
    _first: dict[str, tuple[int, Row]] = attrs.field(factory=dict, init=False)

    def __attrs_post_init__(self) -> None:
        self.counts = [0] * len(self.sheets)
        self.names = repeated(chain.from_iterable(_own_names(sheet.named) for sheet in self.sheets))

    def has(self, sheet: int, row: Row) -> bool:
        """Whether an earlier row told the same fact; what this one says otherwise is reported."""
        if not self.names:
            return False
        own = row.key or _own_name(row.name, row.numbers, row.vin)
        if own not in self.names:
            return False
        first_sheet, first = self._first.setdefault(own, (sheet, row))
        if first is row:
            return False
        self.counts[sheet] += 1
        found = self.sheets[sheet]
        columns = list(dict.fromkeys(self._otherwise(found, first, row)))
        if columns:
            reason = t(
                "Row {first} tells the same with another {fields}; this row was not taken.",
                first=self.sheets[first_sheet].place.ref(first.number),
                fields=", ".join(columns),
            )
            field = (self.profile.key or self.profile.person)[0]
            found.warnings.append(found.remark(row.number, field, reason))
        return True

    def _otherwise(self, found: SheetRows, first: Row, row: Row) -> Iterator[str]:
        """The columns of what `row` says and `first` does not; an empty cell says nothing."""
        profile, columns = self.profile, found.recognised.columns
        fields = {
            field.to: name
            for name, field in reversed(profile.fields.items())
            if name in columns or field.from_sheet
        }
        order = {field.target[1]: place for place, field in enumerate(profile.fields.values())}
        if row.name not in ("", first.name):
            yield self._column(found, *profile.person)
        if (row.on, row.at) != (first.on, first.at) and row.on:
            yield self._column(found, profile.on, profile.on_year_before)
        if any(number not in first.numbers for number in row.numbers):
            yield self._column(found, fields.get("customer.phones", profile.phone_else))
        if row.reading not in (None, first.reading) and "vehicle.readings" in fields:
            yield self._column(found, fields["vehicle.readings"])
        records = (
            ("customer", first.customer, row.customer),
            ("vehicle", first.vehicle, row.vehicle),
            ("event", first.data, row.data),
        )
        for record, told, tells in records:
            for field in sorted(_more(told, tells), key=lambda field: order.get(field, 0)):
                yield self._column(found, fields.get(f"{record}.{field}", field))
            yield from _more(told.get("extra", {}), tells.get("extra", {}))

    def _column(self, found: SheetRows, *names: str) -> str:
        """The header of the first of the fields `names` that has a column."""
        columns = found.recognised.columns
        for name in names:
            if places := columns.get(name):
                return text_of(found.headers[places[0]]).strip()
        known = self.profile.fields.get(names[0])
        return str(known.title) if known else names[0]


def _more(told: Said, tells: Said) -> Iterator[str]:
    for field, value in tells.items():
        if field != "extra" and told.get(field, ABSENT) != value:
            yield field


def _own_names(named: Named) -> Iterable[str]:
    """What each row's fact is called."""
    if all(named.keys):
        return named.keys
    return (
        key or _own_name(name, numbers, vin)
        for key, name, numbers, vin in zip(
            named.keys, named.names, named.numbers, named.vins, strict=True
        )
    )


def _own_name(name: str, numbers: Sequence[Mapping[str, str]], vin: str) -> str:
    return f"{name}\n{' '.join(number['number'] for number in numbers)}\n{vin}"
