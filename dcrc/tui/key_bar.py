"""The bottom line: the few keys that matter on this screen; each can be clicked."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rich.cells import cell_len
from textual.content import Content
from textual.style import Style
from textual.widgets import Static

from dcrc.tui.keys import key_name, short_for


class KeyBar(Static):
    """Shows the keys with the given ids as they are mapped now, as many as fit, help always last."""

    def __init__(self, ids: Sequence[str], *, with_help: bool = True, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._ids = tuple(ids)
        self._with_help = with_help

    def on_mount(self) -> None:
        self.screen.bindings_updated_signal.subscribe(self, lambda _: self._draw())
        self._draw()

    def on_resize(self) -> None:
        self._draw()

    def _draw(self) -> None:
        active = {
            each.binding.id: each.binding
            for each in self.screen.active_bindings.values()
            if each.binding.id
        }
        wanted = [name for name in (*self._ids, "help") if name in active]
        if not self._with_help:
            wanted.remove("help")
        labels = {name: (key_name(active[name].key), short_for(name)) for name in wanted}
        room = (self.size.width or self.app.size.width) - 1
        if "help" in labels:
            room -= _room(*labels["help"])
        shown: list[Content] = []
        for name in wanted:
            if name != "help":
                room -= _room(*labels[name])
                if room < 0:
                    continue
            shown.append(self._button(*labels[name], active[name].action))
        self.update(Content(" ").join([Content(""), *shown]))

    def _button(self, key: str, what: str, action: str) -> Content:
        scope = action if "." in action.split("(")[0] else f"screen.{action}"
        style = Style.from_meta({"@click": scope})
        return Content.assemble(
            Content(key).stylize("bold $key-name").stylize(style),
            " ",
            Content(what).stylize(style),
            " ",
        )


def _room(key: str, what: str) -> int:
    return cell_len(key) + cell_len(what) + 3
