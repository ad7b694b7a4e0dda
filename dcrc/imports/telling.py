"""The columns of a sheet, read and turned into rows that say something of a customer, a car and a fact."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import compress, repeat
from typing import Any, NamedTuple

import attrs

from dcrc.imports.cells import Phones
from dcrc.imports.profiles import Profile

Said = dict[str, Any]
Columns = Mapping[str, Sequence[Any]]


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
    """The columns of a sheet as they say something: whom, which car, which fact, and what of them.

    What is asked of all rows at once is asked of columns. `customers`, `vehicles` and `data` have a column
    for each field of the document, with None where the cell is empty.
    """

    places: Sequence[int] = ()  # the rows' numbers in their sheet
    names: Sequence[str] = ()
    numbers: Sequence[tuple[dict[str, str], ...]] = ()
    persons: Sequence[tuple[tuple[str, str], ...]] = ()
    customers: Columns = attrs.field(factory=dict)
    vins: Sequence[str] = ()
    vehicles: Columns = attrs.field(factory=dict)
    keys: Sequence[str] = ()
    on: Sequence[str] = ()
    at: Sequence[str] = ()
    data: Columns = attrs.field(factory=dict)
    readings: Sequence[tuple[str, int] | None] = ()

    def __len__(self) -> int:
        return len(self.places)

    def part(self, start: int, stop: int) -> Told:
        """The rows from `start` up to `stop`."""
        return self._each(lambda column: column[start:stop])

    def chosen(self, wanted: Sequence[object]) -> Told:
        """The rows at whose places `wanted` is true."""
        if all(wanted):
            return self
        return self._each(lambda column: list(compress(column, wanted)))

    def _each(self, of: Callable[[Sequence[Any]], Sequence[Any]]) -> Told:
        columns: Any = (
            {name: of(each) for name, each in column.items()}
            if isinstance(column, dict)
            else of(column)
            for column in self._columns()
        )
        return Told(*columns)

    def rows(self) -> list[Row]:
        """What each row says by itself."""
        columns = (
            documents(column, len(self)) if isinstance(column, dict) else column
            for column in self._columns()
        )
        return list(map(Row._make, zip(*columns, strict=True)))

    def _columns(self) -> Iterator[Any]:
        return (getattr(self, field.name) for field in attrs.fields(Told))


def told(
    profile: Profile,
    values: Mapping[str, Sequence[Any]],
    extra: Mapping[str, Sequence[str | None]],
    places: Sequence[int],
) -> Told:
    """What the columns `values` by field and `extra` by header say; `places` are the rows' numbers."""
    count = len(places)
    parts: dict[str, dict[str, Sequence[Any]]] = {"customer": {}, "vehicle": {}, "event": {}}
    vins: Sequence[str] = [""] * count
    phones: list[Sequence[Any]] = []
    kms: Sequence[Any] = [None] * count
    for name, column in values.items():
        field = profile.fields[name]
        record, target = field.target
        if field.to == "vehicle.vin":
            vins = [vin or "" for vin in column]
        elif field.to == "customer.phones":
            phones.append(column)
        elif field.to == "customer.name" or name in (profile.on, "") or target == "on":
            continue
        else:
            if field.to in ("event.km", "vehicle.readings"):
                kms = column
            if field.to != "vehicle.readings":
                parts[record][target] = _kept(field.kind, column)
    if extra:
        more = [each or None for each in documents(extra, count)]
        parts["event" if profile.event else "customer"]["extra"] = more
    names = _first_of([values[name] for name in profile.person if name in values], count)
    numbers = _persons_numbers(profile, values, phones, count)
    kinds = parts["customer"].get("kind") or [None] * count
    days = _days(profile, values, count)
    on = [day for day, _ in days]
    return Told(
        places,
        names,
        numbers,
        list(map(persons_of, names, numbers, kinds)),
        parts["customer"],
        vins,
        parts["vehicle"],
        _keys(profile, values, days, count),
        on,
        [at for _, at in days],
        parts["event"],
        list(_readings(kms, values.get(profile.readings) or [None] * count, on)),
    )


