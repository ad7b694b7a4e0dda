"""A plugin that fails is named, skipped and reported; what it had written is taken back; the rest works."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest

from dcrc import Desk, Dossier, Event, EventKind, Planned, Planner, PlanningDay, Rule, Wording
from dcrc.kernel.events import record_event
from dcrc.kernel.hooks import hookimpl
from dcrc.kernel.planning import plan
from dcrc.kernel.plugins import PluginHost, disabled_plugins
from dcrc.testing import a_customer, a_vehicle, delivered, isolated_desk, open_tasks

TODAY = date(2026, 11, 20)


class Policy:
    """A section without fields."""


def calls_after(days: int, name: str) -> Planner:
    def rules(policy: object) -> tuple[Rule, ...]:
        return (Rule("call", Wording("电话", "call")),)

    def plan_call(dossier: Dossier, policy: object, day: PlanningDay) -> Iterable[Planned]:
        for event in dossier.events_of("delivered"):
            due = event.on + timedelta(days)
            yield Planned("call", event.id, "1", opens=event.on, due=due)

    return Planner(name, "dealer", rules, plan_call)


class Good:
    __name__ = "good"

    @hookimpl
    def dcrc_planners(self) -> list[Planner]:
        return [calls_after(3, "good")]


class Raises:
    """Every hook of this one raises."""

    __name__ = "raises"

    @hookimpl
    def dcrc_planners(self) -> list[Planner]:
        raise RuntimeError("王小明 13800001000")

    @hookimpl
    def dcrc_event_kinds(self) -> Iterable[EventKind]:
        yield EventKind("odd", Wording("怪事", "odd"))
        raise RuntimeError("half way")


class PlansBadly:
    __name__ = "plans_badly"

    @hookimpl
    def dcrc_planners(self) -> list[Planner]:
        def rules(policy: object) -> tuple[Rule, ...]:
            return (Rule("call", Wording("电话", "call")),)

        def plan_call(dossier: Dossier, policy: object, day: PlanningDay) -> Iterable[Planned]:
            raise ZeroDivisionError(dossier.customer.name)

        return [Planner("plans_badly", "dealer", rules, plan_call)]


class Meddles:
    """Writes something when a fact is recorded, then falls over."""

    __name__ = "meddles"

    @hookimpl
    def dcrc_event_recorded(self, desk: Desk, event: Event) -> None:
        desk.customers.update({"note": "meddled"}, doc_ids=[event.customer])
        raise RuntimeError("fell over")


class Misspelt:
    __name__ = "misspelt"

    @hookimpl
    def dcrc_planers(self) -> list[Planner]:
        return []


def test_a_plugin_with_an_unknown_hook_is_left_out_and_named() -> None:
    host = PluginHost.load([Misspelt(), Good()])
    assert [planner.name for planner in host.planners() if planner.name == "good"] == ["good"]
    (problem,) = host.problems
    assert problem.plugin == "misspelt"
    assert "dcrc_planers" in problem.what
    assert {info.name: info.state for info in host.infos()} == {"good": "on", "misspelt": "failed"}


def test_a_hook_that_raises_is_reported_without_customer_data() -> None:
    host = PluginHost.load([Raises(), Good()])
    assert "good" in [planner.name for planner in host.planners()]
    assert "odd" in [kind.name for kind in host.event_kinds()]
    reported = {problem.where for problem in host.problems}
    assert reported == {"dcrc_planners", "dcrc_event_kinds"}
    assert not any("王小明" in problem.what for problem in host.problems)


def test_the_same_failure_is_reported_once() -> None:
    host = PluginHost.load([Raises()])
    host.planners()
    host.planners()
    assert len(host.problems) == 1


def test_a_planner_that_raises_leaves_its_tasks_and_the_others_go_on(tmp_path: Path) -> None:
    desk = isolated_desk(tmp_path, plugins=[Good(), PlansBadly()], today=TODAY)
    owner = a_customer(desk)
    delivered(desk, a_vehicle(desk, owner), on=TODAY)
    report = plan(desk)
    assert "good.call" in {task.rule for task in open_tasks(desk, owner)}
    assert report.failures
    assert not any(owner.name in str(failure) for failure in report.failures)
    desk.close()


def test_what_a_plugin_wrote_before_it_raised_is_taken_back(tmp_path: Path) -> None:
    desk = isolated_desk(tmp_path, plugins=[Meddles()], today=TODAY)
    owner = a_customer(desk)
    event = delivered(desk, a_vehicle(desk, owner), on=TODAY)
    assert desk.events.contains(doc_id=type(next(iter(desk.events)).doc_id)(event.id))
    (document,) = desk.customers.all()
    assert document.get("note", "") == ""
    assert [problem.plugin for problem in desk.plugins.problems] == ["meddles"]
    assert desk.db.verify().ok
    desk.close()


def test_a_plugin_switched_off_keeps_its_data_and_loses_its_tasks_only_from_view(
    tmp_path: Path,
) -> None:
    desk = isolated_desk(tmp_path, plugins=[Good()], today=TODAY)
    owner = a_customer(desk)
    delivered(desk, a_vehicle(desk, owner), on=TODAY)
    (task,) = [task for task in open_tasks(desk, owner) if task.rule == "good.call"]
    desk.close()
    off = isolated_again(tmp_path, plugins=[])
    plan(off)
    assert off.tasks.get(doc_id=next(d.doc_id for d in off.tasks if d.doc_id == task.id))
    off.close()


def isolated_again(folder: Path, plugins: list[object]) -> Desk:
    from dcrc.kernel.desk import open_desk
    from dcrc.testing import TestClock

    return open_desk(folder / "dealer.dcrc", clock=TestClock(TODAY), plugins=plugins)


@pytest.mark.parametrize(
    ("text", "off"),
    [
        ('[plugins]\ndisabled = ["good"]\n', ("good",)),
        ("", ()),
        ("[plugins]\ndisabled = 3\n", ()),
        ("not toml", ()),
        ("plugins = 1\n", ()),
    ],
)
def test_the_dealer_s_file_says_which_plugins_are_off(
    tmp_path: Path, text: str, off: tuple[str, ...]
) -> None:
    file = tmp_path / "dealer.toml"
    file.write_text(text, "utf-8")
    assert disabled_plugins([file, tmp_path / "missing.toml"]) == off
    host = PluginHost.load([Good()], off)
    assert ("good" in host.names()) is (not off)


def test_a_plugin_that_cannot_be_imported_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    broken = SimpleNamespace(name="broken", load=lambda: (_ for _ in ()).throw(ImportError("gone")))
    monkeypatch.setattr("dcrc.kernel.plugins.entry_points", lambda group: [broken])
    host = PluginHost.load()
    assert [(info.name, info.state) for info in host.infos()] == [("broken", "failed")]
    assert "gone" in host.problems[0].what


def test_a_fact_of_an_undeclared_kind_is_refused(tmp_path: Path) -> None:
    desk = isolated_desk(tmp_path, today=TODAY)
    owner = a_customer(desk)
    with pytest.raises(Exception, match="no_such_kind"):
        record_event(desk, Event("", "no_such_kind", owner.id, TODAY))
    desk.close()
