"""What a task is called: its own title, or its rule's, and of which car where the customer has several."""

from __future__ import annotations

from collections.abc import Sequence

from dcrc.kernel.desk import Desk
from dcrc.kernel.tasks import Task
from dcrc.kernel.vehicles import Vehicle

VIN_TAIL = 6


def task_title(desk: Desk, task: Task) -> str:
    """The title in the current language; a rule that is switched off now is called by its name."""
    return task.title or desk.rule_title(task.rule)


def title_with_car(desk: Desk, task: Task, vehicles: Sequence[Vehicle]) -> str:
    """The title, with the plate (or the end of the VIN) of its car if the owner has more than one."""
    title = task_title(desk, task)
    car = next((each for each in vehicles if each.id == task.vehicle), None)
    if car is None or len(vehicles) < 2:
        return title
    return f"{title} {car.plate or car.vin[-VIN_TAIL:]}"
