"""The batch's log: what ran, when, how it ended – and nothing about any customer."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, tzinfo
from logging.handlers import RotatingFileHandler
from pathlib import Path

from dcrc.cli.harmless import one_line
from dcrc.errors import DcrcError
from dcrc.i18n import t
from dcrc.system_faults import Why, why

SAFE_PARAMS = frozenset(
    (
        "path",
        "folder",
        "file",
        "format",
        "profiles",
        "profile",
        "almost",
        "row",
        "missing",
        "headers",
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


class _Dated(logging.Formatter):
    """Lines that begin with the dealer's time, whatever zone the machine is in."""

    def __init__(self, form: str, zone: tzinfo) -> None:
        super().__init__(form)
        self.zone = zone

    def formatTime(self, record: logging.LogRecord, datefmt: str | None = None) -> str:
        return datetime.fromtimestamp(record.created, self.zone).isoformat(timespec="seconds")


@contextmanager
def open_log(file: Path, zone: tzinfo) -> Iterator[logging.Logger]:
    """A logger that writes to `file`, kept to four files of 1 MB, with times of `zone`."""
    handler = RotatingFileHandler(file, maxBytes=_MOST_BYTES, backupCount=3, encoding="utf-8")
    handler.setFormatter(_Dated("%(asctime)s %(message)s", zone))
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
            name: value if name in SAFE_PARAMS or isinstance(value, Why) else "…"
            for name, value in problem.params.items()
        }
        try:
            return one_line(t(problem.msgid, **safe))
        except (ValueError, KeyError, IndexError, AttributeError):  # a blank that wants a number
            return type(problem).__name__
    if isinstance(problem, OSError):
        return one_line(f"{problem.filename or ''}: {why(problem)}")
    return type(problem).__name__
