"""Proposals: changes of key fields that wait for a supervisor; until then the old value counts."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any

import attrs
from tinydb import where

from dcrc.errors import ConflictError, InputError
from dcrc.kernel.corrections import note_corrected
from dcrc.kernel.documents import to_document
from dcrc.kernel.operators import Permission
from dcrc.record_words import field_title
from dcrc.wording import Coded

if TYPE_CHECKING:
    from dcrc.kernel.customers import Customer
    from dcrc.kernel.desk import Desk
    from dcrc.kernel.vehicles import Vehicle


class ProposalState(StrEnum):
    WAITING = "waiting"
    ACCEPTED = "accepted"
    REFUSED = "refused"


@attrs.frozen
class Proposal:
    """One field of one record, as it was and as somebody wants it; values as documents hold them."""

    id: str
    table: str  # customers or vehicles
    record: str
    customer: str
    field: str
    before: Any
    after: Any
    by: str
    at: datetime
    state: ProposalState = ProposalState.WAITING
    decided_by: str = ""
    decided_at: datetime | None = None
    note: str = ""


def propose(
    desk: Desk, table: str, before: Customer | Vehicle, after: Customer | Vehicle, field: str
) -> Proposal:
    """Let the change of `field` wait for confirmation; the same change is proposed only once."""
    owner = before.id if table == "customers" else getattr(before, "customer", "")
    was, wanted = to_document(before).get(field), to_document(after).get(field)
    for waiting in _waiting(desk, before.id):
        if (waiting.field, waiting.after) == (field, wanted):
            return waiting
    return desk.insert(
        desk.proposals,
        Proposal("", table, before.id, owner, field, was, wanted, desk.operator.name, desk.now()),
    )


def _waiting(desk: Desk, record_id: str) -> list[Proposal]:
    query = (where("record") == record_id) & (where("state") == ProposalState.WAITING.value)
    return [desk.read(Proposal, document) for document in desk.proposals.search(query)]


def pending_proposals(desk: Desk, customer_id: str | None = None) -> list[Proposal]:
    """What waits for confirmation, oldest first; of one customer if given."""
    desk.require(Permission.CUSTOMERS_VIEW)
    query = where("state") == ProposalState.WAITING.value
    if customer_id is not None:
        query &= where("customer") == customer_id
    found = [desk.read(Proposal, document) for document in desk.proposals.search(query)]
    return sorted(found, key=lambda proposal: (proposal.at, proposal.id))


def decide_proposal(desk: Desk, proposal_id: str, accept: bool, note: str = "") -> Proposal:
    """Accept a proposal (the record changes) or refuse it (nothing else does).

    Raises InputError for one that is decided already, ConflictError when the field was changed since.
    """
    name = "accept proposal" if accept else "refuse proposal"
    with desk.operation(name, Permission.APPROVE):
        before = desk.get(desk.proposals, Proposal, proposal_id)
        if before.state is not ProposalState.WAITING:
            raise InputError(
                "This proposal was decided already by {name}.", name=before.decided_by or "-"
            )
        after = attrs.evolve(
            before,
            state=ProposalState.ACCEPTED if accept else ProposalState.REFUSED,
            decided_by=desk.operator.name,
            decided_at=desk.now(),
            note=note.strip(),
        )
        touched = _apply(desk, before) if accept else before.customer
        desk.edit(desk.proposals, before, after)
    desk.replan(*filter(None, dict.fromkeys((before.customer, touched))))
    return after


def _apply(desk: Desk, proposal: Proposal) -> str:
    """Write the change by the rules of any edit, into the record that counts today; whose it is then."""
    # the records' modules import this one to propose
    from dcrc.kernel import customers, vehicles

    current: Customer | Vehicle
    if proposal.table == "customers":
        current = customers.present_customer(desk, proposal.record)
    else:
        current = desk.get(desk.vehicles, vehicles.Vehicle, proposal.record)
    document = to_document(current)
    before, after = (
        _meant_today(desk, proposal, each) for each in (proposal.before, proposal.after)
    )
    now = document.get(proposal.field)
    if _ground(proposal.field, now) != _ground(proposal.field, before):
        raise ConflictError(
            "{field} was changed since this was proposed; refuse it or look at the record again.",
            field=Coded(proposal.field, field_title(proposal.field, proposal.table)),
        )
    if proposal.field == "phones":
        after = _with_present_states(before, after, now)
    if after is None:
        document.pop(proposal.field, None)
    else:
        document[proposal.field] = after
    wanted: Any = desk.record(type(current), current.id, document)
    if isinstance(current, customers.Customer):
        stored = customers.store_customer(desk, current, customers.prepare_customer(wanted))
        if proposal.field == "phones":
            note_corrected(desk, current, stored, by=proposal.by)
        return stored.id
    checked = vehicles.checked_vehicle(desk, current, wanted)
    return vehicles.store_vehicle(desk, current, checked).customer


def _meant_today(desk: Desk, proposal: Proposal, value: Any) -> Any:
    """An owner who was merged meanwhile is the one who took his history over."""
    if (proposal.table, proposal.field) != ("vehicles", "customer") or not value:
        return value
    from dcrc.kernel.customers import present_customer

    return present_customer(desk, value).id


def _ground(field: str, value: Any) -> Any:
    """What must be as it was when a change was proposed: of phones the numbers, not what is known of them."""
    return {phone["number"] for phone in value or ()} if field == "phones" else value


def _with_present_states(before: Any, after: Any, now: Any) -> list[dict[str, Any]]:
    """The proposed numbers; of those kept, what was learned since (reached, empty) stands."""
    was = {phone["number"]: phone for phone in before or ()}
    known = {phone["number"]: phone for phone in now or ()}
    return [
        known[phone["number"]]
        if phone["number"] in known and phone == was.get(phone["number"])
        else phone
        for phone in after or ()
    ]
