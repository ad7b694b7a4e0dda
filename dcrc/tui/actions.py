"""Help and palette are one list: every action with its key, found by typing, done by Enter."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import attrs
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.screen import Screen
from textual.widgets import Static

from dcrc.i18n import t
from dcrc.tui.keys import key_name, says
from dcrc.tui.record_list import Column, RecordList, Row
from dcrc.tui.shell import Dialog
from dcrc.tui.text_field import TextField


@attrs.frozen
class Action:
    """Something that can be done now; `run` does it."""

    key: str
    title: str
    run: Callable[[], object]
    moves: bool = False  # only moves about; listed last


MOVES = ("list.", "field.", "script.", "calendar.", "choose.")


def actions_of(screen: Screen[object]) -> list[Action]:
    """What the keys do that work on `screen` now, one line for each meaning; a plugin's keys too."""
    app = screen.app
    found: dict[str, Action] = {}
    for active in screen.active_bindings.values():
        name = active.binding.id
        if name is None:  # the toolkit's own
            continue
        title = says(active.binding)
        key = key_name(active.binding.key)
        if title in found:
            if key not in found[title].key.split(" "):
                found[title] = attrs.evolve(found[title], key=f"{found[title].key} {key}")
            continue
        found[title] = Action(
            key,
            title,
            lambda action=active.binding.action, node=active.node: app.run_worker(  # type: ignore[misc]
                app.run_action(action, node)
            ),
            name.startswith(MOVES),
        )
    return sorted(found.values(), key=lambda action: action.moves)


class ActionList(Dialog[Action]):
    """Shows `actions`; typing narrows them, Enter gives the chosen one."""

    def __init__(self, title: str, actions: Sequence[Action]) -> None:
        super().__init__()
        self._title = title
        self._actions = tuple(actions)

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog -tall"):
            yield Static(Content(self._title), classes="dialog-title")
            yield TextField(placeholder=t("Type to narrow the list"))
            yield RecordList(
                [Column("", 14), Column("", 20, 1)],
                heading=False,
                empty=t("Nothing here is called that."),
            )
            yield Static(Content(t("Enter does it, Esc goes back.")), classes="hint")

    def on_mount(self) -> None:
        self.query_one(RecordList).lead()
        self.query_one(TextField).focus()
        self._narrow("")

    def on_text_field_typed(self, event: TextField.Typed) -> None:
        self._narrow(event.text)

    def _narrow(self, typed: str) -> None:
        words = typed.lower().split()
        fitting = [
            action
            for action in self._actions
            if all(word in f"{action.title} {action.key}".lower() for word in words)
        ]
        rows = [Row(action.title, (action.key, action.title), action) for action in fitting]
        lines = self.query_one(RecordList)
        lines.show(len(rows), rows)
        lines.move_to(0)

    def on_key(self, event: object) -> None:
        step = {"up": -1, "down": 1, "pageup": -8, "pagedown": 8}.get(getattr(event, "key", ""))
        if step is not None:
            lines = self.query_one(RecordList)
            lines.move_to(lines.position + step)

    def on_text_field_left(self, _: TextField.Left) -> None:
        row = self.query_one(RecordList).current
        if row is not None:
            self.dismiss(row.value)

    def on_record_list_opened(self, event: RecordList.Opened) -> None:
        self.dismiss(event.row.value)
