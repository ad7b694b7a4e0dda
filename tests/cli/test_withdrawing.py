"""`dcrc withdraw`: one task, several, or a list by filters, with one reason and one undo."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from dcrc.kernel.calendar import add_task, get_task, withdraw_tasks
from dcrc.kernel.tasks import TaskState
from dcrc.testing import a_customer

TODAY = date(2026, 11, 21)
ME = ("--operator", "王敏")
USAGE, NO, PARTIAL = 2, 7, 5


@pytest.fixture
def centre(dcrc: Any) -> Any:
    """A caller, three customers with an overdue call each, one with a call due in December."""
    dcrc.ok("operators", "add", "周岚", "caller", *ME)
    desk = dcrc.desk()
    for number in range(3):
        add_task(desk, a_customer(desk, f"客户{number}"), "回访", date(2026, 11, 11 + number))
    add_task(desk, a_customer(desk, "以后"), "回访", date(2026, 12, 20))
    desk.close()
    return dcrc


def withdraw(dcrc: Any, *words: Any, code: int = 0) -> Any:
    return dcrc.json("withdraw", *words, *ME, page="dcrc withdraw", code=code)


def open_tasks(dcrc: Any) -> list[str]:
    return [task["id"] for task in dcrc.json("tasks", "--limit", 0, *ME)["tasks"]]


def test_what_is_long_overdue_goes_in_one_step_and_comes_back_in_one(centre: Any) -> None:
    before = open_tasks(centre)
    would = withdraw(centre, "--due", "-9d", "导入前已联系", "--dry-run")
    assert (would["dry_run"], len(would["withdrawn"]), open_tasks(centre)) == (True, 2, before)
    done = withdraw(centre, "--due", "-9d", "--reason", "导入前已联系")
    assert done == {**would, "dry_run": False}
    assert open_tasks(centre) == before[2:]
    (task,) = centre.json("tasks", "--state", "withdrawn", "--limit", 1, *ME)["tasks"]
    assert (task["reason"], task["closed_by"]) == ("导入前已联系", "王敏")
    centre.ok("undo", *ME)
    assert open_tasks(centre) == before


def test_several_are_named_and_the_closed_ones_told_apart(centre: Any) -> None:
    first, second, *_ = open_tasks(centre)
    alone = withdraw(centre, first, "不用了")
    assert (alone["task"]["state"], alone["customers"]) == ("withdrawn", 1)
    both = withdraw(centre, f"{first}，{second[:6]}", "不用了", code=PARTIAL)
    assert [each["task"] for each in both["withdrawn"]] == [second]
    assert [each["task"] for each in both["refused"]] == [first]


def test_what_is_printed_counts_by_kind(centre: Any) -> None:
    told = centre.ok("withdraw", "--due", "overdue", "不用了", *ME)
    assert "3 tasks of 3 customers" in told
    assert "dcrc undo" in told
    assert "No such tasks" in centre.ok("withdraw", "--due", "overdue", "不用了", *ME)
    told = centre.ok("withdraw", "--due", "+60d", "不用了", *ME, "--lang", "zh", "--dry-run")
    assert "1 位客户的 1 项任务" in told


def test_a_reason_and_tasks_are_needed(centre: Any) -> None:
    first, second, *_ = open_tasks(centre)
    for words in (
        (first, second),
        ("--due", "overdue"),
        (first, "--reason", " "),
        ("不用了",),
        (first, "--due", "overdue", "不用了"),
    ):
        assert centre.run("withdraw", *words, *ME).exit_code in (USAGE, 3), words
    centre.refused(NO, "withdraw", "--due", "overdue", "不用了", "--operator", "周岚")
    centre.refused(NO, "withdraw", "--due", "overdue", "不用了", "--dry-run", "--operator", "周岚")
    assert len(open_tasks(centre)) == 4


def test_one_that_cannot_go_keeps_all(centre: Any) -> None:
    first, second, *_ = open_tasks(centre)
    desk = centre.desk()
    withdraw_tasks(desk, [first], "不用了")
    with pytest.raises(Exception, match="closed already"):
        withdraw_tasks(desk, [second, first], "不用了")
    assert get_task(desk, second).state is TaskState.OPEN
    desk.close()