def persons_of(
    name: str, numbers: Sequence[Mapping[str, str]], kind: str | None
) -> tuple[tuple[str, str], ...]:
    """By which pairs of name and number a person is found.

    The name alone (with "") finds those without a number, and organisations, whose numbers are many.
    """
    if len(numbers) == 1 and kind != "organisation":
        return ((name, numbers[0]["number"]),)
    pairs = [(name, number["number"]) for number in numbers]
    if not numbers or kind == "organisation":
        pairs.append((name, ""))
    return tuple(pairs)


def _readings(
    kms: Sequence[Any], came: Sequence[Any], on: Sequence[str]
) -> Iterable[tuple[str, int] | None]:
    return (
        None if km is None else ((_day(read) or day), km)
        for km, read, day in zip(kms, came, on, strict=True)
    )


def documents(columns: Columns, count: int) -> Iterator[Said]:
    """What stands in each row of `columns` but for None; columns without gaps come quickly."""
    empty = {name: column.count(None) for name, column in columns.items()}
    whole = {name: column for name, column in columns.items() if empty[name] == 0}
    gaps = {name: column for name, column in columns.items() if 0 < empty[name] < count}
    made: Iterator[Said] = (
        map(dict, map(zip, repeat(tuple(whole)), zip(*whole.values(), strict=True)))
        if whole
        else ({} for _ in range(count))
    )
    for name, column in gaps.items():
        made = _filled(made, name, column)
    return made


def _filled(made: Iterator[Said], name: str, column: Sequence[Any]) -> Iterator[Said]:
    for each, value in zip(made, column, strict=True):
        if value is not None:
            each[name] = value
        yield each


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


def _first_of(columns: list[Sequence[Any]], count: int) -> list[str]:
    if len(columns) == 1:
        return [value or "" for value in columns[0]]
    if not columns:
        return [""] * count
    return [next((value for value in cells if value), "") for cells in zip(*columns, strict=True)]


def _numbers(columns: list[Sequence[Any]], count: int) -> list[tuple[dict[str, str], ...]]:
    if not columns:
        return [()] * count
    if len(columns) == 1:
        return [() if value is None else value.numbers for value in columns[0]]
    return [_each_once(cells) for cells in zip(*columns, strict=True)]


def _persons_numbers(
    profile: Profile, values: Mapping[str, Sequence[Any]], phones: list[Sequence[Any]], count: int
) -> list[tuple[dict[str, str], ...]]:
    """The numbers of the person of each row; those of who brought the car only if that is he."""
    numbers = _numbers(phones, count)
    if profile.phone_else not in values:
        return numbers
    nobody = [None] * count
    first, second = (values.get(name, nobody) for name in (*profile.person, "", "")[:2])
    others = _numbers([values[profile.phone_else]], count)
    return [
        own or (other if name is None or name == sender else ())
        for own, other, name, sender in zip(numbers, others, first, second, strict=True)
    ]


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


def _days(
    profile: Profile, values: Mapping[str, Sequence[Any]], count: int
) -> list[tuple[str, str]]:
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
    values: Mapping[str, Sequence[Any]],
    days: list[tuple[str, str]],
    count: int,
) -> list[str]:
    if not profile.event:
        return [""] * count
    first = _texts(profile.key, values, count)
    if not profile.key_else or all(first):
        return first
    second = _texts(profile.key_else, values, count)
    return [one or other for one, other in zip(first, second, strict=True)]


def _texts(names: Sequence[str], values: Mapping[str, Sequence[Any]], count: int) -> list[str]:
    """The values of `names` as one text, "" where one of them is missing."""
    if any(name not in values for name in names):
        return [""] * count
    if len(names) == 1:
        return [_day(value) for value in values[names[0]]]
    return [
        " ".join(parts) if all(parts := [_day(cell) for cell in cells]) else ""
        for cells in zip(*(values[name] for name in names), strict=True)
    ]
