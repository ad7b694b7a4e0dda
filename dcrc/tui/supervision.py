"""Supervision: the team's day, and the changes that wait for a decision."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any, ClassVar

import attrs
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.content import Content
from textual.widgets import Static
from tinydb import where

from dcrc.i18n import t
from dcrc.kernel.agenda import agenda
from dcrc.kernel.customers import find_customer
from dcrc.kernel.desk import Desk
from dcrc.kernel.operations_log import value_text
from dcrc.kernel.proposals import Proposal, decide_proposal, pending_proposals
from dcrc.kernel.tasks import Result
from dcrc.record_words import field_title
from dcrc.tui.keys import bindings
from dcrc.tui.record_list import Column, RecordList, Row
from dcrc.tui.shell import DeskScreen, house

HUNDRED = 100
ONE_CALL = timedelta(seconds=2)  # what one call says of several tasks is recorded within it


@attrs.frozen
class TeamData:
    """What the supervisor sees."""

    people: list[Row]
    functions: list[Row]
    proposals: list[Row]


class Supervision(DeskScreen):
    """Who tried and reached how many today, what is due by function, and proposals to accept or refuse."""

    FOOTER: ClassVar[tuple[str, ...]] = (
        "proposal.accept",
        "proposal.refuse",
        "customer.letter",
        "undo",
        "back",
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        *bindings("proposal.accept", "proposal.refuse", "customer", "customer.letter")
    ]

    def body(self) -> ComposeResult:
        yield Static(Content(t("Calls today")), classes="part")
        yield RecordList(
            [
                Column(t("Operator"), 12, 1),
                Column(t("Tries"), 8, right=True),
                Column(t("Reached"), 8, right=True),
                Column(t("Share"), 8, right=True),
            ],
            empty=t("Nobody has called today."),
            id="people",
        )
        yield Static(Content(t("Functions")), classes="part")
        yield RecordList(
            [
                Column(t("Function"), 20, 1),
                Column(t("Due"), 8, right=True),
                Column(t("Overdue"), 8, right=True),
                Column(t("Done"), 8, right=True),
            ],
            empty=t("Nothing is due."),
            id="functions",
        )
        yield Static(Content(t("Changes that wait for your decision")), classes="part")
        yield RecordList(
            [
                Column(t("Customer"), 12, 1),
                Column(t("Field"), 10),
                Column(t("Before"), 14, 1),
                Column(t("After"), 14, 1),
                Column(t("By"), 8),
            ],
            empty=t("Nothing waits for a decision."),
            id="proposals",
        )

    def heading(self) -> str:
        return " " + t("Supervision: the team's day and proposals")

    def load_data(self) -> None:
        self.fetch(_load, self._show)

    def _show(self, data: TeamData) -> None:
        for name, rows in (
            ("people", data.people),
            ("functions", data.functions),
            ("proposals", data.proposals),
        ):
            self.query_one(f"#{name}", RecordList).show(len(rows), rows)
        self.query_one("#people", RecordList).styles.height = 1 + max(1, min(6, len(data.people)))
        if self.focused is None:
            self.query_one("#proposals", RecordList).focus()

    def _chosen(self) -> Proposal | None:
        row = self.query_one("#proposals", RecordList).current
        return row.value if row is not None else None

    def action_decide(self, accept: bool) -> None:
        chosen = self._chosen()
        if chosen is None:
            return

        def show(_: Proposal) -> None:
            house(self).say(t("Accepted.") if accept else t("Refused."))
            self.load_data()

        self.fetch(lambda desk: decide_proposal(desk, chosen.id, accept), show, topic="decide")

    def action_customer(self) -> None:
        chosen = self._chosen()
        if chosen is not None:
            house(self).open_customer(chosen.customer)


def _load(desk: Desk) -> TeamData:
    tries, reached = calls_made(desk.attempts.search(where("on") == desk.today().isoformat()))
    people = [
        Row(
            name,
            (name, str(tried), str(reached[name]), f"{HUNDRED * reached[name] // tried} %"),
        )
        for name, tried in sorted(tries.items())
    ]
    functions = [
        Row(
            each.rule,
            (str(each.title), str(each.due), str(each.overdue), str(each.done)),
            tone="late" if each.overdue else "",
        )
        for each in agenda(desk, mine=False, limit=1).counts
    ]
    return TeamData(people, functions, [_proposal(desk, each) for each in pending_proposals(desk)])


def calls_made(attempts: Iterable[Mapping[str, Any]]) -> tuple[Counter[str], Counter[str]]:
    """Calls of each operator, and those that reached the customer; several tasks in one call are one."""
    tries: Counter[str] = Counter()
    reached: Counter[str] = Counter()
    before: tuple[str, str, str, datetime] | None = None
    for operator, customer, result, at in sorted(
        (each["operator"], each["customer"], each["result"], datetime.fromisoformat(each["at"]))
        for each in attempts
    ):
        same = before is not None and before[:3] == (operator, customer, result)
        if before is None or not same or at - before[3] > ONE_CALL:
            tries[operator] += 1
            reached[operator] += result == Result.REACHED.value
        before = (operator, customer, result, at)
    return tries, reached


def _proposal(desk: Desk, proposal: Proposal) -> Row:
    name = find_customer(desk, proposal.customer).name if proposal.customer else ""
    values = (
        value_text(desk, proposal.field, value) for value in (proposal.before, proposal.after)
    )
    return Row(
        proposal.id,
        (name, field_title(proposal.field, proposal.table), *values, proposal.by),
        proposal,
    )
