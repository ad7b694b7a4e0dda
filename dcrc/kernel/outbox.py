"""The outbox: texts waiting to be sent. Here they are only queued; gateways come as plugins."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

from tinydb import where

from dcrc.kernel.contact import Message, quiet_end
from dcrc.kernel.operators import Permission
from dcrc.kernel.scripts import Situation, fill_blanks
from dcrc.kernel.vehicles import Vehicle
from dcrc.store import GlobalId

if TYPE_CHECKING:
    from dcrc.kernel.customers import Customer
    from dcrc.kernel.desk import Desk
    from dcrc.kernel.tasks import Task

QUEUED = "queued"


def queue_message(
    desk: Desk,
    customer: Customer,
    text: str,
    *,
    task: str = "",
    channel: str = "message",
    on: date | None = None,
) -> Message | None:
    """Queue a text for a customer's mobile, inside the running operation.

    None when he must not be contacted or has no mobile that works. The same text waits only once for one
    person. It is held back until the hour of opening of the day `on`, and until quiet hours end.
    """
    mobiles = [phone.number for phone in customer.usable_phones if phone.kind == "mobile"]
    if customer.do_not_contact or not mobiles:
        return None
    mine = (where("customer") == customer.id) & (where("state") == QUEUED)
    for document in desk.outbox.search(mine):
        waiting = desk.read(Message, document)
        if waiting.text == text:
            return waiting
    now = desk.now()
    local = now.astimezone(desk.zone)
    begin = local
    if on is not None and on > local.date():
        opens = desk.policies.section("workdays").opens_at
        begin = datetime.combine(on, opens, desk.zone)
    end = quiet_end(desk.policies.section("contact"), begin)
    return desk.insert(
        desk.outbox,
        Message(
            "",
            customer.id,
            mobiles[0],
            text,
            task,
            channel,
            QUEUED,
            now,
            end.astimezone(UTC) if end > local else None,
        ),
    )


def queue_fallback(desk: Desk, customer: Customer, task: Task) -> Message | None:
    """Queue what is sent when all tries at a task failed: its own message, else the contact policy's."""
    policy = desk.policies.section("contact")
    if policy.fallback != "message":
        return None
    text = desk.scripts.get(task.message) if task.message else policy.fallback_text
    said = Situation(desk, customer, _vehicle(desk, task), task)
    return queue_message(desk, customer, fill_blanks(str(text), said), task=task.id)


def _vehicle(desk: Desk, task: Task) -> Vehicle | None:
    document = desk.vehicles.get(doc_id=GlobalId(task.vehicle)) if task.vehicle else None
    return None if document is None else desk.read(Vehicle, document)


def queued_messages(desk: Desk) -> list[Message]:
    """All texts that wait, oldest first."""
    desk.require(Permission.CUSTOMERS_VIEW)
    found = desk.outbox.search(where("state") == QUEUED)
    return [desk.read(Message, document) for document in found]
