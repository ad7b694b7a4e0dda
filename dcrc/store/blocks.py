"""Documents on their way into a table: their texts and what they are found by, each as a column."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import chain
from operator import itemgetter
from typing import Any

import attrs
import orjson

from dcrc.store.chain import LONGEST
from dcrc.store.codec import Many, encode_many
from dcrc.store.columns import Columns, documents, texts
from dcrc.store.connection import Statement
from dcrc.store.keys import Key, Path, element_keys, key_at
from dcrc.store.layout import TEXT, Layout

_MOST_PARAMETERS = 32_000  # of one statement; SQLite takes 32,766
BULK = 1_000  # rows written together, a link of the chain; more need more memory, fewer more turns
assert BULK <= LONGEST
_REST = (100, 10, 1)  # rows of statements for what is left: few sizes, as SQLite keeps statements
_SPARSE = 4  # times as many places as elements are too many


Elements = list[str] | frozenset[Key]
"""The keys of one document in a side table; a list is of text alone, and may repeat itself."""


@attrs.define
class Block:
    """Some documents of a table, column by column.

    `odd` is 1 for those whose text is (None: no text is), `keys` has a column for each of the table's index
    columns, `elements` one for each of its side tables: every document's keys, repeats allowed.
    """

    texts: list[bytes]
    odd: list[int | None] | None
    keys: list[list[Key]]
    elements: list[list[Elements]]

    @classmethod
    def empty(cls, layout: Layout) -> Block:
        return cls([], None, [[] for _ in layout.columns], [[] for _ in layout.sides])

    @classmethod
    def of(cls, layout: Layout, many: Many) -> Block:
        """Documents that were encoded together."""
        clean = many.odd is None
        return cls(
            list(many.texts),
            None if many.odd is None else [1 if each else None for each in many.odd],
            [_keys(path, many.plain, clean) for path, _ in layout.columns],
            [_elements(path, many.plain, clean) for path, _ in layout.sides],
        )

    @classmethod
    def of_columns(cls, layout: Layout, columns: Columns, count: int) -> Block:
        """`count` documents that were never made: what `columns` say of them."""
        try:
            keys = [_keys_in(path, columns, count) for path, _ in layout.columns]
            elements = [_elements_in(path, columns, count) for path, _ in layout.sides]
        except _SpecialError:
            made = None
        else:
            made = texts(columns, count)
        if made is None:
            return cls.of(layout, encode_many(list(documents(columns, count))))
        return cls(made, None, keys, elements)

    def __len__(self) -> int:
        return len(self.texts)

    def extend(self, other: Block) -> None:
        """Take in the documents of `other`, behind its own."""
        if self.odd is not None or other.odd is not None:
            self.odd = [*(self.odd or [None] * len(self)), *(other.odd or [None] * len(other))]
        self.texts += other.texts
        for mine, theirs in zip(self.keys, other.keys, strict=True):
            mine += theirs
        for own, others in zip(self.elements, other.elements, strict=True):
            own += others

    def part(self, rows: slice) -> Block:
        """Some of the documents."""
        return Block(
            self.texts[rows],
            None if self.odd is None else self.odd[rows],
            [column[rows] for column in self.keys],
            [column[rows] for column in self.elements],
        )

    def parameters(self, first: int, doc_ids: Sequence[Key]) -> tuple[int, list[Any]]:
        """How many parameters `Layout.insert` takes, and those of all documents, from place `first` on."""
        columns = (
            range(first, first + len(self)),
            doc_ids,
            self.texts,
            self.odd or [None] * len(self),
            *self.keys,
        )
        width = len(columns)
        parameters: list[Any] = [None] * (len(self) * width)
        for n, column in enumerate(columns):
            parameters[n::width] = column
        return width, parameters


def inserts(layout: Layout, width: int, parameters: list[Any]) -> Iterator[Statement]:
    """Rows in few statements, which SQLite works through without coming back for each row.

    What fails leaves rows behind, so the part of the transaction must fail with it.
    """
    many = layout.insert.replace("INSERT", "INSERT OR FAIL", 1)
    one = many.partition(" VALUES ")[2]
    most = min(BULK, _MOST_PARAMETERS // width)
    start = 0
    for size in (most, *(rest for rest in _REST if rest < most)):
        while len(parameters) - start >= size * width:
            end = start + size * width
            yield many + f", {one}" * (size - 1), parameters[start:end]
            start = end


def element_inserts(
    side: str, first: int, elements: Sequence[Elements]
) -> Statement | list[tuple[Key, int]]:
    """What the side table gets of documents from place `first` on: rows, or all at once where it is text."""
    lists = [each for each in elements if isinstance(each, list)]
    width = max(map(len, lists), default=0)
    if len(lists) == len(elements) and width * len(lists) <= _SPARSE * sum(map(len, lists)):
        gaps = [[None] * missing for missing in range(width + 1)]
        flat = orjson.dumps(
            [*chain.from_iterable([*each, *gaps[width - len(each)]] for each in lists)]
        )
        if b"\\u0000" not in flat:  # where SQLite's text would end
            sql = (
                f"INSERT OR IGNORE INTO {side} SELECT value, ? + key / ?"
                f" FROM json_each({TEXT}) WHERE value IS NOT NULL"
            )
            return sql, (first, width, flat)
    return [(key, first + n) for n, keys in enumerate(elements) for key in set(keys)]


def _keys(path: Path, plain: Sequence[dict[str, Any]], clean: bool) -> list[Key]:
    """The values of an index column for many documents; at once where all have text that can be written."""
    (name, *deeper) = path
    if clean and not deeper:
        try:
            values = list(map(itemgetter(name), plain))
        except KeyError:
            if not any(name in each for each in plain):
                return [None] * len(plain)
        else:
            if {str}.issuperset(map(type, values)):
                return values
    return [key_at(each, path) for each in plain]


def _elements(path: Path, plain: Sequence[dict[str, Any]], clean: bool) -> list[Elements]:
    (name, *deeper) = path
    if clean and not deeper:
        lists = [each.get(name, ()) for each in plain]
        if _texts_alone(lists):
            return list(map(list, lists))  # the givers may change theirs before it is written
    return [element_keys(each, path) for each in plain]


def _texts_alone(lists: Sequence[Any]) -> bool:
    return {list, tuple}.issuperset(map(type, lists)) and {str}.issuperset(
        map(type, chain.from_iterable(lists))
    )


class _SpecialError(Exception):
    """Something else than text stands in an indexed column."""


def _keys_in(path: Path, columns: Columns, count: int) -> list[Key]:
    column = _column(path, columns)
    if column is None:
        return [None] * count
    if not {str, type(None)}.issuperset(map(type, column)):
        raise _SpecialError
    return list(column)


def _elements_in(path: Path, columns: Columns, count: int) -> list[Elements]:
    column = _column(path, columns)
    if column is None:
        return [[] for _ in range(count)]
    lists = [() if each is None else each for each in column]
    if not _texts_alone(lists):
        raise _SpecialError
    return list(map(list, lists))


def _column(path: Path, columns: Columns) -> Sequence[Any] | None:
    """The column at `path`, None if there is none; raises where values and objects are mixed up."""
    (name, *deeper) = path
    column = columns.get(name)
    if column is None:
        return None
    if isinstance(column, Mapping):
        if not deeper:
            raise _SpecialError
        return _column(tuple(deeper), column)
    if deeper:
        raise _SpecialError
    return column
