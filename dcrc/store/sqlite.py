"""Everything that is SQLite's own: files, connections, locks, and what its errors mean."""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any
from urllib.parse import quote

from dcrc.private_files import make_private
from dcrc.store.connection import Connection
from dcrc.store.errors import (
    Busy,
    DamagedFile,
    DiskFull,
    FromTheFuture,
    NoSuchFile,
    NotADatabase,
    ReadOnly,
    StoreError,
)
from dcrc.system_faults import why

APPLICATION_ID = 0x44435243  # "DCRC"
FORMAT = 1
PAGE = 8192  # bytes; of new files
_CACHE = 16_384  # KiB that a connection keeps in memory; while it writes in bulk, the second number
_BULK_CACHE = 32_768
_LOG = 500  # pages of the log that are brought into the file with the commit that goes beyond them
_MAGIC = b"SQLite format 3\x00"

Statement = Sequence[Any]
Failure = sqlite3.Error
Unique = sqlite3.IntegrityError


def explain(error: sqlite3.Error, path: Path) -> StoreError:
    """The store's error for one of SQLite's."""
    code = getattr(error, "sqlite_errorcode", 0) or 0
    where = str(path)
    match code & 0xFF:
        case sqlite3.SQLITE_FULL:
            return DiskFull("{path}: the disk is full; free some space and repeat", path=where)
        case sqlite3.SQLITE_IOERR:
            return DiskFull(
                "{path}: the disk does not take or give data ({detail}); check space and disk, repeat",
                path=where,
                detail=str(error),
            )
        case sqlite3.SQLITE_READONLY | sqlite3.SQLITE_PERM:
            return ReadOnly("{path} may only be read; ask who owns the file and folder", path=where)
        case sqlite3.SQLITE_BUSY | sqlite3.SQLITE_LOCKED | sqlite3.SQLITE_PROTOCOL:
            return Busy("{path} is in use by another process; wait and repeat", path=where)
        case sqlite3.SQLITE_NOTADB:
            return NotADatabase("{path} is not a dcrc database", path=where)
        case sqlite3.SQLITE_CANTOPEN:
            return NoSuchFile("{path} cannot be opened; check path and permissions", path=where)
        case sqlite3.SQLITE_CORRUPT:
            return DamagedFile(
                "{path} is damaged ({detail}); restore the last backup",
                path=where,
                detail=str(error),
            )
    return StoreError("{path}: {detail}", path=where, detail=str(error))


@contextmanager
def explained(path: Path) -> Iterator[None]:
    """Turn SQLite's errors inside the block into the store's."""
    try:
        yield
    except sqlite3.Error as error:
        raise explain(error, path) from error


def check_file(path: Path) -> bool:
    """Whether `path` has content, after making sure from its first bytes that it may be ours.

    Nothing is opened by SQLite yet, so a foreign file stays as it is and gets no companions.
    """
    try:
        if path.is_dir():
            raise NotADatabase("{path} is a folder, not a dcrc database", path=str(path))
        if path.exists() and not path.is_file():  # a pipe would be waited for without end
            raise NotADatabase("{path} is not a dcrc database", path=str(path))
        with path.open("rb") as stream:
            head = stream.read(100)
            size = os.fstat(stream.fileno()).st_size
    except FileNotFoundError:
        if path.parent.is_dir():
            return False
        raise NoSuchFile(
            "{path}: there is no folder {folder}; create it first",
            path=str(path),
            folder=str(path.parent),
        ) from None
    except PermissionError:
        raise NoSuchFile("{path} may not be read by this user", path=str(path)) from None
    except OSError as error:
        raise NoSuchFile(
            "{path} cannot be opened: {detail}", path=str(path), detail=why(error)
        ) from error
    if not head:
        return False
    if not head.startswith(_MAGIC[: len(head)]):
        raise NotADatabase("{path} is not a dcrc database", path=str(path))
    if len(head) < 100:
        raise DamagedFile("{path} is cut short; restore the last backup", path=str(path))
    application = int.from_bytes(head[68:72], "big")
    if application not in (0, APPLICATION_ID):
        raise NotADatabase("{path} belongs to another program", path=str(path))
    if application == 0:
        if _has_tables(path):
            raise NotADatabase("{path} is an SQLite file of another program", path=str(path))
        return False  # killed before it became a database
    if int.from_bytes(head[60:64], "big") > FORMAT:
        raise FromTheFuture(
            "{path} was written by a newer dcrc; install that version", path=str(path)
        )
    page = int.from_bytes(head[16:18], "big")
    pages = int.from_bytes(head[28:32], "big")
    waiting = any(_size(companion) for companion in companions(path))
    if size < pages * (65536 if page == 1 else page) and not waiting:
        raise DamagedFile("{path} is cut short; restore the last backup", path=str(path))
    return True


def companions(path: Path) -> list[Path]:
    """The files SQLite keeps beside a database: write-ahead log, its index, rollback journal."""
    return [path.with_name(path.name + ending) for ending in ("-wal", "-shm", "-journal")]


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0


