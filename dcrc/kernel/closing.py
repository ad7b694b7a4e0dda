"""Closing: tasks that are over by what a person did are written, and the plugins are told."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import attrs

from dcrc.kernel.documents import to_document
from dcrc.kernel.tasks import Task, TaskState, closed
from dcrc.store import GlobalId

if TYPE_CHECKING:
    from dcrc.kernel.desk import Desk


def close_task(desk: Desk, task: Task, state: TaskState, reason: str, by: str = "") -> Task:
    """Close an open task now, inside the operation of a person who did not talk with the customer about it.

    `by` is whose work it was, empty if nobody's.
    """
    over = closed(task, state, desk.now(), desk.today(), by, reason)
    by_hand = tuple(name for name in over.by_hand if name != "next_at")
    became = attrs.evolve(over, next_at=None, by_hand=by_hand)
    store_closed(desk, [became])
    return became


def store_closed(desk: Desk, tasks: Iterable[Task]) -> None:
    """Write tasks that were closed without a conversation, and tell the plugins, inside the operation."""
    over = tuple(tasks)
    desk.tasks.put_many((GlobalId(task.id), to_document(task)) for task in over)
    for task in over:
        desk.plugins.tell("dcrc_task_closed", desk, task=task, answers=None)
