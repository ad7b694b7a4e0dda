"""One operation: a transaction that knows who does what, and writes the journal as it goes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

import attrs

from dcrc.store.blocks import BULK, Block, element_inserts, inserts
from dcrc.store.chain import COVERED, GENESIS, line, lines_of_new, linked, seal
from dcrc.store.codec import Encoded, decode, encode, same
from dcrc.store.connection import Connection, Statement
from dcrc.store.keys import Key, element_keys
from dcrc.store.layout import TEXT, Layout, drop_sides
from dcrc.store.sqlite import begin_bulk, end_bulk

_FLUSH_AT = 2000

Entry = tuple[Layout, int | str, int | None, bytes | None, bytes | None]


@attrs.define(eq=False)
class Operation:
    """Who did what when, as one unit that succeeds or fails and can be undone."""

    number: int
    at: datetime
    operator: str
    installation: str
    name: str
    batch: str | None
    changes: int = 0


@attrs.define
class Savepoint:
    """What must be put back when the part of an operation that began here fails."""

    name: str
    pending: list[Entry]
    changes: int
    last: tuple[int, bytes] | None
    next_places: dict[str, int]


def difference(
    was: Mapping[str, Any], became: Mapping[str, Any]
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Top-level fields that differ, as they were and as they became."""
    old: dict[str, Any] = {}
    new: dict[str, Any] = {}
    for field, value in was.items():
        if field not in became:
            old[field] = value
        elif not same(value, became[field]):
            old[field] = value
            new[field] = became[field]
    for field, value in became.items():
        if field not in was:
            new[field] = value
    return old, new


