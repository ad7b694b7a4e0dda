"""A recognised sheet becomes rows that say something of a customer, a car and a fact – or are refused.

Cells are read column by column through a memory, so that what stands in a thousand cells is read once.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import chain, compress, repeat, zip_longest
from typing import Any

import attrs

from dcrc.errors import InputError
from dcrc.i18n import t, translate_error
from dcrc.imports.cells import Choice, Kinds, Phones, is_empty, text_of
from dcrc.imports.headers import Recognised, aside, beside_data, is_header_again
from dcrc.imports.reading import Sheet
from dcrc.imports.report import Place, Remark
from dcrc.imports.telling import Refused, Told, told

_BLOCK = 500


@attrs.define
class SheetRows:
    """A sheet read by its profile: what it tells, and everything that tells nothing."""

    place: Place
    sheet: Sheet
    recognised: Recognised
    told: Told = attrs.field(factory=Told)
    rejected: list[Remark] = attrs.field(factory=list)
    warnings: list[Remark] = attrs.field(factory=list)
    set_aside: dict[str, list[int]] = attrs.field(factory=dict)

    def remark(self, number: int, field: str, reason: str, value: Any = None) -> Remark:
        """A remark on a cell of row `number`; the value is what stands there unless given."""
        column = self.recognised.columns.get(field, ())
        row = self.sheet.rows[number - 1]
        if value is None:
            value = " / ".join(text_of(row[index]) for index in column if index < len(row))
        headers = self.sheet.rows[self.recognised.header_row - 1]
        written = " / ".join(text_of(headers[index]) for index in column)
        return Remark(
            self.place.file, self.place.ref(number), number, written, field, str(value), reason
        )


class _Memory(dict[Any, Any]):
    """Cells that were read already; what cannot be read is remembered as `Refused`."""

    def __init__(self, read: Callable[[Any], Any]) -> None:
        super().__init__()
        self.read = read
        self.refusals = 0

    def __missing__(self, cell: Any) -> Any:
        try:
            value = self.read(cell)
        except InputError as error:
            value = Refused(translate_error(error))
            self.refusals += 1
        self[cell] = value
        return value


def read_rows(
    place: Place, sheet: Sheet, recognised: Recognised, kinds: Kinds, keep_unmapped: bool = True
) -> SheetRows:
    """The rows of `sheet` below its headers."""
    found = SheetRows(place, sheet, recognised)
    body = sheet.rows[recognised.header_row :]
    columns = _columns(body)
    first = recognised.header_row + 1
    values = _Reader(found, columns, first, kinds).values(len(body))
    dropped = _dropped(found, values, body, first)
    extra = _extra(recognised, columns, sheet.rows) if keep_unmapped else {}
    numbers: Sequence[int] = range(first, first + len(body))
    if dropped:
        kept = [place not in dropped for place in range(len(body))]
        numbers = list(compress(numbers, kept))
        values = {name: list(compress(column, kept)) for name, column in values.items()}
        extra = {header: list(compress(column, kept)) for header, column in extra.items()}
    found.told = told(recognised.profile, values, extra, numbers)
    return found


def _columns(rows: Sequence[Sequence[Any]]) -> list[list[Any]]:
    """The cells by column; few rows at a time, for tens of thousands are too many for a processor's cache."""
    columns: list[list[Any]] = [[] for _ in range(max(map(len, rows), default=0))]
    for start in range(0, len(rows), _BLOCK):
        block = rows[start : start + _BLOCK]
        parts = chain(zip_longest(*block, fillvalue=""), repeat(("",) * len(block)))
        for column, part in zip(columns, parts, strict=False):
            column.extend(part)
    return columns


@attrs.define
class _Reader:
    found: SheetRows
    columns: Sequence[Sequence[Any]]
    first: int
    kinds: Kinds

    def values(self, count: int) -> dict[str, list[Any]]:
        """The value of each field in each row, `Refused` only in required ones."""
        recognised = self.found.recognised
        values: dict[str, list[Any]] = {}
        for name, field in recognised.profile.fields.items():
            read = (
                Choice.of(field.values) if field.kind == "choice" else self.kinds.reader(field.kind)
            )
            columns = [
                self._column(read, name, field.required, index)
                for index in recognised.columns.get(name, ())
                if index < len(self.columns)
            ]
            if columns:
                values[name] = columns[0] if len(columns) == 1 else _joined(columns)
            elif field.from_sheet:
                values[name] = [_quietly(read, self.found.sheet.name)] * count
        return values

    def _column(
        self, read: Callable[[Any], Any], name: str, required: bool, index: int
    ) -> list[Any]:
        memory = _Memory(read)
        cells = self.columns[index]
        values = list(map(memory.__getitem__, cells))
        phones = self.found.recognised.profile.fields[name].kind == "phones"
        if (memory.refusals and not required) or phones:
            for place, value in enumerate(values):
                if isinstance(value, Refused):
                    values[place] = None
                    self._warn(place, name, value.reason, cells[place])
                elif phones and value is not None and value.refused:
                    reason = t("No phone number: {pieces}.", pieces=", ".join(value.refused))
                    self._warn(place, name, reason, cells[place])
        return values

    def _warn(self, place: int, name: str, reason: str, cell: Any) -> None:
        self.found.warnings.append(
            self.found.remark(self.first + place, name, reason, text_of(cell))
        )


def _quietly(read: Callable[[Any], Any], cell: str) -> Any:
    try:
        return read(cell)
    except InputError:
        return None


def _joined(columns: list[list[Any]]) -> list[Any]:
    """Several columns of phones as one."""
    return [
        Phones(tuple(number for cell in cells if cell for number in cell.numbers))
        for cells in zip(*columns, strict=True)
    ]


def _dropped(
    found: SheetRows, values: Mapping[str, list[Any]], body: Sequence[Sequence[Any]], first: int
) -> set[int]:
    """The places of rows that are no data or lack something they need; each is accounted for."""
    recognised = found.recognised
    required = recognised.profile.required
    header = found.sheet.rows[recognised.header_row - 1]
    headed = [index for places in recognised.columns.values() for index in places]
    dropped: set[int] = set()
    suspects: set[int] = set()
    for name in required:
        if any(value is None or type(value) is Refused for value in values[name]):
            suspects.update(
                place
                for place, value in enumerate(values[name])
                if value is None or type(value) is Refused
            )
    for place in sorted(suspects):
        row, number = body[place], first + place
        mine = {name: values[name][place] for name in required}
        kind = None
        if is_header_again(row, header, headed):
            kind = "header"
        else:
            nothing = all(value is None for value in mine.values())
            kind = beside_data(row) or (aside(row, header) if nothing else None)
        dropped.add(place)
        if kind is not None:
            found.set_aside.setdefault(kind, []).append(number)
            continue
        for name, value in mine.items():
            if value is None:
                found.rejected.append(found.remark(number, name, t("Nothing stands here.")))
            elif type(value) is Refused:
                found.rejected.append(found.remark(number, name, value.reason))
    return dropped


def _extra(
    recognised: Recognised, columns: Sequence[Sequence[Any]], rows: Sequence[Sequence[Any]]
) -> dict[str, list[str | None]]:
    """What stands in the columns without a meaning, as text under their headers."""
    extra: dict[str, list[str | None]] = {}
    for index, header in recognised.unmapped.items():
        if index < len(columns):
            texts = [None if is_empty(cell) else text_of(cell) for cell in columns[index]]
            if any(texts):
                name, again = header, 2
                while name in extra:
                    name, again = f"{header} {again}", again + 1
                extra[name] = texts
    return extra
