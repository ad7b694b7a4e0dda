"""A recognised sheet becomes rows that say something of a customer, a car and a fact – or are refused.

Cells are read column by column through a memory, so that what stands in a thousand cells is read once. What
names persons, cars and facts is read of all rows first, the rest a few thousand rows at a time: while these
are compared, what they gave is written.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from functools import cached_property
from itertools import chain, compress, repeat, zip_longest
from typing import Any

import attrs

from dcrc.errors import InputError
from dcrc.i18n import t, translate_error
from dcrc.imports.cells import Choice, Kinds, Phones, each_once, is_empty, read_plain, text_of
from dcrc.imports.headers import Recognised, aside, beside_data, is_header_again, words_below
from dcrc.imports.naming import Named, named, naming_fields
from dcrc.imports.profiles import Field
from dcrc.imports.reading import Sheet
from dcrc.imports.report import Place, Remark
from dcrc.imports.telling import Refused, Told, told

_BLOCK = 500


@attrs.define
class SheetRows:
    """A sheet read by its profile: what it tells, and everything that tells nothing.

    `named` is whom and what its rows name; the other cells are read when the rows' turn comes.
    """

    place: Place
    sheet: Sheet
    recognised: Recognised
    named: Named = attrs.field(factory=Named)
    rejected: list[Remark] = attrs.field(factory=list)
    warnings: list[Remark] = attrs.field(factory=list)
    set_aside: dict[str, list[int]] = attrs.field(factory=dict)
    _parts: Callable[[int], Iterator[Told]] = attrs.field(default=lambda size: iter(()))
    _remarked: dict[int, Sequence[Any]] = attrs.field(factory=dict)

    @property
    def headers(self) -> Sequence[Any]:
        """The cells of the row of headers."""
        return self.cells(self.recognised.header_row)

    def cells(self, number: int) -> Sequence[Any]:
        """The cells of a row by its number in the spreadsheet, from 1."""
        return self._remarked[number] if self._remarked else self.sheet.rows[number - 1]

    def told(self, size: int) -> Iterator[Told]:
        """What the rows say, `size` of them at a time; once, for then the records know it."""
        parts, self._parts = self._parts, lambda size: iter(())
        yield from parts(size)
        self.named = Named()

    def forget_cells(self) -> None:
        """Keep of the cells only the headers and those of rows that were remarked on."""
        remarked = {remark.row for remark in (*self.rejected, *self.warnings)}
        kept = remarked | {self.recognised.header_row}
        self._remarked = {number: self.cells(number) for number in kept}
        self.sheet = attrs.evolve(self.sheet, rows=())

    def remark(self, number: int, field: str, reason: str, value: Any = None) -> Remark:
        """A remark on a cell of row `number`; the value is what stands there unless given."""
        column = self.recognised.columns.get(field, ())
        row = self.cells(number)
        if value is None:
            value = " / ".join(text_of(row[index]) for index in column if index < len(row))
        written = " / ".join(text_of(self.headers[index]) for index in column)
        return Remark(
            self.place.file, self.place.ref(number), number, written, field, str(value), reason
        )


class _Memory(dict[Any, Any]):
    """Cells that were read already; what cannot be read is remembered as `Refused`.

    `refusals` counts cells that, or part of which, could not be read.
    """

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
        else:
            self.refusals += isinstance(value, Phones) and bool(value.refused)
        self[cell] = value
        return value


def read_rows(
    place: Place, sheet: Sheet, recognised: Recognised, kinds: Kinds, keep_unmapped: bool = True
) -> SheetRows:
    """The rows of `sheet` below its headers."""
    found = SheetRows(place, sheet, recognised)
    body = sheet.rows[recognised.header_row :]
    profile = recognised.profile
    first = recognised.header_row + 1
    reader = _Reader(found, _columns(body, len(found.headers)), first, kinds)
    naming = naming_fields(profile)
    values = reader.values(naming, range(len(body)))
    dropped = _dropped(found, values, body, first)
    rows: Sequence[int] = range(len(body))
    if dropped:  # a warning is of a row that counts
        found.warnings = [each for each in found.warnings if each.row - first not in dropped]
        kept = [row not in dropped for row in rows]
        rows = list(compress(rows, kept))
        values = {name: list(compress(column, kept)) for name, column in values.items()}
    found.named = named(profile, values, len(rows))
    others = profile.fields.keys() - naming

    def parts(size: int) -> Iterator[Told]:
        for start in range(0, len(rows), size):
            some = slice(start, start + size)
            part = {name: column[some] for name, column in values.items()}
            part |= reader.values(others, rows[some])
            yield told(
                profile,
                {name: part[name] for name in profile.fields if name in part},
                reader.unmapped(rows[some]) if keep_unmapped else {},
                [first + row for row in rows[some]],
                found.named.part(some),
            )

    found._parts = parts
    return found


def _columns(rows: Sequence[Sequence[Any]], width: int) -> list[list[Any]]:
    """The cells by column, at least `width` of them; few rows at a time, as a processor's cache is small."""
    columns: list[list[Any]] = [[] for _ in range(max(chain((width,), map(len, rows))))]
    for start in range(0, len(rows), _BLOCK):
        block = rows[start : start + _BLOCK]
        parts = chain(zip_longest(*block, fillvalue=""), repeat(("",) * len(block)))
        for column, part in zip(columns, parts, strict=False):
            column.extend(part)
    return columns


