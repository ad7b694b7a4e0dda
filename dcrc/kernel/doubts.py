"""Doubts: answers that can be right and probably are not; the operator is told and decides."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import attrs

from dcrc.errors import NotFound
from dcrc.kernel.forms import readable_answers
from dcrc.kernel.planner import Remark

if TYPE_CHECKING:
    from dcrc.kernel.desk import Desk
    from dcrc.kernel.tasks import Task


@attrs.frozen
class Doubt:
    """What is said against the answer to the question `field` of a form."""

    field: str
    remark: Remark


def doubts_about(desk: Desk, task: Task, answers: Mapping[str, Any]) -> list[Doubt]:
    """What the plugins say against answers to a task's form, while they are given or when they are recorded.

    Answers that cannot be read yet are passed over.
    """
    try:
        form = desk.forms.get(task.form)
    except NotFound:
        return []
    values = readable_answers(form, answers)
    return [
        doubt
        for _, doubt in desk.plugins.ask_each("dcrc_doubts", desk=desk, task=task, values=values)
    ]
