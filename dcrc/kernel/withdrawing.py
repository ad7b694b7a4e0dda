"""Withdrawing: tasks that are not to be done are closed with a reason – one, several, or a whole list."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from dcrc.errors import InputError
from dcrc.kernel.closing import store_closed
from dcrc.kernel.operators import Permission
from dcrc.kernel.planning import replan_customers
from dcrc.kernel.task_refs import get_task, refuse_undecided, require_open
from dcrc.kernel.tasks import Task, TaskState, closed

if TYPE_CHECKING:
    from dcrc.kernel.desk import Desk


def withdraw_task(desk: Desk, task_id: str, reason: str) -> Task:
    """Close a task that is not to be done, with a reason in words; planning never makes it again."""
    return withdraw_tasks(desk, [task_id], reason)[0]


def withdraw_tasks(
    desk: Desk, task_ids: Iterable[str], reason: str, *, dry_run: bool = False
) -> tuple[Task, ...]:
    """Close these tasks, with one reason in words, in one step; they are returned as they become.

    Raises ConflictError for one that is closed already, InputError for a decision that still waits.
    """
    text = reason.strip()
    if not text:
        raise InputError("Say why the task is withdrawn.", field="reason")
    ids = list(dict.fromkeys(task_ids))
    if dry_run:
        desk.require(Permission.TASKS_WITHDRAW)
        with desk.db.snapshot():
            return _withdrawn(desk, ids, text)
    name = "withdraw task" if len(ids) == 1 else "withdraw tasks"
    with desk.operation(name, Permission.TASKS_WITHDRAW):
        became = _withdrawn(desk, ids, text)
        store_closed(desk, became)
        replan_customers(desk, dict.fromkeys(task.customer for task in became))
        return became


def require_withdrawable(desk: Desk, task: Task) -> None:
    """Raise what `withdraw_tasks` would raise for this task."""
    require_open(task)
    refuse_undecided(desk, task)


def _withdrawn(desk: Desk, ids: Iterable[str], text: str) -> tuple[Task, ...]:
    found = [get_task(desk, each) for each in ids]
    for task in found:
        require_withdrawable(desk, task)
    now, today, who = desk.now(), desk.today(), desk.operator.name
    why = "{text}", {"text": text}
    return tuple(closed(task, TaskState.WITHDRAWN, now, today, who, *why) for task in found)
