"""TinyDB's storage on SQLite: the file, its transactions and its tables."""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

import orjson
from tinydb.storages import Storage

from dcrc.clock import Clock, system_clock
from dcrc.store import layout as layouts
from dcrc.store import sqlite
from dcrc.store.blocks import Block
from dcrc.store.codec import decode, encode, encode_many
from dcrc.store.errors import Busy, DamagedFile, NoSuchFile, ReadOnly, StoreError
from dcrc.store.ids import GlobalId, IdSource
from dcrc.store.indexes import Index
from dcrc.store.keys import id_key
from dcrc.store.layout import Layout
from dcrc.store.links import Explained, Link, Links
from dcrc.store.operations import Operation, Work

Row = tuple[int, int | str, str]


class SqliteStorage(Storage):
    """The file behind a `Database`. `read` and `write` serve TinyDB's whole-file protocol."""

    def __init__(
        self,
        path: str | os.PathLike[str],
        *,
        clock: Clock = system_clock,
        entropy: Callable[[int], bytes] = os.urandom,
        installation: str | None = None,
        read_only: bool = False,
        timeout: float = 30.0,
    ) -> None:
        super().__init__()
        self.path = Path(path)
        self.clock = clock
        self.read_only = read_only
        self.ids = IdSource(clock, entropy)
        self._writer = threading.RLock()
        links = self._links = Links(self.path, read_only=read_only, timeout=timeout)
        self.link: Callable[[], Link] = links.link
        self.explained: Callable[[], Explained] = links.explained
        self.explain: Callable[[sqlite3.Error], Exception] = links.explain
        self.snapshot: Callable[[], AbstractContextManager[None]] = links.snapshot
        self.changed: Callable[[], bool] = links.changed
        self._close: Callable[[], None] = links.close
        try:
            self.fresh = self._opened(installation, entropy)
            with self.explained() as link:
                self.installation = str(self.about(link, "installation"))
        except BaseException:
            links.close()
            raise

    def _opened(self, installation: str | None, entropy: Callable[[int], bytes]) -> bool:
        """Look at the file, and make it if there is none; whether it is new."""
        filled = sqlite.check_file(self.path)
        if self.read_only and not filled:
            raise NoSuchFile("{path}: there is no database yet", path=str(self.path))
        if not self.read_only and filled and not sqlite.writable(self.path):
            raise ReadOnly(
                "{path} may only be read; open it for reading only or ask who owns it",
                path=str(self.path),
            )
        with sqlite.explained(self.path):
            return not self.read_only and self._create(
                installation or GlobalId.from_parts(0, int.from_bytes(entropy(10), "big"))[-16:]
            )

    @property
    def timeout(self) -> float:
        """Seconds that connections opened from now on, and this process's writers, wait for another."""
        return self._links.timeout

    @timeout.setter
    def timeout(self, seconds: float) -> None:
        self._links.timeout = seconds

    def _create(self, installation: str) -> bool:
        statements: list[tuple[str, Sequence[Any]]] = [(sql, ()) for sql in layouts.TABLES]
        statements.append(("INSERT INTO about VALUES ('installation', ?)", (str(installation),)))
        return sqlite.create(self.path, statements, self.timeout)

    def close(self) -> None:
        """Close every thread's connection; the last process to do so tidies the log away."""
        self._close()

    # facts about the file

    def about(self, link: Link, key: str) -> Any:
        """A value kept about the file itself; None if there is none."""
        row = link.connection.execute("SELECT value FROM about WHERE key = ?", (key,)).fetchone()
        return row[0] if row else None

    def set_about(self, link: Link, key: str, value: Any) -> None:
        """Keep a value about the file itself."""
        link.connection.execute("INSERT OR REPLACE INTO about VALUES (?, ?)", (key, value))

    # transactions

    @contextmanager
    def transaction(
        self, name: str, *, operator: str = "", batch: str | None = None, whole: bool = True
    ) -> Iterator[Work]:
        """One operation. Inside another it becomes a part of it.

        A part that is not `whole` promises to change nothing before it can no longer fail.
        """
        link = self.link()
        if link.work is not None:
            link.work.check_alive()
            with self._part(link, link.work, whole) as work:
                yield work
            return
        if self.read_only:
            raise ReadOnly("{path} was opened for reading only", path=str(self.path))
        if link.snapshots:
            raise StoreError("Nothing can be written while the file is read as of one moment.")
        if not self._writer.acquire(timeout=self.timeout):
            raise Busy("{path} is in use by another task; wait and repeat", path=str(self.path))
        try:
            with self._outermost(link, name, operator, batch) as work:
                yield work
        finally:
            self._writer.release()

    @contextmanager
    def _outermost(self, link: Link, name: str, operator: str, batch: str | None) -> Iterator[Work]:
        connection = link.connection
        try:
            connection.execute("BEGIN IMMEDIATE")
            try:
                link.look()
                if link.tail is None:
                    row = connection.execute("SELECT max(number) FROM operations").fetchone()
                    link.tail = (row[0] or 0, None)
                number, last = link.tail
                operation = Operation(
                    number + 1, self.clock(), operator, self.installation, name, batch
                )
                work = link.work = Work(connection, operation, last)
                yield work
                work.check_alive()
                work.finish()
                connection.execute("COMMIT")
                work.rest()
            except BaseException:
                self._take_back(link)
                raise
            link.tail = (number + 1 if operation.changes else number, work.last)
            for table in work.written:
                link.wrote(table)
        except sqlite3.Error as error:
            raise self.explain(error) from error
        finally:
            link.work = None

    def _take_back(self, link: Link) -> None:
        work, link.work = link.work, None
        link.connection.drop()
        if work:
            work.give_back_ids()
        if link.connection.in_transaction:
            link.connection.execute("ROLLBACK")
        if work:
            work.rest()
        link.forget()
        if work is None or work.changed_layouts:
            link.reload()

    @contextmanager
    def _part(self, link: Link, work: Work, whole: bool) -> Iterator[Work]:
        connection = link.connection
        if not whole:
            try:
                yield work
            except BaseException as error:
                if not connection.in_transaction:
                    work.lost = error
                raise
            return
        link.depth += 1
        savepoint = work.savepoint(link.depth)
        connection.depth = link.depth
        try:
            yield work
            connection.wait()
        except BaseException as error:
            alone = connection.drop(link.depth)
            if not connection.in_transaction:
                work.lost = error
            elif alone:
                work.roll_back_to(savepoint)
                link.forget()
                link.reload()
            raise
        else:
            work.release(savepoint)
        finally:
            link.depth -= 1
            connection.depth = link.depth

    # tables

    def ensure_table(
        self, work: Work, name: str, indexes: Sequence[Index] = (), *, journal: bool = True
    ) -> Layout:
        """The layout of a table with at least these indexes, made if it lacks something."""
        link = self.link()
        connection = work.connection
        if link.prepared.get(name) is indexes:
            return link.layouts[name]
        if name not in link.layouts:
            work.changed_layouts = True
            layouts.create_table(connection, name, journal)
            link.reload()
        wanted = layouts.missing(link.layouts[name], indexes, link.sql_indexes)
        if wanted:
            work.changed_layouts = True
            layouts.add_fields(connection, link.layouts[name], wanted)
            link.reload()
            for index in wanted:
                if not index.each:
                    layouts.add_index(connection, link.layouts[name], index)
            link.reload()
        link.prepared[name] = indexes
        return link.layouts[name]

    def show(self, work: Work, layout: Layout) -> None:
        """From now on the table is listed among the tables, though it may be empty."""
        link = self.link()
        if layout.name not in link.shown:
            work.show(layout)
            link.shown.add(layout.name)

    def lacks(self, link: Link, name: str, indexes: Sequence[Index]) -> bool:
        """Whether an existing table still lacks one of `indexes`."""
        layout = link.layouts.get(name)
        return layout is not None and bool(layouts.missing(layout, indexes, link.sql_indexes))

    def names(self) -> list[str]:
        """The tables that exist, in the order they were made."""
        with self.explained() as link:
            return [
                name
                for (name,) in link.connection.execute(
                    "SELECT name FROM document_tables WHERE shown ORDER BY number"
                )
            ]

    def drop(self, names: Sequence[str], operation: str) -> None:
        """Remove tables with all their documents (undone like any operation)."""
        with self.transaction(operation) as work:
            for name in names:
                layout = self.link().layouts.get(name)
                if layout:
                    work.delete_all(layout)
                    work.hide(layout)
                    self.link().shown.discard(name)

    def rows(self, name: str) -> Iterator[Row]:
        """(seq, id, text) of each document of a table in order, without loading all at once."""
        for chunk in self.chunks(name):
            yield from chunk

    def chunks(self, name: str) -> Iterator[list[Row]]:
        """`rows`, some at a time."""
        with self.explained() as link:
            layout = link.layouts.get(name)
            if layout is None:
                return
            (end,) = link.connection.execute(f"SELECT max(seq) FROM {layout.table}").fetchone()
        after = -(2**63)
        while end is not None:
            with self.explained() as link:
                found = link.connection.execute(
                    f"SELECT seq, id, body FROM {layout.table}"
                    " WHERE seq > ? AND seq <= ? ORDER BY seq LIMIT 256",
                    (after, end),
                ).fetchall()
            if not found:
                return
            after = found[-1][0]
            yield found

    def decoded_many(self, name: str, rows: list[Row], odd: bool) -> list[dict[str, Any]]:
        """The documents of `rows`; quickly, if the table has none that only `json` can read."""
        if not odd:
            try:
                return [orjson.loads(text) for _, _, text in rows]
            except ValueError:
                pass  # say which one it is
        return [self.decoded(name, key, text) for _, key, text in rows]

    def decoded(self, name: str, key: int | str, text: str) -> dict[str, Any]:
        """A stored document; `DamagedFile` if its text is not JSON any more."""
        try:
            return decode(text)
        except (TypeError, ValueError) as error:
            raise self.damaged(name, key) from error

    def damaged(self, name: str, key: int | str) -> DamagedFile:
        """The error that tells of a document or entry which cannot be read any more."""
        return DamagedFile(
            "{path}: {table} {id} is damaged; restore the last backup",
            path=str(self.path),
            table=name,
            id=key,
        )

    # TinyDB's protocol

    def read(self) -> dict[str, dict[str, Any]] | None:
        """Everything, as TinyDB's JSON file would give it; None when there are no tables."""
        return {
            name: {str(key): self.decoded(name, key, text) for _, key, text in self.rows(name)}
            for name in self.names()
        } or None

    def write(self, data: dict[str, dict[str, Any]]) -> None:
        """Make the file hold exactly `data`; only what differs is written and journalled."""
        with self.transaction("write") as work:
            for name in self.names():
                if name not in data:
                    self.drop([name], "write")
            for name, documents in data.items():
                layout = self.ensure_table(work, name)
                self.show(work, layout)
                wanted = {id_key(doc_id): dict(doc) for doc_id, doc in documents.items()}
                for seq, key, text in list(self.rows(name)):
                    if key in wanted:
                        old = self.decoded(name, key, text)
                        work.replace(layout, seq, key, text, old, encode(wanted.pop(key)))
                    else:
                        work.delete(layout, seq, key, text)
                work.insert_many(
                    layout, list(wanted), Block.of(layout, encode_many(list(wanted.values())))
                )


__all__ = ["Link", "SqliteStorage", "StoreError"]
