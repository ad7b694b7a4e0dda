"""The columns of a sheet, read and turned into rows that say something of a customer, a car and a fact."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import repeat
from typing import Any

import attrs

from dcrc.imports.cells import Phones
from dcrc.imports.profiles import Profile

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


@attrs.frozen
class Refused:
    """A cell that could not be understood, and why."""

    reason: str


def told_rows(
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
