"""`dcrc proposals`: changes of key fields that wait for a supervisor."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from dcrc.cli.commands import Group
from dcrc.cli.documents import moment
from dcrc.cli.seat import pass_desk
from dcrc.cli.showing import Column, Table, limit_option, more_line, page, show
from dcrc.errors import InputError, NotFound
from dcrc.i18n import t
from dcrc.record_words import field_title

if TYPE_CHECKING:
    from dcrc.kernel.desk import Desk
    from dcrc.kernel.proposals import Proposal


@click.group(cls=Group)
def proposals() -> None:
    """Proposals."""


@proposals.command("list", help="What waits, oldest first.")
@limit_option
@pass_desk
def list_all(desk: Desk, limit: int | None) -> None:
    """Print the waiting proposals."""
    from dcrc.kernel.operations_log import value_text
    from dcrc.kernel.proposals import pending_proposals
    from dcrc.kernel.terms import short_id

    waiting = pending_proposals(desk)
    shown = waiting[: page(limit)]
    columns = [
        Column(t("Proposal")),
        Column(t("By")),
        Column(t("Customer"), flexible=True),
        Column(t("Field")),
        Column(t("Before"), flexible=True),
        Column(t("After"), flexible=True),
    ]
    people = desk.customers.get_many([one.customer for one in shown])
    rows = [
        (
            short_id(one.id),
            one.by,
            people[one.customer]["name"] if one.customer in people else one.customer,
            field_title(one.field, one.table),
            value_text(desk, one.field, one.before),
            value_text(desk, one.field, one.after),
        )
        for one in shown
    ]
    show(
        {"proposals": [proposal_document(desk, one) for one in shown], "total": len(waiting)},
        *([Table(columns, rows)] if rows else [t("Nothing waits for confirmation.")]),
        *more_line(len(shown), len(waiting)),
    )


def proposal_document(desk: Desk, proposal: Proposal) -> dict[str, Any]:
    """A proposal as JSON; numbers are masked as everywhere."""
    return {
        "id": proposal.id,
        "table": proposal.table,
        "record": proposal.record,
        "customer": proposal.customer or None,
        "field": proposal.field,
        "before": _seen(desk, proposal, proposal.before),
        "after": _seen(desk, proposal, proposal.after),
        "by": proposal.by,
        "at": moment(desk, proposal.at),
        "state": str(proposal.state),
        "decided_by": proposal.decided_by or None,
        "note": proposal.note,
    }


def _seen(desk: Desk, proposal: Proposal, value: Any) -> Any:
    from dcrc.kernel.masking import seen

    return seen(desk, value, proposal.field)


def waiting_lines(proposals: tuple[Proposal, ...]) -> list[str]:
    """What is said after an edit of which something waits."""
    if not proposals:
        return []
    return [t("{count} changes wait for a supervisor (dcrc proposals).", count=len(proposals))]


@proposals.command(help="Accept a proposal: the record changes.")
@click.argument("proposal")
@click.option("--note", default="", metavar="TEXT", help="A remark.")
@pass_desk
def accept(desk: Desk, proposal: str, note: str) -> None:
    """Accept."""
    _decide(desk, proposal, True, note)


@proposals.command(help="Refuse a proposal: the old value stays.")
@click.argument("proposal")
@click.option("--note", default="", metavar="TEXT", help="Why.")
@pass_desk
def refuse(desk: Desk, proposal: str, note: str) -> None:
    """Refuse."""
    _decide(desk, proposal, False, note)


def _decide(desk: Desk, ref: str, accepted: bool, note: str) -> None:
    from dcrc.kernel.proposals import decide_proposal

    decided = decide_proposal(desk, _meant(desk, ref), accepted, note)
    said = t("Accepted: {field}.") if accepted else t("Refused: {field}.")
    show(
        {"proposal": proposal_document(desk, decided)},
        said.format(field=field_title(decided.field, decided.table)),
    )


def _meant(desk: Desk, ref: str) -> str:
    """The id that `ref` begins or ends."""
    from dcrc.kernel.proposals import pending_proposals
    from dcrc.kernel.terms import short_id

    ids = [one.id for one in pending_proposals(desk)]
    fitting = [id for id in ids if ref.upper() == id or short_id(id) == ref.lower()]
    if len(fitting) > 1:
        raise InputError("{ref} fits several: {ids}.", ref=ref, ids=", ".join(fitting))
    if not fitting:
        raise NotFound("No waiting proposal is called {ref}.", ref=ref)
    return fitting[0]
