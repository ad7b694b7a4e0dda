"""Finding documents: SQL lets candidates through, Python decides, in the order asked for."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from itertools import islice
from typing import Any

from dcrc.store import sqlite
from dcrc.store.indexes import path_of
from dcrc.store.keys import NONE, Path, sort_key, value_at
from dcrc.store.layout import Layout
from dcrc.store.links import Link
from dcrc.store.sql_queries import ANYTHING, Condition, translate
from dcrc.store.storage import Row, SqliteStorage

Found = tuple[int, int | str, str, dict[str, Any]]
Cond = Callable[[Mapping[str, Any]], bool]
_CHUNK = 64  # small enough that decoding them does not set off the garbage collector


def order_of(order_by: str | Sequence[str]) -> tuple[tuple[Path, bool], ...]:
    """`"-field"` and the like as (path, descending)."""
    if not order_by:
        return ()
    fields = (order_by,) if isinstance(order_by, str) else order_by
    return tuple((path_of(field.removeprefix("-")), field.startswith("-")) for field in fields)


def _close(cursor: Any) -> None:
    """Close a cursor; one that outlived its database (an error kept it) is closed with it."""
    with suppress(sqlite.Failure):
        cursor.close()


class Search:
    """One question to one table, ready to be asked."""

    def __init__(
        self,
        storage: SqliteStorage,
        link: Link,
        layout: Layout,
        cond: Cond | None,
        order_by: str | Sequence[str] = (),
    ) -> None:
        self.storage = storage
        self.link = link
        self.layout = layout
        self.cond = cond
        self.order = order_of(order_by)
        self.condition = self._translated()

    def _translated(self) -> Condition:
        condition = translate(self.cond, self.layout)
        for sql, parameters in condition.traps:
            trap = f"SELECT 1 FROM {self.layout.table} WHERE {sql} LIMIT 1"
            if self.link.connection.execute(trap, parameters).fetchone():
                return ANYTHING  # Python is to raise here, or not, as TinyDB does
        if condition.sql != "1" and self.link.has_odd(self.layout):
            return Condition(f"({condition.sql} OR odd IS NOT NULL)", condition.parameters)
        return condition

    def count(self) -> int:
        """How many documents match."""
        if self.condition.exact:
            sql = f"SELECT count(*) FROM {self.layout.table} WHERE {self.condition.sql}"
            (count,) = self.link.connection.execute(sql, self.condition.parameters).fetchone()
            return int(count)
        return sum(1 for _ in self.found())

    def exists(self) -> bool:
        """Whether any document matches."""
        return next(self.found(limit=1), None) is not None

    def found(self, limit: int | None = None, offset: int = 0) -> Iterator[Found]:
        """Matching documents in order. The caller takes all of them before it writes anything."""
        if limit is not None and limit <= 0:
            return iter(())
        if limit is None and not offset and not self.order:
            # rather sort the few hits of an index than walk the whole table in order
            return self._checked(self._rows("+seq" if self.condition.indexed else "seq"))
        columns = self._order_columns()
        if columns is None:
            hits = sorted(self._checked(self._rows("seq")), key=lambda hit: hit[0])
            for path, descending in reversed(self.order):
                hits.sort(key=lambda hit: sort_key(*value_at(hit[3], path)), reverse=descending)
            return iter(hits[offset:] if limit is None else hits[offset : offset + limit])
        order = ", ".join([*columns, "seq"])
        if self.condition.exact and not self.link.has_odd(self.layout):
            page = ""
            if limit is not None or offset:
                page = f" LIMIT {int(limit) if limit is not None else -1} OFFSET {int(offset)}"
            return self._checked(self._rows(order, page))
        stop = None if limit is None else offset + limit
        return islice(self._checked(self._rows(order)), offset, stop)

    def streamed(self, limit: int | None = None, offset: int = 0) -> Iterator[Found]:
        """Matching documents in order, a few at a time: the caller may write meanwhile."""
        stop = None if limit is None else offset + limit
        return islice(self._stream(), offset, stop)

    def _stream(self) -> Iterator[Found]:
        columns = self._order_columns()
        if columns is None:
            yield from list(self.found())
            return
        if not columns and self.condition.sql == "1":
            yield from self._checked(self.storage.chunks(self.layout.name))
            return
        sql = (
            f"SELECT seq FROM {self.layout.table} WHERE {self.condition.sql}"
            f" ORDER BY {', '.join([*columns, 'seq'])}"
        )
        with self.storage.explained() as link:
            rows = link.connection.execute(sql, self.condition.parameters)
            places = array("q", (seq for (seq,) in rows))
        for start in range(0, len(places), _CHUNK):
            chunk = places[start : start + _CHUNK].tolist()
            marks = ", ".join("?" * len(chunk))
            with self.storage.explained() as link:
                rows = link.connection.execute(
                    f"SELECT seq, id, body FROM {self.layout.table} WHERE seq IN ({marks})", chunk
                )
                by_place = {row[0]: row for row in rows.fetchall()}
            yield from self._checked([[by_place[seq] for seq in chunk if seq in by_place]])

    def _order_columns(self) -> list[str] | None:
        columns = []
        for path, descending in self.order:
            column = self.layout.column_of.get(path)
            if column is None:
                return None
            columns.append(f"{column} DESC" if descending else column)
        if columns and self.link.has_odd(self.layout):
            return None
        return columns

    def _rows(self, order: str, page: str = "") -> Iterator[list[Row]]:
        table, where = self.layout.table, self.condition.sql
        if page and order != "seq":
            # what is sorted only to be left out is sorted without its text
            where = f"seq IN (SELECT seq FROM {table} WHERE {where} ORDER BY {order}{page})"
            page = ""
        sql = f"SELECT seq, id, body FROM {table} WHERE {where} ORDER BY {order}{page}"
        cursor = self.link.connection.execute(sql, self.condition.parameters)
        try:
            size = 8  # often the first few are enough
            while rows := cursor.fetchmany(size):
                yield rows
                if len(rows) < size:
                    return
                size = _CHUNK
        finally:
            _close(cursor)

    def _checked(self, chunks: Iterable[list[Row]]) -> Iterator[Found]:
        cond, layout = self.cond, self.layout
        for rows in chunks:
            documents = self.storage.decoded_many(layout.name, rows, self.link.has_odd(layout))
            for (seq, key, text), document in zip(rows, documents, strict=True):
                if cond is None or cond(document):
                    yield seq, key, text, document

    def different(self, path: Path) -> int | None:
        """How many values a field has among matching documents; None if SQL cannot tell."""
        column = self.layout.column_of.get(path)
        if column is None or not self.condition.exact or self.link.has_odd(self.layout):
            return None
        # an index in the order of the field gives its values one after the other, without sorting
        sql = (
            f"SELECT count(*) FROM (SELECT DISTINCT {column} FROM {self.layout.table}"
            f" WHERE {self.condition.sql})"
        )
        (count,) = self.link.connection.execute(sql, self.condition.parameters).fetchone()
        return int(count)

    def groups(self, paths: Sequence[Path]) -> dict[tuple[Any, ...], int] | None:
        """How many documents have each combination of values; None if SQL cannot tell."""
        columns = [self.layout.column_of.get(path) for path in paths]
        if None in columns or not self.condition.exact or self.link.has_odd(self.layout):
            return None
        names = ", ".join(str(column) for column in columns)
        sql = (
            f"SELECT {names}, count(*) FROM {self.layout.table}"
            f" WHERE {self.condition.sql} GROUP BY {names}"
        )
        groups: dict[tuple[Any, ...], int] = {}
        for row in self.link.connection.execute(sql, self.condition.parameters).fetchall():
            values, count = row[:-1], row[-1]
            if bytes in map(type, values):
                return None
            if NONE in values:
                values = tuple(None if key == NONE else key for key in values)
            groups[values] = groups.get(values, 0) + count
        return groups
