"""Bad numbers put right: who corrects a customer's numbers has done the task that asked for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tinydb import where

from dcrc.errors import InputError
from dcrc.kernel.closing import close_task
from dcrc.kernel.tasks import Task, TaskState

if TYPE_CHECKING:
    from dcrc.kernel.customers import Customer
    from dcrc.kernel.desk import Desk

CORRECT = "contact_data.correct_phone"
CORRECTED = "the numbers are right again"
REACHABLE = "another number works"
GIVEN_BACK = "the number went back to the customer whose it is"


def put_right(task: Task, before: Customer, after: Customer) -> str:
    """As what the task to correct numbers is done by their change, a message id; empty if it is not.

    Either no number is known to be bad any more, or who had none that works has got one beside the bad ones.
    """
    if not after.usable_phones:
        return ""
    bad = {phone.number for phone in after.phones if not phone.usable}
    if not bad:
        return CORRECTED
    beside = not before.usable_phones and bad == set(task.occurrence.split(","))
    return REACHABLE if beside else ""


def refuse_uncorrected(task: Task, customer: Customer) -> None:
    """Raise InputError for the task to correct a customer's numbers while none of them works."""
    if task.rule == CORRECT and not customer.usable_phones:
        raise InputError(
            "{name} still has no number that works. Correct the number on the customer's page: the task "
            "is done then by itself. If no number can be found, withdraw the task with that reason.",
            name=customer.name,
            field="task",
        )


def note_given_back(desk: Desk, customer: Customer) -> None:
    """Withdraw the open task to correct numbers that a customer has no more: they went to whose they are."""
    known = {phone.number for phone in customer.phones}
    for task in _to_correct(desk, customer):
        if known.isdisjoint(task.occurrence.split(",")):
            close_task(desk, task, TaskState.WITHDRAWN, GIVEN_BACK)


def note_corrected(desk: Desk, before: Customer, after: Customer, by: str = "") -> None:
    """Close the open task to correct a customer's numbers if `after`, as he is stored now, put them right.

    Inside the operation that corrected them: it is the work of who did so (`by`, else who acts). Numbers that
    are found right by nobody's hand leave their task to the planner.
    """
    if before.phones == after.phones or not after.usable_phones:
        return
    for task in _to_correct(desk, after):
        if reason := put_right(task, before, after):
            close_task(desk, task, TaskState.DONE, reason, by or desk.operator.name)


def _to_correct(desk: Desk, customer: Customer) -> list[Task]:
    """The customer's open tasks to correct his numbers."""
    found = desk.tasks.having("customer", [customer.id], where("rule") == CORRECT)
    return [task for each in found if (task := desk.read(Task, each)).open]
