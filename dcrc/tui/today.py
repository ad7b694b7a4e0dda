"""Today: what is due by function, the call sheets in the order of urgency, and the customer beside them."""

from __future__ import annotations

from typing import ClassVar

import attrs
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.widgets import Static

from dcrc.i18n import t
from dcrc.kernel.agenda import Agenda
from dcrc.kernel.contact import Slot, slot_title
from dcrc.kernel.operators import Permission
from dcrc.tui.assign_actions import AssignActions
from dcrc.tui.cards import card, day_name
from dcrc.tui.counts import counts_of, laid_out
from dcrc.tui.filters import Filters, filtered_agenda
from dcrc.tui.keys import bindings
from dcrc.tui.marked_list import MarkedList
from dcrc.tui.record_list import PAGE, RecordList
from dcrc.tui.sheet_rows import sheet_columns, sheet_rows
from dcrc.tui.shell import house


class Today(AssignActions):
    """The start: Enter opens the most urgent call sheet."""

    AUTO_FOCUS = "#sheets"
    FOOTER: ClassVar[tuple[str, ...]] = (
        "list.open",
        "search",
        "today.mine",
        "today.function",
        "today.overdue",
        "today.slot",
        "customer.letter",
        "today.assign",
        "undo",
        "palette",
        "calendar",
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        *bindings(
            "today.mine",
            "today.function",
            "today.overdue",
            "today.slot",
            "today.all",
            "today.assign",
            "customer",
            "customer.letter",
            "task.add",
            "task.add.letter",
        )
    ]

    def __init__(self) -> None:
        super().__init__()
        self._agenda: Agenda | None = None
        self._shown_for: Filters | None = None

    def body(self) -> ComposeResult:
        yield Static(id="counts")
        with Horizontal(id="work"):
            yield MarkedList(
                sheet_columns(not self.filters.mine),
                may_mark=lambda: house(self).desk.may(Permission.TASKS_ASSIGN),
                empty="…",
                id="sheets",
            )
            with VerticalScroll(id="beside", can_focus=False):
                yield Static(id="card")

    def heading(self) -> str:
        desk = house(self).desk
        parts = [*self.marked_part(), day_name(desk.today()), desk.operator.name]
        parts.append(t("mine") if self.filters.mine else t("everybody's"))
        if self.filters.rule:
            parts.append(self._rule_title())
        if self.filters.overdue:
            parts.append(t("only overdue"))
        if self.filters.slot:
            parts.append(slot_title(desk, self.filters.slot))
        if self._agenda is not None:
            parts.append(
                t(
                    "{sheets} customers, {tasks} calls",
                    sheets=self._agenda.total_sheets,
                    tasks=self._agenda.total_tasks,
                )
            )
        return " " + t("Today") + "  " + " · ".join(parts)

    def _rule_title(self) -> str:
        counts = self._agenda.counts if self._agenda else ()
        return next(
            (str(c.title) for c in counts if c.rule == self.filters.rule), self.filters.rule
        )

    def _slots(self) -> dict[str, Slot]:
        """The time slots of the contact policy, by name."""
        slots: dict[str, Slot] = house(self).desk.policies.section("contact").slots
        return slots

    @property
    def total(self) -> int:
        return self._agenda.total_sheets if self._agenda is not None else 0

    # -- data ------------------------------------------------------------------------------------

    def load_data(self) -> None:
        filters = self.filters
        self.fetch(lambda desk: filtered_agenda(desk, filters, 0, PAGE), self._show)

    def _show(self, found: Agenda) -> None:
        if found == self._agenda and self._shown_for == self.filters:
            return
        anew = self._shown_for not in (None, self.filters)
        self._agenda, self._shown_for = found, self.filters
        desk = house(self).desk
        lines = self.lines
        lines.empty = self._nothing()
        lines.lay_out(sheet_columns(not self.filters.mine))
        rows = sheet_rows(desk, found.sheets, not self.filters.mine)
        lines.show(found.total_sheets, rows, self._load_page, anew=anew)
        self.keep_marks()
        self._show_counts()
        self.set_heading()
        self._show_card()

    def _load_page(self, offset: int, _limit: int) -> None:
        filters, lines = self.filters, self.lines

        def show(found: Agenda) -> None:
            if filters == self.filters:
                lines.fill(offset, sheet_rows(house(self).desk, found.sheets, not filters.mine))

        self.fetch(
            lambda desk: filtered_agenda(desk, filters, offset, PAGE), show, topic=f"page {offset}"
        )

    def _nothing(self) -> str:
        app = house(self)
        if self.filters != Filters():
            key = app.key("today.all")
            return t("Nothing is due with these filters; {key} removes them.", key=key)
        return t(
            "Nothing is due today. {search} searches, {ahead} looks ahead, “dcrc import” brings data.",
            search=app.key("search"),
            ahead=app.key("calendar"),
        )

    def _show_counts(self) -> None:
        if self._agenda is not None:
            parts = counts_of(self._agenda, self.filters.rule)
            width = self.app.size.width - 2  # the padding of the block
            self.query_one("#counts", Static).update(laid_out(parts, width))

    # -- the card beside -------------------------------------------------------------------------

    def on_record_list_highlighted(self) -> None:
        self._show_card()

    def _show_card(self) -> None:
        beside = self.query_one("#card", Static)
        row = self.lines.current
        if row is None:
            beside.update("")
            return
        if self.query_one("#beside").display:
            customer_id = row.key
            self.fetch(lambda desk: card(desk, customer_id), beside.update, topic="card")

    def on_resize(self) -> None:
        self._show_counts()
        self.call_after_refresh(self._show_card)

    # -- keys ------------------------------------------------------------------------------------

    def on_record_list_opened(self, event: RecordList.Opened) -> None:
        house(self).open_sheet(event.row.key)

    def action_customer(self) -> None:
        row = self.lines.current
        if row is not None:
            house(self).open_customer(row.key)

    def action_add_task(self) -> None:
        row = self.lines.current
        if row is not None:
            house(self).add_task(row.key)

    def action_mine(self) -> None:
        self._filter(attrs.evolve(self.filters, mine=not self.filters.mine))

    def action_overdue(self) -> None:
        self._filter(attrs.evolve(self.filters, overdue=not self.filters.overdue))

    def action_function(self) -> None:
        rules = ["", *(count.rule for count in (self._agenda.counts if self._agenda else ()))]
        self._filter(attrs.evolve(self.filters, rule=_after(rules, self.filters.rule)))

    def action_slot(self) -> None:
        slots = ["", *self._slots()]
        self._filter(attrs.evolve(self.filters, slot=_after(slots, self.filters.slot)))

    def action_clear_filters(self) -> None:
        self._filter(Filters())

    def _filter(self, filters: Filters) -> None:
        house(self).filters = filters
        self.load_data()


def _after(names: list[str], present: str) -> str:
    return names[(names.index(present) + 1) % len(names)] if present in names else names[0]
