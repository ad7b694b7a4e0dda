"""`dcrc assign`: tasks by their ids, a list by filters, to one person, shared out, or taken back."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from dcrc.kernel.calendar import add_task
from dcrc.testing import a_customer

TODAY = date(2026, 11, 21)
ME = ("--operator", "王敏")


@pytest.fixture
def centre(dcrc: Any) -> Any:
    """Three callers, seven customers with a call due today, and one whose call comes later."""
    for name in ("周岚", "陈晨", "刘洋"):
        dcrc.ok("operators", "add", name, "caller", *ME)
    desk = dcrc.desk()
    for number in range(7):
        add_task(desk, a_customer(desk, f"客户{number}"), "回访", TODAY)
    add_task(desk, a_customer(desk, "以后"), "回访", date(2026, 12, 20), opens=date(2026, 12, 15))
    desk.close()
    return dcrc


def assign(dcrc: Any, *words: Any, code: int = 0) -> Any:
    return dcrc.json("assign", *words, *ME, page="dcrc assign", code=code)


def owners(dcrc: Any) -> dict[str, int]:
    found = dcrc.json("tasks", "--limit", 0, *ME)["tasks"]
    names = [task["owner"] or "" for task in found]
    return {name: names.count(name) for name in sorted(set(names))}


def test_what_is_due_is_shared_out_among_all_callers(centre: Any) -> None:
    would = assign(centre, "--due", "today", "--share", "caller", "--dry-run")
    assert (would["dry_run"], would["customers"], owners(centre)) == (True, 7, {"": 8})
    done = assign(centre, "--due", "today", "--share", "caller")
    assert done == {**would, "dry_run": False}
    assert sorted(part["customers"] for part in done["people"]) == [2, 2, 3]
    assert owners(centre) == {"": 1, "刘洋": 3, "周岚": 2, "陈晨": 2}
    assert assign(centre, "--due", "today", "--share", "客服专员")["given"] == []
    centre.ok("undo", *ME)
    assert owners(centre) == {"": 8}


def test_what_is_printed_says_who_gets_what(centre: Any) -> None:
    told = centre.ok("assign", "--due", "today", "--share", "周岚，陈晨", "--dry-run", *ME)
    assert [line.split()[:3] for line in told.splitlines()[1:3]] == [
        ["周岚", "4", "4"],
        ["陈晨", "3", "3"],
    ]
    assert "Nothing was written" in told
    centre.ok("assign", "--due", "today", "--share", "周岚,陈晨", *ME)
    told = centre.ok("assign", "--due", "+60d", "--share", "周岚,陈晨", *ME)
    assert "7 customers stay with whom they are" in told
    assert "dcrc undo" in told
    told = centre.ok("assign", "--due", "today", "--share", "王敏", *ME, "--lang", "zh")
    assert "7 位客户仍由原负责人负责" in told
    assert "No such tasks" in centre.ok("assign", "--due", "overdue", "--to", "周岚", *ME)


def test_a_colleague_s_work_goes_to_the_others(centre: Any) -> None:
    assign(centre, "--due", "today", "--share", "周岚,陈晨")
    done = assign(centre, "--owner", "周岚", "--share", "陈晨,刘洋")
    assert {each["was"] for each in done["given"]} == {"周岚"}
    assert owners(centre) == {"": 1, "刘洋": 2, "陈晨": 5}
    even = assign(centre, "--due", "today", "--share", "caller", "--afresh")
    assert sorted(part["customers"] + part["kept"] for part in even["people"]) == [2, 2, 3]


def test_one_person_gets_them_and_gives_them_back(centre: Any) -> None:
    done = assign(centre, "--due", "today", "--to", "周岚")
    assert (done["customers"], done["people"][0]["open"]) == (7, 7)
    back = assign(centre, "--owner", "周岚", "--nobody")
    assert (back["customers"], back["people"][0]["name"]) == (7, None)
    assert owners(centre) == {"": 8}
    assign(centre, "--due", "today", "--to", "周岚")
    told = centre.ok("assign", "--owner", "周岚", "--nobody", *ME)
    assert "7 customers become nobody's" in told


def test_several_tasks_by_their_ids(centre: Any) -> None:
    first, second, third = (t["id"] for t in centre.json("tasks", *ME)["tasks"][:3])
    assert assign(centre, first, second[:6], "周岚")["customers"] == 2
    assert assign(centre, f"{first},{third}", "--to", "陈晨")["task"] is None
    assert owners(centre) == {"": 5, "周岚": 1, "陈晨": 2}
    one = assign(centre, second, "--nobody")
    assert (one["task"]["owner"], one["task"]["by_hand"]) == (None, [])
    assert "owner 刘洋" in centre.ok("assign", second, "刘洋", *ME)
    assert assign(centre, first, third, "--share", "刘洋", "--afresh")["customers"] == 2


def test_a_closed_task_keeps_none_of_the_others_back(centre: Any) -> None:
    first, second = (t["id"] for t in centre.json("tasks", *ME)["tasks"][:2])
    centre.ok("attempt", first, "reached", *ME)
    done = assign(centre, first, second, "nothere", "--to", "周岚", code=5)
    assert [each["task"] for each in done["refused"]] == [first, "nothere"]
    assert done["customers"] == 1
    said = centre.refused(5, "assign", first, second, "--to", "周岚", *ME)
    assert "1 of 2 tasks" in said
    assert "closed already" in centre.refused(4, "assign", first, "周岚", *ME)


@pytest.mark.parametrize(
    "words",
    [
        (),
        ("周岚",),
        ("--to", "周岚"),
        ("--due", "today"),
        ("--due", "today", "--to", "周岚", "--nobody"),
        ("--due", "today", "--nobody", "--afresh"),
        ("abc", "--due", "today", "--to", "周岚"),
    ],
)
def test_what_is_not_said_clearly_is_refused(centre: Any, words: tuple[str, ...]) -> None:
    told = centre.refused(2, "assign", *words, *ME)
    assert len(told.splitlines()) == 1
    assert owners(centre) == {"": 8}


def test_who_may_and_who_works_here(centre: Any) -> None:
    told = centre.refused(7, "assign", "--due", "today", "--share", "caller", "--operator", "周岚")
    assert "assign tasks" in told
    assert assign_as(centre, "周岚", "--due", "today", "--to", "周岚")["customers"] == 7
    assert "周岚" in centre.refused(3, "assign", "--due", "today", "--share", "周兰", *ME)
    centre.refused(3, "assign", "--due", "today", "--to", "周兰", *ME)
    centre.refused(3, "assign", "--due", "today", "--share", "lounge", *ME)


def assign_as(dcrc: Any, name: str, *words: Any) -> Any:
    return dcrc.json("assign", *words, "--operator", name, page="dcrc assign")


def test_what_a_colleague_has_stays_hers_unless_it_is_asked_for(centre: Any) -> None:
    first = centre.json("tasks", *ME)["tasks"][0]["id"]
    assign(centre, first, "陈晨")
    everybody = owners(centre)
    left = assign(centre, "--due", "+90d", "--to", "周岚", "--dry-run")
    assert not any(each["was"] == "陈晨" for each in left["given"])
    taken = assign(centre, "--due", "+90d", "--to", "周岚", "--afresh", "--dry-run")
    assert any(each["was"] == "陈晨" for each in taken["given"])
    assert owners(centre) == everybody
