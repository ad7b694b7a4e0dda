"""The call sheet: who, what is open, the script and the form side by side, what was said before."""

from __future__ import annotations

from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Static

from dcrc.i18n import listed, t
from dcrc.kernel.corrections import CORRECT
from dcrc.tui.call_actions import CallActions
from dcrc.tui.cards import card_lines
from dcrc.tui.fields import Question
from dcrc.tui.form_view import AskedForm, FormView
from dcrc.tui.history_lines import history_columns, history_rows
from dcrc.tui.key_bar import KeyBar
from dcrc.tui.keys import bindings
from dcrc.tui.record_list import Column, RecordList, Row
from dcrc.tui.sheet_data import SheetData, SheetTask, load_sheet
from dcrc.tui.shell import DeskScreen, house
from dcrc.tui.text_field import TextField
from dcrc.wording import plain


class Asking(FormView, inherit_bindings=False):
    """The questions of a call. They are gone through one by one: the keys that page turn the script."""


class Script(VerticalScroll, can_focus=False):
    """What the operator says, and why he calls."""

    def turn(self, pages: int) -> None:
        """Scroll by so many pages at once, with a line of the one before still in view."""
        step = max(1, self.size.height - 1)
        self.scroll_to(y=self.scroll_offset.y + pages * step, animate=False)


