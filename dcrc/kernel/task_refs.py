"""The task that people mean: by its id, or by as much of it as tells it apart."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tinydb.table import Document

from dcrc.errors import ConflictError, InputError, NotFound
from dcrc.kernel.operators import Permission
from dcrc.kernel.proposals import ProposalState
from dcrc.kernel.tasks import Task
from dcrc.kernel.titles import state_title
from dcrc.store import GlobalId

if TYPE_CHECKING:
    from dcrc.kernel.desk import Desk

DECIDE = "contact_data.decide_proposal"
WAITING = ProposalState.WAITING.value


def get_task(desk: Desk, ref: str) -> Task:
    """The task of that id or of the only id that begins so; InputError lists several, NotFound none."""
    desk.require(Permission.CUSTOMERS_VIEW)
    text = ref.strip()
    document = desk.tasks.get(doc_id=GlobalId(text)) if text else None
    if document is not None:
        return desk.read(Task, document)
    ids = sorted({*desk.tasks.ids_starting(text.lower()), *desk.tasks.ids_starting(text.upper())})
    if not text or not ids:
        raise NotFound("There is no task {ref}.", ref=ref)
    if len(ids) > 1:
        raise InputError(
            "{ref} begins several tasks: {names}; type more of it.",
            ref=ref,
            field="task",
            names=", ".join(str(each)[:8] for each in ids[:10]),
        )
    return desk.get(desk.tasks, Task, str(ids[0]))


def require_open(task: Task) -> None:
    """Raise ConflictError, saying who closed it when, unless the task is open."""
    if not task.open:
        raise ConflictError(
            "The task {task} is closed already ({state}, {date}, {operator}); look at it again.",
            task=task.id[:6],
            state=state_title(task.state),
            date=task.closed_on.isoformat() if task.closed_on else "-",
            operator=task.closed_by or "-",
        )


def refuse_undecided(desk: Desk, task: Task) -> None:
    """Raise InputError for the task to decide a change that still waits: deciding closes it."""
    if task.rule != DECIDE:
        return
    document = desk.proposals.get(doc_id=GlobalId(task.subject))
    if isinstance(document, Document) and document.get("state", WAITING) == WAITING:
        raise InputError(
            "The change still waits for a decision; accept or refuse it, the task closes by itself.",
            field="task",
        )
