"""What can be indexed, and a query test for the beginnings of text."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from tinydb import Query
from tinydb.queries import QueryInstance

from dcrc.store.keys import Path


class Index:
    """An index over one or more fields (`a.b` is nested), or over each element of a list field."""

    __slots__ = ("each", "fields")

    def __init__(self, *fields: str, each: bool = False) -> None:
        if not fields or (each and len(fields) != 1):
            raise ValueError("an index needs a field, and exactly one with each=True")
        self.fields: tuple[Path, ...] = tuple(path_of(field) for field in fields)
        self.each = each

    def __repr__(self) -> str:
        names = ", ".join(repr(".".join(path)) for path in self.fields)
        return f"Index({names}{', each=True' if self.each else ''})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Index) and (self.fields, self.each) == (other.fields, other.each)

    def __hash__(self) -> int:
        return hash((self.fields, self.each))


def path_of(field: str) -> Path:
    """`"a.b"` as a path of nested fields."""
    return tuple(field.split("."))


def as_indexes(indexes: Iterable[str | Index]) -> tuple[Index, ...]:
    """Names of single fields and indexes, as indexes."""
    return tuple(Index(index) if isinstance(index, str) else index for index in indexes)


def starts_with(field: str, text: str) -> QueryInstance:
    """A query: the field's text, or any text in its list, starts with `text`. Uses the index.

    >>> starts_with("terms", "wang")({"terms": ["li", "wangwei"]})
    True
    """
    query = Query()
    for part in path_of(field):
        query = query[part]
    test: Any = begins
    return query.test(test, text)


def begins(value: Any, text: str) -> bool:
    """Whether `value`, or any element of it, is text that starts with `text`."""
    if isinstance(value, str):
        return value.startswith(text)
    return isinstance(value, list | tuple) and any(
        isinstance(element, str) and element.startswith(text) for element in value
    )