class CallSheet(CallActions, DeskScreen):
    """One conversation with one customer. A result key records it and brings the next customer."""

    FOOTER: ClassVar[tuple[str, ...]] = (
        "sheet.skip",
        "sheet.snooze",
        "note",
        "customer",
        "task.add",
        "sheet.explain",
        "search.always",
        "undo",
        "back",
    )
    RESULTS: ClassVar[tuple[str, ...]] = (
        "result.reached",
        "result.no_answer",
        "result.busy",
        "result.call_back",
        "result.other",
        "result.empty_number",
        "result.wrong_number",
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        *bindings(
            *RESULTS,
            "sheet.skip",
            "sheet.snooze",
            "note",
            "sheet.explain",
            "customer",
            "task.add",
            "task.mark",
            "script.up",
            "script.down",
        )
    ]

    def __init__(self, customer_id: str, task: str = "") -> None:
        super().__init__()
        self.customer_id = customer_id
        self.chosen = task
        self.data = None
        self.included = set()
        self._form: FormView | None = None
        self._in_hand = ""  # the task whose question has the cursor
        self._script = ""
        self._left: Widget | None = None  # had the cursor before the note

    def body(self) -> ComposeResult:
        yield Static(id="card")
        yield RecordList(
            [Column("", 3), Column("", 20, 3), Column("", 14, 1), Column("", 8)],
            heading=False,
            id="tasks",
        )
        with Horizontal(id="work"):
            with Script(id="script"):
                yield Static(id="script-text")
            yield Vertical(id="form")
        with Horizontal(id="note-line"):
            yield Static(t("Note"), id="note-label")
            yield TextField(id="note", placeholder=t("what was said, in a few words"))
        yield RecordList(
            history_columns(), heading=False, empty=t("No conversation so far."), id="history"
        )
        yield KeyBar(self.RESULTS, with_help=False, id="results")

    def heading(self) -> str:
        if self.data is None:
            return " " + t("Call sheet")
        due = len(self.data.listed)
        parts = [t("Call sheet"), self.data.customer.name, t("{count} due now", count=due)]
        if len(self.data.tasks) > due:
            parts.append(t("{count} later", count=len(self.data.tasks) - due))
        return " " + " · ".join(parts)

    # -- showing a customer ----------------------------------------------------------------------

    def open(self, customer_id: str, *, forget: bool = False) -> None:
        """Show another customer on this sheet; what is typed on it is kept unless told to `forget`."""
        if not forget:
            self.keep_draft()
        house(self).unsay()
        self.customer_id = customer_id
        self.chosen = ""
        self.data = None
        self.set_focus(None)  # what is typed ahead is no answer of this customer
        self.load_data()

    def load_data(self) -> None:
        customer_id = self.customer_id
        mine, chosen = house(self).filters.mine, self.chosen
        self.fetch(lambda desk: load_sheet(desk, customer_id, mine=mine, chosen=chosen), self._show)

    def _show(self, data: SheetData) -> None:
        if data.customer.id != self.customer_id:
            return
        first = self.data is None
        if self.data is not None:
            data = data.in_order_of(self.data)
        if self.data is not None and self.data.tells_nothing_new(data):
            return
        gone = self._closed_elsewhere(data)
        self.data = data
        with self.app.batch_update():
            if first:
                self.began_with_tasks = bool(data.offered)
                left_out = set(data.draft.left_out) - {data.chosen}
                self.included = {each.task.id for each in data.offered} - left_out
                self.known_calls = frozenset().union(*(each.ids for each in data.calls))
                self._show_form(data)
                self.query_one("#note", TextField).start(data.draft.note)
            else:
                self.included &= {each.task.id for each in data.tasks}
                self._leave_closed()
            self._show_card(data)
            self._show_tasks()
            self.query_one("#history", RecordList).show(
                len(data.history), history_rows(house(self).desk, data.history)
            )
            self._show_script()
            self.set_heading()
        if gone:
            house(self).say(t("Closed meanwhile: {titles}", titles=listed(gone)), "warning")
        if first:
            self.recording = False
            self.focus_first()
            if data.draft.answers:
                self.tell_doubts()

    def _closed_elsewhere(self, data: SheetData) -> list[str]:
        open_ = {each.task.id for each in data.tasks}
        before = self.data.tasks if self.data else []
        return [each.title for each in before if each.task.id in self.included - open_]

    def _show_card(self, data: SheetData) -> None:
        lines = card_lines(house(self).desk, data.customer, data.vehicles)
        if data.refusal is not None:
            lines.insert(
                1,
                Content("! " + plain(t(data.refusal.why, **data.refusal.params))).stylize(
                    "bold $warning"
                ),
            )
        self.query_one("#card", Static).update(Content("\n").join(lines))

    def _show_tasks(self) -> None:
        assert self.data is not None
        rows = [self._task_row(each) for each in self.data.tasks]
        lines = self.query_one("#tasks", RecordList)
        lines.styles.height = max(1, min(4, len(rows)))
        lines.empty = t(
            "Nothing is open for this customer; {key} adds a task.", key=house(self).key("task.add")
        )
        lines.show(len(rows), rows)

    def _task_row(self, each: SheetTask) -> Row:
        mark = "[x]" if each.task.id in self.included else "[ ]"
        days = (house(self).desk.today() - each.task.due).days
        due = t("due {day}", day=each.task.due.isoformat())
        if days > 0:
            due = t("{days} days overdue", days=days)
        elif days == 0:
            due = t("due today")
        if each.waits_until is not None:
            at = each.waits_until.astimezone(house(self).desk.zone)
            due = t("comes back {when}", when=f"{at:%m-%d %H:%M}")
        due = each.agreed or due
        tone = "muted" if not each.listed else ("late" if days > 0 else "")
        return Row(each.task.id, (mark, each.title, due, each.task.owner), each, tone)

    def _show_form(self, data: SheetData) -> None:
        place = self.query_one("#form", Vertical)
        place.remove_children()
        self._form = Asking(self._asked(data))
        place.mount(self._form)

    def _asked(self, data: SheetData) -> list[AskedForm]:
        """The forms of this call; those of other tasks are made when they are marked."""
        answers, today = data.draft.answers, house(self).desk.today()
        return [
            AskedForm(each.task.id, each.title, each.form, answers.get(each.task.id, {}), today)
            for each in data.tasks
            if each.form is not None and each.task.id in self.included
        ]

    def ask_included(self) -> None:
        """Ask the forms of the tasks that belong to this call, and no others."""
        form, data = self.form, self.data
        if form is None or data is None:
            return
        for asked in self._asked(data):
            if not form.has_form(asked.task):
                form.add(asked)
        for asked in form.asked:
            form.include(asked.task, asked.task in self.included)

    def _leave_closed(self) -> None:
        """Ask no longer about closed tasks; a cursor in their questions goes to the tasks, for what is
        typed on is no answer to the questions of another."""
        focused = self.focused
        lost = focused is not None and any(
            isinstance(node, Question) and node.about not in self.included
            for node in focused.ancestors_with_self
        )
        self.ask_included()
        if lost:
            self.query_one("#tasks", RecordList).focus()

    @property
    def form(self) -> FormView | None:
        """The form as it stands on the screen."""
        return self._form

    def focus_first(self) -> None:
        """Put the cursor where the work begins: the first open question, else the note; on the tasks
        if none of them is part of the call."""
        form, data = self.form, self.data
        if data is not None and data.tasks and not self.included:
            self.query_one("#tasks", RecordList).focus()
        elif form is None or not form.focus_first():
            self.query_one("#note", TextField).focus()

    def action_note(self) -> None:
        """Write a note while a question is asked; again, and the question has the cursor back."""
        note = self.query_one("#note", TextField)
        if not note.has_focus:
            self._left = self.focused
            note.focus()
        elif self._left is not None and self._left.is_attached and self._left.display:
            self._left.focus()
        else:
            self.focus_first()

    def action_turn_script(self, pages: int) -> None:
        self.query_one(Script).turn(pages)

    def _show_script(self) -> None:
        """The script of the task in hand, else the first one of this call."""
        assert self.data is not None
        scripts = {
            each.task.id: each.script
            for each in self.data.tasks
            if each.script and each.task.id in self.included
        }
        text = scripts.get(self._in_hand) or next(iter(scripts.values()), "")
        if not self.included and self.data.tasks:
            key = house(self).key("task.mark")
            text = t("No task is part of this call; {key} marks one.", key=key)
        if any(each.task.rule == CORRECT and each.at_hand for each in self.data.tasks):
            text = "\n".join([self._how_to_correct(), "", text])
        text = text or t("No script for this call.")
        if text != self._script:
            self._script = text
            self.query_one("#script-text", Static).update(Content(plain(text, lines=True)))
            self.query_one("#script").scroll_home(animate=False)

    def _how_to_correct(self) -> str:
        page, edit = house(self).key("customer"), house(self).key("edit")
        return t(
            "{page} opens the customer's page, {edit} there corrects the number.",
            page=page,
            edit=edit,
        )

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        """The script follows the questions."""
        for node in event.widget.ancestors_with_self:
            if isinstance(node, Question) and self.data is not None:
                self._in_hand = node.about
                self._show_script()
                return

    def show_tasks(self) -> None:
        """Show anew which tasks belong to this call."""
        self._show_tasks()
        self._show_script()
