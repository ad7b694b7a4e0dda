"""One typed value laid over another: how a TOML table becomes an attrs instance, with errors that help."""

from __future__ import annotations

import re
import types
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime, time
from enum import Enum
from typing import Any, Literal, Union, get_args, get_origin

import attrs

from dcrc.errors import PolicyError
from dcrc.i18n import t
from dcrc.kernel.policy_files import PolicyFile
from dcrc.wording import Wording

MISSING: Any = object()


def rest_field(section: type) -> Any:
    """The field of an attrs class that takes keys which are no fields, or None."""
    return next((f for f in attrs.fields(section) if f.metadata.get("rest")), None)


class Spot:
    """A place in a file: a dotted key, and all keys that were read under it."""

    def __init__(self, file: PolicyFile, key: str, keys: list[str] | None = None) -> None:
        self.file = file
        self.key = key
        self.keys: list[str] = [] if keys is None else keys

    def inside(self, name: str) -> Spot:
        return Spot(self.file, f"{self.key}.{name}" if self.key else name, self.keys)

    def error(self, msgid: str, **params: Any) -> PolicyError:
        line = self.file.line(self.key)
        return PolicyError(
            msgid,
            file=str(self.file.path),
            line=line or 1,
            key=self.key or self.file.path.stem,
            **params,
        )

    def expected(self, what: str, value: Any) -> PolicyError:
        return self.error(
            "{file}, line {line}: {key} must be {expected}, not {value}.",
            expected=what,
            value=_written(value),
        )

    def unknown(self, valid: Iterable[str]) -> PolicyError:
        names = sorted(valid)
        from difflib import get_close_matches

        near = get_close_matches(self.key.rpartition(".")[2], names, n=1, cutoff=0.5)
        if near:
            return self.error(
                "{file}, line {line}: there is no {key}; did you mean {nearest}?", nearest=near[0]
            )
        return self.error(
            "{file}, line {line}: there is no {key}; possible here: {names}.",
            names=", ".join(names) or "-",
        )