@attrs.define
class _Reader:
    """Reads the columns of a sheet, each through a memory of its own."""

    found: SheetRows
    columns: Sequence[Sequence[Any]]
    first: int
    kinds: Kinds
    _memories: dict[tuple[str, int], _Memory] = attrs.field(factory=dict)

    def values(self, names: Set[str], rows: Sequence[int]) -> dict[str, list[Any]]:
        """The value of each of these fields in each of `rows`, `Refused` only in required ones."""
        recognised = self.found.recognised
        values: dict[str, list[Any]] = {}
        for name, field in recognised.profile.fields.items():
            if name not in names:
                continue
            columns = [
                self._column(name, field, index, rows)
                for index in recognised.columns.get(name, ())
                if index < len(self.columns)
            ]
            if columns:
                values[name] = columns[0] if len(columns) == 1 else _joined(columns)
            elif field.from_sheet:
                values[name] = [_quietly(self._read(field), self.found.sheet.name)] * len(rows)
        return values

    def _read(self, field: Field) -> Callable[[Any], Any]:
        if field.kind == "choice":
            return Choice.of(field.values)
        return self.kinds.reader(field.kind, field.past)

    def _column(self, name: str, field: Field, index: int, rows: Sequence[int]) -> list[Any]:
        memory = self._memories.get((name, index))
        if memory is None:
            memory = self._memories[name, index] = _Memory(self._read(field))
        cells = _cells(self.columns[index], rows)
        memory.update(read_plain(field.kind, cells))
        values = list(map(memory.__getitem__, cells))
        phones = field.kind == "phones"
        if memory.refusals and (phones or not field.required):
            for place, value in enumerate(values):
                if isinstance(value, Refused):
                    values[place] = None
                    self._warn(rows[place], name, value.reason, cells[place])
                elif phones and value is not None and value.refused:
                    reason = t("No phone number: {pieces}.", pieces=", ".join(value.refused))
                    self._warn(rows[place], name, reason, cells[place])
        return values

    def unmapped(self, rows: Sequence[int]) -> dict[str, list[str | None]]:
        """What stands in the columns without a meaning, as text under their headers."""
        return {
            header: [
                None if is_empty(cell) else text_of(cell)
                for cell in _cells(self.columns[index], rows)
            ]
            for header, index in self._headers.items()
        }

    @cached_property
    def _headers(self) -> dict[str, int]:
        """The columns without a meaning in which something stands, by headers that are all different."""
        headers: dict[str, int] = {}
        for index, header in self.found.recognised.unmapped.items():
            if index < len(self.columns) and not all(map(is_empty, self.columns[index])):
                name, again = header, 2
                while name in headers:
                    name, again = f"{header} {again}", again + 1
                headers[name] = index
        return headers

    def _warn(self, row: int, name: str, reason: str, cell: Any) -> None:
        self.found.warnings.append(self.found.remark(self.first + row, name, reason, text_of(cell)))


def _cells(column: Sequence[Any], rows: Sequence[int]) -> Sequence[Any]:
    if isinstance(rows, range):
        return column[rows.start : rows.stop]
    return [column[row] for row in rows]


def _quietly(read: Callable[[Any], Any], cell: str) -> Any:
    try:
        return read(cell)
    except InputError:
        return None


def _joined(columns: list[list[Any]]) -> list[Any]:
    """Several columns of phones as one."""
    return [
        Phones(each_once(cell.numbers for cell in cells if cell))
        for cells in zip(*columns, strict=True)
    ]


def _proves(value: Any) -> bool:
    """Whether a VIN or a phone number stands there, and not something else."""
    return isinstance(value, str) or (isinstance(value, Phones) and bool(value.numbers))


def _below(recognised: Recognised, values: Mapping[str, list[Any]]) -> dict[str, str]:
    """What stands in columns of names and is none, where nothing but a name is required."""
    required = recognised.profile.required
    if {recognised.profile.fields[name].kind for name in required} != {"name"}:
        return {}
    return words_below(
        value for name in required for value in set(values[name]) if isinstance(value, str)
    )


def _dropped(
    found: SheetRows, values: Mapping[str, list[Any]], body: Sequence[Sequence[Any]], first: int
) -> set[int]:
    """The places of rows that are no data or lack something they need; each is accounted for."""
    recognised = found.recognised
    required = recognised.profile.required
    header = found.headers
    headed = [index for places in recognised.columns.values() for index in places]
    # a phone number or a VIN where one belongs is no footer's
    proofs = [
        column
        for name, column in values.items()
        if name not in required and recognised.profile.fields[name].kind in ("phones", "vin")
    ]
    dropped: set[int] = set()
    suspects: set[int] = set()
    for name in required:
        if any(value is None or type(value) is Refused for value in values[name]):
            suspects.update(
                place
                for place, value in enumerate(values[name])
                if value is None or type(value) is Refused
            )
    below = _below(recognised, values)
    for name in below and required:
        suspects.update(place for place, value in enumerate(values[name]) if value in below)
    for place in sorted(suspects):
        row, number = body[place], first + place
        mine = {name: values[name][place] for name in required}
        lacking = {
            name: value for name, value in mine.items() if value is None or type(value) is Refused
        }
        proved = any(map(_proves, (column[place] for column in proofs)))
        if is_header_again(row, header, headed):
            kind: str | None = "header"
        elif not lacking:
            kind = None if proved else next(filter(None, map(below.get, mine.values())), None)
        else:
            nothing = not proved and all(value is None for value in mine.values())
            kind = beside_data(row) or (aside(row, header) if nothing else None)
        if kind is None and not lacking:
            continue
        dropped.add(place)
        if kind is not None:
            found.set_aside.setdefault(kind, []).append(number)
            continue
        for name, value in lacking.items():
            reason = t("Nothing stands here.") if value is None else value.reason
            found.rejected.append(found.remark(number, name, reason))
    return dropped
