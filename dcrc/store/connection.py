"""A connection whose long statements run while Python goes on."""

from __future__ import annotations

import sqlite3
from collections import deque
from collections.abc import Iterable, Sequence
from threading import Condition, Thread
from typing import Any

Statement = tuple[str, Sequence[Any]]
_AHEAD = 12  # bulks that wait while one is written


class Connection(sqlite3.Connection):
    """SQLite's connection; `beside` gives it work for which SQLite does not need the interpreter.

    Whatever else is asked of the connection waits until that is done, so nothing overtakes anything. What
    fails there is raised by every use until the part of the transaction to which it belongs is taken back.
    """

    depth = 0  # of the part of a transaction to which belongs what is begun now
    _failed: tuple[BaseException, int] | None = None

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._begun: deque[tuple[Sequence[Statement], bool, int]] = deque()
        self._running: Thread | None = None
        self._turn = Condition()

    def beside(self, statements: Sequence[Statement], *, may_fail: bool = False) -> None:
        """Begin these statements, behind those that were begun; a failure is told, unless they `may_fail`.

        Who is far ahead waits here, so that what is still to be written does not fill
        the memory.
        """
        if self._failed is not None:
            self.wait()
        with self._turn:
            self._turn.wait_for(lambda: len(self._begun) < _AHEAD)
            self._begun.append((statements, may_fail, self.depth))
            if self._running is None:
                self._running = Thread(target=self._run, name="sqlite")
                self._running.start()

    def _run(self) -> None:
        while begun := self._next():
            statements, may_fail, depth = begun
            if self._failed is None:
                try:
                    for sql, parameters in statements:
                        super().execute(sql, parameters)
                except BaseException as error:  # noqa: BLE001 - it belongs to the thread that asked
                    self._failed = None if may_fail else (error, depth)

    def _next(self) -> tuple[Sequence[Statement], bool, int] | None:
        """What is to be done next; None ends the thread, so that nobody waits for it who leaves."""
        with self._turn:
            self._turn.notify_all()
            if self._begun:
                return self._begun.popleft()
            self._running = None
            return None

    def wait(self) -> None:
        """Return when nothing runs beside any more; raises what failed there."""
        self._end()
        if self._failed is not None:
            raise self._failed[0]

    def drop(self, depth: int = 0) -> bool:
        """Return when nothing runs beside any more: the part `depth` and those in it will be taken back.

        False if something failed that was begun outside of them.
        """
        self._end()
        if self._failed is not None and self._failed[1] >= depth:
            self._failed = None
        return self._failed is None

    def _end(self) -> None:
        with self._turn:
            self._turn.wait_for(lambda: self._running is None)

    def execute(self, sql: str, parameters: Any = (), /) -> sqlite3.Cursor:
        if self._running is not None or self._failed is not None:
            self.wait()
        return super().execute(sql, parameters)

    def executemany(self, sql: str, parameters: Iterable[Any], /) -> sqlite3.Cursor:
        if self._running is not None or self._failed is not None:
            self.wait()
        return super().executemany(sql, parameters)

    def close(self) -> None:
        self.drop()
        super().close()
