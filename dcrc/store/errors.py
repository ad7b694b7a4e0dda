"""What the store refuses, each with where it happened and what to do about it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from dcrc.errors import ConflictError, DamagedData, DcrcError, InOutError
from dcrc.record_words import fields_word, table_title
from dcrc.wording import Coded


class StoreError(DcrcError):
    """Base of everything the store refuses."""


class Conflict(StoreError, ConflictError):
    """Somebody else changed the same fields; nothing was written.

    `fields` are their names, `mine` what was to be stored, `theirs` what is stored now (a field
    that is absent there does not exist); `theirs` is None when the whole document is gone.
    """

    def __init__(
        self,
        fields: Sequence[str],
        table: str,
        doc_id: Any,
        mine: Mapping[str, Any] | None = None,
        theirs: Mapping[str, Any] | None = None,
    ) -> None:
        self.fields = tuple(fields)
        self.table = table
        self.doc_id = doc_id
        self.mine = mine
        self.theirs = theirs
        super().__init__(
            "{table} {id}: somebody else has changed {fields} meanwhile; look at it again and repeat"
            if fields
            else "{table} {id}: somebody else has added or removed it meanwhile; look at it again",
            table=Coded(table, table_title(table)),
            id=doc_id,
            fields=fields_word(self.fields, table),
        )


class DamagedFile(StoreError, DamagedData):
    """The database file is cut short or has a damaged page or document."""


class NotADatabase(StoreError, DamagedData):
    """The path leads to something that is not a dcrc database."""


class FromTheFuture(StoreError, DamagedData):
    """The file was written by a newer dcrc than this one."""


class OutOfDate(StoreError, DamagedData):
    """The file needs a migration, but it is opened for reading only."""


class ReadOnly(StoreError, InOutError):
    """The file, its folder or the opened database may only be read."""


class DiskFull(StoreError, InOutError):
    """The disk took no more; the operation was rolled back."""


class Busy(StoreError, InOutError):
    """Another process kept the database locked for longer than the time-out."""


class AlreadyExists(StoreError, InOutError):
    """The target of a backup, export or restore is there already."""


class NoSuchFile(StoreError, InOutError):
    """The file or its folder is not there or cannot be opened."""
