"""A centre with the service follow-up alone, in which one customer has one car."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import attrs
import pytest

from dcrc import Customer, Desk, Task, Vehicle
from dcrc.kernel.agenda import tasks
from dcrc.kernel.planning import plan
from dcrc.testing import a_customer, a_vehicle, isolated_desk
from plugins import service_followup


@attrs.frozen
class Workshop:
    """The desk, the owner and the car; `open` and `withdrawn` plan first."""

    desk: Desk
    owner: Customer
    car: Vehicle

    def open(self) -> list[Task]:
        """The follow-up's open tasks, earliest due first."""
        return self._tasks("open")

    def withdrawn(self) -> list[Task]:
        return self._tasks("withdrawn")

    def calls(self) -> list[Task]:
        """The open calls about visits."""
        return [task for task in self.open() if task.rule == "service_followup.visit"]

    def _tasks(self, state: str) -> list[Task]:
        plan(self.desk)
        found = tasks(self.desk, state=state, limit=0)
        ours = [task for task in found if task.rule.startswith("service_followup.")]
        return sorted(ours, key=lambda task: (task.due, task.id))

    def on(self, day: date) -> Workshop:
        self.desk.clock.set(day)  # type: ignore[attr-defined]
        return self


Open = Callable[..., Workshop]


@pytest.fixture
def workshop(tmp_path: Path) -> Iterator[Open]:
    """`workshop(today=…, policy="…")`."""
    opened: list[Desk] = []

    def open_workshop(today: date = date(2026, 11, 17), policy: str = "") -> Workshop:
        desk = isolated_desk(tmp_path, plugins=[service_followup], today=today, policy=policy)
        opened.append(desk)
        owner = a_customer(desk)
        return Workshop(desk, owner, a_vehicle(desk, owner, model="CS75"))

    yield open_workshop
    for desk in opened:
        desk.close()
