"""The batch's log: what ran, when, how it ended – and nothing about any customer."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from logging.handlers import RotatingFileHandler
from pathlib import Path

from dcrc.cli.harmless import one_line
from dcrc.errors import DcrcError
from dcrc.i18n import t

SAFE_PARAMS = frozenset(
    (
        "path",
        "folder",
        "file",
        "line",
        "section",
        "key",
        "step",
        "count",
        "total",
        "permission",
        "role",
    )
)
_MOST_BYTES = 1_000_000


@contextmanager
def open_log(file: Path) -> Iterator[logging.Logger]:
    """A logger that writes to `file`, kept to four files of 1 MB."""
    handler = RotatingFileHandler(file, maxBytes=_MOST_BYTES, backupCount=3, encoding="utf-8")
    handler.setFormatter(logging.Formatter("%(asctime)s %(message)s", "%Y-%m-%dT%H:%M:%S%z"))
    logger = logging.Logger("dcrc.batch", logging.INFO)
    logger.addHandler(handler)
    try:
        yield logger
    finally:
        handler.close()


def without_customers(problem: BaseException) -> str:
    """What is said of a failure: its sentence with blanks filled only where no customer can stand."""
    if isinstance(problem, DcrcError):
        safe = {
            name: value if name in SAFE_PARAMS else "…" for name, value in problem.params.items()
        }
        try:
            return one_line(t(problem.msgid, **safe))
        except (ValueError, KeyError, IndexError, AttributeError):  # a blank that wants a number
            return type(problem).__name__
    if isinstance(problem, OSError):
        return one_line(f"{problem.filename or ''}: {problem.strerror or type(problem).__name__}")
    return type(problem).__name__
