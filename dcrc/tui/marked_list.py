"""The list whose lines can be marked: Space marks, and goes to the next line."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import Any, ClassVar

from textual.binding import BindingType
from textual.message import Message

from dcrc.tui.keys import bindings
from dcrc.tui.record_list import Column, Load, RecordList, Row

MARK = Column("", 3)


class MarkedList(RecordList):
    """Keeps what is marked by the keys of its lines, whichever page they are on.

    The marks have a column while there are any, or `always`; a click marks then.
    """

    BINDINGS: ClassVar[list[BindingType]] = [*bindings("row.mark")]

    class Marked(Message):
        """Other lines are marked than before."""

        def __init__(self, source: MarkedList) -> None:
            super().__init__()
            self.source = source

        @property
        def control(self) -> MarkedList:
            return self.source

    def __init__(
        self,
        columns: Sequence[Column],
        *,
        may_mark: Callable[[], bool] = lambda: True,
        always: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(columns, **kwargs)
        self.marked: list[str] = []
        self._may_mark = may_mark
        self._always = always
        self._plain = self.columns
        self._draw()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        return action != "mark_row" or self._may_mark()

    def lay_out(self, columns: Sequence[Column]) -> None:
        """Have other columns."""
        self._plain = tuple(columns)
        self._draw()

    def show(
        self,
        total: int,
        rows: Sequence[Row],
        load: Load | None = None,
        at: int = 0,
        *,
        anew: bool = False,
    ) -> None:
        """As every list; marks of another list, or of lines that are gone, are taken away.

        A list of several pages does not know its lines: `keep_marks` tells it.
        """
        super().show(total, rows, load, at, anew=anew)
        if anew:
            self.mark([])
        elif len(rows) == total:
            self.keep_marks({row.key for row in rows})

    def keep_marks(self, there: Collection[str]) -> None:
        """Take the marks of all other lines away."""
        self.mark([key for key in self.marked if key in there])

    def mark(self, keys: Sequence[str]) -> None:
        """Let these lines be marked and no others."""
        if list(keys) != self.marked:
            self.marked = list(keys)
            self._draw()
            self.post_message(self.Marked(self))

    def _draw(self) -> None:
        shown = self._always or bool(self.marked)
        self.columns = (MARK, *self._plain) if shown else self._plain
        self.refresh()

    def cells_of(self, row: Row) -> tuple[str, ...]:
        if self.columns is self._plain:
            return row.cells
        empty = "[ ]" if self._always else ""
        return ("[x]" if row.key in self.marked else empty, *row.cells)

    def action_mark_row(self) -> None:
        row = self.current
        if row is not None:
            others = [key for key in self.marked if key != row.key]
            self.mark(others if row.key in self.marked else [*others, row.key])
            self.move_to(self.position + 1)

    def clicked(self, index: int, again: bool) -> None:
        """Mark the record where marks always show; else as every list."""
        if not self._always:
            super().clicked(index, again)
            return
        self.move_to(index)
        self.action_mark_row()
        self.move_to(index)
