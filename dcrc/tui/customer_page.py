"""The customer page: data, cars, open tasks and the whole history on one screen, in one step."""

from __future__ import annotations

from typing import ClassVar

import attrs
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import Static

from dcrc.i18n import t
from dcrc.kernel.contact import CONTACT_CHANNELS
from dcrc.kernel.customers import Customer, find_customer
from dcrc.kernel.desk import Desk
from dcrc.kernel.history import Entry, timeline
from dcrc.tui.customer_facts import CustomerFacts, facts_text, load_facts
from dcrc.tui.history_lines import history_columns, history_rows, kind_title
from dcrc.tui.keys import bindings
from dcrc.tui.reading import Reading
from dcrc.tui.record_list import Column, RecordList, Row
from dcrc.tui.shell import DeskScreen, house
from dcrc.tui.task_titles import title_with_car

HISTORY = 500


@attrs.frozen
class PageData:
    """What the page shows."""

    facts: CustomerFacts
    tasks: list[Row]
    history: list[Entry]
    kinds: list[str]

    @property
    def customer(self) -> Customer:
        return self.facts.customer


class CustomerPage(DeskScreen):
    """Everything about one customer. Enter opens his call sheet."""

    FOOTER: ClassVar[tuple[str, ...]] = (
        "list.open",
        "edit",
        "task.add.letter",
        "history.filter",
        "task.explain",
        "search",
        "undo",
        "back",
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        *bindings(
            "sheet",
            "edit",
            "task.add",
            "task.add.letter",
            "task.explain",
            "task.absent",
            "history.filter",
        )
    ]

    def __init__(self, customer_id: str) -> None:
        super().__init__()
        self.customer_id = customer_id
        self._kind = ""
        self._data: PageData | None = None

    def body(self) -> ComposeResult:
        with Horizontal(id="work"):
            with VerticalScroll(id="facts", can_focus=True):
                yield Static(id="facts-text")
            with Vertical(id="doings"):
                yield Static(id="tasks-title", classes="part")
                yield RecordList(
                    [Column("", 20, 2), Column("", 18, 1)],
                    heading=False,
                    empty=t(
                        "Nothing is open; {key} adds a task.",
                        key=house(self).key("task.add.letter"),
                    ),
                    id="tasks",
                )
                yield Static(id="history-title", classes="part")
                yield RecordList(
                    history_columns(),
                    heading=False,
                    empty=t("Nothing has happened so far."),
                    id="history",
                )

    def heading(self) -> str:
        if self._data is None:
            return " " + t("Customer")
        return f" {t('Customer')} · {self._data.customer.name}"

    def load_data(self) -> None:
        customer_id, kind = self.customer_id, self._kind
        self.fetch(lambda desk: _load(desk, customer_id, kind), self._show)

    def _show(self, data: PageData) -> None:
        self._data = data
        self.set_heading()
        self.query_one("#facts-text", Static).update(facts_text(house(self).desk, data.facts))
        tasks = self.query_one("#tasks", RecordList)
        tasks.styles.height = max(1, min(5, len(data.tasks)))
        tasks.show(len(data.tasks), data.tasks)
        title = t("Open tasks ({count})", count=len(data.tasks))
        self.query_one("#tasks-title", Static).update(Content(title))
        rows = history_rows(house(self).desk, data.history)
        history = self.query_one("#history", RecordList)
        history.show(len(rows), rows)
        shown = kind_title(self._kind) if self._kind else t("everything")
        title = t("History: {kind} ({count})", kind=shown, count=len(rows))
        self.query_one("#history-title", Static).update(Content(title))
        if self.focused is None:
            (tasks if data.tasks else self.query_one("#facts")).focus()  # Enter opens the sheet

    def action_filter_history(self) -> None:
        kinds = ["", *(self._data.kinds if self._data else [])]
        here = kinds.index(self._kind) if self._kind in kinds else 0
        self._kind = kinds[(here + 1) % len(kinds)]
        self.load_data()

    def action_sheet(self) -> None:
        row = self.query_one("#tasks", RecordList).current
        house(self).open_sheet(self.customer_id, row.key if row is not None else "")

    def on_record_list_opened(self, event: RecordList.Opened) -> None:
        if event.source.id == "tasks":
            self.action_sheet()
            return
        entry: Entry = event.row.value
        when = entry.at.astimezone(house(self).desk.zone).strftime("%Y-%m-%d %H:%M")
        lines = [when, *entry.detail.split(" · ")]
        self.app.push_screen(Reading(entry.title, lines))

    def action_edit(self) -> None:
        house(self).edit_customer(self.customer_id)

    def action_add_task(self) -> None:
        house(self).add_task(self.customer_id)

    def action_explain(self) -> None:
        row = self.query_one("#tasks", RecordList).current
        if row is not None:
            house(self).explain(row.key)
        else:
            self.action_explain_absence()

    def action_explain_absence(self) -> None:
        house(self).explain_absence(self.customer_id)


def _load(desk: Desk, customer_id: str, kind: str) -> PageData:
    from dcrc.kernel.agenda import filter_for, tasks

    find_customer(desk, customer_id)
    today = desk.today()
    facts = load_facts(desk, customer_id)
    cars = [car for car, _ in facts.vehicles]
    rows = []
    mine = filter_for(desk)
    for (
        task
    ) in sorted(  # Enter opens the one with the cursor, and who is looked up may be on the line
        tasks(desk, customer=customer_id, state="open", limit=0),
        key=lambda each: (
            not mine.counts_group(each.role, each.owner or None),
            each.opens > today,
            each.channel not in CONTACT_CHANNELS,
            each.due,
        ),
    ):
        late = (today - task.due).days
        due = t("{days} days overdue", days=late) if late > 0 else task.due.isoformat()
        title = title_with_car(desk, task, cars)
        rows.append(Row(task.id, (title, due), task, "late" if late > 0 else ""))
    everything = timeline(desk, customer_id, limit=HISTORY)
    kinds = sorted({entry.kind for entry in everything})
    shown = [entry for entry in everything if not kind or entry.kind == kind]
    return PageData(facts, rows, shown, kinds)
