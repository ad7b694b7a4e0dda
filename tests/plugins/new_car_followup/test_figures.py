"""The figures of a month equal what somebody counts by hand from the records, and open to their cases."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import Any

import pytest

from dcrc import Desk, FigureRow
from dcrc.kernel.agenda import tasks
from dcrc.kernel.calendar import get_task, record_attempt, snooze_task
from dcrc.kernel.customers import find_customer
from dcrc.kernel.figures import compute_figure
from dcrc.kernel.planning import plan
from dcrc.kernel.tasks import Result
from dcrc.testing import (
    a_customer,
    a_vehicle,
    delivered,
    isolated_desk,
    open_tasks,
    reached,
)
from plugins import new_car_followup

Centre = Callable[..., Desk]
NOVEMBER = date(2026, 11, 1)
CONSULTANTS = ("刘洋", "陈晓", "")
WORDS = ("very_satisfied", "very_satisfied", "satisfied", "neutral", "dissatisfied")


def rows(desk: Desk, name: str, month: date = NOVEMBER, **filters: str) -> dict[str, FigureRow]:
    found = compute_figure(desk, f"new_car_followup.{name}", month, **filters)
    assert len({row.label for row in found}) == len(found)
    return {row.label: row for row in found}


def work_a_day(desk: Desk, chance: random.Random) -> None:
    """Some of the day's calls are made, some reach nobody, some are left lying."""
    for task in tasks(desk, state="open", limit=0):
        ours = task.rule.startswith("new_car_followup.")
        if not ours or task.opens > desk.today() or not get_task(desk, task.id).open:
            continue  # an answer a moment ago may have taken a check back
        luck = chance.random()
        if luck < 0.35:
            said: dict[str, Any] = {}
            if task.form == "new_car_satisfaction":
                said["overall"] = chance.choice(WORDS)
            if task.form == "new_car_care":
                said["consultant_called"] = chance.choice(("yes", "no", "unsure"))
            if task.form == "new_car_usage":
                said["consultant_again"] = chance.choice(("yes", "no", "unsure"))
            reached(desk, task, **said)
        elif luck < 0.45 and task.channel == "call":
            record_attempt(desk, task.id, Result.NO_ANSWER)
        elif luck < 0.48:
            record_attempt(desk, task.id, Result.REFUSED)


@pytest.fixture(params=[1, 2], scope="module")
def month(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Desk]:
    """A centre after seven weeks of random work, from the end of October; only looked at."""
    chance = random.Random(request.param)
    folder = tmp_path_factory.mktemp("month")
    desk = isolated_desk(folder, plugins=[new_car_followup], today=date(2026, 10, 25))
    for number in range(50):
        desk.clock.advance(days=1)  # type: ignore[attr-defined]
        if number < 36 and chance.random() < 0.7:
            car = a_vehicle(desk, a_customer(desk, f"客户{number}"))
            data = {"consultant": chance.choice(CONSULTANTS)}
            if chance.random() < 0.4:
                data["invoiced"] = (desk.today() + timedelta(chance.choice((-6, 0, 6)))).isoformat()
            delivered(desk, car, desk.today(), data)
        plan(desk)
        work_a_day(desk, chance)
    yield desk
    desk.close()


def everything(desk: Desk, table: str) -> dict[str, dict[str, Any]]:
    return {str(document.doc_id): dict(document) for document in desk.table(table).all()}


def test_done_in_time_is_what_a_plain_count_says(month: Desk) -> None:
    deliveries = everything(month, "events")
    found = rows(month, "in_time")
    for step, title in (
        ("consultant_24h", "销售顾问24小时致电"),
        ("consultant_72h", "销售顾问72小时致电"),
        ("day3", "交车3日关怀"),
        ("day7", "交车7日满意度回访"),
        ("week3", "交车3周回访"),
    ):
        due = {
            key: task
            for key, task in everything(month, "tasks").items()
            if task["rule"] == f"new_car_followup.{step}"
            and task["due"].startswith("2026-11")
            and task["state"] != "withdrawn"
        }
        for who in (None, *CONSULTANTS):
            cases = {
                key: task
                for key, task in due.items()
                if who in (None, deliveries[task["event"]]["data"].get("consultant", ""))
            }
            hits = [
                task
                for task in cases.values()
                if task["state"] == "done" and task["closed_on"] <= task["due"]
            ]
            row = found[title if who is None else f"{title} · {who or '未登记'}"]
            assert set(row.cases) == set(cases)
            assert row.base == len(cases)
            assert row.value == round(100 * len(hits) / len(cases), 1)
            assert row.target == 100


