"""TinyDB's database on one SQLite file, shared by processes, journalled, with transactions."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, cast

from tinydb import TinyDB
from tinydb.table import Table

from dcrc.clock import Clock, system_clock
from dcrc.store.indexes import Index
from dcrc.store.journal import Journal
from dcrc.store.operations import Operation
from dcrc.store.schema import Schema
from dcrc.store.storage import SqliteStorage
from dcrc.store.table import DocumentTable

if TYPE_CHECKING:
    from dcrc.store.undo import Undone
    from dcrc.store.verify import Progress, Verification


class Database(TinyDB):
    """A TinyDB in one SQLite file that survives being killed and shared.

    `path` is created if it does not exist. `clock` gives aware UTC times for the journal, `entropy`
    random bytes for ids. One Database serves all threads of a process; each gets its connection.
    """

    table_class: ClassVar[type[DocumentTable]] = DocumentTable  # type: ignore[misc]
    default_storage_class: ClassVar[type[SqliteStorage]] = SqliteStorage  # type: ignore[misc, assignment]

    _storage: SqliteStorage
    _tables: dict[str, DocumentTable]  # type: ignore[assignment]

    def __init__(
        self,
        path: str | os.PathLike[str],
        *,
        clock: Clock = system_clock,
        entropy: Callable[[int], bytes] = os.urandom,
        installation: str | None = None,
        schema: Schema | None = None,
        read_only: bool = False,
        timeout: float = 30.0,
    ) -> None:
        super().__init__(
            path,
            clock=clock,
            entropy=entropy,
            installation=installation,
            read_only=read_only,
            timeout=timeout,
        )
        self.journal = Journal(self._storage)
        if schema is not None:
            try:
                schema.bring_up(self)
            except BaseException:
                self.close()
                raise

    @property
    def storage(self) -> SqliteStorage:
        """The file behind this database."""
        return self._storage

    @property
    def path(self) -> Path:
        """Where the file is."""
        return self._storage.path

    @property
    def installation(self) -> str:
        """The random id of the installation that made this file."""
        return self._storage.installation

    def table(
        self,
        name: str,
        *,
        indexes: Iterable[str | Index] = (),
        id_class: type | None = None,
        journal: bool = True,
        cache_size: int | None = Table.default_query_cache_capacity,
        persist_empty: bool = False,
        **options: Any,
    ) -> DocumentTable:
        """The table `name`; TinyDB's options and, beyond them, indexes, class of ids, journalling.

        A table is either journalled or a cache (`journal=False`) from its first document on.
        """
        table = self._tables.get(name)
        if table is None:
            table = self._tables[name] = self.table_class(
                self._storage,
                name,
                cache_size=cast(int, cache_size),
                persist_empty=persist_empty,
                indexes=indexes,
                id_class=id_class,
                journal=journal,
                **options,
            )
            return table
        if id_class is not None:
            table.use_id_class(id_class)
        if indexes:
            table.declare(indexes)
        return table

    def tables(self) -> set[str]:
        """The names of all tables."""
        return set(self._storage.names())

    def drop_tables(self) -> None:
        """Remove all tables with their documents (the journal keeps them; `undo` brings them back)."""
        self._storage.drop(self._storage.names(), "drop_tables")
        self._forget(list(self._tables))

    def drop_table(self, name: str) -> None:
        """Remove a table with its documents (the journal keeps them; `undo` brings it back)."""
        if name in self.tables():
            self._storage.drop([name], "drop_table")
        self._forget([name])

    def _forget(self, names: list[str]) -> None:
        for name in names:
            table = self._tables.pop(name, None)
            if table is not None:
                table._next_id = None

    @contextmanager
    def transaction(
        self, operation: str, *, operator: str = "", batch: str | None = None
    ) -> Iterator[Operation]:
        """One operation over any tables: all of it is stored, or nothing.

        Inside another transaction it becomes a part of that one. Writers wait for each other;
        readers never wait.
        """
        with self._storage.transaction(operation, operator=operator, batch=batch) as work:
            yield work.operation

    def snapshot(self) -> AbstractContextManager[None]:
        """All that this thread reads inside is of one moment, over any tables and however long it takes.

        Others go on writing; this thread cannot (StoreError), unless all of it is inside a transaction.
        """
        return self._storage.snapshot()

    def undo(
        self,
        operation: int | None = None,
        *,
        batch: str | None = None,
        operator: str = "",
        name: str = "undo",
    ) -> Undone:
        """Take back an operation (the last one by default) or a batch; `Conflict` if it cannot be."""
        from dcrc.store.undo import undo  # loaded when needed: a list command starts sooner

        return undo(self._storage, operation, batch=batch, operator=operator, name=name)

    def verify(self, progress: Progress | None = None) -> Verification:
        """Check pages, journal chain, documents and indexes as of now; `progress(done, of)`."""
        from dcrc.store.verify import verify

        return verify(self._storage.path, progress, timeout=self._storage.timeout)

    def head(self) -> int:
        """The number of the last journal entry; 0 when there is none."""
        return self.journal.head()

    def changed(self) -> bool:
        """Whether anybody has committed since this was last asked; the first answer is False."""
        return self._storage.changed()

    def backup(
        self,
        target: str | os.PathLike[str],
        progress: Progress | None = None,
        *,
        overwrite: bool = False,
    ) -> Verification:
        """Write a verified copy as of now to `target`; others may go on writing meanwhile."""
        from dcrc.store.backup import backup

        return backup(
            self._storage.path,
            Path(target),
            progress,
            overwrite=overwrite,
            timeout=self._storage.timeout,
        )

    def export_json(self, target: str | os.PathLike[str], *, overwrite: bool = False) -> int:
        """Write everything as a plain TinyDB JSON file; how many documents."""
        from dcrc.store.exchange import export_json

        return export_json(self._storage, Path(target), overwrite=overwrite)

    def import_json(self, source: str | os.PathLike[str]) -> int:
        """Take in a plain TinyDB JSON file as one operation; how many documents."""
        from dcrc.store.exchange import import_json

        return import_json(self._storage, source)

    def next_number(self, series: str) -> int:
        """The next short number of a series, from 1; without gaps, as it is rolled back with the rest."""
        with self._storage.transaction("number") as work:
            (number,) = work.connection.execute(
                "INSERT INTO series VALUES (?, 1)"
                " ON CONFLICT (name) DO UPDATE SET last = last + 1 RETURNING last",
                (series,),
            ).fetchone()
        return int(number)
