"""Copies that can be trusted: written beside the target, verified, synced, then renamed."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path

from dcrc.i18n import t
from dcrc.private_files import make_private, share_like
from dcrc.store import sqlite
from dcrc.store.errors import AlreadyExists, Busy, DamagedFile, NoSuchFile
from dcrc.store.verify import Verification, verify

Progress = Callable[[int, int], None]
_PAGES = 2000


def backup(
    source: Path,
    target: Path,
    progress: Progress | None = None,
    *,
    overwrite: bool = False,
    timeout: float = 30.0,
) -> Verification:
    """Copy the database at `source` as it is now to the single file `target`, and verify the copy."""
    _refuse_existing(target, overwrite)
    return _copied(source, target, progress, overwrite, timeout, clear=lambda: None)


def restore(
    source: str | os.PathLike[str],
    target: str | os.PathLike[str],
    *,
    overwrite: bool = False,
    timeout: float = 30.0,
) -> Verification:
    """Put the backup `source` in the place of `target`, after verifying it.

    `AlreadyExists` unless `overwrite`; `Busy` if a process still works with the target.
    """
    origin, goal = Path(source), Path(target)
    if not sqlite.check_file(origin):
        raise NoSuchFile("{path}: there is no backup", path=str(origin))
    _refuse_existing(goal, overwrite)
    return _copied(origin, goal, None, overwrite, timeout, clear=lambda: _retire(goal, timeout))


def _refuse_existing(target: Path, overwrite: bool) -> None:
    if target.is_dir() or (target.exists() and not overwrite):
        raise AlreadyExists("{path} is there already; choose another name", path=str(target))
    if not target.parent.is_dir():
        raise NoSuchFile(
            "{path}: there is no folder {folder}; create it first",
            path=str(target),
            folder=str(target.parent),
        )


def _copied(
    source: Path,
    target: Path,
    progress: Progress | None,
    overwrite: bool,
    timeout: float,
    clear: Callable[[], None],
) -> Verification:
    draft = target.with_name(f".{target.name}.{os.urandom(4).hex()}")
    try:
        with sqlite.explained(target):
            with suppress(OSError):  # SQLite says why no file can be there
                make_private(draft)
            _copy(source, draft, progress, timeout)
        verification = verify(draft, timeout=timeout)
        if not verification.ok:
            first = verification.problems[0]
            raise DamagedFile(
                "{path} has {count} problems, the first: {what}; nothing was written",
                path=str(source),
                count=len(verification.problems),
                what=t(first.msgid, **first.params),
            )
        sqlite.sync_file(draft)
        clear()
        _publish(draft, target, overwrite)
        sqlite.sync_folder(target.parent)
        return verification
    finally:
        for left in (draft, *sqlite.companions(draft)):
            left.unlink(missing_ok=True)


def _copy(source: Path, draft: Path, progress: Progress | None, timeout: float) -> None:
    with (
        closing(sqlite.connect(source, read_only=True, timeout=timeout)) as origin,
        closing(sqlite3.connect(draft, isolation_level=None)) as copy,
    ):
        # one read transaction: the copy is of one moment, and writers do not make it start again
        origin.execute("BEGIN")
        origin.execute("SELECT count(*) FROM sqlite_master").fetchone()
        origin.backup(
            copy,
            pages=_PAGES,
            progress=(lambda _, left, total: progress(total - left, total)) if progress else None,
            sleep=0,
        )
        copy.execute("PRAGMA journal_mode=DELETE")


def _publish(draft: Path, target: Path, overwrite: bool) -> None:
    if overwrite:
        share_like(draft, target)
        draft.replace(target)
        return
    try:
        os.link(draft, target)  # unlike a rename, never replaces a file that came meanwhile
    except FileExistsError:
        raise AlreadyExists(
            "{path} is there already; choose another name", path=str(target)
        ) from None
    except OSError:
        draft.rename(target)  # a file system without links


def _retire(target: Path, timeout: float) -> None:
    """Make sure nobody uses the old file, and that its log cannot reach into the new one."""
    if target.exists():
        try:
            with closing(sqlite3.connect(target, timeout=min(timeout, 1.0))) as old:
                mode = old.execute("PRAGMA journal_mode=DELETE").fetchone()
                if mode and mode[0] == "wal":
                    raise sqlite3.OperationalError("database is locked")
        except sqlite3.OperationalError as error:
            if "locked" in str(error):
                raise Busy(
                    "{path} is in use by another process; close it and repeat", path=str(target)
                ) from error
        except sqlite3.DatabaseError:
            pass  # damaged: that is why it is replaced
    for companion in sqlite.companions(target):
        companion.unlink(missing_ok=True)
