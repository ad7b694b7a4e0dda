"""The rates by advisor, kind of work and month equal a plain count of the records."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest

from dcrc import Desk, FigureRow
from dcrc.kernel.agenda import tasks
from dcrc.kernel.calendar import get_task, record_attempt
from dcrc.kernel.figures import compute_figure
from dcrc.kernel.planning import plan
from dcrc.kernel.tasks import Result
from dcrc.testing import a_customer, a_vehicle, isolated_desk, reached, serviced
from plugins import service_followup

NOVEMBER = date(2026, 11, 1)
ADVISORS = ("周强", "吴磊", "")
WORK = {"mechanical": ("首保", "一般维修", "PDI"), "body_and_paint": ("事故车", "钣金喷漆")}
Records = dict[str, dict[str, Any]]


def rows(desk: Desk, name: str, month: date = NOVEMBER, **filters: str) -> dict[str, FigureRow]:
    found = compute_figure(desk, f"service_followup.{name}", month, **filters)
    assert len({row.label for row in found}) == len(found)
    return {row.label: row for row in found}


def work_a_day(desk: Desk, chance: random.Random) -> None:
    """Some of the day's calls are made, some reach nobody, some are left lying."""
    plan(desk)
    for task in tasks(desk, state="open", limit=0):
        ours = task.rule.startswith("service_followup.")
        if not ours or task.opens > desk.today() or not get_task(desk, task.id).open:
            continue
        luck = chance.random()
        if luck < 0.4:
            said: dict[str, Any] = {}
            if task.rule == "service_followup.visit":
                said["fixed"] = chance.choice(("yes", "yes", "partly", "no"))
                said["explained"] = chance.choice(("yes", "yes", "no"))
                said["covers"] = chance.choice(("yes", "no", "unseen"))
            reached(desk, task, **said)
        elif luck < 0.5:
            record_attempt(desk, task.id, Result.NO_ANSWER)
        elif luck < 0.53:
            record_attempt(desk, task.id, Result.REFUSED)


@pytest.fixture(params=[3, 4], scope="module")
def month(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Desk]:
    """A workshop after seven weeks of random visits and calls; only looked at."""
    chance = random.Random(request.param)
    folder = tmp_path_factory.mktemp("month")
    desk = isolated_desk(folder, plugins=[service_followup], today=date(2026, 10, 25))
    cars = [a_vehicle(desk, a_customer(desk, f"客户{n}")) for n in range(25)]
    for _ in range(50):
        desk.clock.advance(days=1)  # type: ignore[attr-defined]
        for car in chance.sample(cars, chance.choice((0, 1, 2))):
            for sheet in chance.choice((["mechanical"], ["body_and_paint"], list(WORK))):
                came_in = (desk.today() - timedelta(chance.choice((0, 0, 1)))).isoformat()
                work, advisor = chance.choice(WORK[sheet]), chance.choice(ADVISORS)
                data = {"sheet": sheet, "work": work, "advisor": advisor, "came_in": came_in}
                serviced(desk, car, desk.today(), **data)
        work_a_day(desk, chance)
    yield desk
    desk.close()


def everything(desk: Desk, table: str) -> Records:
    return {str(document.doc_id): dict(document) for document in desk.table(table).all()}


def calls_of_november(desk: Desk, rule: str = "visit") -> Records:
    return {
        key: task
        for key, task in everything(desk, "tasks").items()
        if task["rule"] == f"service_followup.{rule}"
        and task["due"].startswith("2026-11")
        and task["state"] != "withdrawn"
    }


def orders_of(task: dict[str, Any]) -> list[str]:
    return [fact["ref"] for fact in task["reasons"]["facts"]]


def expect(
    desk: Desk, found: dict[str, FigureRow], field: str, hits: dict[str, bool], target: int
) -> None:
    """`found` counts the tasks in `hits`, in all and under each name that their orders have."""
    events, all_tasks = everything(desk, "events"), everything(desk, "tasks")
    groups: dict[str, set[str]] = {"合计": set(hits)}
    for key in hits:
        for order in orders_of(all_tasks[key]):
            name = events[order]["data"].get(field, "") or "未登记"
            groups.setdefault(name, set()).add(key)
    assert set(found) == set(groups)
    for name, cases in groups.items():
        assert set(found[name].cases) == cases
        assert (found[name].base, found[name].target) == (len(cases), target)
        assert found[name].value == round(100 * sum(hits[key] for key in cases) / len(cases), 1)


@pytest.mark.parametrize("field", ["advisor", "work"])
def test_done_in_time_is_what_a_plain_count_says(month: Desk, field: str) -> None:
    hits = {
        key: task["state"] == "done" and task["closed_on"] <= task["due"]
        for key, task in calls_of_november(month).items()
    }
    expect(month, rows(month, f"in_time_by_{field}"), field, hits, 100)


@pytest.mark.parametrize("field", ["advisor", "work"])
@pytest.mark.parametrize(
    ("question", "target"), [("fixed", 95), ("explained", 100), ("covers", 100)]
)
def test_a_question_s_share_of_yes_is_what_a_plain_count_says(
    month: Desk, question: str, target: int, field: str
) -> None:
    due = calls_of_november(month)
    hits = {
        answers["task"]: answers["values"][question] == "yes"
        for answers in everything(month, "answers").values()
        if answers["task"] in due and answers["values"][question] in ("yes", "partly", "no")
    }
    assert 0 < sum(hits.values()) < len(hits)
    expect(month, rows(month, f"{question}_by_{field}"), field, hits, target)


def test_satisfied_is_who_found_nothing_wrong(month: Desk) -> None:
    due = calls_of_november(month)
    hits = {
        answers["task"]: answers["values"]["fixed"] == "yes" == answers["values"]["explained"]
        for answers in everything(month, "answers").values()
        if answers["task"] in due
    }
    assert 0 < sum(hits.values()) < len(hits)
    expect(month, rows(month, "satisfied_by_advisor"), "advisor", hits, 95)


def test_dissatisfaction_settled_in_time(month: Desk) -> None:
    due = calls_of_november(month, "dissatisfied")
    made = [t for t in due.values() if t["state"] == "done" and t["closed_on"] <= t["due"]]
    row = rows(month, "settled_by_advisor")["合计"]
    assert set(row.cases) == set(due)
    assert row.value == round(100 * len(made) / len(due), 1)


def test_an_advisor_s_or_a_kind_s_own_rows(month: Desk) -> None:
    whole = rows(month, "in_time_by_advisor")
    own = rows(month, "in_time_by_advisor", advisor="周强")
    assert own["合计"].cases == own["周强"].cases == whole["周强"].cases
    kind = rows(month, "satisfied_by_work", work="事故车")
    assert kind["合计"].cases == rows(month, "satisfied_by_work")["事故车"].cases


def test_a_month_without_visits_has_no_rows(month: Desk) -> None:
    assert rows(month, "in_time_by_advisor", date(2025, 1, 31)) == {}
