"""Fields of records as people set them on the command line (`--set birthday=1980-02-03`)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from difflib import get_close_matches
from typing import Any, Final

import attrs

from dcrc.cli.times import parse_day
from dcrc.errors import InputError
from dcrc.i18n import translate_error
from dcrc.kernel.customers import Customer, CustomerKind, LunarDay
from dcrc.kernel.vehicles import Vehicle

Parser = Callable[[str, date], Any]

YES = ("yes", "true", "1", "是", "y")
NO = ("no", "false", "0", "否", "n")


def _text(value: str, today: date) -> str:
    return value


def _flag(value: str, today: date) -> bool:
    said = value.strip().lower()
    if said not in YES + NO:
        raise InputError("{text!r} is neither yes nor no.", text=value)
    return said in YES


def _day(value: str, today: date) -> date | None:
    return parse_day(value, today) if value.strip() else None


def _words(value: str, today: date) -> tuple[str, ...]:
    parts = value.replace("、", ",").replace("，", ",").split(",")
    return tuple(part.strip() for part in parts if part.strip())


def _kind(value: str, today: date) -> CustomerKind:
    if value not in set(CustomerKind):
        raise InputError("{text!r} is neither person nor organisation.", text=value)
    return CustomerKind(value)


def _lunar(value: str, today: date) -> LunarDay | None:
    """`8-15`, or `闰6-1` in a leap month."""
    if not value.strip():
        return None
    leap = value.startswith(("闰", "leap "))
    month, _, day = value.removeprefix("闰").removeprefix("leap ").partition("-")
    if not (
        month.isdecimal() and day.isdecimal() and 1 <= int(month) <= 12 and 1 <= int(day) <= 30
    ):
        raise InputError("{text!r} is no day of the Chinese calendar; write 8-15.", text=value)
    return LunarDay(int(month), int(day), leap)


_BY_TYPE: Final[dict[Any, Parser]] = {
    str: _text,
    bool: _flag,
    date | None: _day,
    tuple[str, ...]: _words,
    CustomerKind: _kind,
    LunarDay | None: _lunar,
}


def _parsers(cls: type, leave_out: Iterable[str]) -> dict[str, Parser]:
    left = set(leave_out)
    attrs.resolve_types(cls)  # others may have done so before: types must not be texts here
    return {
        field.name: _BY_TYPE[field.type]
        for field in attrs.fields(cls)
        if field.name not in left and field.type in _BY_TYPE
    }


CUSTOMER_FIELDS: Final = _parsers(Customer, ("id", "name", "merged_into", "archived", "terms"))
VEHICLE_FIELDS: Final = _parsers(Vehicle, ("id", "customer", "archived", "terms"))


def parse_fields(
    settings: Iterable[str], fields: Mapping[str, Parser], today: date
) -> dict[str, Any]:
    """The values of `FIELD=VALUE` settings; raises InputError that names field and what was expected."""
    values = {}
    for setting in settings:
        name, given, value = setting.partition("=")
        name = name.strip().replace("-", "_")
        if not given:
            raise InputError("{text!r} sets nothing; write FIELD=VALUE.", text=setting)
        if name not in fields:
            near = get_close_matches(name, fields, 1)
            raise InputError(
                "There is no field {name}{hint}; fields are: {fields}.",
                field=name,
                name=name,
                hint=f" ({near[0]}?)" if near else "",
                fields=", ".join(sorted(fields)),
            )
        try:
            values[name] = fields[name](value, today)
        except InputError as problem:
            raise InputError(
                "{field}: {problem}", field=name, problem=translate_error(problem)
            ) from None
    return values
