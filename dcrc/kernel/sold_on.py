"""A car sold on: what becomes of the tasks about it that the former owner had."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING

import attrs
from tinydb.table import Document

from dcrc.kernel.planner import Dossier, NotPlanned, Outcome
from dcrc.kernel.reconcile import Edit, Reconciled
from dcrc.kernel.tasks import Task
from dcrc.store import GlobalId

if TYPE_CHECKING:
    from dcrc.kernel.desk import Desk

_OWN = (
    "tries",
    "next_at",
    "note",
    "by_hand",
    "opens",
    "due",
    "owner",
)  # what is between us and him
SOLD_ON = "the car belongs to somebody else now"


def refuse_cars_of_others(
    desk: Desk, dossier: Dossier, outcomes: dict[str, Sequence[Outcome]]
) -> None:
    """Say why open tasks about cars that are somebody else's go, if their planners say nothing of them."""
    own = {vehicle.id for vehicle in dossier.vehicles}
    about = [
        task for task in dossier.tasks if task.open and task.vehicle and task.vehicle not in own
    ]
    there = desk.vehicles.get_many({GlobalId(task.vehicle) for task in about}) if about else {}
    for task in about:
        planner, _, rule = task.rule.partition(".")
        said = outcomes.get(planner, ())
        spoken_of = any((each.rule, each.subject) == (rule, task.subject) for each in said)
        if planner in outcomes and not spoken_of and GlobalId(task.vehicle) in there:
            outcomes[planner] = (*said, NotPlanned(rule, task.subject, SOLD_ON))


def taken_over(desk: Desk, task: Task, customer: str) -> Task:
    """A task that another customer takes over: what was tried and agreed with the one before is not his.

    If he had it before (the sale was a mistake that was taken back), it is again as he left it.
    """
    left = _left_by(desk, task, customer)
    if left is None:
        return attrs.evolve(task, tries=0, next_at=None, note="", by_hand=())
    kept = {field: getattr(left, field) for field in _OWN}
    return attrs.evolve(task, **kept)


def _left_by(desk: Desk, task: Task, customer: str) -> Task | None:
    """The task as it was when the customer had it last; None if he never had."""
    document = dict(desk.tasks.get(doc_id=GlobalId(task.id)) or {})
    for change in desk.db.journal.entries(table="tasks", doc_id=task.id, newest_first=True):
        if change.was is None or change.became is None:
            return None
        for field in change.became.keys() - change.was.keys():
            document.pop(field, None)
        document.update(change.was)
        if change.was.get("customer") == customer:
            return desk.read(Task, Document(document, GlobalId(task.id)))  # type: ignore[arg-type]  # tinydb says int
    return None


def taking(reconciled: Reconciled, theirs: Mapping[str, Task]) -> Reconciled:
    """`reconciled` with the tasks taken over from a customer before as they stand with him (by id).

    Those of his that are not taken over are left to his own plan.
    """

    def became(edit: Edit) -> Edit | None:
        before = theirs.get(edit[0].id)
        if before is None:
            return edit
        return None if edit[1].customer == before.customer else (before, edit[1])

    return reconciled.edited(became)


def leaving(reconciled: Reconciled, taken: Collection[str]) -> Reconciled:
    """`reconciled` without edits of tasks (ids) that another customer has taken over."""
    return reconciled.edited(lambda edit: None if edit[0].id in taken else edit)
