"""A form on a screen of its own: Ctrl+S saves, Esc goes back and keeps what was typed as a draft."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import VerticalScroll
from textual.timer import Timer

from dcrc.errors import DcrcError, InputError
from dcrc.i18n import t
from dcrc.kernel.desk import Desk
from dcrc.kernel.facts import latest_day
from dcrc.kernel.forms import Form, check_answers
from dcrc.tui.drafts import drop_draft, keep_draft, read_draft
from dcrc.tui.form_view import AskedForm, FormView, without_ids
from dcrc.tui.keys import bindings
from dcrc.tui.shell import DeskScreen, house
from dcrc.wording import plain

DRAFT_AFTER = 0.4  # seconds


class RecordForm(DeskScreen):
    """Asks `form`; subclasses give `start` (what stands in it) and `store` (what saving does).

    `draft_kind` and `draft_about` name the draft.
    """

    FOOTER: ClassVar[tuple[str, ...]] = ("save", "field.up", "field.down", "back")
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("save")]

    def __init__(self, title: str, draft_kind: str, draft_about: str) -> None:
        super().__init__()
        self._title = title
        self._draft_kind, self._draft_about = draft_kind, draft_about
        self._draft_timer: Timer | None = None
        self._started = False
        self._saved = False
        self._stored: dict[str, Any] = {}
        self._shown: dict[str, Any] = {}

    def start(self, desk: Desk) -> tuple[Form, dict[str, Any]]:
        """The form, and what stands in it."""
        raise TypeError(f"{type(self).__name__} asks nothing")

    def store(self, desk: Desk, values: Mapping[str, Any]) -> str:
        """Save checked `values`; returns what to say. Runs in the desk's thread."""
        raise TypeError(f"{type(self).__name__} saves nothing")

    def heading(self) -> str:
        return " " + self._title

    def body(self) -> ComposeResult:
        yield VerticalScroll(id="form", can_focus=False)

    def load_data(self) -> None:
        if not self._started:
            self.fetch(self._begin, self._show)

    def _begin(self, desk: Desk) -> tuple[Form, dict[str, Any], dict[str, Any]]:
        form, values = self.start(desk)
        draft = read_draft(desk, self._draft_kind, self._draft_about).get("values", {})
        return form, values, draft

    def _show(self, begun: tuple[Form, dict[str, Any], dict[str, Any]]) -> None:
        if self._started:
            return
        self._started = True
        form, values, draft = begun
        values = self._remember(values)
        shown = {**values, **draft} if draft else values
        if draft:
            house(self).say(
                t("Your unsaved entries are back; {key} saves them.", key=house(self).key("save"))
            )
        view = FormView(
            [AskedForm("", "", form, {k: v for k, v in shown.items() if v is not None})]
        )
        self.query_one("#form", VerticalScroll).mount(view)
        view.focus_first(unanswered=False)

    def _remember(self, values: dict[str, Any]) -> dict[str, Any]:
        """Keep what is stored; returns it as it is shown."""
        self._stored = values
        self._shown = {k: plain(v) if isinstance(v, str) else v for k, v in values.items()}
        return self._shown

    def take_over(self, values: dict[str, Any]) -> list[str]:
        """Go on from `values`, which somebody else has stored: what was entered here stays, with the other's
        beside it. Returns the titles of the fields in which they differ."""
        view, before = self.view, self._shown
        shown = self._remember(values)
        doubts: dict[tuple[str, str], str] = {}
        for each in view.questions:
            name = each.field.name
            if each.answer == before.get(name):
                view.put("", name, shown.get(name))
            elif shown.get(name) not in (before.get(name), each.answer):
                doubts["", name] = t("stored: {value}", value=each.told(shown.get(name)) or "–")
        view.show_doubts(doubts)
        return [str(each.field.title) for each in view.questions if ("", each.field.name) in doubts]

    @property
    def view(self) -> FormView:
        """The form on the screen."""
        return self.query_one(FormView)

    def action_save(self) -> None:
        if not self._started or self._saved:
            return
        form = self.view.asked[0].form
        try:
            values = check_answers(form, self.view.answers(""), latest_day(house(self).desk))
        except InputError as error:
            self._refused(error)
            return
        self._stop_timer()
        for name, stored in self._stored.items():  # what was shown as text is kept as it was
            if isinstance(stored, str) and values.get(name) == plain(stored).strip():
                values[name] = stored

        def work(desk: Desk) -> str:
            said = self.store(desk, values)
            drop_draft(desk, self._draft_kind, self._draft_about)
            return said

        house(self).perform(work, self._done, on=self, topic="save", failed=self._refused)

    def _refused(self, error: DcrcError) -> None:
        house(self).complain(without_ids(error) if isinstance(error, InputError) else error)
        names = error.params.get("fields") or (error.params.get("field", ""),)
        self.view.mark_wrong("", [str(name) for name in names])

    def _done(self, said: str) -> None:
        """The record is stored: say so and go back."""
        self._saved = True
        app = house(self)
        app.say(said)
        app.go_back()

    # -- drafts ----------------------------------------------------------------------------------

    def on_form_view_changed(self) -> None:
        self._stop_timer()
        self._draft_timer = self.set_timer(DRAFT_AFTER, self._keep)

    def on_form_view_finished(self) -> None:
        house(self).say(t("{key} saves.", key=house(self).key("save")), "hint")

    def _keep(self) -> None:
        self._stop_timer()
        if self._saved or not self._started:
            return
        values = {
            name: value
            for name, value in self.view.values[""].items()
            if value != self._shown.get(name)
        }
        kept = {"values": values} if values else {}
        kind, about = self._draft_kind, self._draft_about
        house(self).perform(
            lambda desk: keep_draft(desk, kind, about, kept, desk.now()), lambda _: None
        )

    def _stop_timer(self) -> None:
        if self._draft_timer is not None:
            self._draft_timer.stop()
            self._draft_timer = None

    def action_back(self) -> None:
        self._keep()
        super().action_back()
