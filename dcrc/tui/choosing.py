"""A small list to choose from: a digit takes a line at once; or a line or text is taken with Enter."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Sequence
from typing import Any

import attrs
from textual import events
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Static

from dcrc.errors import InputError
from dcrc.i18n import t, translate_error
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


class Naming(Dialog[Any]):
    """Asks for one of `choices` or for a text that `read` understands; Enter takes it, a digit alone never.

    `read` gives the value or raises InputError, which is shown in the dialog; `hint` says what to type.
    """

    def __init__(
        self, title: str, choices: Sequence[Choice], hint: str, read: Callable[[str], Any]
    ) -> None:
        super().__init__()
        self._title = title
        self._choices = tuple(choices)
        self._hint = hint
        self._read = read

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            yield Static(Content(plain(self._title)), classes="dialog-title")
            yield TextField(placeholder=plain(self._hint))
            yield RecordList([Column("", 2), Column("", 12, 1), Column("", 10, 1)], heading=False)
            yield Static(classes="hint")

    def on_mount(self) -> None:
        rows = [
            Row(str(number), (str(number), c.title, c.detail), c.value)
            for number, c in enumerate(self._choices, start=1)
        ]
        lines = self.query_one(RecordList)
        lines.styles.height = len(rows)
        lines.lead()
        lines.show(len(rows), rows)
        self._say_keys()
        self.query_one(TextField).focus()

    def _say_keys(self) -> None:
        said = t("Type it or a line's number; ↑↓ chooses, Enter takes it, Esc goes back.")
        self.query_one(".hint", Static).update(Content(said))

    def on_key(self, event: events.Key) -> None:
        step = {"up": -1, "down": 1}.get(event.key)
        if step is not None:
            lines = self.query_one(RecordList)
            self.query_one(TextField).start("")
            lines.move_to(lines.position + step)
            self._say_keys()

    def on_text_field_typed(self, event: TextField.Typed) -> None:
        event.stop()
        self._say_keys()
        number = self._number(event.text)
        if number:
            self.query_one(RecordList).move_to(number - 1)

    def _number(self, text: str) -> int:
        """The number of the line that `text` names, or 0."""
        word = text.strip()
        digit = unicodedata.digit(word, 0) if len(word) == 1 else 0
        return digit if digit <= len(self._choices) else 0

    def on_text_field_left(self, event: TextField.Left) -> None:
        event.stop()
        text = event.field.value.strip()
        if not text or self._number(text):
            row = self.query_one(RecordList).current
            if row is not None:
                self.dismiss(row.value)
            return
        try:
            value = self._read(text)
        except InputError as error:
            said = Content("✗" + plain(translate_error(error))).stylize("bold $error")
            self.query_one(".hint", Static).update(said)
        else:
            self.dismiss(value)

    def on_record_list_opened(self, event: RecordList.Opened) -> None:
        self.dismiss(event.row.value)
