"""What the keys of a call sheet do: results, call-backs, putting off, leaving tasks out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import Any

from dcrc.errors import DcrcError, InputError
from dcrc.i18n import listed, t
from dcrc.kernel.calendar import snooze_tasks
from dcrc.kernel.conversations import against_his_wish
from dcrc.kernel.desk import Desk
from dcrc.kernel.facts import latest_day
from dcrc.kernel.forms import check_answers
from dcrc.kernel.operators import masked_phone
from dcrc.kernel.tasks import Result
from dcrc.tui.choosing import Choice, Choosing, Naming
from dcrc.tui.conversation import Conversation, Recorded, record
from dcrc.tui.filters import next_customer
from dcrc.tui.form_view import without_ids
from dcrc.tui.record_list import RecordList
from dcrc.tui.results import (
    ABOUT_A_NUMBER,
    call_back_times,
    other_results,
    snooze_days,
)
from dcrc.tui.sheet_data import (
    RecentCall,
    SheetTask,
    by_others,
    recent_calls,
)
from dcrc.tui.sheet_drafts import SheetDrafts
from dcrc.tui.shell import house
from dcrc.tui.text_field import TextField
from dcrc.tui.when import read_day, read_moment


class CallActions(SheetDrafts):
    """The deeds of a call sheet; `CallSheet` shows what they work on."""

    known_calls: frozenset[str] = frozenset()  # ids of attempts that this operator knows of
    began_with_tasks = False  # when the sheet was opened
    left_open: Sequence[SheetTask] = ()

    def open(self, customer_id: str, *, forget: bool = False) -> None:
        """Show another customer on this sheet."""
        raise TypeError(type(self).__name__)

    def ask_included(self) -> None:
        """Ask the forms of the tasks that belong to this call."""
        raise TypeError(type(self).__name__)

    def show_tasks(self) -> None:
        """Show anew which tasks belong to this call."""
        raise TypeError(type(self).__name__)

    # -- results ---------------------------------------------------------------------------------

    def action_result(self, name: str) -> None:
        if self._told_of_others():
            return
        result = Result(name)
        if result in ABOUT_A_NUMBER and self.data and len(self.data.customer.usable_phones) > 1:
            self._ask_number(lambda number: self._record(result, number=number))
        else:
            self._record(result)

    def action_other_result(self) -> None:
        if self._told_of_others():
            return

        def chosen(result: Result | None) -> None:
            if result is not None:
                self.action_result(result.value)

        self.app.push_screen(Choosing(t("What came of the call?"), other_results()), chosen)

    def action_call_back(self) -> None:
        if self._told_of_others():
            return
        desk = house(self).desk
        offers = call_back_times(desk.now(), desk.zone, desk.policies.section("contact"))

        def take(text: str) -> datetime:
            return read_moment(text, desk.now(), desk.zone)

        self._choose(
            t("Call back when?"),
            offers,
            t("for example 15:30, tomorrow 10:00, Fri 9:30, +2h"),
            take,
            lambda moment: self._record(Result.CALL_BACK, call_back=moment),
        )

    def _told_of_others(self, calls: Sequence[RecentCall] | None = None) -> bool:
        """Say once what others have recorded for the customer since he is shown; False without news."""
        if calls is None:
            calls = self.data.calls if self.data else ()
        new = [each.words for each in by_others(house(self).desk, calls, self.known_calls)]
        self.known_calls = self.known_calls.union(*(each.ids for each in calls))
        if new:
            said = t(
                "Recorded meanwhile: {calls}. Press the key again to record yours, too.",
                calls=listed(new),
            )
            house(self).say(said, "warning")
        return bool(new)

    def _ask_number(self, then: Callable[[str], None]) -> None:
        assert self.data is not None
        desk = house(self).desk
        numbers = [
            Choice(masked_phone(desk, phone.number), phone.number)
            for phone in self.data.customer.usable_phones
        ]

        def chosen(number: str | None) -> None:
            if number is not None:
                then(number)

        self.app.push_screen(Choosing(t("Which number?"), numbers), chosen)

    def _who_called(self, then: Callable[[], None]) -> None:
        """Who must not be contacted may have called himself: that is asked before it is recorded so."""
        assert self.data is not None
        name = self.data.customer.name

        def chosen(incoming: bool | None) -> None:
            if incoming:
                then()

        choices = [
            Choice(t("The customer called us"), True),
            Choice(t("We called: do not record it"), False),
        ]
        title = t("{name} does not want to be contacted. Who called?", name=name)
        self.app.push_screen(Choosing(title, choices), chosen)

    def _record(
        self,
        result: Result,
        *,
        call_back: datetime | None = None,
        number: str = "",
        channel: str = "call",
    ) -> None:
        data, app = self.data, house(self)
        if data is None or self.recording:
            return
        if not self.included and not self._records_incoming(result):
            return
        answers = self._checked(result)
        if answers is None:
            return
        tasks = [each.task for each in self.in_call()]
        if channel == "call" and against_his_wish(data.customer, result, tasks):
            self._who_called(
                lambda: self._record(result, call_back=call_back, number=number, channel="incoming")
            )
            return
        usable = data.customer.usable_phones
        conversation = Conversation(
            data.customer.id,
            data.customer.name,
            result,
            answers,
            self.query_one("#note", TextField).value.strip(),
            call_back,
            number or (usable[0].number if usable and channel == "call" else ""),
            channel,
        )
        draft, filters, passed = self.draft(), app.filters, frozenset(app.passed)
        self.recording = True
        app.say(t("Recording …"))
        self.stop_draft_timer()

        known = self.known_calls

        def work(desk: Desk) -> Recorded | tuple[RecentCall, ...]:
            calls = recent_calls(desk, conversation.customer)
            if by_others(desk, calls, known):
                return calls
            return record(desk, conversation, draft, filters, passed)

        def failed(error: DcrcError) -> None:
            self.recording = False
            app.complain(error)

        def show(done: Recorded | tuple[RecentCall, ...]) -> None:
            if not isinstance(done, Recorded):
                self.recording = False
                self._told_of_others(done)
                return
            app.remember(conversation.customer, draft)
            app.passed.add(conversation.customer)
            app.say(done.message([each.title for each in self.left_open]))
            self._go_on(done.next_customer)

        app.perform(work, show, on=self, topic="record", failed=failed)

    def _records_incoming(self, result: Result) -> bool:
        """Whether a call about no task can be recorded: the customer, for whom nothing was due, called and
        there is a note of it. Else it is said what is missing."""
        app, data, note = house(self), self.data, self.query_one("#note", TextField)
        if data is not None and self.began_with_tasks:
            said = t("No task is part of this call; {key} marks one.", key=app.key("task.mark"))
            if not data.tasks:
                said = t(
                    "What this call was about is closed meanwhile; {add} adds a task.",
                    add=app.key("task.add"),
                )
            app.say(said, "warning")
            self.query_one("#tasks", RecordList).focus()
            return False
        if result is Result.REACHED and note.value.strip():
            return True
        said = t(
            "Nothing is open here: write down what the customer wanted and {reached} records the call;"
            " {add} adds a task.",
            reached=app.key("result.reached"),
            add=app.key("task.add"),
        )
        app.say(said, "warning")
        note.focus()
        return False

    def _checked(self, result: Result) -> dict[str, dict[str, Any] | None] | None:
        """The answers of each task in this call, or None after telling what is missing."""
        assert self.data is not None
        form = self.form
        desk = house(self).desk
        given: dict[str, dict[str, Any] | None] = {}
        self.left_open = self._unasked() if result is Result.REACHED else []
        for each in self.in_call():
            if each in self.left_open:
                continue
            given[each.task.id] = None
            if result is not Result.REACHED or each.form is None or form is None:
                continue
            try:
                answers = form.answers(each.task.id)
                given[each.task.id] = check_answers(each.form, answers, latest_day(desk))
            except InputError as error:
                house(self).complain(without_ids(error))
                form.mark_wrong(each.task.id, error.params.get("fields", ()))
                return None
        return given

    def _unasked(self) -> list[SheetTask]:
        """Tasks whose form was not begun, while another one was: they stay open for the next call."""
        form, in_call = self.form, self.in_call()
        if form is None:
            return []
        unasked = [each for each in in_call if each.form and not form.answers(each.task.id)]
        return unasked if len(unasked) < len(in_call) else []

    def _go_on(self, customer_id: str) -> None:
        self.recording = False
        if customer_id:
            self.open(customer_id, forget=True)
            return
        app = house(self)
        app.passed.clear()
        app.unsay()
        app.say(t("{said} Nobody else is due with these filters.", said=app.said[0]).strip())
        app.go_back()

    # -- going on without a result ---------------------------------------------------------------

    def action_skip(self) -> None:
        app = house(self)
        self.keep_draft()
        app.passed.add(self.customer_id)
        filters, passed = app.filters, frozenset(app.passed)
        self.fetch(lambda desk: next_customer(desk, filters, passed), self._go_on, topic="next")

    def action_snooze(self) -> None:
        app = house(self)
        today = app.desk.today()
        ids = [each.task.id for each in self.in_call()]
        row = self.query_one("#tasks", RecordList).current
        if not ids and row is not None:  # nothing is marked: what the cursor is on is meant
            ids = [row.key]
        if not ids:
            app.say(t("Nothing is open here that could be put off."), "warning")
            return

        customer, filters = self.customer_id, app.filters
        passed = frozenset({*app.passed, customer})

        def put_off(day: date) -> None:
            def work(desk: Desk) -> str:
                snooze_tasks(desk, ids, day)
                return next_customer(desk, filters, passed)

            def show(following: str) -> None:
                app.say(t("Put off to {day}.", day=day.isoformat()))
                app.passed.add(customer)
                self._go_on(following)

            self.keep_draft()
            self.fetch(work, show, topic="put off")

        self._choose(
            t("Put off to which day: {titles}?", titles=self._titles_of(ids)),
            snooze_days(today),
            t("for example +2, Fri, 11-25"),
            lambda text: read_day(text, today),
            put_off,
        )

    def _titles_of(self, ids: Sequence[str]) -> str:
        return listed(
            each.title for each in (self.data.tasks if self.data else ()) if each.task.id in ids
        )

    def _choose(
        self,
        title: str,
        choices: list[Choice],
        hint: str,
        read: Callable[[str], Any],
        then: Callable[[Any], None],
    ) -> None:
        """Let one of `choices` be taken, or a text that `read` understands."""

        def named(value: Any) -> None:
            if value is not None:
                then(value)

        self.app.push_screen(Naming(title, choices, hint, read), named)

    # -- tasks of the call -----------------------------------------------------------------------

    def action_mark(self) -> None:
        row = self.query_one("#tasks", RecordList).current
        if row is None:
            return
        task = row.key
        house(self).unsay()
        self.included ^= {task}
        self.ask_included()
        self.show_tasks()
        self.keep_draft_soon()

    def on_record_list_opened(self, event: RecordList.Opened) -> None:
        if event.source.id == "tasks":
            self.action_mark()

    def action_explain(self) -> None:
        row = self.query_one("#tasks", RecordList).current
        if row is not None:
            house(self).explain(row.key)

    def action_customer(self) -> None:
        self.keep_draft()
        house(self).open_customer(self.customer_id)

    def action_add_task(self) -> None:
        house(self).add_task(self.customer_id)

    def on_form_view_finished(self) -> None:
        self.query_one("#note", TextField).focus()

    def on_text_field_left(self, _: TextField.Left) -> None:
        key = house(self).key("result.reached")
        said = t("{key} records it as reached; the other results stand below.", key=key)
        house(self).say(said, "hint")
