"""Eight processes write to the same file at once: no lost update, no duplicate, no error but a conflict."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

from dcrc.kernel.planning import plan

EIGHT = 8
WRITER = Path(__file__).with_name("writer.py")


def eight(shop: Any, kind: str, *more: object) -> list[dict[str, Any]]:
    """What eight writers that began at the same moment did; none may fail or say anything."""
    writers = subprocess.Popen(
        [sys.executable, WRITER, kind, shop.path, str(EIGHT), *map(str, more)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    out, err = writers.communicate("\n", timeout=240)
    assert not err, err
    assert writers.returncode == 0, out
    shop.sound()
    ready, said = out.splitlines()
    assert ready == "ready"
    done: list[dict[str, Any]] = json.loads(said)
    assert len(done) == EIGHT
    return done


def no_duplicates(shop: Any) -> None:
    """One customer per number, one car per VIN, one event per key, one open task per rule and subject."""
    desk = shop.desk()
    phones = Counter(phone["number"] for each in desk.customers.all() for phone in each["phones"])
    vins = Counter(each["vin"] for each in desk.vehicles.all())
    events = Counter(
        (each["kind"], each["key"]) for each in desk.events.all() if each["kind"] == "delivered"
    )
    calendar = Counter(
        (each["rule"], each["subject"])
        for each in desk.tasks.all()
        if each.get("state", "open") == "open"
    )
    for what in (phones, vins, events, calendar):
        assert what
        assert set(what.values()) == {1}, [each for each, count in what.items() if count > 1]
    assert plan(desk).changes == 0 or plan(desk).changes == 0
    desk.close()


def test_different_fields_of_the_same_customers(shop: Any) -> None:
    done = eight(shop, "edit_own_field")
    desk = shop.desk()
    for customer in desk.customers.all()[:3]:
        for each in done:
            assert customer[each["field"]] == each["value"]
    made = [each for each in desk.db.journal.operations(limit=500) if each.name == "edit customer"]
    assert len(made) == EIGHT * 5 * 3
    desk.close()


def test_the_same_field_is_a_conflict_for_the_second_and_no_step_is_lost(shop: Any) -> None:
    done = eight(shop, "edit_the_same_field")
    desk = shop.desk()
    written = desk.customers.all()[0]["note"].split()
    assert sorted(written) == sorted(line for one in done for line in one["lines"])
    desk.close()


def test_everybody_works_through_the_same_list(shop: Any) -> None:
    done = eight(shop, "call")
    told = [each for one in done for each in one["attempts"]]
    desk = shop.desk()
    assert len(told) == len(set(told))
    assert {str(each.doc_id) for each in desk.attempts.all()} == set(told)
    per_task = Counter(each["task"] for each in desk.attempts.all())
    assert set(per_task.values()) == {1}, "two people closed the same task"
    assert sum(each["second"] for each in done) > 0 or len(told) >= 24
    desk.close()


def test_everybody_imports_the_same_ledger_and_plans(shop: Any, ledger: Any) -> None:
    path = ledger(80)
    done = eight(shop, "take_in", path)
    assert sorted(each["new"] for each in done) == [0] * (EIGHT - 1) + [80]
    no_duplicates(shop)
    desk = shop.desk()
    assert desk.imports.count() == 1
    desk.close()


def test_eight_desks_with_different_work(shop: Any, ledger: Any) -> None:
    eight(shop, "mixed", ledger(80))
    no_duplicates(shop)
