"""Sharing a list out: who takes part, and what each would get; nothing is written before Enter."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Static

from dcrc.errors import DcrcError
from dcrc.i18n import t, translate_error
from dcrc.kernel.assigning import Assigned, Workload, later_line, share_customers
from dcrc.kernel.desk import Desk
from dcrc.tui.marked_list import MarkedList
from dcrc.tui.record_list import Column, Row
from dcrc.tui.shell import Dialog, house
from dcrc.wording import plain

AFRESH = " "  # the key of a line that is no person: names have no blanks around them
MOST_LINES = 11


class ShareDialog(Dialog[Assigned]):
    """Shares the `customers` out among those of `people` who are marked; the result is what was done."""

    def __init__(self, customers: Sequence[str], people: Sequence[Workload]) -> None:
        super().__init__()
        self._customers = tuple(customers)
        self._people = tuple(people)
        self._would: Assigned | None = None
        self._sharing = False

    def compose(self) -> ComposeResult:
        title = t("Share {count} customers out evenly", count=len(self._customers))
        with Vertical(classes="dialog -broad"):
            yield Static(Content(title), classes="dialog-title")
            yield MarkedList(
                [
                    Column(t("Operator"), 12, 1),
                    Column(t("Still open"), 10, right=True),
                    Column(t("Due"), 5, right=True),
                    Column(t("gets customers"), 14, right=True),
                    Column(t("gets calls"), 10, right=True),
                ],
                always=True,
            )
            yield Static(id="outcome")
            hint = t("Space marks who takes part, Enter shares out, Esc goes back.")
            yield Static(Content(hint), classes="hint")

    def on_mount(self) -> None:
        lines = self.query_one(MarkedList)
        lines.styles.height = min(len(self._people) + 2, MOST_LINES)
        self._draw()
        lines.mark([each.name for each in self._people if each.own_role])
        if not lines.marked:
            self._tell(t("Mark those who take part."))
        lines.focus()

    # -- what would happen -----------------------------------------------------------------------

    def on_marked_list_marked(self) -> None:
        if self._sharing:
            return
        self._would = None
        self._draw()
        if not self._chosen():
            self._tell(t("Mark those who take part."))
            return
        self._tell(t("Counting …"))
        house(self).perform(
            self._work(dry_run=True), self._count, on=self, topic="share", failed=self._refused
        )

    def _chosen(self) -> list[str]:
        return [name for name in self.query_one(MarkedList).marked if name != AFRESH]

    def _work(self, *, dry_run: bool) -> Callable[[Desk], Assigned]:
        """Sharing out as it is marked now, for the desk's thread."""
        people = self._chosen()
        afresh = len(self.query_one(MarkedList).marked) > len(people)
        taking = [each.name for each in self._people] if afresh else []

        def share(desk: Desk) -> Assigned:
            return share_customers(desk, self._customers, people, taking=taking, dry_run=dry_run)

        return share

    def _count(self, would: Assigned) -> None:
        self._would = would
        self._draw()
        told = [t("{count} customers change hands.", count=would.customers)]
        if would.later:
            told.append(later_line(would))
        if would.kept:
            told.append(t("{count} customers stay with whom they are.", count=would.kept))
        if would.left:
            told.append(t("{count} customers have no work of these people.", count=would.left))
        self._tell("\n".join(told))

    def _refused(self, error: DcrcError) -> None:
        self._sharing = False
        self._tell("✗" + translate_error(error))

    def _tell(self, text: str) -> None:
        self.query_one("#outcome", Static).update(Content(plain(text, lines=True)))

    def _draw(self) -> None:
        parts = {part.name: part for part in self._would.people} if self._would else {}
        rows = [
            Row(
                each.name,
                (
                    each.name,
                    str(each.open),
                    str(each.due),
                    str(parts[each.name].customers) if each.name in parts else "",
                    str(parts[each.name].tasks) if each.name in parts else "",
                ),
            )
            for each in self._people
        ]
        rows.append(Row(AFRESH, (t("also what is assigned"),)))
        self.query_one(MarkedList).show(len(rows), rows)

    # -- doing it --------------------------------------------------------------------------------

    def on_record_list_opened(self) -> None:
        if self._sharing or self._would is None or not self._would.edits:
            return
        self._sharing = True
        self._tell(t("Sharing out …"))
        house(self).perform(
            self._work(dry_run=False), self._done, on=self, topic="share", failed=self._refused
        )

    def _done(self, done: Assigned) -> None:
        self.dismiss(done)

    def action_back(self) -> None:
        if not self._sharing:  # what is being stored is told of, with the key that takes it back
            super().action_back()
