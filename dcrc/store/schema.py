"""The version of what is stored, and how an older file becomes a newer one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

import attrs

from dcrc.store.errors import FromTheFuture, OutOfDate

if TYPE_CHECKING:
    from dcrc.store.database import Database


@attrs.frozen
class Schema:
    """`migrations[n]` turns a file of version n-1 into n; a version without one needs no change."""

    version: int
    migrations: Mapping[int, Callable[[Database], None]] = attrs.field(factory=dict)

    def bring_up(self, database: Database) -> None:
        """Run what is missing, each step in one transaction with the new version number."""
        storage = database.storage
        with storage.explained() as link:
            stored = storage.about(link, "schema")
        version = int(stored or 0)
        if stored is None and storage.fresh:
            with storage.transaction("schema"):
                if storage.about(storage.link(), "schema") is None:
                    storage.set_about(storage.link(), "schema", self.version)
            return
        if version > self.version:
            raise FromTheFuture(
                "{path} has version {found}, this dcrc knows up to {known}; install a newer one",
                path=str(storage.path),
                found=version,
                known=self.version,
            )
        if version < self.version and storage.read_only:
            raise OutOfDate(
                "{path} has version {found} and must be brought to {known}; open it for writing",
                path=str(storage.path),
                found=version,
                known=self.version,
            )
        for step in range(version + 1, self.version + 1):
            with storage.transaction("migrate"):
                # another process may have been faster
                if int(storage.about(storage.link(), "schema") or 0) >= step:
                    continue
                if step in self.migrations:
                    self.migrations[step](database)
                storage.set_about(storage.link(), "schema", step)
