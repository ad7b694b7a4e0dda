"""Search from everywhere: name, pinyin, initials, phone, plate, VIN; results while typing, Enter opens."""

from __future__ import annotations

from textual import events
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.timer import Timer
from textual.widgets import Static

from dcrc.i18n import t
from dcrc.kernel.desk import Desk
from dcrc.kernel.operators import masked_phone
from dcrc.kernel.search import Found, search_customers
from dcrc.tui.record_list import Column, RecordList, Row
from dcrc.tui.shell import Dialog, house
from dcrc.tui.text_field import TextField

SHOWN = 20
REST = 0.04  # seconds without a key until the search begins: what is typed is painted first


class SearchDialog(Dialog[str]):
    """Gives the id of the customer that was chosen."""

    def __init__(self) -> None:
        super().__init__()
        self._shown_for = ""
        self._wanted_for: str | None = None
        self._timer: Timer | None = None

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog -tall"):
            yield Static(Content(t("Search a customer")), classes="dialog-title")
            yield TextField(placeholder=t("Name, initials, phone or its last 4, plate, VIN"))
            yield RecordList(
                [
                    Column(t("Name"), 12, 1),
                    Column(t("Phone"), 13),
                    Column(t("Vehicles"), 18, 2),
                    Column(t("Found by"), 10, 1, wide_only=True),
                ],
            )
            yield Static(Content(t("↑↓ chooses, Enter opens, Esc goes back.")), classes="hint")

    def on_mount(self) -> None:
        self.query_one(RecordList).lead()
        self.query_one(TextField).focus()

    def on_text_field_typed(self, event: TextField.Typed) -> None:
        if self._timer is not None:
            self._timer.stop()
        text = event.text.strip()
        self._timer = self.set_timer(REST, lambda: self._search(text))

    def _search(self, text: str) -> None:
        def work(desk: Desk) -> list[Row]:
            if not text:
                return []
            return [_row(desk, found) for found in search_customers(desk, text, limit=SHOWN)]

        house(self).perform(work, lambda rows: self._show(text, rows), on=self, topic="search")

    def _show(self, text: str, rows: list[Row]) -> None:
        lines = self.query_one(RecordList)
        lines.empty = t("Nobody is found by “{text}”.", text=text) if text else ""
        lines.show(len(rows), rows)
        if text != self._shown_for:
            lines.move_to(0)
        self._shown_for = text
        if self._wanted_for == text:
            self._open()

    def on_key(self, event: events.Key) -> None:
        step = {"up": -1, "down": 1, "pageup": -10, "pagedown": 10}.get(event.key)
        if step is not None:
            lines = self.query_one(RecordList)
            lines.move_to(lines.position + step)

    def on_text_field_left(self, event: TextField.Left) -> None:
        text = event.field.value.strip()
        if text == self._shown_for:
            self._open()
        else:  # typed faster than found: open when the answer is here
            self._wanted_for = text

    def _open(self) -> None:
        self._wanted_for = None
        row = self.query_one(RecordList).current
        if row is not None:
            self.dismiss(row.key)

    def on_record_list_opened(self, event: RecordList.Opened) -> None:
        self.dismiss(event.row.key)


def _row(desk: Desk, found: Found) -> Row:
    phones = [masked_phone(desk, phone.number) for phone in found.customer.phones]
    cars = " / ".join(
        " ".join(part for part in (car.plate, car.model, car.vin[-6:]) if part)
        for car in found.vehicles
    )
    return Row(
        found.customer.id,
        (found.customer.name, phones[0] if phones else "", cars, found.matched),
        found,
    )