def _written(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    text = repr(value) if isinstance(value, str) else str(value)
    return text if len(text) <= 60 else text[:57] + "…"


def lay(kind: Any, current: Any, raw: Any, spot: Spot) -> Any:
    """`raw` (as TOML gives it) as a value of type `kind`, laid over `current` (MISSING: nothing yet)."""
    if kind is Any:
        spot.keys.append(spot.key)
        return raw
    if kind is Wording:
        return _wording(current, raw, spot)
    if isinstance(kind, type) and attrs.has(kind):
        return _record(kind, current, raw, spot)
    origin = get_origin(kind)
    if origin in (dict, Mapping) or getattr(origin, "__name__", "") == "Mapping":
        return _mapping(get_args(kind)[1], current, raw, spot)
    if origin in (Union, types.UnionType):
        return _union(get_args(kind), current, raw, spot)
    spot.keys.append(spot.key)
    if origin in (tuple, list, set, frozenset) or kind in (tuple, list, set, frozenset):
        return _sequence(kind, origin or kind, raw, spot)
    if origin is Literal:
        return _one_of({str(each): each for each in get_args(kind)}, raw, spot)
    if isinstance(kind, type) and issubclass(kind, Enum):
        return _one_of({str(each.value): each for each in kind}, raw, spot)
    if kind in _SCALARS:
        what, read = _SCALARS[kind]
        value = read(raw)
        if value is MISSING:
            raise spot.expected(t(what), raw)
        return value
    raise TypeError(f"{spot.key}: a policy value cannot be of type {kind!r}")


def _record(kind: type, current: Any, raw: Any, spot: Spot) -> Any:
    if not isinstance(raw, Mapping):
        raise spot.expected(t("a table of values"), raw)
    attrs.resolve_types(kind)
    fields = {field.name: field for field in attrs.fields(kind)}
    rest = rest_field(kind)
    values: dict[str, Any] = {}
    for name, value in raw.items():
        if rest is not None and (name not in fields or name == rest.name):
            held = values.get(rest.name, {} if current is MISSING else getattr(current, rest.name))
            item = lay(get_args(rest.type)[1], held.get(name, MISSING), value, spot.inside(name))
            values[rest.name] = {**held, name: item}
        elif name not in fields:
            raise spot.inside(name).unknown(fields)
        else:
            field, inner = fields[name], spot.inside(name)
            before = MISSING if current is MISSING else getattr(current, name)
            if before is MISSING and field.default is not attrs.NOTHING:
                before = _default(field)
            values[name] = lay(field.type, before, value, inner)
            _validate(field, values[name], inner)
    if current is not MISSING:
        return _built(lambda: attrs.evolve(current, **values), spot)
    for field in fields.values():
        if field.default is attrs.NOTHING and field.name not in values:
            raise spot.error("{file}, line {line}: {key} needs {missing}.", missing=field.name)
    return _built(lambda: kind(**values), spot)


def _default(field: Any) -> Any:
    factory = getattr(field.default, "factory", None)
    return field.default if factory is None else factory()


def _validate(field: Any, value: Any, spot: Spot) -> None:
    if field.validator is not None:
        _built(lambda: field.validator(None, field, value), spot)


def _built(make: Callable[[], Any], spot: Spot) -> Any:
    try:
        return make()
    except (ValueError, TypeError) as error:
        why = str(error.args[0]) if error.args else str(error)
        raise spot.error("{file}, line {line}: {key} is wrong: {why}.", why=_limit(why)) from None


_LIMIT = re.compile(r"'\w+' must be (>=|>|<=|<) ([^:]+): (.*)", re.DOTALL)
_LIMITS = {
    ">=": "must be at least {limit}, not {value}",
    ">": "must be more than {limit}, not {value}",
    "<=": "must be at most {limit}, not {value}",
    "<": "must be less than {limit}, not {value}",
}


def _limit(why: str) -> str:
    """What a limit of attrs complains of, in the current language; other texts as they are."""
    found = _LIMIT.fullmatch(why)
    return why if found is None else t(_LIMITS[found[1]], limit=found[2], value=found[3])


def _mapping(kind: Any, current: Any, raw: Any, spot: Spot) -> Any:
    if not isinstance(raw, Mapping):
        raise spot.expected(t("a table of values"), raw)
    held = {} if current is MISSING or current is None else dict(current)
    for name, value in raw.items():
        held[name] = lay(kind, held.get(name, MISSING), value, spot.inside(name))
    return held


def _wording(current: Any, raw: Any, spot: Spot) -> Wording:
    spot.keys.append(spot.key)
    if isinstance(raw, str):
        return Wording(raw, raw)
    if not isinstance(raw, Mapping) or not all(isinstance(each, str) for each in raw.values()):
        raise spot.expected(t("a text, or {{zh = …, en = …}}"), raw)
    for name in raw:
        if name not in ("zh", "en"):
            raise spot.inside(name).unknown(("zh", "en"))
    return attrs.evolve(Wording() if current is MISSING else current, **raw)


def _union(kinds: tuple[Any, ...], current: Any, raw: Any, spot: Spot) -> Any:
    real = [kind for kind in kinds if kind is not type(None)]
    if len(real) < len(kinds) and raw == "":  # TOML has no null: an empty text takes a value away
        spot.keys.append(spot.key)
        return None
    for kind in real[:-1]:
        try:
            return lay(kind, current, raw, spot)
        except PolicyError:
            continue
    return lay(real[-1], MISSING if current is None else current, raw, spot)


def _sequence(kind: Any, origin: Any, raw: Any, spot: Spot) -> Any:
    if not isinstance(raw, list):
        raise spot.expected(t("a list […]"), raw)
    item = (get_args(kind) or (str,))[0]
    return origin(
        lay(item, MISSING, each, Spot(spot.file, f"{spot.key}[{i}]", []))
        for i, each in enumerate(raw, start=1)
    )


def _one_of(choices: Mapping[str, Any], raw: Any, spot: Spot) -> Any:
    if isinstance(raw, (str, int)) and str(raw) in choices:
        return choices[str(raw)]
    raise spot.expected(t("one of {names}", names=", ".join(choices)), raw)


def _exactly(kind: type) -> Callable[[Any], Any]:
    return lambda raw: raw if type(raw) is kind else MISSING


def _float(raw: Any) -> Any:
    return float(raw) if type(raw) in (int, float) else MISSING


def _time(raw: Any) -> Any:
    if isinstance(raw, time):
        return raw
    try:
        return time.fromisoformat(raw)
    except (TypeError, ValueError):
        return MISSING


def _date(raw: Any) -> Any:
    return raw if isinstance(raw, date) and not isinstance(raw, datetime) else MISSING


_SCALARS: dict[Any, tuple[str, Callable[[Any], Any]]] = {
    bool: ("true or false", _exactly(bool)),
    int: ("a whole number", _exactly(int)),
    float: ("a number", _float),
    str: ("a text in quotes", _exactly(str)),
    time: ('a time such as "09:00"', _time),
    date: ("a date such as 2026-11-21", _date),
}
