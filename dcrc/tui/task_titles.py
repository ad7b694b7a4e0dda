"""What a task is called: its own title, or its rule's."""

from __future__ import annotations

from dcrc.kernel.desk import Desk
from dcrc.kernel.tasks import Task


def task_title(desk: Desk, task: Task) -> str:
    """The title in the current language; a rule that is switched off now is called by its name."""
    return task.title or desk.rule_title(task.rule)
