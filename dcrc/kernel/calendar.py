"""What operators do with tasks: record conversations (`conversations`), assign (`assigning`), put off …"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

import attrs

from dcrc.errors import InputError
from dcrc.kernel.assigning import assign_task, check_owner
from dcrc.kernel.conversations import Recorded, record_attempt, record_conversation
from dcrc.kernel.customers import find_customer
from dcrc.kernel.operators import Permission, check_role
from dcrc.kernel.planning import BY_HAND
from dcrc.kernel.task_refs import get_task, require_open
from dcrc.kernel.tasks import Task
from dcrc.kernel.tasks import task_id as id_of
from dcrc.kernel.withdrawing import withdraw_task, withdraw_tasks

if TYPE_CHECKING:
    from dcrc.kernel.customers import Customer
    from dcrc.kernel.desk import Desk


def snooze_task(desk: Desk, task_id: str, until: date) -> Task:
    """Put a task off to a day: it comes back at opening time, and planning leaves its date alone."""
    return snooze_tasks(desk, [task_id], until)[0]


def snooze_tasks(desk: Desk, task_ids: Iterable[str], until: date) -> tuple[Task, ...]:
    """Put these tasks off to a day in one step; they are returned as they become.

    Raises ConflictError for one that is closed already, InputError for a day that is not still to come.
    """
    ids = list(dict.fromkeys(task_ids))
    with desk.operation("snooze task" if len(ids) == 1 else "snooze tasks", Permission.CALLS):
        found = [get_task(desk, each) for each in ids]
        for task in found:
            require_open(task)
        if until <= desk.today():
            raise InputError("A task is put off to a day that is still to come.", field="until")
        opens_at = desk.policies.section("workdays").opens_at
        at = datetime.combine(until, opens_at, desk.zone).astimezone(UTC)
        return tuple(desk.edit(desk.tasks, task, _put_off(task, until, at)) for task in found)


def _put_off(task: Task, until: date, at: datetime) -> Task:
    by_hand = {name for name in task.by_hand if name != "next_at"} | {"due"}
    return attrs.evolve(task, due=max(task.due, until), next_at=at, by_hand=tuple(sorted(by_hand)))


def add_task(
    desk: Desk,
    customer: Customer | str,
    title: str,
    due: date,
    *,
    opens: date | None = None,
    owner: str = "",
    role: str = "",
    channel: str = "call",
    vehicle: str = "",
    priority: int = 0,
    note: str = "",
) -> Task:
    """Put a task on the calendar; it opens today unless `opens` says later.

    Giving it to somebody else needs the permission to assign. Raises InputError for an owner who does not
    work here and a role that the policy has not.
    """
    if not title.strip():
        raise InputError("A task needs a title.", field="title")
    check_owner(desk, owner)
    if role:
        check_role(desk, role)
    mine = owner in ("", desk.operator.name)
    start = min(opens or desk.today(), due)
    with desk.operation("add task", Permission.CALLS if mine else Permission.TASKS_ASSIGN):
        customer_id = customer if isinstance(customer, str) else customer.id
        find_customer(desk, customer_id)
        occurrence = str(desk.new_id())
        return desk.insert(
            desk.tasks,
            Task(
                id_of(BY_HAND, customer_id, occurrence),  # its first characters tell tasks apart
                BY_HAND,
                customer_id,
                customer_id,
                occurrence,
                start,
                due,
                title=title.strip(),
                owner=owner,
                role=role or "caller",
                channel=channel,
                vehicle=vehicle,
                priority=priority,
                note=note,
                created=desk.now(),
            ),
        )


__all__ = [
    "Recorded",
    "add_task",
    "assign_task",
    "get_task",
    "record_attempt",
    "record_conversation",
    "snooze_task",
    "snooze_tasks",
    "withdraw_task",
    "withdraw_tasks",
]