def test_very_satisfied_counts_every_car_of_the_month_asked_or_not(month: Desk) -> None:
    answers = everything(month, "answers").values()
    happy = {
        each["event"]
        for each in answers
        if each["form"] == "new_car_satisfaction" and each["values"]["overall"] == "very_satisfied"
    }
    base: dict[str, set[str]] = {}
    for key, event in everything(month, "events").items():
        if event["kind"] == "delivered":
            day = max(event["on"], event["data"].get("invoiced", ""))
            if day.startswith("2026-11"):
                base.setdefault(event["data"].get("consultant", "") or "未登记", set()).add(key)
    found = rows(month, "very_satisfied")
    assert set(found) == {"合计", *base}
    base["合计"] = set().union(*base.values())
    for label, cars in base.items():
        row = found[label]
        assert set(row.cases) == cars
        assert (row.base, row.target) == (len(cars), 80)
        assert row.value == round(100 * len(cars & happy) / len(cars), 1)


def test_a_consultant_s_call_counts_when_it_was_made_and_the_customer_does_not_deny_it(
    month: Desk,
) -> None:
    said: dict[str, str] = {}
    for _, each in sorted(everything(month, "answers").items()):
        word = each["values"].get("consultant_called")
        if each["form"] == "new_car_care" and word in ("yes", "no"):
            said[each["event"]] = word
    due = {
        key: task
        for key, task in everything(month, "tasks").items()
        if task["rule"] == "new_car_followup.consultant_24h"
        and task["due"].startswith("2026-11")
        and task["state"] != "withdrawn"
    }
    made = [t for t in due.values() if t["state"] == "done" and said.get(t["event"]) != "no"]
    row = rows(month, "consultant_calls")["销售顾问24小时致电"]
    assert set(row.cases) == set(due)
    assert row.value == round(100 * len(made) / len(due), 1)


def test_a_filter_shows_the_same_rows_as_without_it(month: Desk) -> None:
    whole = rows(month, "in_time")
    alone = rows(month, "in_time", step="day7", consultant="刘洋")
    label = "交车7日满意度回访 · 刘洋"
    assert alone[label] == whole[label]
    assert set(alone) == {"交车7日满意度回访", label}


def test_a_call_that_is_still_in_time_does_not_count_against_anyone(centre: Centre) -> None:
    desk = centre(today=date(2026, 11, 23))
    owner = a_customer(desk)
    delivered(desk, a_vehicle(desk, owner), date(2026, 11, 23))
    open_tasks(desk, owner)
    assert rows(desk, "in_time") == {}
    desk.clock.set(date(2026, 11, 27))  # type: ignore[attr-defined]
    row = rows(desk, "in_time")["交车3日关怀"]
    assert (row.value, row.base, row.missed) == (0.0, 1, True)


def test_a_car_invoiced_after_its_delivery_counts_in_the_month_of_the_invoice(
    centre: Centre,
) -> None:
    desk = centre(today=date(2026, 12, 8))
    data = {"consultant": "刘洋", "invoiced": "2026-12-03"}
    event = delivered(desk, a_vehicle(desk, a_customer(desk)), date(2026, 11, 28), data)
    assert rows(desk, "very_satisfied") == {}
    assert rows(desk, "very_satisfied", date(2026, 12, 31))["刘洋"].cases == (event.id,)


def test_an_owner_who_is_still_to_be_asked_does_not_count_as_dissatisfied(centre: Centre) -> None:
    desk = centre(today=date(2026, 11, 23))
    asked, waits = (
        delivered(desk, a_vehicle(desk, a_customer(desk)), on, {"consultant": "刘洋"})
        for on in (date(2026, 11, 16), date(2026, 11, 20))
    )
    owner = find_customer(desk, asked.customer)
    (day7,) = (each for each in open_tasks(desk, owner) if each.rule.endswith(".day7"))
    reached(desk, day7)
    found = rows(desk, "very_satisfied")
    assert [(label, row.value, row.base) for label, row in found.items()] == [
        ("合计", 100.0, 1), ("刘洋", 100.0, 1), ("期限未满（截至目前）", 0.0, 1),
    ]  # fmt: skip
    assert found["期限未满（截至目前）"].cases == (waits.id,)
    desk.clock.set(date(2026, 11, 28))  # type: ignore[attr-defined]  # the 27th was his seventh day
    assert set(rows(desk, "very_satisfied")["合计"].cases) == {asked.id, waits.id}


@pytest.mark.parametrize("until", [date(2026, 11, 30), date(2026, 12, 2)])
def test_putting_a_call_off_does_not_bring_it_back_in_time(centre: Centre, until: date) -> None:
    desk = centre(today=date(2026, 11, 23))
    owner = a_customer(desk)
    delivered(desk, a_vehicle(desk, owner), date(2026, 11, 23))
    call = next(task for task in open_tasks(desk, owner) if task.rule.endswith(".day3"))
    snooze_task(desk, call.id, date(2026, 11, 27))
    snooze_task(desk, call.id, until)
    desk.clock.set(until)  # type: ignore[attr-defined]
    done = reached(desk, get_task(desk, call.id)).task
    assert done.closed_on == done.due == until
    row = rows(desk, "in_time")["交车3日关怀"]
    assert (row.value, row.cases) == (0.0, (call.id,))
    assert "交车3日关怀" not in rows(desk, "in_time", date(2026, 12, 1))
