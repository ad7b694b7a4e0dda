"""The rack as a screen."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.screen import Screen
from textual.widgets import Footer, Static

from dcrc import Desk

from .records import Set


class Rack(Screen[None]):
    """Every set with its place; Esc goes back."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "app.pop_screen", "Back")]

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.desk = desk

    def compose(self) -> ComposeResult:
        sets = [self.desk.read(Set, document) for document in self.desk.table("tyre_sets").all()]
        text = "\n".join(f"{held.place:<8} {held.season}" for held in sets)
        yield Static(text, markup=False, id="rack")
        yield Footer()
