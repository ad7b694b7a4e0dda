"""A customer called about nothing that is on the calendar: what he said is kept as a conversation."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dcrc.errors import InputError
from dcrc.i18n import t
from dcrc.kernel.calendar import add_task, record_conversation
from dcrc.kernel.conversations import Recorded
from dcrc.kernel.operators import Permission
from dcrc.kernel.tasks import Result

if TYPE_CHECKING:
    from dcrc.kernel.desk import Desk

INCOMING = "incoming"  # the channel


def record_incoming(desk: Desk, customer_id: str, note: str) -> list[Recorded]:
    """Record a call of a customer for whom nothing is open, as a task of today that is done: one operation.

    A conversation is about a task; this one had none. Raises InputError without a note: nothing else says
    what it was about.
    """
    if not note.strip():
        raise InputError("Say in the note what the customer wanted.", field="note")
    with desk.operation("record attempt", Permission.CALLS):
        task = add_task(desk, customer_id, t("The customer called"), desk.today())
        return record_conversation(
            desk, customer_id, Result.REACHED, {task.id: None}, note=note, channel=INCOMING
        )
