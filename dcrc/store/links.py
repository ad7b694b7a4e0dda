"""Connections: one for each thread, what it remembers of the file, and reading as of one moment."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tinydb.utils import LRUCache

from dcrc.store import layout as layouts
from dcrc.store import sqlite
from dcrc.store.codec import decode
from dcrc.store.connection import Connection
from dcrc.store.indexes import Index
from dcrc.store.layout import Layout
from dcrc.store.operations import Work


class Link:
    """One thread's connection, and what it knows of the file."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.work: Work | None = None
        self.depth = 0
        self.snapshots = 0
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

    __slots__ = ("_links",)

    def __init__(self, links: Links) -> None:
        self._links = links

    def __enter__(self) -> Link:
        link = self._links.link()
        if link.work is None:
            try:
                link.look()
            except sqlite3.Error as error:
                raise self._links.explain(error) from error
        return link

    def __exit__(self, kind: Any, error: BaseException | None, trace: Any) -> None:
        if isinstance(error, sqlite3.Error):
            raise self._links.explain(error) from error


class Links:
    """The connections of one process to one file."""

    def __init__(self, path: Path, *, read_only: bool, timeout: float) -> None:
        self.path = path
        self.read_only = read_only
        self.timeout = timeout
        self._here = threading.local()
        self._lock = threading.Lock()
        self._all: list[tuple[threading.Thread, Link]] = []
        self._closed = False
        self._watch: tuple[Connection, int] | None = None
        self._watch_lock = threading.Lock()

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
            with self._lock:
                for thread, left in self._all:
                    if not thread.is_alive():
                        left.connection.close()
                self._all = [pair for pair in self._all if pair[0].is_alive()]
                self._all.append((threading.current_thread(), link))
        return link

    def explained(self) -> Explained:
        """This thread's connection, up to date; SQLite's errors inside become the store's."""
        return Explained(self)

    def explain(self, error: sqlite3.Error) -> Exception:
        """The store's error for one of SQLite's."""
        if self._closed and isinstance(error, sqlite3.ProgrammingError):
            return ValueError("the database is closed")
        return sqlite.explain(error, self.path)

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        """All that this thread reads inside is of one moment, however long it takes."""
        with self.explained() as link:
            outermost = link.work is None and not link.snapshots
            if outermost:
                link.connection.execute("BEGIN")
        link.snapshots += 1
        try:
            with self.explained():  # the first look fixes the moment
                pass
            yield
        finally:
            link.snapshots -= 1
            if outermost and link.connection.in_transaction:
                link.connection.execute("ROLLBACK")

    def close(self) -> None:
        """Close every thread's connection; the last process to do so tidies the log away."""
        self._closed = True
        with self._watch_lock:
            if self._watch:
                self._watch[0].close()
                self._watch = None
        # writers last: only they can tidy the log away
        for _, link in self._all:
            link.connection.close()
        self._all = []
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


def _field_of(text: str | None, field: str) -> str | None:
    """For SQL: a top-level field of a document as text; NULL if it has none."""
    value = decode(text).get(field) if text is not None else None
    return None if value is None else str(value)


def _data_version(connection: sqlite3.Connection) -> int:
    return int(connection.execute("PRAGMA data_version").fetchone()[0])
