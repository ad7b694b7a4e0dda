"""A plugin that raises is named in one line; the rest of the work is done and nothing is lost."""

from __future__ import annotations

import json
import types
from collections.abc import Iterator
from datetime import date
from typing import Any

import attrs
import pytest

from dcrc import Planner, Rule, Wording, hookimpl
from dcrc.testing import a_customer, a_vehicle, delivered
from plugins import new_car_followup

PARTIAL = 5


@attrs.frozen
class Nothing:
    """A section without values."""


def plugin(**hooks: Any) -> types.ModuleType:
    made = types.ModuleType("broken")
    for name, hook in hooks.items():
        setattr(made, name, hookimpl(hook))
    return made


def raising(*_: Any, **__: Any) -> Iterator[Any]:
    raise RuntimeError("王小明 13800001234")
    yield


def broken_planner() -> types.ModuleType:
    rules = (Rule("call", Wording("回访", "Call")),)
    return plugin(
        dcrc_policy_section=lambda: ("broken", Nothing),
        dcrc_planners=lambda: [Planner("broken", "broken", lambda policy: rules, raising)],
    )


def test_a_planner_that_raises_is_named_and_the_others_plan(shop: Any) -> None:
    desk = shop.desk()
    owner = a_customer(desk, "新车主")
    delivered(desk, a_vehicle(desk, owner), date(2026, 11, 20))
    desk.close()
    shop.plugins = [new_car_followup, broken_planner()]
    result = shop.run("plan", language="zh")
    assert result.exit_code == PARTIAL, result.output
    (line,) = result.stderr.splitlines()
    assert "broken" in line
    assert "王小明" not in result.output, "customer data in an error report"
    assert any(
        task["rule"] == "new_car_followup.day3"
        for task in shop.json("tasks", "--customer", owner.id)["tasks"]
    )
    shop.ok("today")
    shop.sound()


@pytest.mark.parametrize("hook", ["dcrc_attempted", "dcrc_task_closed"])
def test_a_plugin_that_raises_while_it_is_told_costs_no_attempt(shop: Any, hook: str) -> None:
    def told(desk: Any, task: Any) -> None:
        raise RuntimeError("王小明")

    shop.plugins = [new_car_followup, plugin(**{hook: told})]
    task = shop.json("tasks", "--limit", "1")["tasks"][0]
    result = shop.run("attempt", task["id"], "refused", "--json")
    assert "Traceback" not in result.output
    assert "王小明" not in result.stderr
    assert result.exit_code == 0, result.output
    recorded = json.loads(result.stdout)["recorded"][0]["attempt"]["id"]
    desk = shop.desk()
    assert desk.attempts.get_many([recorded])
    desk.close()
    shop.sound()


def test_a_plugin_that_raises_while_it_is_loaded_is_skipped(shop: Any) -> None:
    def policy() -> Any:
        raise RuntimeError("王小明")

    shop.plugins = [new_car_followup, plugin(dcrc_policy_section=policy)]
    for words in (["today"], ["plan"], ["plugins"], ["tasks"], ["--help"]):
        result = shop.run(*words)
        assert result.exit_code in (0, PARTIAL), (words, result.output)
        assert "Traceback" not in result.output
    shop.sound()
