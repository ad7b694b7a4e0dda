"""TinyDB's storage on SQLite: one connection per thread, transactions, query caches."""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import orjson
from tinydb.storages import Storage
from tinydb.utils import LRUCache

from dcrc.clock import Clock, system_clock
from dcrc.store import layout as layouts
from dcrc.store import sqlite
from dcrc.store.codec import decode, encode
from dcrc.store.errors import Busy, DamagedFile, NoSuchFile, ReadOnly, StoreError
from dcrc.store.ids import GlobalId, IdSource
from dcrc.store.indexes import Index
from dcrc.store.keys import id_key
from dcrc.store.layout import Layout
from dcrc.store.operations import Operation, Work

Row = tuple[int, int | str, str]


class Link:
    """One thread's connection, and what it knows of the file."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self.connection = connection
        self.work: Work | None = None
        self.depth = 0
        self.layouts: dict[str, Layout] = {}
        self.caches: dict[str, LRUCache[Any, Any]] = {}
        self._version = -1
        self._schema = -1
        self._odd: dict[str, bool] = {}
        self.shown: set[str] = set()
        self.prepared: dict[str, Sequence[Index]] = {}
        self.tail: tuple[int, tuple[int, bytes] | None] | None = None
        self.sql_indexes: frozenset[str] = frozenset()

    def look(self) -> None:
        """Notice what other connections have committed; query caches never outlive a change."""
        (version,) = self.connection.execute("PRAGMA data_version").fetchone()
        if version != self._version:
            self._version = version
            self.forget()
            (schema,) = self.connection.execute("PRAGMA schema_version").fetchone()
            if schema != self._schema:
                self.reload()

    def reload(self) -> None:
        """Read the catalogue of tables and indexes again."""
        (self._schema,) = self.connection.execute("PRAGMA schema_version").fetchone()
        self.layouts = layouts.load_layouts(self.connection)
        self.prepared.clear()
        self.sql_indexes = layouts.existing_indexes(self.connection)

    def forget(self) -> None:
        """Drop everything remembered of the documents."""
        for cache in self.caches.values():
            cache.clear()
        self._odd.clear()
        self.shown.clear()
        self.tail = None

    def has_odd(self, layout: Layout) -> bool:
        """Whether the table holds documents whose index values cannot be trusted."""
        known = self._odd.get(layout.name)
        if known is None:
            known = self._odd[layout.name] = bool(
                self.connection.execute(
                    f"SELECT 1 FROM {layout.table} WHERE odd IS NOT NULL LIMIT 1"
                ).fetchone()
            )
        return known

    def wrote(self, name: str) -> None:
        """A table was changed by this connection itself."""
        if name in self.caches:
            self.caches[name].clear()
        self._odd.pop(name, None)


class Explained:
    """Gives this thread's connection and turns SQLite's errors into the store's."""

    __slots__ = ("_storage",)

    def __init__(self, storage: SqliteStorage) -> None:
        self._storage = storage

    def __enter__(self) -> Link:
        link = self._storage.link()
        if link.work is None:
            try:
                link.look()
            except sqlite3.Error as error:
                raise self._storage.explain(error) from error
        return link

    def __exit__(self, kind: Any, error: BaseException | None, trace: Any) -> None:
        if isinstance(error, sqlite3.Error):
            raise self._storage.explain(error) from error


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
        self.timeout = timeout
        self.ids = IdSource(clock, entropy)
        self._here = threading.local()
        self._writer = threading.RLock()
        self._links: list[tuple[threading.Thread, Link]] = []
        self._closed = False
        self._watch: tuple[sqlite3.Connection, int] | None = None
        self._watch_lock = threading.Lock()
        filled = sqlite.check_file(self.path)
        if read_only and not filled:
            raise NoSuchFile("{path}: there is no database yet", path=str(self.path))
        if not read_only and filled and not sqlite.writable(self.path):
            raise ReadOnly(
                "{path} may only be read; open it for reading only or ask who owns it",
                path=str(self.path),
            )
        with sqlite.explained(self.path):
            self.fresh = not read_only and self._create(
                installation or GlobalId.from_parts(0, int.from_bytes(entropy(10), "big"))[-16:]
            )
        with self.explained() as link:
            self.installation = str(self.about(link, "installation"))

    def _create(self, installation: str) -> bool:
        statements: list[tuple[str, Sequence[Any]]] = [(sql, ()) for sql in layouts.TABLES]
        statements.append(("INSERT INTO about VALUES ('installation', ?)", (str(installation),)))
        return sqlite.create(self.path, statements, self.timeout)

    # connections

    def link(self) -> Link:
        """This thread's connection."""
        link: Link | None = getattr(self._here, "link", None)
        if link is None:
            if self._closed:
                raise ValueError("the database is closed")
            with sqlite.explained(self.path):
                link = Link(
                    sqlite.connect(self.path, read_only=self.read_only, timeout=self.timeout)
                )
                link.connection.create_function("field_of", 2, _field_of, deterministic=True)
            self._here.link = link
            with self._writer:
                for thread, left in self._links:
                    if not thread.is_alive():
                        left.connection.close()
                self._links = [pair for pair in self._links if pair[0].is_alive()]
                self._links.append((threading.current_thread(), link))
        return link

    def explained(self) -> Explained:
        """This thread's connection, up to date; SQLite's errors inside become the store's."""
        return Explained(self)

    def explain(self, error: sqlite3.Error) -> Exception:
        """The store's error for one of SQLite's."""
        if self._closed and isinstance(error, sqlite3.ProgrammingError):
            return ValueError("the database is closed")
        return sqlite.explain(error, self.path)

    def close(self) -> None:
        """Close every thread's connection; the last process to do so tidies the log away."""
        self._closed = True
        with self._watch_lock:
            if self._watch:
                self._watch[0].close()
                self._watch = None
        # writers last: only they can tidy the log away
        for _, link in self._links:
            link.connection.close()
        self._links = []
        self._here = threading.local()

    def changed(self) -> bool:
        """Whether anybody has committed since this was last asked."""
        with self._watch_lock, sqlite.explained(self.path):
            if self._closed:
                raise ValueError("the database is closed")
            if self._watch is None:
                connection = sqlite.connect(self.path, read_only=True, timeout=self.timeout)
                self._watch = (connection, _data_version(connection))
                return False
            connection, before = self._watch
            version = _data_version(connection)
            self._watch = (connection, version)
            return version != before

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
            with self._part(link, link.work, whole) as work:
                yield work
            return
        if self.read_only:
            raise ReadOnly("{path} was opened for reading only", path=str(self.path))
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
        if not whole:
            yield work
            return
        link.depth += 1
        savepoint = work.savepoint(link.depth)
        try:
            yield work
        except BaseException:
            if link.connection.in_transaction:
                work.roll_back_to(savepoint)
                link.forget()
                link.reload()
            raise
        else:
            work.release(savepoint)
        finally:
            link.depth -= 1

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
                work.insert_many(layout, [(key, encode(doc)) for key, doc in wanted.items()])


def _field_of(text: str | None, field: str) -> str | None:
    """For SQL: a top-level field of a document as text; NULL if it has none."""
    value = decode(text).get(field) if text is not None else None
    return None if value is None else str(value)


def _data_version(connection: sqlite3.Connection) -> int:
    return int(connection.execute("PRAGMA data_version").fetchone()[0])


__all__ = ["Link", "SqliteStorage", "StoreError"]
