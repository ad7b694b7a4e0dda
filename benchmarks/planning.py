"""Planning and the day's list at scale, on an invented dealer.

    python -m benchmarks.planning [--vehicles 100000] [--write]
    python -m benchmarks.planning --functions new_car_followup,service_followup,reminders [--write]

Every phase is a process of its own, so that its memory is its own. `--write` puts the figures under the
heading of these functions in `benchmarks/RESULTS.md`.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from datetime import date, timedelta
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any

import attrs

from benchmarks.dealer import TODAY, YEARS, Days, invent
from dcrc.i18n import speaking
from dcrc.kernel.agenda import agenda, count_tasks, day_counts, tasks
from dcrc.kernel.calendar import record_attempt
from dcrc.kernel.desk import Desk, init_database, open_desk
from dcrc.kernel.planning import plan, replan_customer
from dcrc.kernel.tasks import Result
from dcrc.testing import steady_entropy

HERE = Path(__file__).parent
FOUNDATION = ("new_car_followup",)
CARE = frozenset({"reminders", "service_followup"})
MEMORY = 400  # MB


@attrs.frozen
class Trial:
    """What is measured: the functions that plan, and how often the foundation's times they may take."""

    functions: tuple[str, ...] = FOUNDATION
    vehicles: int = 100_000

    @property
    def cared(self) -> bool:
        """Whether functions plan that need readings, visits and birthdays."""
        return not CARE.isdisjoint(self.functions)

    @property
    def times(self) -> int:
        return 2 if self.cared else 1

    @property
    def heading(self) -> str:
        if self.functions == FOUNDATION:
            return "## Planning and the day's list"
        return f"## Planning {', '.join(self.functions)}"

    @property
    def dealer(self) -> str:
        """The dealer in words."""
        known = (
            "several visits to the workshop for most,\nreadings, birthdays, registrations, licences"
            if self.cared
            else "a workshop visit for most"
        )
        return f"{self.vehicles:,} vehicles,\n{YEARS} years of deliveries, {known}"

    @property
    def plugins(self) -> list[Any]:
        return [import_module(f"plugins.{name}") for name in self.functions]

    def seat(self, path: Path, day: date = TODAY) -> Desk:
        return open_desk(
            path,
            operator="王敏",
            clock=Days(day),
            entropy=steady_entropy(str(day)),
            plugins=self.plugins,
        )


