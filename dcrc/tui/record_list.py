"""The one list of the interface: it draws only the lines on screen and loads its records by pages."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, ClassVar

import attrs
from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import BindingType
from textual.geometry import Offset, Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from dcrc.tui.cells import fit, shares
from dcrc.tui.keys import bindings
from dcrc.wording import plain

PAGE = 100


@attrs.frozen
class Column:
    """A column: its heading, its cells at least, its share of spare width, and on which side text stands."""

    title: str
    width: int
    flex: int = 0
    right: bool = False
    wide_only: bool = False  # left out where the list is narrow


@attrs.frozen
class Row:
    """A line: `key` finds it again after a refresh; `tone` is "", "late", "muted" or "strong"."""

    key: str
    cells: tuple[str, ...]
    value: Any = None
    tone: str = ""


Load = Callable[[int, int], None]
"""Asks for rows `offset, limit`; they come back through `RecordList.fill`."""


class RecordList(ScrollView, can_focus=True):
    """A list of any length. Give it `show(total, rows, load)`; it asks `load` for the pages it lacks."""

    DEFAULT_CSS = """
    RecordList { height: 1fr; overflow-x: hidden; }
    """
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "record-list--heading",
        "record-list--cursor",
        "record-list--cursor-blurred",
        "record-list--late",
        "record-list--muted",
        "record-list--strong",
    }
    BINDINGS: ClassVar[list[BindingType]] = [
        *bindings(
            "list.up",
            "list.down",
            "list.page_up",
            "list.page_down",
            "list.first",
            "list.last",
            "list.open",
        )
    ]

    class Highlighted(Message):
        """The cursor stands on another record (or on none)."""

        def __init__(self, source: RecordList, row: Row | None) -> None:
            super().__init__()
            self.source = source
            self.row = row

        @property
        def control(self) -> RecordList:
            return self.source

    class Opened(Message):
        """Enter or a second click on a record."""

        def __init__(self, source: RecordList, row: Row) -> None:
            super().__init__()
            self.source = source
            self.row = row

        @property
        def control(self) -> RecordList:
            return self.source

    def __init__(
        self, columns: Sequence[Column], *, empty: str = "", heading: bool = True, **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        self.columns = tuple(columns)
        self.empty = empty
        self.led = False  # its cursor is moved from a line that is typed in
        self.heading = heading
        self.total = 0
        self.position = 0
        self._rows: dict[int, Row] = {}
        self._asked: set[int] = set()
        self._load: Load | None = None

    # -- what is shown ---------------------------------------------------------------------------

    def show(
        self,
        total: int,
        rows: Sequence[Row],
        load: Load | None = None,
        at: int = 0,
        *,
        anew: bool = False,
    ) -> None:
        """Show `total` records of which `rows` (from index `at`) are here; the cursor stays on its record,
        or goes to the first when another list is shown `anew`."""
        before = self.current
        if anew:
            self.position = 0
        self.total, self._load = total, load
        self._rows = {at + index: row for index, row in enumerate(rows)}
        self._asked.clear()
        kept = before.key if before and not anew else ""
        found = next((index for index, row in self._rows.items() if row.key == kept), None)
        self.position = max(0, min(self.position if found is None else found, total - 1))
        self._resize_content()
        self._scroll_to_cursor()
        self.refresh()
        if self.current != before:
            self.post_message(self.Highlighted(self, self.current))

    def fill(self, at: int, rows: Sequence[Row]) -> None:
        """Take a page that was asked for."""
        self._rows.update({at + index: row for index, row in enumerate(rows)})
        self.refresh()
        if at <= self.position < at + len(rows):
            self.post_message(self.Highlighted(self, self.current))

    @property
    def current(self) -> Row | None:
        """The record under the cursor, if it is loaded."""
        return self._rows.get(self.position)

    @property
    def rows(self) -> list[Row]:
        """The loaded records, in order."""
        return [self._rows[index] for index in sorted(self._rows)]

    def lead(self) -> None:
        """Let the cursor be moved from elsewhere: the list itself takes no focus."""
        self.can_focus = False
        self.led = True

    def move_to(self, index: int) -> None:
        """Put the cursor on record `index`."""
        moved = max(0, min(index, self.total - 1))
        if moved == self.position:
            return
        self.position = moved
        self._scroll_to_cursor()
        self.refresh()
        self.post_message(self.Highlighted(self, self.current))

    # -- drawing ---------------------------------------------------------------------------------

    def render_line(self, y: int) -> Strip:
        width = self.size.width
        base = self.rich_style
        if self.heading and y == 0:
            style = base + self.get_component_rich_style("record-list--heading", partial=True)
            return self._line([column.title for column in self._shown(width)], width, style)
        index = y - self.heading + self.scroll_offset.y
        if index >= self.total:
            text = self.empty if self.total == 0 and index == 0 else ""
            return Strip([Segment(fit(text, width), base)], width)
        style = base
        row = self._row(index)
        if row is not None and row.tone:
            style += self.get_component_rich_style(f"record-list--{row.tone}", partial=True)
        if index == self.position:
            name = "cursor" if self.has_focus or self.led else "cursor-blurred"
            style += self.get_component_rich_style(f"record-list--{name}", partial=True)
        cells = self.cells_of(row) if row else ("…",)
        picked = [
            cells[place] if place < len(cells) else ""
            for place, column in enumerate(self.columns)
            if not (column.wide_only and self._narrow(width))
        ]
        return self._line(picked, width, style)

    def cells_of(self, row: Row) -> tuple[str, ...]:
        """What stands in the columns of a line."""
        return row.cells

    def _narrow(self, width: int) -> bool:
        return width < 72

    def _shown(self, width: int) -> list[Column]:
        return [c for c in self.columns if not (c.wide_only and self._narrow(width))]

    def _line(self, cells: Sequence[str], width: int, style: Style) -> Strip:
        columns = self._shown(width)
        gaps = len(columns) - 1
        sizes = shares([c.width for c in columns], [c.flex for c in columns], width - gaps - 1)
        text = " ".join(
            fit(plain(cell), size, right=column.right)
            for cell, size, column in zip(cells, sizes, columns, strict=False)
        )
        return Strip([Segment(fit(text, width), style)], width)

    def _row(self, index: int) -> Row | None:
        row = self._rows.get(index)
        if row is None and self._load is not None:
            start = index - index % PAGE
            if start not in self._asked:
                self._asked.add(start)
                self._load(start, PAGE)
        return row

    def _resize_content(self) -> None:
        self.virtual_size = Size(self.size.width, self.total + self.heading)

    def _scroll_to_cursor(self) -> None:
        height = max(1, self.size.height - self.heading)
        top = self.scroll_offset.y
        if self.position < top:
            top = self.position
        elif self.position >= top + height:
            top = self.position - height + 1
        self.scroll_to(y=top, animate=False, force=True)

    def on_resize(self, _: events.Resize) -> None:
        self._resize_content()
        self._scroll_to_cursor()

    def on_focus(self) -> None:
        self.refresh()

    def on_blur(self) -> None:
        self.refresh()

    @property
    def cursor_screen_offset(self) -> Offset:
        """Where the terminal's cursor belongs: the start of the current line."""
        region = self.content_region
        line = self.position - self.scroll_offset.y + self.heading
        return Offset(region.x, region.y + max(0, min(line, region.height - 1)))

    # -- keys and mouse --------------------------------------------------------------------------

    def action_cursor(self, step: int) -> None:
        self.move_to(self.position + step)

    def action_page(self, step: int) -> None:
        self.move_to(self.position + step * max(1, self.size.height - 1 - self.heading))

    def action_first(self) -> None:
        self.move_to(0)

    def action_last(self) -> None:
        self.move_to(self.total - 1)

    def action_open(self) -> None:
        if self.current is not None:
            self.post_message(self.Opened(self, self.current))

    def on_click(self, event: events.Click) -> None:
        index = self._index_at(event)
        if index is not None:
            self.clicked(index, index == self.position or event.chain == 2)

    def _index_at(self, event: events.Click) -> int | None:
        """Which record was clicked; None on the heading and below the last one."""
        line = event.y - self.heading
        index = line + self.scroll_offset.y
        return index if line >= 0 and index < self.total else None

    def clicked(self, index: int, again: bool) -> None:
        """Answer a click on record `index`: put the cursor there, or open it when it is clicked `again`."""
        self.move_to(index)
        if again:
            self.action_open()
