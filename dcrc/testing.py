"""The test kit for plugins: an isolated desk with a clock that stands still until it is told to move.

from dcrc.testing import TestClock, isolated_desk
import my_plugin

def test_new_owner_is_called(tmp_path):
    desk = isolated_desk(tmp_path, plugins=[my_plugin], today=date(2026, 11, 21))
    owner = a_customer(desk, "王小明")
    car = a_vehicle(desk, owner)
    delivered(desk, car, on=date(2026, 11, 20))
    assert [task.rule for task in open_tasks(desk, owner)] == ["my_plugin.call"]
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from dcrc.kernel.agenda import tasks
from dcrc.kernel.calendar import Recorded, record_attempt
from dcrc.kernel.customers import Customer, add_customer
from dcrc.kernel.desk import Desk, init_database
from dcrc.kernel.dossiers import read_dossiers
from dcrc.kernel.events import Event, record_event
from dcrc.kernel.forms import Form
from dcrc.kernel.phones import Phone
from dcrc.kernel.plan_run import Planning
from dcrc.kernel.planning import plan
from dcrc.kernel.tasks import Result, Task
from dcrc.kernel.vehicles import Vehicle, add_vehicle
from dcrc.kernel.vins import check_digit

ZONE = ZoneInfo("Asia/Shanghai")


class TestClock:
    """A clock for tests: stands at an instant of the dealer's day and moves when told."""

    __test__ = False  # not a test class, whatever pytest thinks of its name

    def __init__(self, day: date, at: time = time(9, 30)) -> None:
        self.instant = datetime.combine(day, at, ZONE).astimezone(UTC)

    def __call__(self) -> datetime:
        return self.instant

    def advance(self, *, days: int = 0, hours: float = 0, minutes: float = 0) -> None:
        """Let time pass."""
        self.instant += timedelta(days=days, hours=hours, minutes=minutes)

    def set(self, day: date, at: time = time(9, 30)) -> None:
        """Stand at `at` on `day`, in the dealer's time zone."""
        self.instant = datetime.combine(day, at, ZONE).astimezone(UTC)


def steady_entropy(seed: str = "dcrc") -> Callable[[int], bytes]:
    """Randomness that is the same at every run: a chain of hashes of `seed`."""
    state = hashlib.sha256(seed.encode()).digest()

    def take(count: int) -> bytes:
        nonlocal state
        taken = b""
        while len(taken) < count:
            state = hashlib.sha256(state).digest()
            taken += state
        return taken[:count]

    return take


def isolated_desk(
    folder: Path,
    *,
    plugins: Sequence[Any] = (),
    today: date = date(2026, 11, 21),
    at: time = time(9, 30),
    operator: str = "王敏",
    policy: str = "",
    clock: Callable[[], datetime] | None = None,
) -> Desk:
    """A desk on a new database in `folder`, with the given plugins alone.

    `policy` is the text of the dealer's policy file. The operator is a supervisor. The desk's clock is a
    `TestClock` unless one is given: `desk.clock.advance(days=1)`.
    """
    path = folder / "dealer.dcrc"
    path.with_suffix(".toml").write_text(policy, "utf-8")
    return init_database(
        path,
        operator=operator,
        clock=clock or TestClock(today, at),
        entropy=steady_entropy(),
        plugins=list(plugins),
    )


def a_vin(number: int) -> str:
    """An invented VIN with a right check digit; the same for the same `number` below a million."""
    body = f"LS4AAB3D0HA{number:06d}"
    return body[:8] + check_digit(body) + body[9:]


def a_customer(desk: Desk, name: str = "王小明", phone: str = "", **fields: Any) -> Customer:
    """A customer with an invented mobile number (`phone` to choose it)."""
    number = phone or f"+861380000{1000 + desk.customers.count():04d}"
    return add_customer(desk, Customer("", name, phones=(Phone(number),), **fields))


def a_vehicle(desk: Desk, owner: Customer, **fields: Any) -> Vehicle:
    """A car of `owner` with an invented VIN."""
    vin = fields.pop("vin", "") or a_vin(desk.vehicles.count())
    return add_vehicle(desk, Vehicle("", vin, customer=owner.id, **fields))


def delivered(
    desk: Desk, vehicle: Vehicle, on: date, data: Mapping[str, Any] | None = None
) -> Event:
    """The fact that `vehicle` was handed over to its owner on a day."""
    return record_event(
        desk,
        Event(
            "",
            "delivered",
            vehicle.customer,
            on,
            vehicle=vehicle.id,
            key=vehicle.vin,
            data=dict(data or {}),
        ),
    )


def serviced(desk: Desk, vehicle: Vehicle, on: date, order: str = "", **data: Any) -> Event:
    """The fact that `vehicle` left the workshop on a day; `order` is the repair order's number.

    `data` are what the order says (`work`, `sheet`, `advisor`, `km`, `came_in` …).
    """
    number = order or f"RO{on:%Y%m%d}{desk.events.count():04d}"
    return record_event(
        desk,
        Event(
            "",
            "serviced",
            vehicle.customer,
            on,
            vehicle=vehicle.id,
            key=number,
            data={"order": number, **data},
        ),
    )


def plainly_answered(form: Form, **chosen: Any) -> dict[str, Any]:
    """Answers to every required question, the best of each, but for those `chosen`."""
    values = dict(chosen)
    for field in form.fields:
        if field.name in values or not field.required or not field.asked(values):
            continue
        best = max(field.options, key=lambda option: option.score or 0, default=None)
        plain: dict[str, Any] = {"bool": True, "number": field.least or 0, "text": "-"}
        values[field.name] = best.key if best else plain.get(field.kind.value, "2026-01-01")
    return values


def reached(desk: Desk, task: Task, **chosen: Any) -> Recorded:
    """The customer was reached for `task`: every question has its best answer but for those `chosen`."""
    answers = plainly_answered(desk.forms.get(task.form), **chosen) if task.form else None
    return record_attempt(desk, task.id, Result.REACHED, answers=answers)


def open_tasks(desk: Desk, customer: Customer) -> list[Task]:
    """The customer's open tasks after planning, earliest due first."""
    plan(desk)
    return sorted(
        tasks(desk, customer=customer.id, state="open", limit=0), key=lambda task: task.due
    )


def kept_back_wrongly(desk: Desk, until: date | None = None) -> list[str]:
    """Ids of customers whose next plan would come out otherwise if planners told all they know.

    What `PlanningDay` lets planners leave out may change no task, no reason of one that is withdrawn, and
    not the day on which a customer is looked at again. `until` is the last day to plan for.
    """
    quiet, explained = Planning.of(desk, until), Planning.of(desk, until, explained=True)
    everybody = [str(each) for each in desk.customers.ids_starting("", limit=-1)]
    return [
        dossier.customer.id
        for dossier in read_dossiers(desk, everybody)
        if quiet.reconcile(dossier) != explained.reconcile(dossier)
    ]
