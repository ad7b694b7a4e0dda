"""What is typed on a call sheet is on disk at once, and what may be wrong in it is said beside it."""

from __future__ import annotations

from textual.timer import Timer

from dcrc.tui.drafts import SheetDraft, keep_sheet_draft
from dcrc.tui.form_view import FormView
from dcrc.tui.sheet_data import SheetData, SheetTask, doubts_on_sheet
from dcrc.tui.shell import DeskScreen, house
from dcrc.tui.text_field import TextField

DRAFT_AFTER = 0.4  # seconds after the last key until the draft is on disk


class SheetDrafts(DeskScreen):
    """A call sheet as far as something is typed on it."""

    customer_id: str
    data: SheetData | None
    included: set[str]  # ids of the tasks that belong to this call
    recording = False
    _draft_timer: Timer | None = None

    @property
    def form(self) -> FormView | None:
        """The form as it stands on the screen."""
        raise TypeError(type(self).__name__)

    def in_call(self) -> list[SheetTask]:
        tasks = self.data.tasks if self.data else []
        return [each for each in tasks if each.task.id in self.included]

    def draft(self) -> SheetDraft:
        """What was typed so far."""
        assert self.data is not None
        form = self.form
        values = {**self.data.draft.answers, **(form.values if form else {})}
        given = {task: dict(answers) for task, answers in values.items() if answers}
        offered = {*given, *(each.task.id for each in self.data.offered)}
        out = [each.task.id for each in self.data.tasks if each.task.id in offered - self.included]
        return SheetDraft(given, tuple(out), self.query_one("#note", TextField).value)

    def keep_draft(self) -> None:
        """Put what was typed on disk now."""
        self.stop_draft_timer()
        if self.data is None or self.recording:
            return
        customer_id, draft = self.customer_id, self.draft()
        house(self).perform(lambda desk: keep_sheet_draft(desk, customer_id, draft), lambda _: None)

    def keep_draft_soon(self) -> None:
        """Put what was typed on disk when the keys rest a moment."""
        self.stop_draft_timer()
        self._draft_timer = self.set_timer(DRAFT_AFTER, self._rest)

    def _rest(self) -> None:
        """The keys rest: what was typed goes to disk, and what may be wrong in it is said beside it."""
        self.keep_draft()
        self.tell_doubts()

    def tell_doubts(self) -> None:
        """Say beside the answers what may be wrong in them."""
        form, customer_id = self.form, self.customer_id
        answers = (
            {each.task.id: form.answers(each.task.id) for each in self.in_call()} if form else {}
        )

        def show(found: dict[tuple[str, str], str]) -> None:
            if form is not None and customer_id == self.customer_id:
                form.show_doubts(found)

        self.fetch(lambda desk: doubts_on_sheet(desk, answers), show, topic="doubts")

    def stop_draft_timer(self) -> None:
        if self._draft_timer is not None:
            self._draft_timer.stop()
            self._draft_timer = None

    def on_form_view_changed(self) -> None:
        self.keep_draft_soon()

    def on_text_field_typed(self, _: TextField.Typed) -> None:
        house(self).unsay()
        self.keep_draft_soon()

    def action_back(self) -> None:
        self.keep_draft()
        super().action_back()
