"""A small list to choose from: a digit takes a line at once, or arrows and Enter; or a text is typed."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from typing import Any, ClassVar

import attrs
from textual import events
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Static

from dcrc.i18n import t
from dcrc.tui.record_list import Column, RecordList, Row
from dcrc.tui.shell import Dialog
from dcrc.tui.text_field import TextField
from dcrc.wording import plain


@attrs.frozen
class Choice:
    """A line to choose; `value` is what choosing it gives."""

    title: str
    value: Any
    detail: str = ""


class Choosing(Dialog[Any]):
    """Asks for one of `choices`; the result is its value."""

    def __init__(self, title: str, choices: Sequence[Choice]) -> None:
        super().__init__()
        self._title = title
        self._choices = tuple(choices)

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            yield Static(Content(plain(self._title)), classes="dialog-title")
            yield RecordList([Column("", 2), Column("", 12, 1), Column("", 10, 1)], heading=False)
            yield Static(Content(t("A digit or Enter chooses, Esc goes back.")), classes="hint")

    def on_mount(self) -> None:
        rows = [
            Row(str(number), (str(number) if number < 10 else "", c.title, c.detail), c.value)
            for number, c in enumerate(self._choices, start=1)
        ]
        lines = self.query_one(RecordList)
        lines.styles.height = min(len(rows), 12)
        lines.show(len(rows), rows)
        lines.focus()

    def on_key(self, event: events.Key) -> None:
        character = event.character or ""
        digit = unicodedata.digit(character, 0) if len(character) == 1 else 0
        if 1 <= digit <= len(self._choices):
            event.stop()
            self.dismiss(self._choices[digit - 1].value)

    def on_record_list_opened(self, event: RecordList.Opened) -> None:
        self.dismiss(event.row.value)


class Typing(Dialog[str]):
    """Asks for one line of text; the result is what was typed, never empty."""

    BINDINGS: ClassVar[list[BindingType]] = []

    def __init__(self, title: str, hint: str = "", value: str = "") -> None:
        super().__init__()
        self._title, self._hint, self._value = title, hint, value

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            yield Static(Content(plain(self._title)), classes="dialog-title")
            yield TextField(self._value)
            yield Static(Content(plain(self._hint)), classes="hint")

    def on_mount(self) -> None:
        self.query_one(TextField).focus()

    def on_text_field_left(self, event: TextField.Left) -> None:
        text = event.field.value.strip()
        if text:
            self.dismiss(text)
