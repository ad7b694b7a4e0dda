"""The columns of a sheet, read and turned into rows that say something of a customer, a car and a fact."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import compress, repeat
from typing import Any, NamedTuple

import attrs

from dcrc.imports.cells import Phones
from dcrc.imports.profiles import Profile

Said = dict[str, Any]
Columns = Mapping[str, Sequence[Any]]
Values = Mapping[str, Sequence[Any]]
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
class Named:
    """Whom, which car and which fact each row of a sheet names, and when that was.

    `numbers` and `persons` are as in a `Row`. What is asked of all rows at once is asked of these columns.
    """

    names: Sequence[str] = ()
    numbers: Sequence[tuple[dict[str, str], ...]] = ()
    persons: Sequence[tuple[tuple[str, str], ...]] = ()
    vins: Sequence[str] = ()
    keys: Sequence[str] = ()
    on: Sequence[str] = ()
    at: Sequence[str] = ()

    def __len__(self) -> int:
        return len(self.names)

    def part(self, rows: slice) -> Named:
        """Some of the rows."""
        return Named(*(column[rows] for column in self._columns()))

    def chosen(self, wanted: Sequence[object]) -> Named:
        """The rows at whose places `wanted` is true."""
        return Named(*(list(compress(column, wanted)) for column in self._columns()))

    def _columns(self) -> Iterator[Any]:
        return (getattr(self, field.name) for field in attrs.fields(Named))


@attrs.frozen
class Told:
    """What some rows say: whom and what they name, and of each the columns of its document.

    `places` are the rows' numbers in their sheet; columns have None where the cell is empty.
    """

    places: Sequence[int]
    named: Named
    customers: Columns
    vehicles: Columns
    data: Columns
    readings: Sequence[tuple[str, int] | None]

    def __len__(self) -> int:
        return len(self.places)

    def chosen(self, wanted: Sequence[object]) -> Told:
        """The rows at whose places `wanted` is true."""
        if all(wanted):
            return self

        def of(columns: Columns) -> Columns:
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


def naming_fields(profile: Profile) -> set[str]:
    """The fields that must be read of all rows before anything is known of one."""
    named = {
        *profile.person,
        *profile.key,
        *profile.key_else,
        *profile.required,
        profile.phone_else,
    }
    return {
        name
        for name, field in profile.fields.items()
        if name in named
        or name in (profile.on, profile.on_year_before)
        or field.to in ("vehicle.vin", "customer.phones", "customer.kind")
    }


def named(profile: Profile, values: Values, count: int) -> Named:
    """What the columns `values` of the naming fields name in `count` rows."""
    vins: Sequence[str] = [""] * count
    kinds: Sequence[Any] = [None] * count
    phones: list[Sequence[Any]] = []
    for name, column in values.items():
        match profile.fields[name].to:
            case "vehicle.vin":
                vins = [vin or "" for vin in column]
            case "customer.phones":
                phones.append(column)
            case "customer.kind":
                kinds = column
    names = _first_of([values[name] for name in profile.person if name in values], count)
    numbers = _persons_numbers(profile, values, phones, count)
    days = _days(profile, values, count)
    return Named(
        names,
        numbers,
        list(map(persons_of, names, numbers, kinds)),
        vins,
        _keys(profile, values, days, count),
        [day for day, _ in days],
        [at for _, at in days],
    )


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
    profile: Profile, values: Values, phones: list[Sequence[Any]], count: int
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


def _days(profile: Profile, values: Values, count: int) -> list[tuple[str, str]]:
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
    values: Values,
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


def _texts(names: Sequence[str], values: Values, count: int) -> list[str]:
    """The values of `names` as one text, "" where one of them is missing."""
    if any(name not in values for name in names):
        return [""] * count
    if len(names) == 1:
        return [_day(value) for value in values[names[0]]]
    return [
        " ".join(parts) if all(parts := [_day(cell) for cell in cells]) else ""
        for cells in zip(*(values[name] for name in names), strict=True)
    ]