def timed(work: Callable[[], Any], repeat: int = 1) -> tuple[float, Any]:
    """Median seconds of `repeat` runs, and the last result."""
    took, result = [], None
    for _ in range(repeat):
        start = time.perf_counter()
        result = work()
        took.append(time.perf_counter() - start)
    return sorted(took)[len(took) // 2], result


def phase_build(path: Path, trial: Trial) -> dict[str, Any]:
    desk = init_database(
        path, operator="王敏", clock=Days(TODAY), entropy=steady_entropy(), plugins=trial.plugins
    )
    seconds, _ = timed(lambda: invent(desk, trial.vehicles, cared=trial.cared))
    return {"seconds": seconds, "customers": desk.customers.count(), "events": desk.events.count()}


def phase_plan(path: Path, trial: Trial, day: date) -> dict[str, Any]:
    desk = trial.seat(path, day)
    before = time.process_time()
    seconds, report = timed(lambda: plan(desk))
    cpu = time.process_time() - before
    if report.failures:
        raise SystemExit(f"a planner failed: {report.failures}")
    return {
        "seconds": seconds,
        "cpu": cpu,
        "tasks": report.changes,
        "customers": report.customers,
    }


def phase_use(path: Path, trial: Trial) -> dict[str, Any]:
    """One customer's replan, the day's list, counts and a recorded try, with all tasks open."""
    desk = trial.seat(path, TODAY + timedelta(days=1))
    some = [str(each.doc_id) for each in desk.customers.iterate(limit=4000)][::190]
    replans = []
    for customer in some:
        seconds, _ = timed(partial(replan_customer, desk, customer))
        replans.append(seconds)
    cold, first = timed(lambda: agenda(desk, mine=False))
    warm, _ = timed(lambda: agenda(desk, mine=False), 5)
    page, _ = timed(lambda: agenda(desk, mine=False, offset=1000), 3)
    days, _ = timed(lambda: day_counts(desk, TODAY, TODAY + timedelta(days=31)))
    listed, _ = timed(lambda: tasks(desk, state="open", limit=50))
    due, _ = timed(lambda: count_tasks(desk, state="open", due=TODAY + timedelta(days=1)))
    task = first.sheets[0].tasks[0]
    tried, _ = timed(lambda: record_attempt(desk, task.id, Result.NO_ANSWER))
    again, _ = timed(lambda: agenda(desk, mine=False))
    return {
        "open": desk.tasks.count(),
        "sheets": first.total_sheets,
        "replan_first": replans[0],
        "replan": max(replans[1:]),
        "agenda_cold": cold,
        "agenda_again": again,
        "agenda_warm": warm,
        "page": page,
        "day_counts": days,
        "tasks": listed,
        "count_due": due,
        "attempt": tried,
    }


def run_phase(name: str, path: Path, trial: Trial) -> dict[str, Any]:
    phases: dict[str, Callable[[], dict[str, Any]]] = {
        "build": lambda: phase_build(path, trial),
        "first": lambda: phase_plan(path, trial, TODAY),
        "again": lambda: phase_plan(path, trial, TODAY),
        "next day": lambda: phase_plan(path, trial, TODAY + timedelta(days=1)),
        "use": lambda: phase_use(path, trial),
    }
    found = phases[name]()
    return {**found, "mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}


PHASES = ("build", "first", "again", "next day", "use")


def in_own_process(name: str, path: Path, trial: Trial) -> dict[str, Any]:
    command = [sys.executable, "-m", "benchmarks.planning", "--phase", name, "--db", str(path)]
    command += ["--vehicles", str(trial.vehicles), "--functions", ",".join(trial.functions)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(done.stderr)
    result: dict[str, Any] = json.loads(done.stdout)
    return result


def table(found: dict[str, dict[str, Any]], times: int) -> Iterator[tuple[str, str, str]]:
    """(what, measured, aim) of each line."""
    first, again, after, use = (found[name] for name in PHASES[1:])
    yield "planned from nothing", f"{first['seconds']:.1f} s", f"{25 * times} s"
    yield "… of it processor time", f"{first['cpu']:.1f} s", ""
    yield "… memory", f"{first['mb']:.0f} MB", f"{MEMORY} MB"
    yield "… tasks made", f"{first['tasks']:,}", ""
    yield "planned again, nothing changed", f"{again['seconds']:.2f} s", f"{2 * times} s"
    yield "planned the next day", f"{after['seconds']:.2f} s", f"{2 * times} s"
    yield "… of it processor time", f"{after['cpu']:.2f} s", ""
    yield "… customers looked at", f"{after['customers']:,}", ""
    replan = f"{use['replan'] * 1000:.1f} ms"
    yield "one customer's replan, slowest of 20", replan, f"{20 * times} ms"
    yield "… the very first of a process", f"{use['replan_first'] * 1000:.1f} ms", ""
    yield "tasks stored", f"{use['open']:,}", ""
    for key, what in (
        ("agenda_cold", "day's list and counts, first look"),
        ("agenda_again", "… after a change"),
        ("agenda_warm", "… again"),
        ("page", "… page 20"),
        ("day_counts", "counts per day of a month"),
        ("tasks", "50 open tasks by due day"),
        ("count_due", "how many are due"),
    ):
        yield what, f"{use[key] * 1000:.1f} ms", "100 ms"
    yield "one try recorded, replanned, durable", f"{use['attempt'] * 1000:.1f} ms", ""


def written(lines: Iterable[tuple[str, str, str]], trial: Trial) -> str:
    rows = "\n".join(f"| {what} | {value} | {aim} |" for what, value, aim in lines)
    functions = "" if trial.functions == FOUNDATION else f" --functions {','.join(trial.functions)}"
    return (
        f"{trial.heading}\n\n"
        f"`python -m benchmarks.planning --vehicles {trial.vehicles}{functions} --write`:\n"
        f"an invented dealer with {trial.dealer}.\n"
        f"Wall time on {os.cpu_count()} processors at a load of {os.getloadavg()[0]:.1f}.\n\n"
        f"| | measured | at most |\n|---|---|---|\n{rows}\n"
    )


def put_into_results(section: str, heading: str) -> None:
    path = HERE / "RESULTS.md"
    text = path.read_text("utf-8") if path.exists() else "# Measured\n"
    before, found, after = text.partition(f"{heading}\n")
    rest = after.partition("\n## ")
    tail = f"\n## {rest[2]}" if found and rest[1] else ""
    path.write_text(before.rstrip() + "\n\n" + section + tail, "utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0] if __doc__ else "")
    parser.add_argument("--vehicles", type=int, default=100_000)
    parser.add_argument("--functions", default=",".join(FOUNDATION), help="plugins, with commas")
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--phase", choices=PHASES)
    parser.add_argument("--db", type=Path)
    chosen = parser.parse_args()
    trial = Trial(tuple(chosen.functions.split(",")), chosen.vehicles)
    if chosen.phase:
        print(json.dumps(run_phase(chosen.phase, chosen.db, trial)))
        return
    with tempfile.TemporaryDirectory() as folder, speaking("en"):
        path = chosen.db or Path(folder) / "dealer.dcrc"
        found: dict[str, dict[str, Any]] = {}
        for name in PHASES:
            found[name] = in_own_process(name, path, trial)
            print(f"{name}: {found[name]['seconds']:.1f} s" if "seconds" in found[name] else name)
    lines = list(table(found, trial.times))
    for what, value, aim in lines:
        print(f"{what:44}{value:>14}{('≤ ' + aim) if aim else '':>12}")
    if chosen.write:
        put_into_results(written(lines, trial), trial.heading)


if __name__ == "__main__":
    main()
