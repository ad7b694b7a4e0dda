"""TinyDB's document API on one SQLite file, with transactions, indexes, journal, undo and backup."""

from dcrc.clock import Clock
from dcrc.store.backup import restore
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
from dcrc.store.undo import Undone
from dcrc.store.verify import Problem, Verification

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
