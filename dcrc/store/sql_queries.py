"""TinyDB queries as SQL conditions.

TinyDB describes a query by its hash, a nested tuple. What can be answered by index columns becomes
SQL that lets through at least every matching document; Python checks each of them again. `exact`
says that it lets through no other. `traps` are conditions under which TinyDB's own evaluation would
raise (a number compared with text): if any document is in one, the query is left to Python alone.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import orjson

from dcrc.store.indexes import begins
from dcrc.store.keys import NONE, UNCLEAR, Key, following, key_of
from dcrc.store.layout import Layout

_MOST_VARIABLES = 500
_OPPOSITE = {"<": ">", "<=": ">="}


class Condition(NamedTuple):
    """An SQL condition over a document table, with its parameters."""

    sql: str
    parameters: tuple[Any, ...] = ()
    exact: bool = False
    indexed: bool = False
    traps: tuple[tuple[str, tuple[Any, ...]], ...] = ()


ANYTHING = Condition("1")
EVERYTHING = Condition("1", exact=True)
NOTHING = Condition("0", exact=True)


def translate(cond: Any, layout: Layout) -> Condition:
    """The SQL condition of a TinyDB query; `ANYTHING` for what only Python can answer."""
    if cond is None:
        return EVERYTHING
    description = getattr(cond, "_hash", None)
    if not isinstance(description, tuple):
        return ANYTHING
    try:
        return _translate(description, layout)
    except (AttributeError, IndexError, TypeError, ValueError):
        return ANYTHING  # a query of somebody's own, described in another way


def _translate(query: tuple[Any, ...], layout: Layout) -> Condition:
    if query == ():
        return EVERYTHING
    rule = _RULES.get(query[0]) if isinstance(query[0], str) else None
    if rule is None or len(query) < 2:
        return ANYTHING
    return rule(query, layout)


def _both(query: tuple[Any, ...], layout: Layout) -> Condition:
    return _joined([_translate(part, layout) for part in query[1]], " AND ")


def _either(query: tuple[Any, ...], layout: Layout) -> Condition:
    return _joined([_translate(part, layout) for part in query[1]], " OR ")


def _joined(parts: list[Condition], word: str) -> Condition:
    conjunction = word == " AND "
    told = [part for part in parts if part.sql != "1"] if conjunction else parts
    if not conjunction and any(part.sql == "1" for part in parts):
        # one open side opens all, but the other side may still raise
        exact = all(part.exact for part in parts)
        return (EVERYTHING if exact else ANYTHING)._replace(traps=_traps(parts))
    if not told:
        return EVERYTHING._replace(exact=all(part.exact for part in parts))
    traps: list[tuple[str, tuple[Any, ...]]] = []
    for part in parts:
        for sql, parameters in part.traps:
            rest = [other for other in told if other is not part] if conjunction else []
            traps.append(
                (
                    " AND ".join([*(other.sql for other in rest), sql]),
                    (*(value for other in rest for value in other.parameters), *parameters),
                )
            )
    return Condition(
        "(" + word.join(part.sql for part in told) + ")",
        tuple(value for part in told for value in part.parameters),
        all(part.exact for part in parts),
        any(part.indexed for part in told) if conjunction else all(part.indexed for part in told),
        tuple(traps),
    )


def _traps(parts: list[Condition]) -> tuple[tuple[str, tuple[Any, ...]], ...]:
    return tuple(trap for part in parts for trap in part.traps)


def _not(query: tuple[Any, ...], layout: Layout) -> Condition:
    inner = _translate(query[1], layout) if isinstance(query[1], tuple) else ANYTHING
    if not inner.exact:
        return ANYTHING._replace(traps=inner.traps)
    return Condition(f"({inner.sql}) IS NOT TRUE", inner.parameters, True, False, inner.traps)


def _column(path: Any, layout: Layout) -> str | None:
    return layout.column_of.get(path) if isinstance(path, tuple) else None


def _scalar(value: Any) -> Key:
    """The key of a value that only equals values with the same key; None for others."""
    if value is None or isinstance(value, str | int | float):
        key = key_of(value)
        return None if isinstance(key, bytes) else key
    return None


def _equal(query: tuple[Any, ...], layout: Layout) -> Condition:
    _, path, value = query
    column, key = _column(path, layout), _scalar(value)
    if column and key is not None:
        return Condition(f"{column} = ?", (key,), True, True)
    return _containing([value])


def _unequal(query: tuple[Any, ...], layout: Layout) -> Condition:
    _, path, value = query
    column, key = _column(path, layout), _scalar(value)
    if column and key is not None:
        return Condition(f"({column} IS NOT NULL AND {column} <> ?)", (key,), True)
    return ANYTHING


def _compared(query: tuple[Any, ...], layout: Layout) -> Condition:
    operator, path, value = query
    column, key = _column(path, layout), _scalar(value)
    if not column or key is None or value is None:
        return ANYTHING
    below = operator in ("<", "<=")
    if isinstance(key, str):
        bound = f"{column} >= ''" if below else f"{column} < x''"
        traps = ((f"{column} < ''", ()), (f"{column} >= x''", ()))
    else:
        bound = f"{column} > -9e999" if below else f"{column} < ''"
        traps = ((f"{column} >= ''", ()), (f"{column} = -9e999", ()))
    return Condition(f"({column} {operator} ? AND {bound})", (key,), True, True, traps)


def _exists(query: tuple[Any, ...], layout: Layout) -> Condition:
    column = _column(query[1], layout)
    return Condition(f"{column} IS NOT NULL", (), True) if column else ANYTHING


def _one_of(query: tuple[Any, ...], layout: Layout) -> Condition:
    _, path, items = query
    if not isinstance(items, tuple | frozenset) or len(items) > _MOST_VARIABLES:
        return ANYTHING
    column = _column(path, layout)
    keys = [_scalar(item) for item in items]
    if not column or None in keys:
        return _containing(list(items)) if isinstance(items, tuple) else ANYTHING
    if not keys:
        return NOTHING
    # membership in a set raises for lists; a list of items only compares
    traps = ((f"{column} = x'01'", ()),) if isinstance(items, frozenset) else ()
    return Condition(f"{column} IN ({_marks(keys)})", tuple(keys), True, True, traps)


def _marks(values: list[Any]) -> str:
    return ", ".join("?" * len(values))


def _any(query: tuple[Any, ...], layout: Layout) -> Condition:
    _, path, items = query
    if not isinstance(items, tuple) or len(items) > _MOST_VARIABLES:
        return ANYTHING  # a query about each element, or a set, which raises for lists
    side = layout.side_of.get(path) if isinstance(path, tuple) else None
    keys = [_scalar(item) for item in items]
    if not side or None in keys:
        return ANYTHING
    return _with_element(side, f"value IN ({_marks([*keys, UNCLEAR])})", (*keys, UNCLEAR))


def _all(query: tuple[Any, ...], layout: Layout) -> Condition:
    _, path, items = query
    if not isinstance(items, tuple | frozenset):
        return ANYTHING
    side = layout.side_of.get(path) if isinstance(path, tuple) else None
    keys = [_scalar(item) for item in list(items)[:4]]
    if not side or None in keys or not keys:
        return ANYTHING
    return _joined(
        [_with_element(side, "value IN (?, ?)", (key, UNCLEAR)) for key in keys], " AND "
    )


def _with_element(side: str, condition: str, parameters: tuple[Any, ...]) -> Condition:
    return Condition(f"seq IN (SELECT seq FROM {side} WHERE {condition})", parameters, False, True)


def _tested(query: tuple[Any, ...], layout: Layout) -> Condition:
    if len(query) != 4 or query[2] is not begins or not isinstance(query[3][0], str):
        return ANYTHING
    _, path, _, (text,) = query
    if isinstance(key_of(text), bytes):
        return ANYTHING
    column = _column(path, layout)
    end = following(text)
    before, bounds = ("< ?", (text, end)) if end is not None else ("< x''", (text,))
    side = layout.side_of.get(path) if isinstance(path, tuple) else None
    if side:
        return _with_element(side, f"(value >= ? AND value {before}) OR value = x'02'", bounds)
    if column:
        within = f"({column} >= ? AND {column} {before})"
        return Condition(f"({within} OR {column} = x'01')", bounds, False, True)
    return ANYTHING


def _containing(values: list[Any]) -> Condition:
    """Documents whose JSON contains one of some texts, for fields without an index."""
    if not values or len(values) > 20 or not all(_plain_text(value) for value in values):
        return ANYTHING
    tokens = tuple(orjson.dumps(str(value)).decode() for value in values)
    return Condition("(" + " OR ".join(["instr(body, ?)"] * len(tokens)) + ")", tokens)


def _plain_text(value: Any) -> bool:
    return isinstance(value, str) and isinstance(key_of(value), str)


_RULES: dict[str, Callable[[tuple[Any, ...], Layout], Condition]] = {
    "and": _both,
    "or": _either,
    "not": _not,
    "==": _equal,
    "!=": _unequal,
    "<": _compared,
    "<=": _compared,
    ">": _compared,
    ">=": _compared,
    "exists": _exists,
    "one_of": _one_of,
    "any": _any,
    "all": _all,
    "test": _tested,
}

__all__ = ["ANYTHING", "EVERYTHING", "NONE", "Condition", "translate"]
