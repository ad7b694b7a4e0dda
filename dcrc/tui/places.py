"""Where one can go from everywhere, and what can be done everywhere."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from textual.screen import Screen

from dcrc.i18n import t
from dcrc.kernel.desk import Desk
from dcrc.kernel.faces import ScreenEntry
from dcrc.kernel.operations_log import whom_about
from dcrc.kernel.operators import Permission
from dcrc.kernel.undoing import last_step, undo
from dcrc.tui.actions import Action, ActionList, actions_of
from dcrc.tui.drafts import SheetDraft, keep_sheet_draft

if TYPE_CHECKING:
    from dcrc.tui.app import DcrcApp


class Places:
    """The actions of the interface's own keys; a part of `DcrcApp`."""

    @property
    def _app(self) -> DcrcApp:
        return cast("DcrcApp", self)

    # -- going -----------------------------------------------------------------------------------

    def go_back(self) -> None:
        """Close the screen in front; Today stays."""
        if len(self._app.screen_stack) > 1:
            self._app.pop_screen()

    def go_to(self, screen: Screen[None]) -> None:
        """Open `screen` over the one in front."""
        self._app.push_screen(screen)

    def open_customer(self, customer_id: str) -> None:
        """Open the customer's page."""
        from dcrc.tui.customer_page import CustomerPage

        self.go_to(CustomerPage(customer_id))

    def open_sheet(self, customer_id: str, task: str = "") -> None:
        """Open the customer's call sheet, with `task` first if there is one."""
        from dcrc.tui.call_sheet import CallSheet

        self.go_to(CallSheet(customer_id, task))

    def action_today(self) -> None:
        """Go back to today's list, from wherever."""
        app = self._app
        while len(app.screen_stack) > 1:
            if app.screen.is_modal:
                app.screen.dismiss(None)
                return
            app.pop_screen()

    def action_calendar(self) -> None:
        from dcrc.tui.calendar_screen import CalendarScreen

        if not isinstance(self._app.screen, CalendarScreen) and not self._app.screen.is_modal:
            self.go_to(CalendarScreen())

    def action_search(self) -> None:
        from dcrc.tui.search import SearchDialog

        if isinstance(self._app.screen, SearchDialog):
            return

        def found(customer_id: str | None) -> None:
            if customer_id:
                self.open_customer(customer_id)

        self._app.push_screen(SearchDialog(), found)

    def action_new_customer(self) -> None:
        from dcrc.tui.customer_form import CustomerForm

        if not isinstance(self._app.screen, CustomerForm) and not self._app.screen.is_modal:
            self.go_to(CustomerForm())

    # -- help and palette ------------------------------------------------------------------------

    def action_help(self) -> None:
        self._offer(t("Keys that work here"), actions_of(self._app.screen))

    def action_palette(self) -> None:
        here = actions_of(self._app.screen)
        moves = [action for action in here if action.moves]
        deeds = [action for action in here if not action.moves]
        self._offer(t("All actions"), [*deeds, *self._more_actions(), *moves])

    def _offer(self, title: str, actions: list[Action]) -> None:
        if isinstance(self._app.screen, ActionList):
            self.go_back()
            return

        def chosen(action: Action | None) -> None:
            if action is not None:
                action.run()

        self._app.push_screen(ActionList(title, actions), chosen)

    def _more_actions(self) -> list[Action]:
        from dcrc.tui.settings import Settings
        from dcrc.tui.supervision import Supervision

        app = self._app
        own = [
            Action(
                "", t("Supervision: the team's day and proposals"), lambda: app.go_to(Supervision())
            ),
            Action("", t("Settings: plugins and policies"), lambda: app.go_to(Settings())),
            Action("", t("Stop planning"), app.planning.stop)
            if app.planning.running
            else Action("", t("Plan the calendar now"), app.plan_calendar),
        ]
        plugins = [
            Action("", str(entry.title), lambda entry=entry: app.open_entry(entry))  # type: ignore[misc]
            for _, entry in app.desk.plugins.ask_each("dcrc_screens")
        ]
        return [*own, *plugins]

    def open_entry(self, entry: ScreenEntry) -> None:
        """Open a plugin's screen; one that fails is named, the rest works."""
        try:
            screen = entry.load()(self._app.desk)
        except Exception as error:  # noqa: BLE001 - a plugin's fault must not end the interface
            what = type(error).__name__
            text = t("The screen {name} could not be opened ({what}).", name=entry.name, what=what)
            self._app.say(text, "error")
        else:
            self.go_to(screen)

    # -- deeds that several screens share --------------------------------------------------------

    def edit_customer(self, customer_id: str) -> None:
        """Open the customer's data for editing."""
        from dcrc.tui.customer_form import CustomerForm

        self.go_to(CustomerForm(customer_id))

    def add_task(self, customer_id: str) -> None:
        """Ask for a task to add for the customer."""
        from dcrc.tui.task_form import TaskForm

        self.go_to(TaskForm(customer_id))

    def explain(self, task_id: str) -> None:
        """Show why a task is on the calendar."""
        from dcrc.kernel.explain import explain_task
        from dcrc.tui.reading import Reading

        self._app.perform(
            lambda desk: [str(line) for line in explain_task(desk, task_id).lines],
            lambda lines: self.go_to(Reading(t("Why is it here?"), lines)),
            topic="explain",
        )

    def explain_absence(self, customer_id: str) -> None:
        """Show of each rule why it planned nothing for the customer, or what it planned."""
        from dcrc.kernel.explain import explain_customer, told_lines
        from dcrc.tui.reading import Reading

        self._app.perform(
            lambda desk: told_lines(explain_customer(desk, customer_id)),
            lambda lines: self.go_to(Reading(t("Why is nothing else planned?"), lines)),
            topic="explain",
        )

    def action_toggle_dark(self) -> None:
        app = self._app
        app.theme = "dcrc-light" if app.theme == "dcrc-dark" else "dcrc-dark"

    # -- undo ------------------------------------------------------------------------------------

    def remember(self, customer_id: str, draft: SheetDraft) -> None:
        """Keep what was recorded last, so that undoing it brings the answers back too."""
        self._app.recorded_last = (customer_id, draft)

    def action_undo(self) -> None:
        from dcrc.tui.conversation import CONVERSATION

        app = self._app
        last = app.recorded_last

        def work(desk: Desk) -> tuple[str, str, str]:
            step = last_step(desk)
            undone = undo(desk)
            customer_id = ""
            if last is not None and step.name == CONVERSATION:
                customer_id, draft = last
                keep_sheet_draft(desk, customer_id, draft)
            return step.name, whom_about(desk, undone.undone), customer_id

        def show(done: tuple[str, str, str]) -> None:
            from dcrc.tui.call_sheet import CallSheet

            app.recorded_last = None
            name, whose, customer_id = done
            app.passed.discard(customer_id)
            app.say(
                t("Undone: {what} ({name}).", what=t(name), name=whose)
                if whose
                else t("Undone: {what}.", what=t(name))
            )
            if customer_id and isinstance(app.screen, CallSheet):
                app.screen.open(customer_id, forget=True)
            else:
                app.show_changes()

        app.perform(work, show, topic="undo")

    # -- planning --------------------------------------------------------------------------------

    def plan_calendar(self) -> None:
        """Bring the calendar up to date in the background; the palette stops it."""
        if self._app.desk.may(Permission.PLAN):
            self._app.planning.start()
