"""Documents by their columns: many of one kind become text without being made one by one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain, repeat
from typing import Any

import orjson

from dcrc.store.codec import OPTIONS

Columns = Mapping[str, "Sequence[Any] | Columns"]
"""Values by field, None where a document lacks it; of an object inside, its own columns."""

_ABSENT = type(None)


class _CloserLookError(Exception):
    """Something that JSON has no plain word for may be among the values."""


def documents(columns: Columns, count: int) -> Iterator[dict[str, Any]]:
    """The documents that `columns` make, `count` of them; fields without gaps first.

    Raises ValueError where a column has more or fewer values.

    >>> list(documents({"note": [None, "ill"], "name": ["Wang", "Li"], "data": {"km": [None, 7]}}, 2))
    [{'name': 'Wang'}, {'name': 'Li', 'note': 'ill', 'data': {'km': 7}}]
    """
    flat = {
        name: _objects(column, count) if isinstance(column, Mapping) else column
        for name, column in columns.items()
    }
    _check_lengths(flat, count)
    empty = {name: column.count(None) for name, column in flat.items()}
    whole = {name: column for name, column in flat.items() if empty[name] == 0}
    gaps = {name: column for name, column in flat.items() if 0 < empty[name] < count}
    made: Iterator[dict[str, Any]] = (
        map(dict, map(zip, repeat(tuple(whole)), zip(*whole.values(), strict=True)))
        if whole
        else ({} for _ in range(count))
    )
    for name, column in gaps.items():
        made = _filled(made, name, column)
    return made


def _check_lengths(columns: Mapping[str, Sequence[Any]], count: int) -> None:
    for name, column in columns.items():
        if len(column) != count:
            raise ValueError(f"{count} documents have {len(column)} values of {name!r}")


def _objects(columns: Columns, count: int) -> list[dict[str, Any] | None]:
    """The objects of a field; None for those in which nothing stands."""
    return [each or None for each in documents(columns, count)]


def _filled(
    made: Iterator[dict[str, Any]], name: str, column: Sequence[Any]
) -> Iterator[dict[str, Any]]:
    for each, value in zip(made, column, strict=True):
        if value is not None:
            each[name] = value
        yield each


def texts(columns: Columns, count: int) -> list[bytes] | None:
    """`documents` as they are encoded; None where these must be made and looked at one by one.

    What all documents have in common is written once, and a column of texts is encoded as one list. One
    value with a `null` in it, also within a text, is enough for a closer look at all of them.
    """
    try:
        return _texts(columns, count)
    except (orjson.JSONEncodeError, _CloserLookError):
        return None


def _texts(columns: Columns, count: int) -> list[bytes] | None:
    parts: list[Iterable[bytes]] = []
    gaps: list[Iterable[bytes]] = []
    between = b"{"  # what stands in every document before the next part
    if not {str}.issuperset(map(type, columns)):
        raise _CloserLookError
    _check_lengths({n: c for n, c in columns.items() if not isinstance(c, Mapping)}, count)
    for name, column in columns.items():
        head = orjson.dumps(name) + b":"
        if isinstance(column, Mapping):
            inside = _texts(column, count)
            if inside is not None:
                parts += [repeat(between + head), inside]
                between = b","
                continue
            column = _objects(column, count)
        kinds = set(map(type, column))
        if _ABSENT in kinds:
            if len(kinds) > 1:
                gaps.append(_where_present(b"," + head, column, kinds))
        elif kinds in ({str}, {bool}) and column.count(column[0]) == count:
            between += head + orjson.dumps(column[0]) + b","
        else:
            opens, pieces, closes = _pieces(column, kinds)
            parts += [repeat(between + head + opens), pieces]
            between = closes + b","
    if between == b"{":  # no field that all have: where a comma stands depends on the document
        return None
    return list(map(b"".join, zip(*parts, repeat(between[:-1]), *gaps, [b"}"] * count)))


def _pieces(column: Sequence[Any], kinds: set[type]) -> tuple[bytes, Sequence[bytes], bytes]:
    """The values as JSON, without the signs that open and close every one of them."""
    if kinds == {str}:
        text = orjson.dumps(column)
        if b'\\"' not in text:  # every quote opens or closes a text
            return b'"', text[2:-2].split(b'","'), b'"'
    elif (
        kinds == {list} and all(column) and {str}.issuperset(map(type, chain.from_iterable(column)))
    ):
        text = orjson.dumps(column)
        if b'\\"' not in text:
            return b'["', text[3:-3].split(b'"],["'), b'"]'
    return b"", _encoded(column), b""


def _encoded(values: Sequence[Any]) -> list[bytes]:
    dumps = orjson.dumps
    pieces = [dumps(value, None, OPTIONS) for value in values]
    if b"null" in b"".join(pieces):  # which orjson writes for NaN too
        raise _CloserLookError
    return pieces


def _where_present(head: bytes, column: Sequence[Any], kinds: set[type]) -> Sequence[bytes]:
    """Field and value where there is one, nothing where there is none."""
    if kinds == {str, _ABSENT}:
        pieces = {
            value: b"" if value is None else head + orjson.dumps(value) for value in set(column)
        }
        return [pieces[value] for value in column]
    present = iter(_encoded([value for value in column if value is not None]))
    return [b"" if value is None else head + next(present) for value in column]
