"""Three years of a small dealer, day by day: nothing twice, nothing forgotten, figures recounted."""

from __future__ import annotations

import importlib.util
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import attrs
import pytest
from dateutil.relativedelta import relativedelta

from dcrc import LunarDay, TaskState, lunar_date
from dcrc.i18n import speaking
from dcrc.kernel.figures import FigureRow, compute_figure
from dcrc.kernel.vehicles import find_vehicle

DAY = timedelta(days=1)
MONTHS = [date(2026 + n // 12, n % 12 + 1, 1) for n in range(36)]

pytestmark = pytest.mark.repeats


def simulation() -> Any:
    """The module that the benchmark runs, too."""
    path = Path(__file__).resolve().parents[3] / "benchmarks" / "simulation.py"
    spec = importlib.util.spec_from_file_location("simulation", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def years(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    lived = simulation().Years(tmp_path_factory.mktemp("years"), date(2026, 1, 1), 1096, 18, seed=7)
    lived.run()
    yield lived
    lived.desk.close()


def figure(years: Any, name: str, month: date) -> dict[str, tuple[float | None, int | None]]:
    rows: list[FigureRow] = compute_figure(years.desk, f"reminders.{name}", month)
    with speaking("zh"):
        return {row.label: (row.value, row.base) for row in rows}


def test_no_task_is_open_twice_nor_after_its_last_day(years: Any) -> None:
    assert years.wrongs == []


def test_no_greeting_warranty_or_inspection_comes_twice(years: Any) -> None:
    seen: Counter[Any] = Counter()
    for task in years.tasks():
        short = task.rule.partition(".")[2]
        if short == "birthday":
            seen[short, task.customer, task.opens.year, task.occurrence] += 1
        elif short in ("warranty", "inspection") or short in (
            "first_service",
            "regular_service",
            "missed_service",
        ):
            seen[short, task.subject, task.occurrence] += 1
    assert seen
    assert max(seen.values()) == 1


def test_no_birthday_is_forgotten(years: Any) -> None:
    greeted = defaultdict(list)
    for task in years.tasks():
        if task.rule == "reminders.birthday":
            greeted[task.customer].append(task)
    asked = 0
    for car in years.cars:
        owner = car.owner
        if not owner.marketing_consent or (owner.birthday is None and owner.lunar_birthday is None):
            continue
        known_since = max(years.first, min(each.delivered for each in years.cars if each is car))
        for year in range(2026, 2029):
            if owner.lunar_birthday is not None:
                lunar: LunarDay = owner.lunar_birthday
                day = lunar_date(year, lunar)
            else:
                leap_day = (owner.birthday.month, owner.birthday.day) == (2, 29)
                day = date(year, 2, 28) if leap_day else owner.birthday.replace(year=year)
            if known_since + 31 * DAY <= day <= years.last - DAY:
                asked += 1
                near = [task for task in greeted[owner.id] if day - 31 * DAY <= task.opens <= day]
                assert len(near) == 1, (owner.name, day, greeted[owner.id])
                assert near[0].state in (TaskState.DONE, TaskState.FAILED)
    assert asked > 10


def test_no_car_is_forgotten(years: Any) -> None:
    """Every new car was reminded of its first service, or came before; every inspection was spoken of."""
    rules = defaultdict(set)
    for task in years.tasks():
        rules[task.subject].add(task.rule)
    visits = defaultdict(list)
    for event in years.events("serviced"):
        if "保养" in event.data["work"]:
            visits[event.vehicle].append(event.on)
    for car in years.cars:
        if car.delivered < years.first:
            continue
        window = car.delivered + relativedelta(months=2)
        if window + 15 * DAY > years.last or car.gone:
            continue
        came = any(day <= window + 7 * DAY for day in visits[car.vehicle.id])
        assert came or "reminders.first_service" in rules[car.vehicle.id], car


def test_no_inspection_is_forgotten(years: Any) -> None:
    """A month before every mark ends there is a task, or the customer told that it is done."""
    spoken = {
        (task.subject, task.occurrence)
        for task in years.tasks()
        if task.rule == "reminders.inspection"
    }
    asked = 0
    for car in years.cars:
        since = car.vehicle.first_registered or car.delivered
        for age in (1, 2, 3, 4, 5) if car.vehicle.usage == "taxi" else (2, 4):
            due = since + relativedelta(years=age, day=31)
            early, late = years.first + 45 * DAY, years.last - 20 * DAY
            if car.gone or not max(early, car.delivered + 45 * DAY) <= due <= late:
                continue
            asked += 1
            assert (car.vehicle.id, f"{due:%Y-%m}") in spoken, (car, due)
    assert asked > 5


def test_no_regular_service_is_forgotten(years: Any) -> None:
    """Who did not come again by himself was reminded after each service, unless he said why not."""
    reminded = defaultdict(list)
    for task in years.tasks():
        if task.rule == "reminders.regular_service":
            reminded[task.subject].append(task.opens)
    told = defaultdict(list)
    for answers in years.answered("reminder_mileage"):
        if answers.values["state"] in ("elsewhere", "sold"):
            told[answers.vehicle].append(answers.on)
    visits = defaultdict(list)
    for event in years.events("serviced"):
        if "保养" in event.data["work"]:
            visits[event.vehicle].append(event.on)
    asked = 0
    for car in years.cars:
        mine = sorted(visits[car.vehicle.id])
        for number, day in enumerate(mine):
            until = day + relativedelta(months=13 if "EV" in car.vehicle.model else 7)
            again = mine[number + 1] if number + 1 < len(mine) else date.max
            said = [each for each in told[car.vehicle.id] if day <= each <= until]
            if again <= until or said or until > years.last:
                continue
            asked += 1
            assert any(day < opens <= until for opens in reminded[car.vehicle.id]), (car, day)
    assert asked >= 3


def test_who_said_that_nothing_is_due_yet_is_left_alone(years: Any) -> None:
    """For two weeks no reminder follows, unless his car was read since or its kilometres are near."""
    planned = defaultdict(list)
    for task in years.tasks():
        if task.rule in ("reminders.first_service", "reminders.regular_service"):
            planned[task.subject].append(task)
    asked = 0
    for answers in years.answered("reminder_mileage"):
        if answers.values["state"] != "not_due":
            continue
        asked += 1
        for task in planned[answers.vehicle]:
            if 0 < (task.opens - answers.on).days <= 14 and task.closed_by:
                readings = find_vehicle(years.desk, answers.vehicle).readings
                told = [each for each in readings if each.source != "call"]
                if not any(answers.on < each.on <= task.opens for each in told):
                    (_, said), *_ = task.reasons["remarks"]
                    ahead = date.fromisoformat(said["expected"]) - answers.on
                    assert 7 < ahead.days <= 21, (answers, task)
    assert asked > 10


def test_every_visit_is_asked_about_once(years: Any) -> None:
    asked = Counter(
        fact["ref"]
        for task in years.tasks()
        if task.rule == "service_followup.visit" and task.state is not TaskState.WITHDRAWN
        for fact in task.reasons["facts"]
    )
    visits = [each.id for each in years.events("serviced")]
    assert len(visits) > 20
    assert asked == Counter(visits)


def test_what_is_due_is_called_in_time(years: Any) -> None:
    """Hardly any first call comes after its last day in time: only what turned out to be late already."""
    calls = years.lateness.total()
    late = sum(count for days, count in years.lateness.items() if days > 0)
    assert calls > 150
    assert late <= 0.03 * calls


def test_two_weeks_closed_bring_no_flood(years: Any) -> None:
    usual = sorted(years.waiting.values())
    busy = usual[int(len(usual) * 0.98)]
    assert len(years.closures()) == 3
    for _, end in years.closures():
        week = [years.waiting.get(end + n * DAY, 0) for n in range(1, 8)]
        assert max(week) <= max(busy + 2, 4), week


def test_every_customers_contacts_are_within_the_budget(years: Any) -> None:
    assert years.check_budget() == []
    talks = sum(len(each) for each in years.talks.values())
    together = sum(len(tasks) > 1 for each in years.talks.values() for _, tasks in each)
    assert talks > 100
    assert together > 0  # several reminders were one conversation


def test_three_care_messages_a_month_reach_who_wants_them(years: Any) -> None:
    """But for those that the reviewer refused; that the doors are closed at a festival changes nothing."""
    messages: dict[str, Counter[str]] = defaultdict(Counter)
    for message in simulation().care_messages(years.desk):
        messages[message.on.strftime("%Y-%m")][message.state] += 1
    for month in MONTHS[1:]:  # nobody was there to draft New Year's
        states = messages[month.strftime("%Y-%m")]
        assert states["sent"] + states["refused"] >= 3, month
        assert set(states) <= {"sent", "refused"}
        rows = compute_figure(years.desk, "reminders.care", month)
        assert (rows[0].value, rows[0].target) == (states["sent"], 3)


def test_return_rates_equal_a_plain_recount(years: Any) -> None:
    models = {car.vehicle.id: car.vehicle.model for car in years.cars}
    services = defaultdict(list)
    for event in sorted(years.events("serviced"), key=lambda each: (each.on, each.id)):
        if "保养" in event.data["work"]:
            services[event.vehicle].append(event.on)
    counted = still_open = 0
    for month in MONTHS:
        first: list[tuple[bool, bool]] = []  # whether its time is over, whether it came
        regular: list[tuple[bool, bool]] = []
        for event in years.events("delivered"):
            months = 6 if "EV" in models[event.vehicle] else 3
            due = event.on + relativedelta(months=months)
            if (due.year, due.month) == (month.year, month.month):
                came = any(event.on <= day <= due + 30 * DAY for day in services[event.vehicle])
                first.append((due + 30 * DAY < years.last, came))
        for vehicle, days in services.items():
            for number, day in enumerate(days):
                due = day + relativedelta(months=12 if "EV" in models[vehicle] else 5)
                if (due.year, due.month) == (month.year, month.month):
                    later = [each for each in days[number + 1 :] if each > day]
                    came = bool(later) and later[0] <= due + 30 * DAY
                    regular.append((due + 30 * DAY < years.last, came))
        for name, cases in (("first_return", first), ("regular_return", regular)):
            found = figure(years, name, month)
            for label, over in (("合计", True), ("期限未满（截至目前）", False)):
                hits = [came for is_over, came in cases if is_over is over]
                share = (round(100 * sum(hits) / len(hits), 1), len(hits)) if hits else None
                assert found.get(label) == share
                counted += len(hits)
                still_open += len(hits) if not over else 0
    assert counted > 20
    assert still_open


def test_reasons_and_shops_equal_a_plain_recount(years: Any) -> None:
    titles = {"busy": "没时间", "forgot": "忘记了", "price": "价格", "distance": "路远",
              "little_use": "车开得少", "quality": "维修质量"}  # fmt: skip
    answers = years.answered("reminder_mileage")
    for month in MONTHS:
        mine = [
            each for each in answers if (each.on.year, each.on.month) == (month.year, month.month)
        ]
        reasons = Counter(titles[each.values["why"]] for each in mine if "why" in each.values)
        assert {k: v for k, (v, _) in figure(years, "reasons", month).items()} == dict(reasons)
        shops = Counter(each.values["shop"] for each in mine if each.values["state"] == "elsewhere")
        found: Counter[str] = Counter()
        for label, (value, _) in figure(years, "shops", month).items():
            found[label.split(" (")[0].split(", ")[0]] += int(value or 0)
        assert found == shops


def as_planned(years: Any, task: Any) -> Any:
    """The task with the last day that it had before a customer or an operator named another."""
    if "due" not in task.by_hand:
        return task
    known: dict[str, Any] = {}
    due = task.due
    for change in years.desk.db.journal.entries(table="tasks", doc_id=task.id):
        known |= change.became or {}
        if "due" not in known.get("by_hand", ()):
            due = date.fromisoformat(known["due"])
    return attrs.evolve(task, due=due)


def test_rates_of_work_equal_a_plain_recount(years: Any) -> None:
    tasks = [
        as_planned(years, task) for task in years.tasks() if task.rule.startswith("reminders.")
    ]
    for month in MONTHS:
        due = [
            task
            for task in tasks
            if (task.due.year, task.due.month) == (month.year, month.month)
            and task.state is not TaskState.WITHDRAWN
            and not (task.state is TaskState.OPEN and task.due >= years.desk.today())
        ]
        good = sum(task.state is TaskState.DONE and task.closed_on <= task.due for task in due)
        expected = (round(100 * good / len(due), 1), len(due)) if due else None
        assert figure(years, "in_time", month).get("合计") == expected
        failed = sum(
            task.state in (TaskState.FAILED, TaskState.EXPIRED)
            and (task.closed_on.year, task.closed_on.month) == (month.year, month.month)
            for task in tasks
        )
        assert sum(value or 0 for value, _ in figure(years, "failed", month).values()) == failed
