"""Something to read: why a task is on the calendar, or all that an entry of the history says."""

from __future__ import annotations

from collections.abc import Sequence

from textual.app import ComposeResult
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import Static

from dcrc.i18n import t
from dcrc.tui.shell import Dialog
from dcrc.wording import plain


class Reading(Dialog[None]):
    """Shows lines of text under a title; arrows scroll."""

    def __init__(self, title: str, lines: Sequence[str]) -> None:
        super().__init__()
        self._title = title
        self._lines = tuple(lines)

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog -tall"):
            yield Static(Content(plain(self._title)), classes="dialog-title")
            with VerticalScroll(can_focus=True):
                yield Static(Content("\n".join(plain(line) for line in self._lines)))
            yield Static(Content(t("Esc goes back.")), classes="hint")
