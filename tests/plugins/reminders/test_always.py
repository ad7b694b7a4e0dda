"""What holds for any history: days in order, the same on every day; and a dealer's ledgers planned."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dcrc import Desk, FactsPolicy, NotPlanned, Planned, Task, TaskState
from dcrc.imports.batch import import_files
from dcrc.kernel.agenda import tasks
from dcrc.kernel.planning import plan
from plugins.reminders.service_due import OWN, anchors, believed_rate, service_due

FIRST = date(2023, 1, 1)
DAY = timedelta(days=1)
DAYS = st.integers(0, 1400).map(lambda n: str(FIRST + n * DAY))
KMS = st.one_of(st.none(), st.integers(0, 200_000))
STATES = ("not_due", "nearly_due", "overdue", "elsewhere", "sold")
FACTS = st.lists(
    st.one_of(
        st.tuples(st.just("delivered"), DAYS),
        st.tuples(
            st.just("serviced"), DAYS, KMS, st.sampled_from(("保养", "首保", "一般维修", ""))
        ),
        st.tuples(st.just("read"), DAYS, st.integers(0, 200_000)),
        st.tuples(
            st.just("said"),
            DAYS,
            st.just("reminder_mileage"),
            st.fixed_dictionaries({"state": st.sampled_from(STATES)}),
        ),
    ),
    max_size=8,
)
CARS = st.fixed_dictionaries(
    {
        "model": st.sampled_from(("CS75", "逸动EV", "某皮卡")),
        "usage": st.sampled_from(("private", "taxi", "business", "")),
        "registered": st.one_of(st.just(""), DAYS),
    }
)


def by_occurrence(found: list[Any]) -> dict[Any, Planned]:
    return {
        (each.rule, each.subject, each.occurrence): each
        for each in found
        if isinstance(each, Planned)
    }


@pytest.mark.repeats
@settings(max_examples=150, deadline=None)
@given(facts=FACTS, car=CARS, today=DAYS, later=st.integers(1, 90), office=st.booleans())
def test_days_are_in_order_and_do_not_move_with_today(
    garage: SimpleNamespace, facts: list[Any], car: Any, today: str, later: int, office: bool
) -> None:
    dossier = garage.dossier(*facts, **car)
    workdays = garage.office if office else None
    options = {"workdays": workdays} if workdays else {}
    found = garage.outcomes(dossier, today, **options)
    tomorrow = str(date.fromisoformat(today) + later * DAY)
    again = by_occurrence(garage.outcomes(dossier, tomorrow, **options))
    for key, each in by_occurrence(found).items():
        assert each.opens <= each.due <= each.expires
        if each.between is not None:
            assert each.between[0] <= each.opens
            assert each.between[0] < each.between[1]
        if key in again:
            assert again[key] == each
    rules = [(each.rule, each.subject) for each in found]
    assert len(by_occurrence(found)) == sum(isinstance(each, Planned) for each in found)
    assert rules


@pytest.mark.repeats
@settings(max_examples=150, deadline=None)
@given(facts=FACTS, car=CARS)
def test_the_best_method_is_the_last_that_has_something_to_say(
    garage: SimpleNamespace, facts: list[Any], car: Any
) -> None:
    from plugins.reminders.policy import RemindersPolicy

    policy = RemindersPolicy()
    dossier = garage.dossier(*facts, **car)
    vehicle = dossier.vehicles[0]
    rate = believed_rate(dossier, vehicle, policy, FactsPolicy())
    for anchor in anchors(dossier, vehicle, policy, FactsPolicy()):
        due = service_due(anchor, vehicle.model, rate, policy)
        assert due.best == due.estimates[-1]
        assert due.best.earliest <= due.best.due <= due.best.latest
        if rate is not None and anchor.km is not None:
            assert due.best.method == OWN
        assert len(due.remarks()) >= len(due.estimates)


def ledgers(folder: Path, cars: int, seed: int) -> Any:
    """The invented dealer of the import's tests."""
    path = Path(__file__).resolve().parents[2] / "imports" / "dms.py"
    spec = importlib.util.spec_from_file_location("dms_for_reminders", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module.make_ledgers(folder, cars, seed)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_dealers_ledgers_become_reminders(
    desk_on: Callable[..., Desk], tmp_path: Path, seed: int
) -> None:
    """What the law and the contract ask for in the coming two months, counted again from the facts."""
    today = date(2026, 11, 21)
    desk = desk_on(
        today,
        '[workdays]\ndays = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]\nfestivals = false\n'
        "[conversations]\ntogether_days = 0\n",
    )
    folder = tmp_path / "ledgers"
    folder.mkdir()
    ledgers(folder, 150, seed)
    import_files(
        desk, sorted(each for each in folder.iterdir() if each.suffix in (".xlsx", ".csv"))
    )
    report = plan(desk)
    assert not report.failures
    found: dict[tuple[str, str], Task] = {
        (task.rule, task.subject): task for task in tasks(desk, limit=0)
    }
    facts = list(desk.events.all())
    delivered = {
        each["vehicle"]: date.fromisoformat(each["on"])
        for each in facts
        if each["kind"] == "delivered"
    }
    assert delivered
    checked = 0
    for car, on in delivered.items():
        ends = date.fromisoformat(f"{on.year + 3}{on.isoformat()[4:]}") if on.day < 29 else None
        for years in (2, 4, 6):
            month = date(on.year + years + on.month // 12, on.month % 12 + 1, 1) - DAY
            before = (month.replace(day=1) - DAY).day
            opens = (month.replace(day=1) - DAY).replace(day=min(month.day, before))
            if today <= opens <= today + 62 * DAY:
                checked += 1
                assert found["reminders.inspection", car].opens == opens
        serviced = [each for each in facts if each["kind"] == "serviced" and each["vehicle"] == car]
        if ends is not None and not serviced and today <= ends - 31 * DAY <= today + 30 * DAY:
            checked += 1
            assert found["reminders.warranty", car].expires == ends
        if not serviced and on + 62 * DAY <= today <= on + 88 * DAY:
            checked += 1
            assert found["reminders.first_service", car].state is TaskState.OPEN
    assert checked > 3
    assert plan(desk).changes == 0


def test_nothing_is_said_of_a_car_that_is_off_the_books(garage: SimpleNamespace) -> None:
    dossier = garage.dossier()
    found = garage.outcomes(dossier, "2026-11-21")
    assert all(isinstance(each, NotPlanned) for each in found)
