"""A recognised sheet becomes rows that say something of a customer, a car and a fact – or are refused.

Cells are read column by column through a memory, so that what stands in a thousand cells is read once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import repeat, zip_longest
from typing import Any

import attrs

from dcrc.errors import InputError
from dcrc.i18n import t, translate_error
from dcrc.imports.cells import Choice, Kinds, Phones, is_empty, text_of
from dcrc.imports.headers import Recognised, aside, beside_data, is_header_again
from dcrc.imports.profiles import Profile
from dcrc.imports.reading import Sheet
from dcrc.imports.report import Place, Remark

Said = dict[str, Any]


@attrs.define
class Row:
    """What one row says; documents' fields and values, empty cells left out.

    `numbers` are phone documents; `on` is the fact's day (`YYYY-MM-DD`), `at` its instant or "".
    `reading` is (day, km).
    """

    number: int
    name: str
    numbers: tuple[dict[str, str], ...]
    customer: Said
    vin: str
    vehicle: Said
    key: str
    on: str
    at: str
    data: Said
    reading: tuple[str, int] | None


@attrs.define
class SheetRows:
    """A sheet read by its profile: the rows, and everything that did not become one."""

    place: Place
    sheet: Sheet
    recognised: Recognised
    rows: list[Row] = attrs.field(factory=list)
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


@attrs.frozen
class Refused:
    """A cell that could not be understood, and why."""

    reason: str


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
    columns = list(zip_longest(*body, fillvalue=""))
    first = recognised.header_row + 1
    values = _Reader(found, columns, first, kinds).values(len(body))
    dropped = _dropped(found, values, body, first)
    extra = _extra(recognised, columns, sheet.rows) if keep_unmapped else {}
    found.rows = [
        row
        for index, row in enumerate(_rows(recognised.profile, values, extra, len(body), first))
        if index not in dropped
    ]
    return found


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


def _rows(
    profile: Profile,
    values: Mapping[str, list[Any]],
    extra: Mapping[str, list[str | None]],
    count: int,
    first: int,
) -> Iterator[Row]:
    """The rows as they say something; those that are dropped come out too, half filled."""
    parts: dict[str, dict[str, Iterable[Any]]] = {"customer": {}, "vehicle": {}, "event": {}}
    vins: Iterable[Any] = repeat(None, count)
    phones: list[list[Any]] = []
    kms: Iterable[Any] = repeat(None, count)
    for name, column in values.items():
        record, target = profile.fields[name].target
        if profile.fields[name].to == "vehicle.vin":
            vins = column
        elif profile.fields[name].to == "customer.phones":
            phones.append(column)
        elif (
            profile.fields[name].to == "customer.name" or name in (profile.on, "") or target == "on"
        ):
            continue
        else:
            if profile.fields[name].to in ("event.km", "vehicle.readings"):
                kms = column
            if profile.fields[name].to != "vehicle.readings":
                parts[record][target] = _kept(profile.fields[name].kind, column)
    names = _first_of([values[name] for name in profile.person if name in values], count)
    days = _days(profile, values, count)
    read_on = values.get(profile.readings)
    made = zip(
        range(first, first + count),
        names,
        _persons_numbers(profile, values, phones, count),
        _dicts(parts["customer"], count),
        vins,
        _dicts(parts["vehicle"], count),
        _keys(profile, values, days, count),
        days,
        _dicts(parts["event"], count),
        _dicts(extra, count),
        kms,
        repeat(None, count) if read_on is None else read_on,
        strict=True,
    )
    for number, name, numbers, customer, vin, vehicle, key, day, data, more, km, came in made:
        on, at = day
        if more:
            (data if profile.event else customer)["extra"] = more
        reading = None if km is None else ((_day(came) or on), km)
        yield Row(
            number, name or "", numbers, customer, vin or "", vehicle, key, on, at, data, reading
        )


def _dicts(columns: Mapping[str, Iterable[Any]], count: int) -> Iterator[Said]:
    if not columns:
        return iter([{} for _ in range(count)])
    names = tuple(columns)
    return (
        {
            name: value
            for name, value in zip(names, values, strict=True)
            if value is not None and type(value) is not Refused
        }
        for values in zip(*columns.values(), strict=True)
    )


def _kept(kind: str, column: list[Any]) -> Iterable[Any]:
    """Values as documents keep them: an instant or else the day, numbers written in one text."""
    if kind == "moment":
        return (value if value is None else value[1] or value[0] for value in column)
    if kind == "phones":
        return (
            None
            if value is None or not value.numbers
            else " / ".join(number["number"] for number in value.numbers)
            for value in column
        )
    return column


def _first_of(columns: list[list[Any]], count: int) -> Iterable[Any]:
    if len(columns) == 1:
        return (None if type(value) is Refused else value for value in columns[0])
    if not columns:
        return repeat(None, count)
    return (
        next((value for value in cells if isinstance(value, str)), None)
        for cells in zip(*columns, strict=True)
    )


def _numbers(columns: list[list[Any]], count: int) -> Iterable[tuple[dict[str, str], ...]]:
    if not columns:
        return repeat((), count)
    if len(columns) == 1:
        return (() if value is None else value.numbers for value in columns[0])
    return (_each_once(cells) for cells in zip(*columns, strict=True))


def _persons_numbers(
    profile: Profile, values: Mapping[str, list[Any]], phones: list[list[Any]], count: int
) -> Iterable[tuple[dict[str, str], ...]]:
    """The numbers of the person of each row; those of who brought the car only if that is he."""
    numbers = _numbers(phones, count)
    if profile.phone_else not in values:
        return numbers
    nobody = [None] * count
    first, second = (values.get(name, nobody) for name in (*profile.person, "", "")[:2])
    others = _numbers([values[profile.phone_else]], count)
    return (
        own or (other if name is None or name == sender else ())
        for own, other, name, sender in zip(numbers, others, first, second, strict=True)
    )


def _each_once(cells: tuple[Phones | None, ...]) -> tuple[dict[str, str], ...]:
    filled = [cell for cell in cells if cell is not None]
    if len(filled) == 1:
        return filled[0].numbers
    numbers = {number["number"]: number for cell in reversed(filled) for number in cell.numbers}
    order = dict.fromkeys(number["number"] for cell in filled for number in cell.numbers)
    return tuple(numbers[number] for number in order)


def _day(value: Any) -> str:
    """The day of a `day` or `moment` value, "" where there is none."""
    if isinstance(value, tuple):
        return str(value[0])
    return value if isinstance(value, str) else ""


def _days(profile: Profile, values: Mapping[str, list[Any]], count: int) -> list[tuple[str, str]]:
    """The day and instant of each row's fact."""
    told = values.get(profile.on) or [None] * count
    ends = values.get(profile.on_year_before) or [None] * count
    return [
        value if type(value) is tuple else (value if type(value) is str else _year_before(end), "")
        for value, end in zip(told, ends, strict=True)
    ]


def _year_before(end: Any) -> str:
    day = _day(end)
    if not day:
        return ""
    before = f"{int(day[:4]) - 1:04d}{day[4:]}"
    return before.replace("-02-29", "-02-28")


def _keys(
    profile: Profile,
    values: Mapping[str, list[Any]],
    days: list[tuple[str, str]],
    count: int,
) -> Iterable[str]:
    if not profile.event:
        return repeat("", count)
    first = _texts(profile.key, values, count)
    second = _texts(profile.key_else, values, count) if profile.key_else else repeat("", count)
    return (one or other for one, other in zip(first, second, strict=False))


def _texts(names: Sequence[str], values: Mapping[str, list[Any]], count: int) -> Iterable[str]:
    """The values of `names` as one text, "" where one of them is missing."""
    if any(name not in values for name in names):
        return repeat("", count)
    if len(names) == 1:
        return (_day(value) for value in values[names[0]])
    return (
        " ".join(parts) if all(parts := [_day(cell) for cell in cells]) else ""
        for cells in zip(*(values[name] for name in names), strict=True)
    )
