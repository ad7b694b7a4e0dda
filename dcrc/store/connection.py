"""A connection whose long statements run while Python goes on."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from threading import Thread
from typing import Any

Statement = tuple[str, Sequence[Any]]


class Connection(sqlite3.Connection):
    """SQLite's connection; `beside` gives it work for which SQLite does not need the interpreter.

    Whatever else is asked of the connection waits until that is done, so nothing overtakes anything.
    """

    _running: Thread | None = None
    _failed: BaseException | None = None

    def beside(self, statements: Sequence[Statement]) -> None:
        """Begin these statements in their order; what fails is raised by the next use, once."""
        self.wait()
        self._running = Thread(target=self._run, args=(statements,), name="sqlite")
        self._running.start()

    def _run(self, statements: Sequence[Statement]) -> None:
        try:
            for sql, parameters in statements:
                super().execute(sql, parameters)
        except BaseException as error:  # noqa: BLE001 - it belongs to the thread that asked
            self._failed = error

    def wait(self) -> None:
        """Return when nothing runs beside any more; raises what failed there."""
        if self._running is not None:
            self._running.join()
            self._running = None
        if self._failed is not None:
            error, self._failed = self._failed, None
            raise error

    def drop(self) -> None:
        """Return when nothing runs beside any more, whatever came of it: it will be rolled back."""
        if self._running is not None:
            self._running.join()
        self._running = self._failed = None

    def execute(self, sql: str, parameters: Any = (), /) -> sqlite3.Cursor:
        if self._running is not None:
            self.wait()
        return super().execute(sql, parameters)

    def executemany(self, sql: str, parameters: Iterable[Any], /) -> sqlite3.Cursor:
        if self._running is not None:
            self.wait()
        return super().executemany(sql, parameters)

    def close(self) -> None:
        self.drop()
        super().close()
