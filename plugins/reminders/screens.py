"""The lists of the reminders on screen: next week, next month, what failed, and care messages to review."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from dcrc import Desk, Permission, t
from dcrc.tui.keys import bindings
from dcrc.tui.reading import Reading
from dcrc.tui.record_list import Column, RecordList, Row
from dcrc.tui.shell import DeskScreen, house

from .lists import MONTH, WEEK, Line, failed_list, planned_list, span_of
from .operations import care_messages, draft_care, review_care
from .records import CareMessage
from .words import care_state

CARE = "care"
VIEWS = (WEEK, MONTH, "failed", CARE)


class ReminderLists(DeskScreen):
    """One list at a time: 1 to 4 choose it, Enter opens, w says why, y and r review a message."""

    FOOTER: ClassVar[tuple[str, ...]] = ("list.open", "task.explain", "back")
    BINDINGS: ClassVar[list[BindingType]] = [
        *bindings("task.explain"),
        Binding("1", "view('week')", "Next week", id="reminders.week", show=False),
        Binding("2", "view('month')", "Next month", id="reminders.month", show=False),
        Binding("3", "view('failed')", "Failed", id="reminders.failed", show=False),
        Binding("4", "view('care')", "Care messages", id="reminders.care", show=False),
        Binding("y", "review(True)", "Approve", id="reminders.approve", show=False),
        Binding("r", "review(False)", "Refuse", id="reminders.refuse", show=False),
    ]

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._view = WEEK
        self._count = 0

    def body(self) -> ComposeResult:
        yield RecordList(
            [
                Column(t("Day"), 10),
                Column(t("Reminder"), 14, 1),
                Column(t("Customer"), 10, 1),
                Column(t("Plate"), 10, wide_only=True),
                Column(t("Why"), 20, 3),
            ],
            empty=t("Nothing."),
            id="lines",
        )

    def heading(self) -> str:
        names = {
            WEEK: t("Next week"),
            MONTH: t("Next month"),
            "failed": t("Failed"),
            CARE: t("Care messages"),
        }
        views = "  ".join(
            f"[{number} {names[view]}]" if view == self._view else f"{number} {names[view]}"
            for number, view in enumerate(VIEWS, start=1)
        )
        more = "  " + t("y approve, r refuse") if self._view == CARE else f"  ({self._count})"
        return f" {views}{more}"

    def load_data(self) -> None:
        self.fetch(_LOADERS[self._view], self._show)

    def _show(self, rows: list[Row]) -> None:
        self._count = len(rows)
        self.set_heading()
        lines = self.query_one("#lines", RecordList)
        lines.show(len(rows), rows)
        if self.focused is None:
            lines.focus()

    @property
    def _chosen(self) -> Any:
        row = self.query_one("#lines", RecordList).current
        return None if row is None else row.value

    def action_view(self, view: str) -> None:
        """Show another list."""
        self._view = view
        self.load_data()

    def on_record_list_opened(self, opened: RecordList.Opened) -> None:
        """Enter: the customer's page, or a care message's text."""
        value = opened.row.value
        if isinstance(value, Line):
            house(self).open_customer(value.customer.id)
        elif isinstance(value, CareMessage):
            self.app.push_screen(Reading(str(value.title), [value.zh, "", value.en]))

    def action_explain(self) -> None:
        """Why the task is on the list."""
        value = self._chosen
        if isinstance(value, Line):
            house(self).explain(value.task.id)

    def action_review(self, approve: bool) -> None:
        """Approve or refuse the care message under the cursor."""
        value = self._chosen
        if not isinstance(value, CareMessage):
            return

        def done(_: CareMessage) -> None:
            house(self).say(t("Approved.") if approve else t("Refused."))
            self.load_data()

        self.fetch(lambda desk: review_care(desk, value.id, approve), done, topic="review")


def _planned(which: str) -> Callable[[Desk], list[Row]]:
    return lambda desk: [_row(line) for line in planned_list(desk, *span_of(which, desk.today()))]


def _failed(desk: Desk) -> list[Row]:
    today = desk.today()
    return [_row(line) for line in failed_list(desk, today - timedelta(30), today)]


def _care(desk: Desk) -> list[Row]:
    if desk.may(Permission.CALLS):
        draft_care(desk, unasked=True)
    return [
        Row(
            each.id,
            (
                each.on.isoformat(),
                str(each.title),
                str(each.count or ""),
                care_state(each.state),
                str(each.text),
            ),
            each,
            "muted" if each.state in ("sent", "lapsed", "refused") else "",
        )
        for each in reversed(care_messages(desk))
    ]


def _row(line: Line) -> Row:
    task, car = line.task, line.vehicle
    day = task.due if task.open else task.closed_on or task.due
    plate = car.plate if car else ""
    return Row(task.id, (day.isoformat(), line.title, line.customer.name, plate, line.note), line)


_LOADERS: dict[str, Callable[[Desk], list[Row]]] = {
    WEEK: _planned(WEEK),
    MONTH: _planned(MONTH),
    "failed": _failed,
    CARE: _care,
}
