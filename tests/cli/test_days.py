"""A day's work on the command line: plan, see what is due, call, record, take back."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from dcrc.testing import a_customer, a_vehicle, delivered

ANSWERS = {
    "overall": "very_satisfied",
}


@pytest.fixture
def owners(dcrc: Any) -> Any:
    """Three owners whose cars were delivered 2, 6 and 20 days ago, planned."""
    desk = dcrc.desk()
    for name, day in (("王小明", 19), ("李娜", 15), ("张伟", 1)):
        owner = a_customer(desk, name)
        delivered(desk, a_vehicle(desk, owner), on=date(2026, 11, day))
    desk.close()
    report = dcrc.json("plan", page="dcrc plan")
    assert report["created"] > 0
    assert dcrc.json("plan")["created"] == 0
    return dcrc


def task_of(dcrc: Any, name: str, rule: str) -> dict[str, Any]:
    found = dcrc.json("tasks", "--customer", name, "--rule", rule, page="dcrc tasks")
    (task,) = found["tasks"]
    return task


def answers(dcrc: Any, task: dict[str, Any]) -> list[str]:
    """Options that answer every required question with its first, best option."""
    page = dcrc.json("task", task["id"], page="dcrc task")
    words = []
    for question in page["questions"]:
        if question["required"]:
            value = "1" if question["options"] else "yes"
            words += ["--answer", f"{question['name']}={value}"]
    return words


def test_today_lists_customers_once_most_urgent_first(owners: Any) -> None:
    listed = owners.json("today", "--all", page="dcrc today")
    names = [sheet["customer"]["name"] for sheet in listed["sheets"]]
    assert sorted(names) == sorted(set(names))
    assert set(names) <= {"王小明", "李娜", "张伟"}
    dues = [sheet["due"] for sheet in listed["sheets"]]
    assert dues == sorted(dues)
    printed = owners.ok("today", "--all")
    assert "王小明" in printed
    assert listed["sheets"][0]["tasks"][0]["id"][:6] in printed


def test_a_cut_list_says_how_many_more(owners: Any) -> None:
    total = owners.json("today", "--all")["total_sheets"]
    assert len(owners.json("today", "--all", "--limit", 1)["sheets"]) == 1
    assert f"{total - 1} more of {total}" in owners.ok("today", "--all", "--limit", 1)
    assert "more of" not in owners.ok("tasks", "--limit", 0)


def test_tasks_by_due_day_rule_state_owner(owners: Any) -> None:
    every = owners.json("tasks", "--limit", 0)["tasks"]
    until = owners.json("tasks", "--due", "明天", "--limit", 0)["tasks"]
    assert until == [task for task in every if task["due"] <= "2026-11-22"]
    late = owners.json("tasks", "--due", "overdue", "--limit", 0)["tasks"]
    assert late == [task for task in every if task["due"] < "2026-11-21"]
    assert owners.json("tasks", "--owner", "王敏")["tasks"] == []
    assert owners.json("tasks", "--state", "done")["tasks"] == []
    assert owners.json("tasks", "--state", "all")["total"] == len(every)


def test_reached_and_answered_closes_the_task(owners: Any) -> None:
    task = task_of(owners, "李娜", "new_car_followup.day7")
    refused = owners.refused(3, "attempt", task["id"][:8], "reached")
    assert "overall" in refused or "not answered" in refused
    done = owners.json(
        "attempt", task["id"][:8], "reached", *answers(owners, task), "--note", "很满意",
        page="dcrc attempt",
    )["recorded"][0]  # fmt: skip
    assert done["task"]["state"] == "done"
    assert done["attempt"]["note"] == "很满意"
    assert "closed already" in owners.refused(4, "attempt", task["id"], "no_answer")


def test_no_answer_plans_the_next_try(owners: Any) -> None:
    task = task_of(owners, "李娜", "new_car_followup.day7")
    recorded = owners.json("attempt", task["id"], "no-answer")["recorded"][0]
    assert recorded["task"]["state"] == "open"
    assert recorded["next_at"] > "2026-11-21T09:30"
    assert "next try" in owners.ok("attempt", task["id"], "无人接听")


def test_a_call_back_is_agreed(owners: Any) -> None:
    task = task_of(owners, "李娜", "new_car_followup.day7")
    recorded = owners.json("attempt", task["id"], "call_back", "--call-back", "明天 15:00")
    assert recorded["recorded"][0]["next_at"] == "2026-11-22T15:00:00+08:00"
    assert "when" in owners.refused(3, "attempt", task["id"], "call_back").lower()
    assert "past" in owners.refused(3, "attempt", task["id"], "call_back", "--call-back", "9:00")


def test_several_tasks_in_one_conversation(owners: Any) -> None:
    mine = owners.json("add", "李娜", "车险到期提醒", "--due", "+3d", page="dcrc add")["task"]
    other = owners.json("add", "李娜", "送生日卡")["task"]
    recorded = owners.json("attempt", f"{mine['id']},{other['id']}", "reached")["recorded"]
    assert [one["task"]["state"] for one in recorded] == ["done", "done"]
    operations = owners.json("log", page="dcrc log")["operations"]
    assert operations[0]["name"] == "record attempt"
    stranger = owners.json("add", "王小明", "回电")["task"]
    again = owners.json("add", "李娜", "再联系")["task"]
    assert "not of one customer" in owners.refused(
        3, "attempt", f"{stranger['id']},{again['id']}", "reached"
    )


def test_an_answer_to_no_question_is_refused(owners: Any) -> None:
    task = task_of(owners, "李娜", "new_car_followup.day7")
    assert "overall" in owners.refused(3, "attempt", task["id"], "reached", "--answer", "mood=good")
    assert "FIELD=VALUE" in owners.refused(3, "attempt", task["id"], "reached", "--answer", "good")


@pytest.mark.parametrize("result", ["maybe", "", "done"])
def test_what_is_no_result(owners: Any, result: str) -> None:
    task = task_of(owners, "李娜", "new_car_followup.day7")
    assert "no_answer" in owners.refused(3, "attempt", task["id"], result)


def test_moved_given_away_withdrawn(owners: Any) -> None:
    owners.ok("operators", "add", "周岚", "caller")
    me = ("--operator", "王敏")
    task = owners.json("tasks", "--customer", "张伟", *me)["tasks"][0]["id"]
    moved = owners.json("snooze", task, "+5d", *me, page="dcrc snooze")["task"]
    assert moved["next_at"].startswith("2026-11-26")
    given = owners.json("assign", task, "周岚", *me, page="dcrc assign")["task"]
    assert (given["owner"], given["by_hand"]) == ("周岚", ["due", "owner"])
    gone = owners.json("withdraw", task, "客户已卖车", *me, page="dcrc withdraw")["task"]
    assert (gone["state"], gone["reason"]) == ("withdrawn", "客户已卖车")
    owners.refused(3, "snooze", task[:4] + "zzzz", "+1d", *me)


def test_undo_takes_the_last_step_back(owners: Any) -> None:
    task = owners.json("add", "王小明", "回电")["task"]["id"]
    owners.ok("attempt", task, "reached")
    undone = owners.json("undo", page="dcrc undo")
    assert undone["changes"] > 0
    assert owners.json("task", task)["task"]["state"] == "open"
    numbers = [line["number"] for line in owners.json("log")["operations"]]
    changes = owners.json("log", "--changes", numbers[0], page="dcrc log --changes")
    assert changes["number"] == numbers[0]
    assert "record attempt" in owners.ok("log") or "Record attempt" in owners.ok("log")


def test_a_task_is_found_by_the_characters_that_are_shown(owners: Any) -> None:
    first = owners.json("add", "王小明", "回电一")["task"]["id"]
    second = owners.json("add", "王小明", "回电二")["task"]["id"]
    assert first[:6] != second[:6]
    assert owners.json("task", second[:6])["task"]["id"] == second


def test_figures_of_the_month(owners: Any) -> None:
    found = owners.json("figures", "--month", "2026-11", page="dcrc figures")
    assert found["month"] == "2026-11"
    assert found["figures"]
    assert found["figures"][0]["title"] in owners.ok("figures")
    assert found["figures"][0]["name"] in owners.ok("figures")
    owners.refused(3, "figures", "--month", "2026-13")
    assert found["figures"][0]["name"] in owners.refused(3, "figures", "nonsense")


def test_a_task_explains_itself(owners: Any) -> None:
    task = task_of(owners, "李娜", "new_car_followup.day7")
    (why,) = owners.json("explain", task["id"], page="dcrc explain")["explanations"]
    assert any("2026-11-15" in fact for fact in why["facts"])
    assert any(used["key"].startswith("new_car_followup.") for used in why["policy"])
    every = owners.json("explain", "李娜", page="dcrc explain")["explanations"]
    assert any(each["task"] is None for each in every)
    rule = "new_car_followup.week3"
    only = owners.json("explain", "李娜", "--rule", rule)["explanations"]
    assert {each["rule"] for each in only} == {rule}
    assert "new_car_followup.day7" in owners.ok("explain", task["id"])


def test_a_rule_or_owner_that_nobody_knows_is_no_empty_list(owners: Any) -> None:
    short = owners.json("tasks", "--rule", "day3")
    assert short == owners.json("tasks", "--rule", "new_car_followup.day3")
    assert short["total"]
    for command in ("tasks", "today"):
        assert "new_car_followup.day3" in owners.refused(3, command, "--rule", "day33")
    assert "王敏" in owners.refused(3, "tasks", "--owner", "王民")
    assert "No such tasks" in owners.ok("tasks", "--owner", "王敏", "--state", "failed")
    owners.refused(3, "explain", "王小明", "--rule", "nope")


def test_the_changes_of_an_operation_are_one_short_line_each(owners: Any) -> None:
    numbers = [each["number"] for each in owners.json("log")["operations"]]
    for number in numbers:
        printed = owners.ok("log", "--changes", number)
        assert "{'" not in printed
        assert "+00:00" not in printed
        assert max(map(len, printed.splitlines())) < 300


def test_a_figure_says_its_unit(owners: Any) -> None:
    owners.language = "zh"
    task = task_of(owners, "张伟", "new_car_followup.day7")
    owners.ok("attempt", task["id"], "reached", *answers(owners, task))
    printed = owners.ok("figures")
    assert "数值" in printed
    assert "%" in printed
