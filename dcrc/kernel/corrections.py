"""Bad numbers put right: who corrects a customer's numbers has done the task that asked for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from dcrc.errors import InputError
from dcrc.kernel.tasks import Task, TaskState

if TYPE_CHECKING:
    from dcrc.kernel.customers import Customer
    from dcrc.kernel.desk import Desk

CORRECT = "contact_data.correct_phone"
CORRECTED = "the numbers are right again"


def put_right(customer: Customer) -> bool:
    """Whether the customer has a number that works, and none that is known to be bad."""
    return bool(customer.phones) and len(customer.usable_phones) == len(customer.phones)


def refuse_uncorrected(task: Task, customer: Customer) -> None:
    """Raise InputError for the task to correct a customer's numbers while none of them works."""
    if task.rule == CORRECT and not customer.usable_phones:
        raise InputError(
            "{name} still has no number that works. Correct the number on the customer's page: the task "
            "is done then by itself. If no number can be found, withdraw the task with that reason.",
            name=customer.name,
            field="task",
        )


def note_corrected(desk: Desk, customer: Customer, by: str = "") -> None:
    """Close the open tasks to correct the numbers of `customer`, as he is stored now, if they are right.

    Inside the operation that corrected them: it is the work of who did so (`by`, else who acts). Numbers that
    are found right by nobody's hand leave their task to the planner.
    """
    if not put_right(customer):
        return
    for document in desk.tasks.having("customer", [customer.id]):
        if document["rule"] != CORRECT:
            continue
        task = desk.read(Task, document)
        if task.open:
            done = attrs.evolve(
                task,
                state=TaskState.DONE,
                next_at=None,
                closed_at=desk.now(),
                closed_on=desk.today(),
                closed_by=by or desk.operator.name,
                reason=CORRECTED,
            )
            desk.edit(desk.tasks, task, done)
