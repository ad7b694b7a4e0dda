"""A car sold on: what becomes of the tasks about it that the former owner had."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING

import attrs

from dcrc.kernel.planner import Dossier, NotPlanned, Outcome
from dcrc.kernel.reconcile import Edit, Reconciled
from dcrc.kernel.tasks import Task
from dcrc.store import GlobalId

if TYPE_CHECKING:
    from dcrc.kernel.desk import Desk

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


def begun_anew(task: Task) -> Task:
    """A task that another customer takes over: what was tried and agreed with the one before is not his."""
    return attrs.evolve(task, tries=0, next_at=None, note="", by_hand=())


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