def _has_tables(path: Path) -> bool:
    """Whether the main file alone has tables; looks without locks, so nothing appears beside it."""
    if _size(companions(path)[2]):
        return False  # killed while it was made: the journal takes the half-made file back
    with explained(path):
        connection = sqlite3.connect(f"file:{quote(str(path))}?immutable=1", uri=True)
        try:
            return bool(connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0])
        finally:
            connection.close()


def connect(path: Path, *, read_only: bool, timeout: float) -> Connection:
    """A new connection with durable commits; any thread may close it."""
    if not read_only:
        return _configured(_connection(path, "rw", timeout), read_only=False)
    connection = _connection(path, "ro", timeout)
    try:
        connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    except sqlite3.Error as error:
        connection.close()
        if not isinstance(error, sqlite3.OperationalError) or _size(companions(path)[0]):
            raise
        # a folder that may not be written and no log: nobody writes, so no locks are needed
        connection = _connection(path, "ro&immutable=1", timeout)
    return _configured(connection, read_only=True)


def _connection(path: Path, mode: str, timeout: float) -> Connection:
    connection: Connection = sqlite3.connect(
        f"file:{quote(str(path.absolute()))}?mode={mode}",
        uri=True,
        timeout=timeout,
        isolation_level=None,
        check_same_thread=False,
        cached_statements=256,
        factory=Connection,
    )
    return connection


def begin_bulk(connection: Connection) -> None:
    """A transaction becomes large: more memory, and a commit that leaves its log for `end_bulk`."""
    connection.execute(f"PRAGMA cache_size=-{_BULK_CACHE}")
    connection.execute("PRAGMA wal_autocheckpoint=0")


def end_bulk(connection: Connection) -> None:
    """It is stored or taken back: the log is brought into the file while Python goes on."""
    connection.execute(f"PRAGMA cache_size=-{_CACHE}")
    connection.execute(f"PRAGMA wal_autocheckpoint={_LOG}")
    connection.beside([("PRAGMA wal_checkpoint", ())], may_fail=True)


def _configured(connection: Connection, *, read_only: bool) -> Connection:
    try:
        connection.execute("PRAGMA trusted_schema=OFF")
        connection.execute("PRAGMA cell_size_check=ON")
        connection.execute(f"PRAGMA cache_size=-{_CACHE}")
        connection.execute("PRAGMA temp_store=MEMORY")
        if read_only:
            connection.execute("PRAGMA query_only=ON")
        else:
            connection.execute("PRAGMA synchronous=FULL")
            connection.execute(f"PRAGMA wal_autocheckpoint={_LOG}")
    except sqlite3.Error:
        connection.close()
        raise
    return connection


def create(path: Path, statements: Sequence[tuple[str, Statement]], timeout: float) -> bool:
    """Make the file's own tables in one step and switch to write-ahead logging; True if it was new.

    Safe against other processes that do the same at the same moment. A new file is its owner's alone, and
    so is what SQLite puts beside it, which takes over the file's mode.
    """
    with suppress(OSError):  # SQLite says why no file can be there
        make_private(path)
    deadline = time.monotonic() + timeout
    while True:
        connection = _connection(path, "rwc", timeout)
        try:
            made = _create_once(path, connection, statements)
        except sqlite3.OperationalError as error:
            # switching the journal mode does not wait for locks by itself
            if (
                error.sqlite_errorcode & 0xFF
            ) != sqlite3.SQLITE_BUSY or time.monotonic() > deadline:
                raise
            time.sleep(0.02)
            continue
        finally:
            connection.close()
        return made


def _create_once(
    path: Path, connection: sqlite3.Connection, statements: Sequence[tuple[str, Statement]]
) -> bool:
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute(f"PRAGMA page_size={PAGE}")
    connection.execute("BEGIN IMMEDIATE")
    made = not connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
    if made:
        for sql, parameters in statements:
            connection.execute(sql, parameters)
        connection.execute(f"PRAGMA application_id={APPLICATION_ID}")
        connection.execute(f"PRAGMA user_version={FORMAT}")
    (application,) = connection.execute("PRAGMA application_id").fetchone()
    if application != APPLICATION_ID:  # its tables stood in a log only, or came this moment
        connection.execute("ROLLBACK")
        raise NotADatabase("{path} belongs to another program", path=str(path))
    connection.execute("COMMIT")
    connection.execute("PRAGMA journal_mode=WAL")
    return made


def writable(path: Path) -> bool:
    """Whether this user may write the file and, for the log beside it, its folder."""
    return os.access(path, os.W_OK) and os.access(path.parent, os.W_OK)


def sync_folder(folder: Path) -> None:
    """Make a rename in `folder` durable (where the system lets folders be opened)."""
    try:
        handle = os.open(folder, os.O_RDONLY)
    except OSError:
        return
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def sync_file(path: Path) -> None:
    """Make the content of `path` durable."""
    with path.open("rb+") as stream:
        os.fsync(stream.fileno())


def quoted(name: str) -> str:
    """`name` as an SQL identifier."""
    return '"' + name.replace('"', '""') + '"'
