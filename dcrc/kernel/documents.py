"""Records and documents: attrs records become plain JSON documents and come back, strictly, in one place."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from datetime import UTC, date, datetime
from enum import Enum
from functools import cache, partial
from operator import attrgetter
from types import NoneType, UnionType
from typing import Any, TypeVar, cast, get_args, get_origin

import attrs
from cattrs import ForbiddenExtraKeysError, transform_error
from cattrs.gen import make_dict_unstructure_fn, override
from cattrs.preconf.json import JsonConverter, make_converter
from cattrs.v import format_exception

from dcrc.errors import DamagedData, DcrcError

R = TypeVar("R")


def _exactly(kind: type) -> Callable[[Any, Any], Any]:
    def take(value: Any, _: Any) -> Any:
        if type(value) is not kind:
            raise TypeError(f"expected {kind.__name__}, not {type(value).__name__}")
        return value

    return take


def _take_float(value: Any, _: Any) -> float:
    if type(value) is not float and type(value) is not int:
        raise TypeError(f"expected float, not {type(value).__name__}")
    return float(value)


def _take_day(value: Any, _: Any) -> date:
    if type(value) is not str or len(value) != 10:
        raise ValueError("expected a date YYYY-MM-DD")
    return date.fromisoformat(value)


def _take_instant(value: Any, _: Any) -> datetime:
    if type(value) is not str:
        raise ValueError("expected an instant")
    instant = datetime.fromisoformat(value)
    if instant.tzinfo is None:
        raise ValueError("expected an instant with its offset from UTC")
    return instant


def _give_instant(value: datetime) -> str:
    return value.astimezone(UTC).isoformat(timespec="seconds")


def _is_enum(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, Enum)


def _is_many(kind: Any) -> bool:
    return get_origin(kind) is tuple and get_args(kind)[1:] == (...,)


def _take_many(made: JsonConverter, value: Any, kind: Any) -> tuple[Any, ...]:
    if type(value) is not list:
        raise TypeError(f"expected a list, not {type(value).__name__}")
    item = get_args(kind)[0]
    return tuple([made.structure(each, item) for each in value])


def _strict(detailed: bool) -> JsonConverter:
    made = make_converter(
        forbid_extra_keys=True,
        omit_if_default=True,
        detailed_validation=detailed,
        unstruct_collection_overrides={tuple: list, set: sorted, frozenset: sorted},
    )
    for kind in (str, int, bool):
        made.register_structure_hook(kind, _exactly(kind))
    made.register_structure_hook(float, _take_float)
    made.register_structure_hook(date, _take_day)
    made.register_structure_hook(datetime, _take_instant)
    made.register_unstructure_hook(date, date.isoformat)
    made.register_unstructure_hook(datetime, _give_instant)
    made.register_structure_hook_func(_is_enum, lambda value, kind: kind(value))
    made.register_structure_hook_func(_is_many, partial(_take_many, made))
    made.register_unstructure_hook_factory(attrs.has, lambda cls: _writer_of(cls, made, top=False))
    return made


_PLAIN = (str, int, bool)  # JSON's own, taken for nothing else

converter = _strict(detailed=False)
_explaining = _strict(detailed=True)  # slower; asked only what exactly is wrong


def _writer_of(cls: Any, made: JsonConverter, top: bool) -> Callable[[Any], dict[str, Any]]:
    attrs.resolve_types(cls)
    overrides: dict[str, Any] = {
        field.name: override(
            omit_if_default=not (top and _told(field)),
            unstruct_hook=_giving(field.type),
        )
        for field in attrs.fields(cls)
    }
    if top:
        overrides["id"] = override(omit=True)
    return make_dict_unstructure_fn(cls, made, **overrides)


def _giving(kind: Any) -> Callable[[Any], Any] | None:
    """How a field is written where the converter need not look into it."""
    if _is_enum(kind):
        return attrgetter("value")
    if get_origin(kind) is dict and get_args(kind) == (str, Any):
        return dict  # plain JSON by definition
    return None


@cache
def _writer(cls: Any) -> Callable[[Any], dict[str, Any]]:
    return _writer_of(cls, converter, top=True)


def _told(field: Any) -> bool:
    """A default that says something (`open`, `caller`) is written, so that queries find it."""
    default = field.default
    if isinstance(default, attrs.Factory):  # type: ignore[arg-type]  # typed as a function
        return False
    return field.name != "id" and default is not attrs.NOTHING and bool(default)


@cache
def _reader(cls: Any) -> Callable[[dict[str, Any]], Any]:
    """A function from a document to a record that looks only at the fields which are there.

    Twice as fast as a generated function that asks for every field: most fields hold their default. It makes
    the record's values of the document's in place. What is of a plain field's very type is taken as it is.
    """
    attrs.resolve_types(cls)
    takes = {field.name: _taking(field.type) for field in attrs.fields(cls)}
    plain = {field.name: field.type for field in attrs.fields(cls) if field.type in _PLAIN}
    plain_type = plain.get

    def read(document: dict[str, Any]) -> Any:
        for name, value in document.items():
            if plain_type(name) is not type(value):
                document[name] = takes[name](value)
        return cls(**document)

    return read


def _taking(kind: Any) -> Callable[[Any], Any]:
    if kind is str:
        return _text
    if _is_many(kind):
        item = get_args(kind)[0]
        return _texts if item is str else _each(_taking(item))
    if _is_enum(kind):
        return {member.value: member for member in kind}.__getitem__
    if attrs.has(kind):
        return _inner(_reader(kind))
    if get_origin(kind) is dict and get_args(kind) == (str, Any):
        return _plain_table
    parts = get_args(kind)
    if get_origin(kind) is UnionType and len(parts) == 2 and parts[1] is NoneType:
        return _optional(_taking(parts[0]))
    hook = converter.get_structure_hook(kind)
    return lambda value: hook(value, kind)


def _inner(read: Callable[[dict[str, Any]], Any]) -> Callable[[Any], Any]:
    return lambda value: read(dict(value))


def _plain_table(value: Any) -> dict[str, Any]:
    if type(value) is not dict:
        raise TypeError(f"expected a table, not {type(value).__name__}")
    "".join(value)  # a TypeError unless all its names are text
    return dict(value)


def _optional(take: Callable[[Any], Any]) -> Callable[[Any], Any]:
    return lambda value: None if value is None else take(value)


def _each(take: Callable[[Any], Any]) -> Callable[[Any], tuple[Any, ...]]:
    def read(value: Any) -> tuple[Any, ...]:
        if type(value) is not list:
            raise TypeError(f"expected a list, not {type(value).__name__}")
        return tuple([take(each) for each in value])

    return read


def _texts(value: Any) -> tuple[str, ...]:
    if type(value) is not list:
        raise TypeError(f"expected a list, not {type(value).__name__}")
    "".join(value)  # a TypeError unless all are text; search terms are many
    return tuple(value)


def _text(value: Any) -> str:
    if type(value) is str:
        return value
    raise TypeError(f"expected str, not {type(value).__name__}")


def to_document(record: Any) -> dict[str, Any]:
    """The plain JSON form of `record` without its `id`; empty fields are left out."""
    return _writer(cast(Any, type(record)))(record)


def from_document(
    cls: type[R], doc_id: object, document: Mapping[str, Any], error: type[DcrcError] = DamagedData
) -> R:
    """The record of class `cls` that `document` holds; a wrong document raises `error`, naming each field.

    What was expected is told, never what stands there: it may be a customer's.
    """
    given = {**document, "id": str(doc_id)}
    try:
        return cast(R, _reader(cast(Any, cls))(given))
    except Exception as problem:  # noqa: BLE001 - any failure is told by its field
        raise error(
            "The record {id} is no {kind}: {what}.",
            id=str(doc_id),
            kind=cls.__name__,
            what=_explain(cls, {**document, "id": str(doc_id)}) or type(problem).__name__,
        ) from None


def _explain(cls: type, given: dict[str, Any]) -> str:
    _tell_enums_apart(cls)
    try:
        _explaining.structure(given, cls)
    except Exception as problem:  # noqa: BLE001 - any failure is what is to be explained
        return "; ".join(transform_error(problem, format_exception=_expectation))
    return ""


def _expectation(problem: BaseException, kind: type | None) -> str:
    if isinstance(problem, ForbiddenExtraKeysError):
        names = (name for name in problem.extra_fields if name.isascii() and name.isidentifier())
        return f"extra fields found ({', '.join(sorted(names)) or '…'})"
    return format_exception(problem, kind)


@cache
def _tell_enums_apart(kind: Any) -> None:
    """Have the explaining converter refuse unknown words of a text enum; it takes it for any text else."""
    if _is_enum(kind):
        _explaining.register_structure_hook(kind, lambda value, enum: enum(value))
    for part in get_args(kind):
        if isinstance(part, Hashable):
            _tell_enums_apart(part)
    if attrs.has(kind):
        attrs.resolve_types(kind)
        for field in attrs.fields(kind):
            _tell_enums_apart(field.type)


def document_fields(cls: type) -> frozenset[str]:
    """The names a document of `cls` may have."""
    return frozenset(field.name for field in attrs.fields(cls) if field.name != "id")
