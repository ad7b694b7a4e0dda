"""Settings, read-only: plugins with their state, and every policy value with the layer it comes from."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult

from dcrc.i18n import t
from dcrc.kernel.desk import Desk
from dcrc.kernel.operators import Permission
from dcrc.kernel.policies import origin_text
from dcrc.kernel.policy_words import value_words
from dcrc.tui.reading import Reading
from dcrc.tui.record_list import Column, RecordList, Row
from dcrc.tui.shell import DeskScreen


class Settings(DeskScreen):
    """What is switched on and which numbers count here; the dealer's file is where they are changed."""

    FOOTER: ClassVar[tuple[str, ...]] = ("list.open", "list.page_down", "list.first", "back")

    def body(self) -> ComposeResult:
        yield RecordList(
            [
                Column(t("Setting"), 24, 2),
                Column(t("Value"), 16, 2),
                Column(t("Layer"), 12, 1),
                Column(t("Meaning"), 16, 2, wide_only=True),
            ],
            id="settings",
        )

    def heading(self) -> str:
        return " " + t("Settings: plugins and policies")

    def load_data(self) -> None:
        self.fetch(_rows, self._show)

    def _show(self, rows: list[Row]) -> None:
        lines = self.query_one("#settings", RecordList)
        lines.show(len(rows), rows)
        lines.focus()

    def on_record_list_opened(self, event: RecordList.Opened) -> None:
        """The whole of a line that is cut off in the list."""
        name, *told = event.row.cells
        self.app.push_screen(Reading(name, [each for each in told if each]))


def _rows(desk: Desk) -> list[Row]:
    states = {"on": t("on"), "off": t("switched off"), "failed": t("failed")}
    plugins = [
        Row(
            f"plugin:{info.name}",
            (
                info.name,
                states.get(info.state, info.state),
                t("plugin"),
                t(info.about) if info.about else "",
            ),
            tone="late" if info.state == "failed" else "strong",
        )
        for info in desk.plugins.infos()
    ]
    problems = [
        Row(f"problem:{number}", (each.plugin, each.what, each.where, ""), tone="late")
        for number, each in enumerate(desk.plugins.problems)
    ]
    if not desk.may(Permission.POLICY_VIEW):
        return [*plugins, *problems]
    values = [
        Row(
            row.key,
            (
                row.key,
                value_words(row.value, row.unit),
                origin_text(row.origin),
                str(row.doc),
            ),
        )
        for row in desk.policies.rows()
    ]
    return [*plugins, *problems, *values]
