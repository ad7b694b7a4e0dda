"""TinyDB's document API on one SQLite file, with transactions, indexes, journal, undo and backup."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from dcrc.clock import Clock
from dcrc.store.database import Database
from dcrc.store.errors import (
    AlreadyExists,
    Busy,
    Conflict,
    DamagedFile,
    DiskFull,
    FromTheFuture,
    NoSuchFile,
    NotADatabase,
    OutOfDate,
    ReadOnly,
    StoreError,
)
from dcrc.store.ids import GlobalId
from dcrc.store.indexes import Index, starts_with
from dcrc.store.journal import Change, Journal
from dcrc.store.operations import Operation
from dcrc.store.schema import Schema
from dcrc.store.table import DocumentTable

if TYPE_CHECKING:
    from dcrc.store.backup import restore
    from dcrc.store.undo import Undone
    from dcrc.store.verify import Problem, Verification

_LATER = {  # loaded when used, so that a command which prints a list starts sooner
    "restore": "dcrc.store.backup",
    "Undone": "dcrc.store.undo",
    "Problem": "dcrc.store.verify",
    "Verification": "dcrc.store.verify",
}

__all__ = [
    "AlreadyExists",
    "Busy",
    "Change",
    "Clock",
    "Conflict",
    "DamagedFile",
    "Database",
    "DiskFull",
    "DocumentTable",
    "FromTheFuture",
    "GlobalId",
    "Index",
    "Journal",
    "NoSuchFile",
    "NotADatabase",
    "Operation",
    "OutOfDate",
    "Problem",
    "ReadOnly",
    "Schema",
    "StoreError",
    "Undone",
    "Verification",
    "restore",
    "starts_with",
]


def __getattr__(name: str) -> Any:
    if name in _LATER:
        return getattr(import_module(_LATER[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
