"""Giving customers of a list to somebody: the marked ones, or the one under the cursor; or all shared out."""

from __future__ import annotations

from collections.abc import Sequence

import attrs

from dcrc.i18n import listed, t
from dcrc.kernel.assigning import Assigned, Workload, assign_customers, who_may_work
from dcrc.kernel.desk import Desk
from dcrc.kernel.operators import Permission
from dcrc.tui.choosing import Choice, Choosing
from dcrc.tui.filters import Filters, listed_customers
from dcrc.tui.marked_list import MarkedList
from dcrc.tui.record_list import Row
from dcrc.tui.share_dialog import ShareDialog
from dcrc.tui.shell import DeskScreen, house


@attrs.frozen
class Give:
    """Give them to one person, or to nobody."""

    owner: str


@attrs.frozen
class Share:
    """Share out the marked ones, or the whole list."""

    whole: bool


class AssignActions(DeskScreen):
    """The deeds of whoever may assign; the screen has a `MarkedList` of customers called `sheets`."""

    @property
    def filters(self) -> Filters:
        """The filters are the interface's: the next call sheet obeys them too."""
        return house(self).filters

    @property
    def lines(self) -> MarkedList:
        """The list of customers."""
        return self.query_one("#sheets", MarkedList)

    @property
    def total(self) -> int:
        """How many customers the whole list has."""
        raise TypeError(type(self).__name__)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        return action != "assign" or house(self).desk.may(Permission.TASKS_ASSIGN)

    # -- marks -----------------------------------------------------------------------------------

    def marked_part(self) -> list[str]:
        """What the title says of the marks."""
        marked = len(self.lines.marked) if self.is_mounted else 0
        key = house(self).key("today.assign")
        return [t("{count} marked, {key} assigns", count=marked, key=key)] if marked else []

    def keep_marks(self) -> None:
        """Take the marks of those away who are no longer on the list, whichever page they were on."""
        filters, lines = self.filters, self.lines
        if lines.marked:
            self.fetch(
                lambda desk: frozenset(listed_customers(desk, filters)),
                lines.keep_marks,
                topic="marks",
            )

    def on_marked_list_marked(self) -> None:
        self.set_heading()

    def action_back(self) -> None:
        if self.lines.marked:
            self.lines.mark([])
        else:
            super().action_back()

    # -- to whom ---------------------------------------------------------------------------------

    def action_assign(self) -> None:
        row = self.lines.current
        customers = self.lines.marked or ([row.key] if row is not None else [])
        if customers:
            self.fetch(
                lambda desk: who_may_work(desk, customers),
                lambda people: self._ask(customers, people, row),
                topic="assign",
            )

    def _ask(self, customers: Sequence[str], people: Sequence[Workload], row: Row | None) -> None:
        def chosen(deed: Give | Share | None) -> None:
            if isinstance(deed, Give):
                self._give(customers, deed.owner)
            elif deed is not None:
                self._share(None if deed.whole else customers)

        name = row.value.customer.name if row is not None and not self.lines.marked else ""
        title = t("Who takes over {name}?", name=name)
        if not name:
            title = t("Who takes over these {count} customers?", count=len(customers))
        self.app.push_screen(Choosing(title, self._choices(customers, people)), chosen)

    def _choices(self, customers: Sequence[str], people: Sequence[Workload]) -> list[Choice]:
        offers = [
            Choice(
                each.name,
                Give(each.name),
                t("{open} open, {due} of them due", open=each.open, due=each.due),
            )
            for each in people
        ]
        offers.append(Choice(t("Nobody in particular"), Give("")))
        if len(customers) > 1:
            marked = t("the {count} marked ones", count=len(customers))
            offers.append(Choice(t("Share out evenly …"), Share(False), marked))
        whole = t("all {count} on the list", count=self.total)
        offers.append(Choice(t("Share out evenly …"), Share(True), whole))
        return offers

    def _give(self, customers: Sequence[str], owner: str) -> None:
        def show(done: Assigned) -> None:
            key = house(self).key("undo")
            calls = len(done.moved)
            if not calls:
                text = t("Nothing changes hands: it is so already, or other people's work.")
            elif owner:
                text = t(
                    "{name} takes over {customers} customers, {calls} calls; {key} undoes it.",
                    name=owner,
                    customers=done.customers,
                    calls=calls,
                    key=key,
                )
            else:
                text = t(
                    "{customers} customers, {calls} calls are nobody's now; {key} undoes it.",
                    customers=done.customers,
                    calls=calls,
                    key=key,
                )
            self._assigned(text)

        house(self).perform(lambda desk: assign_customers(desk, customers, owner), show, on=self)

    def _share(self, marked: Sequence[str] | None) -> None:
        filters = self.filters

        def whom(desk: Desk) -> tuple[list[str], list[Workload]]:
            customers = listed_customers(desk, filters) if marked is None else list(marked)
            return customers, who_may_work(desk, customers)

        def show(done: Assigned | None) -> None:
            if done is not None:
                who = listed(f"{part.name} {part.customers}" for part in done.people)
                key = house(self).key("undo")
                self._assigned(t("Shared out: {who}; {key} undoes it.", who=who, key=key))

        def ask(found: tuple[list[str], list[Workload]]) -> None:
            self.app.push_screen(ShareDialog(*found), show)

        self.fetch(whom, ask, topic="assign")

    def _assigned(self, text: str) -> None:
        house(self).say(text)
        self.lines.mark([])
        self.load_data()
