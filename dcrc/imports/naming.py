"""Whom, which car and which fact a sheet's rows name: read of all of them before anything is known of one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import compress
from typing import Any

import attrs

from dcrc.imports.cells import each_once
from dcrc.imports.profiles import Profile

Values = Mapping[str, Sequence[Any]]
"""The columns of a sheet by field."""


@attrs.frozen
class Named:
    """Whom, which car and which fact each row of a sheet names, and when that was.

    `numbers` are phone documents, `persons` what each person is found by (`persons_of`). What is asked of all
    rows at once is asked of these columns.
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
        _persons(names, numbers, kinds),
        vins,
        _keys(profile, values, days, count),
        [day for day, _ in days],
        [at for _, at in days],
    )


def persons_of(
    name: str, numbers: Sequence[Mapping[str, str]], kind: str | None
) -> tuple[tuple[str, str], ...]:
    """By which pairs of name and number a person is found.

    The name alone (with "") finds those without a number, and organisations, whose numbers are many.
    """
    pairs = [(name, number["number"]) for number in numbers]
    if not numbers or kind == "organisation":
        pairs.append((name, ""))
    return tuple(pairs)


def _persons(
    names: Sequence[str], numbers: Sequence[tuple[dict[str, str], ...]], kinds: Sequence[Any]
) -> list[tuple[tuple[str, str], ...]]:
    """`persons_of` each row; nearly all have one number, which is quickly said."""
    return [
        ((name, some[0]["number"]),)
        if len(some) == 1 and kind != "organisation"
        else persons_of(name, some, kind)
        for name, some, kind in zip(names, numbers, kinds, strict=True)
    ]


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
    if len(columns) == 2:
        return [
            (() if one is None else one.numbers)
            if other is None
            else (other.numbers if one is None else each_once((one.numbers, other.numbers)))
            for one, other in zip(*columns, strict=True)
        ]
    return [
        each_once(cell.numbers for cell in cells if cell is not None)
        for cells in zip(*columns, strict=True)
    ]


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


def day_of(value: Any) -> str:
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
    day = day_of(end)
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
        return [day_of(value) for value in values[names[0]]]
    return [
        " ".join(parts) if all(parts := [day_of(cell) for cell in cells]) else ""
        for cells in zip(*(values[name] for name in names), strict=True)
    ]