class Work:
    """The running transaction of one connection: changes documents, side tables and journal."""

    def __init__(
        self,
        connection: Connection,
        operation: Operation,
        last: tuple[int, bytes] | None = None,
    ) -> None:
        self.connection = connection
        self.operation = operation
        self.changed_layouts = False
        self.written: set[str] = set()
        self._pending: list[Entry] = []
        self._sealed = seal(operation)
        self._last = last  # number and hash of the last entry, where known
        self._first: int | None = None
        self._next_places: dict[str, int] = {}
        self._last_ids: dict[str, str] = {}  # or greater ones
        self._ids: list[tuple[Any, Any]] = []
        self._in_bulk = False
        self.lost: BaseException | None = (
            None  # SQLite gave the whole transaction up, as on a full disk
        )

    def check_alive(self) -> None:
        """Raise again what took the whole transaction back: nothing is half stored."""
        if self.lost is not None:
            raise self.lost

    def show(self, layout: Layout) -> None:
        """From now on the table is listed among the tables, though it may be empty."""
        self.connection.execute(
            "UPDATE document_tables SET shown = 1 WHERE number = ? AND shown = 0", (layout.number,)
        )

    def hide(self, layout: Layout) -> None:
        """The table is no longer listed."""
        self.connection.execute(
            "UPDATE document_tables SET shown = 0 WHERE number = ?", (layout.number,)
        )

    def insert(
        self, layout: Layout, key: int | str, encoded: Encoded, place: int | None = None
    ) -> None:
        """Store a new document at the end, or at `place` if that is free."""
        seq = self._place(layout, place)
        self._last_ids.pop(layout.name, None)
        self.written.add(layout.name)
        self.connection.execute(layout.insert, layout.row(seq, key, encoded))
        for path, side in layout.sides:
            self._add_elements(side, [(key, seq) for key in element_keys(encoded.plain, path)])
        self._record(layout, key, seq, None, encoded.text)

    def all_after(self, layout: Layout, keys: Iterable[int | str]) -> bool:
        """Whether all of these ids are new because they come after every id of the table."""
        if not all(type(key) is str for key in keys):
            return False
        last = self._last_ids.get(layout.name)
        if last is None:
            (last,) = self.connection.execute(f"SELECT max(id) FROM {layout.table}").fetchone()
            if not isinstance(last, str):
                last = ""  # none at all, or numbers, which come before every text
            self._last_ids[layout.name] = last
        return min(map(str, keys), default="") > last

    def insert_many(self, layout: Layout, doc_ids: Sequence[int | str], block: Block) -> None:
        """Store new documents at the end, in this order.

        Many are written beside what Python does next, which mostly is to prepare the next many.
        """
        for start in range(0, len(doc_ids), BULK):
            some = slice(start, start + BULK)
            self._insert_some(layout, doc_ids[some], block.part(some))

    def _insert_some(self, layout: Layout, doc_ids: Sequence[int | str], block: Block) -> None:
        """Store at most a link of the journal's chain of new documents."""
        first = self._place(layout, None)
        self._next_places[layout.name] = first + len(doc_ids)
        self.written.add(layout.name)
        if layout.name in self._last_ids:
            self._last_ids[layout.name] = max(self._last_ids[layout.name], *map(str, doc_ids))
        many = len(doc_ids) >= BULK or self._in_bulk
        width, parameters = block.parameters(first, doc_ids)
        statements = list(inserts(layout, width, parameters)) if many else []
        rows: list[tuple[str, list[tuple[Key, int]]]] = []
        for (_, side), elements in zip(layout.sides, block.elements, strict=True):
            found = element_inserts(side, first, elements)
            if isinstance(found, list):
                rows.append((side, found))
            else:
                statements.append(found)
        if layout.journalled:
            self.flush()
            statements.append(self._entries(layout, first, doc_ids, block.texts))
        if not many:
            rows_of = [iter(parameters)] * width
            self.connection.executemany(layout.insert, zip(*rows_of, strict=True))
            for sql, values in statements:
                self.connection.execute(sql, values)
        else:
            if not self._in_bulk:
                self._in_bulk = True
                begin_bulk(self.connection)
            self.connection.beside(statements)
        for side, found in rows:
            self._add_elements(side, found)

    def _entries(
        self, layout: Layout, first: int, doc_ids: Sequence[int | str], texts: Sequence[bytes]
    ) -> Statement:
        """What journals new documents, once they are there: their texts are taken from where they lie."""
        before, hash_before = self._tail()
        lines = lines_of_new(before + 1, layout.name, doc_ids, first, texts)
        digest = linked(hash_before, self._sealed, lines)
        self._last = (before + len(doc_ids), digest)
        self.operation.changes += len(doc_ids)
        last = first + len(doc_ids) - 1
        return (
            "INSERT INTO journal SELECT seq + ?, ?, ?, id, seq, NULL, body, iif(seq = ?, ?, ?)"
            f" FROM {layout.table} WHERE seq BETWEEN ? AND ? ORDER BY seq",
            (
                before + 1 - first,
                self.operation.number,
                layout.number,
                last,
                digest,
                COVERED,
                first,
                last,
            ),
        )

    def replace(
        self, layout: Layout, seq: int, key: int | str, was: str, old: dict[str, Any], new: Encoded
    ) -> bool:
        """Store another version of a document; False if nothing differs."""
        if was.encode() == new.text:
            return False
        self.written.add(layout.name)
        self.connection.execute(layout.update, layout.changed_row(seq, new))
        for path, side in layout.sides:
            before, after = element_keys(old, path), element_keys(new.plain, path)
            if before != after:
                self._remove_elements(side, [(key, seq) for key in before - after])
                self._add_elements(side, [(key, seq) for key in after - before])
        if layout.journalled:
            fields_were, fields_became = difference(old, new.plain)
            if fields_were or fields_became:
                self._record(
                    layout, key, None, encode(fields_were).text, encode(fields_became).text
                )
        return True

    def delete(self, layout: Layout, seq: int, key: int | str, was: str) -> None:
        """Remove a document."""
        self.written.add(layout.name)
        self.connection.execute(layout.delete, (seq,))
        if layout.sides:
            old = decode(was)
            for path, side in layout.sides:
                self._remove_elements(side, [(key, seq) for key in element_keys(old, path)])
        self._record(layout, key, seq, was.encode(), None)

    def delete_all(self, layout: Layout) -> None:
        """Remove every document of a table."""
        self.written.add(layout.name)
        if layout.journalled:
            after = -(2**63)
            while rows := self.connection.execute(
                f"SELECT seq, id, body FROM {layout.table} WHERE seq > ? ORDER BY seq LIMIT 2000",
                (after,),
            ).fetchall():
                after = rows[-1][0]
                for seq, key, body in rows:
                    self._record(layout, key, seq, body.encode(), None)
        self.connection.execute(f"DELETE FROM {layout.table}")
        drop_sides(self.connection, layout)

    def keep_id(self, table: Any, value: Any) -> None:
        """Remember a table's id counter, to be put back if the transaction fails."""
        self._ids.append((table, value))

    def flush(self) -> None:
        """Write the journal entries that are still in memory."""
        if not self._pending:
            return
        number, digest = self._tail()
        operation = self.operation.number
        rows = []
        for layout, key, place, was, became in self._pending:
            number += 1
            entry = (number, layout.name, key, place, was, became)
            digest = linked(digest, self._sealed, [line(entry)])
            rows.append((number, operation, layout.number, key, place, was, became, digest))
        self.connection.executemany(
            f"INSERT INTO journal VALUES (?, ?, ?, ?, ?, {TEXT}, {TEXT}, ?)", rows
        )
        self._last = (number, digest)
        self._pending = []

    def _tail(self) -> tuple[int, bytes]:
        """Number and hash of the last journal entry, on which this operation puts its next one."""
        if self._last is None:
            row = self.connection.execute(
                "SELECT number, hash FROM journal ORDER BY number DESC LIMIT 1"
            ).fetchone()
            self._last = row or (0, GENESIS)
        if self._first is None:
            self._first = self._last[0] + 1
        return self._last

    def finish(self) -> None:
        """Write what the journal still lacks; the transaction can be committed then."""
        self.flush()
        self.connection.wait()
        if self.operation.changes and self._last and self._first:
            operation = self.operation
            self.connection.execute(
                "INSERT INTO operations VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    operation.number,
                    operation.at.isoformat(),
                    operation.operator,
                    operation.installation,
                    operation.name,
                    operation.batch,
                    self._first,
                    self._last[0],
                ),
            )

    @property
    def last(self) -> tuple[int, bytes] | None:
        """Number and hash of the last journal entry, where known."""
        return self._last

    def rest(self) -> None:
        """Be done, whether it was stored or not: a bulk write gives its memory back."""
        if self._in_bulk:
            end_bulk(self.connection)

    def give_back_ids(self) -> None:
        """Put the id counters back to where they were before the transaction."""
        for table, value in reversed(self._ids):
            table._next_id = value

    def savepoint(self, depth: int) -> Savepoint:
        """Begin a part that may fail alone."""
        name = f"part_{depth}"
        self.connection.execute(f"SAVEPOINT {name}")
        return Savepoint(
            name,
            self._pending[:],
            self.operation.changes,
            self._last,
            dict(self._next_places),
        )

    def roll_back_to(self, savepoint: Savepoint) -> None:
        """Undo the part that began at `savepoint`."""
        self.connection.execute(f"ROLLBACK TO {savepoint.name}")
        self.connection.execute(f"RELEASE {savepoint.name}")
        self._pending = savepoint.pending
        self.operation.changes = savepoint.changes
        self._last = savepoint.last
        self._next_places = savepoint.next_places
        if self._first is not None and (self._last is None or self._last[0] < self._first):
            self._first = None
        self.changed_layouts = True

    def release(self, savepoint: Savepoint) -> None:
        """The part that began at `savepoint` succeeded."""
        self.connection.execute(f"RELEASE {savepoint.name}")

    def find_end(self, layout: Layout) -> None:
        """Find out where new documents go, before much is written beside for which that would wait."""
        self._next_places[layout.name] = self._place(layout, None)

    def _place(self, layout: Layout, wanted: int | None) -> int:
        if wanted is not None:
            taken = self.connection.execute(
                f"SELECT 1 FROM {layout.table} WHERE seq = ?", (wanted,)
            ).fetchone()
            if not taken:
                self._next_places.pop(layout.name, None)
                return wanted
        seq = self._next_places.get(layout.name)
        if seq is None:
            (last,) = self.connection.execute(f"SELECT max(seq) FROM {layout.table}").fetchone()
            seq = (last or 0) + 1
        self._next_places[layout.name] = seq + 1
        return seq

    def _record(
        self,
        layout: Layout,
        key: int | str,
        place: int | None,
        was: bytes | None,
        became: bytes | None,
    ) -> None:
        if layout.journalled:
            self._pending.append((layout, key, place, was, became))
            self.operation.changes += 1
            if len(self._pending) >= _FLUSH_AT:
                self.flush()

    def _add_elements(self, side: str, rows: Iterable[tuple[Any, int]]) -> None:
        self.connection.executemany(f"INSERT INTO {side} VALUES (?, ?)", rows)

    def _remove_elements(self, side: str, rows: Iterable[tuple[Any, int]]) -> None:
        self.connection.executemany(f"DELETE FROM {side} WHERE value IS ? AND seq = ?", rows)
