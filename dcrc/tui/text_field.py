"""A line to type in: Ctrl+Z takes typing back, Enter moves on, and every change is told for the draft."""

from __future__ import annotations

from typing import Any, ClassVar

from rich.cells import cell_len
from textual import events
from textual.actions import SkipAction
from textual.binding import Binding, BindingType
from textual.geometry import Offset
from textual.message import Message
from textual.widgets import Input

from dcrc.wording import plain


class TextField(Input, inherit_bindings=False):
    """Textual's input without a blinking caret (each blink is a repaint over SSH), and with its own undo.

    One line has no pages: the keys that page are left to the screen.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        *Input.BINDINGS,
        Binding("ctrl+z", "take_back", show=False),
    ]

    @property
    def cursor_screen_offset(self) -> Offset:
        """The cell of the caret itself, where an input method opens its window."""
        x, y, _, _ = self.content_region
        return Offset(x + cell_len(self.value[: self.cursor_position]) - self.scroll_offset.x, y)

    class Typed(Message):
        """The text changed."""

        def __init__(self, field: TextField, text: str) -> None:
            super().__init__()
            self.field = field
            self.text = text

        @property
        def control(self) -> TextField:
            return self.field

    class Left(Message):
        """Enter: the next field, please."""

        def __init__(self, field: TextField) -> None:
            super().__init__()
            self.field = field

        @property
        def control(self) -> TextField:
            return self.field

    def __init__(self, value: str = "", **kwargs: Any) -> None:
        shown = plain(value)
        super().__init__(shown, compact=True, select_on_focus=False, **kwargs)
        self.cursor_blink = False
        self._before: list[str] = [shown]

    def start(self, value: str) -> None:
        """Begin anew with `value`: nobody is told, and Ctrl+Z does not reach behind it."""
        shown = plain(value)
        self._before = [shown]
        self.value = shown
        self.cursor_position = len(shown)

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        if self._before and self._before[-1] == event.value:
            return
        self._before.append(event.value)
        self.post_message(self.Typed(self, event.value))

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self.post_message(self.Left(self))

    def _on_paste(self, event: events.Paste) -> None:
        joined = plain(" ".join(event.text.split()))
        if joined:
            self.replace(joined, *sorted(self.selection))
        event.stop()
        event.prevent_default()

    def action_take_back(self) -> None:
        """Take the last typing back; with nothing typed, Ctrl+Z undoes the last operation as everywhere."""
        if len(self._before) < 2:
            raise SkipAction
        self._before.pop()
        self.value = self._before[-1]
        self.cursor_position = len(self.value)
        self.post_message(self.Typed(self, self.value))
