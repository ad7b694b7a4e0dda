"""Whole processes with 100,000 open tasks: today's list, adding and closing a task, here and in Taskwarrior.

    python benchmarks/commands.py [--tasks 100000] [--runs 7] [--write]

Needs Debian's `taskwarrior` (the command `task`) for the comparison. Both programs run on the same machine in
turns, each on its own file in a temporary folder; figures are medians of wall time, Python's start included.
`--write` puts the table under its heading in `benchmarks/RESULTS.md`.
"""

from __future__ import annotations

import argparse
import os
import platform
import re
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import count
from pathlib import Path
from random import Random
from time import perf_counter

HEADING = "## Commands as whole processes"
TODAY = date(2026, 11, 21)
ALLOWED = 0.35
SIZES = (0, 10_000)
OPERATOR = "林静"
TITLES = ("交车3日关怀", "交车7日满意度回访", "交车3周回访", "首保提醒", "年检提醒")


def dcrc_program() -> str:
    """The `dcrc` command of the environment that runs this."""
    beside = Path(sys.executable).with_name("dcrc")
    return str(beside) if beside.exists() else shutil.which("dcrc") or "dcrc"


def with_bytecode() -> None:
    """Give the modules the bytecode that every installation has."""
    built = Path(__file__).resolve().parent.parent / "hatch_build.py"
    subprocess.run([sys.executable, str(built)], check=True, stdout=subprocess.DEVNULL)


def fill_dcrc(path: Path, tasks: int) -> list[str]:
    """A database with as many customers, each with one open task; returns the tasks' ids."""
    from dcrc.clock import clock_on
    from dcrc.kernel.customers import Customer, prepare_customer
    from dcrc.kernel.desk import init_database
    from dcrc.kernel.documents import to_document
    from dcrc.kernel.phones import Phone
    from dcrc.kernel.tasks import Task, task_id
    from dcrc.store import GlobalId

    desk = init_database(path, operator=OPERATOR, clock=clock_on(TODAY), plugins=None)
    dice = Random(1)
    ids: list[str] = []
    for first in range(0, tasks, 10_000):
        people, planned = [], []
        for number in range(first, min(first + 10_000, tasks)):
            customer = prepare_customer(
                Customer(
                    desk.new_id(),
                    f"客户{number}",
                    phones=(
                        Phone(
                            f"+861{dice.choice('3578')}{number // 10000}0000{number % 10000:04d}"
                        ),
                    ),
                )
            )
            people.append((GlobalId(customer.id), to_document(customer)))
            due = TODAY + timedelta(days=dice.randrange(-20, 20))
            task = Task(
                id=task_id("by_hand", customer.id, "1"),
                rule="by_hand",
                customer=customer.id,
                subject=customer.id,
                occurrence="1",
                opens=min(due, TODAY),
                due=due,
                title=dice.choice(TITLES),
                created=desk.now(),
            )
            planned.append((GlobalId(task.id), to_document(task)))
            ids.append(task.id)
        with desk.db.transaction("benchmark", operator=OPERATOR):
            desk.customers.put_many(people)
            desk.tasks.put_many(planned)
    desk.close()
    return ids


def fill_taskwarrior(folder: Path, tasks: int) -> None:
    """Taskwarrior's own file with as many pending tasks."""
    folder.mkdir()
    dice = Random(1)
    midnight = datetime(TODAY.year, TODAY.month, TODAY.day, tzinfo=UTC)
    with (folder / "pending.data").open("w", encoding="utf-8") as stream:
        for number in range(tasks):
            due = int((midnight + timedelta(days=dice.randrange(-20, 20))).timestamp())
            uuid = f"{dice.getrandbits(32):08x}-0000-4000-8000-{number:012x}"
            stream.write(
                f'[description:"客户{number} {dice.choice(TITLES)}" due:"{due}"'
                f' entry:"{due - 864000}" modified:"{due - 864000}" status:"pending" uuid:"{uuid}"]\n'
            )
    (folder / "completed.data").touch()
    (folder / "taskrc").write_text(f"data.location={folder}\nconfirmation=no\n", "utf-8")


Seconds = tuple[float, float]
"""Wall time and processor time; the latter says more where others work on the same machine."""


def timed(command: Sequence[str], environment: Mapping[str, str]) -> Seconds:
    """What one run takes; it must succeed."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    begun = perf_counter()
    done = subprocess.run(
        command, env={**os.environ, **environment}, capture_output=True, check=False
    )
    wall = perf_counter() - begun
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode:
        raise SystemExit(f"{' '.join(command)}: {done.stderr.decode()}")
    return wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def in_turns(
    sides: Sequence[tuple[Callable[[], Sequence[str]], Mapping[str, str]]], runs: int
) -> list[Seconds]:
    """The median of each side's runs; the sides take turns, after one run each to warm the file caches."""
    taken: list[list[Seconds]] = [[] for _ in sides]
    for turn in range(runs + 1):
        for seconds, (command, environment) in zip(taken, sides, strict=True):
            one = timed(command(), environment)
            if turn:
                seconds.append(one)
    return [
        (statistics.median(wall), statistics.median(cpu))
        for wall, cpu in (zip(*seconds, strict=True) for seconds in taken)
    ]


def measure(tasks: int, runs: int) -> Iterator[tuple[str, Seconds | None, Seconds | None]]:
    """(what, seconds here, seconds in Taskwarrior) with that many open tasks."""
    with tempfile.TemporaryDirectory(prefix="dcrc-bench-") as name:
        folder = Path(name)
        dcrc = dcrc_program()
        here = {"DCRC_DB": str(folder / "dealer.dcrc"), "DCRC_TODAY": TODAY.isoformat()}
        ids = iter(fill_dcrc(folder / "dealer.dcrc", tasks))
        numbers = count(1)
        jobs: list[tuple[str, Callable[[], list[str]], Callable[[], list[str]]]] = [
            ("today's list", lambda: [dcrc, "today"], lambda: ["task", "next", "limit:20"]),
            ("tasks due", lambda: [dcrc, "tasks"], lambda: ["task", "list", "limit:20"]),
        ]
        if tasks:
            jobs += [
                (
                    "add a task",
                    lambda: [dcrc, "add", "客户7", "回电", "--due", "tomorrow"],
                    lambda: ["task", "add", "客户7 回电", "due:tomorrow"],
                ),
                (
                    "close a task",
                    lambda: [dcrc, "attempt", next(ids), "reached"],
                    lambda: ["task", str(next(numbers)), "done"],
                ),
            ]
        rival = shutil.which("task") is not None and tasks > 0
        if rival:
            fill_taskwarrior(folder / "tw", tasks)
        there = {"TASKRC": str(folder / "tw" / "taskrc"), "TASKDATA": str(folder / "tw")}
        for what, ours, theirs in jobs:
            sides = [(ours, here), *([(theirs, there)] if rival else [])]
            first, *others = in_turns(sides, runs)
            yield what, first, others[0] if others else None


def table(tasks: int, runs: int) -> list[str]:
    """The rows of the report, as Markdown."""
    lines = [
        "| open tasks | command | dcrc | of it CPU | Taskwarrior | of it CPU |",
        "|---|---|---|---|---|---|",
    ]
    for size in (*SIZES, tasks):
        for what, ours, theirs in measure(size, runs):
            cells = [f"{size:,}", what, *_cells(ours), *_cells(theirs)]
            lines.append(f"| {' | '.join(cells)} |")
            print(lines[-1], flush=True)
    return lines


def _cells(seconds: Seconds | None) -> tuple[str, str]:
    return ("–", "–") if seconds is None else (f"{seconds[0]:.3f} s", f"{seconds[1]:.3f} s")


def write_results(lines: list[str], command: str) -> None:
    """Replace the section under our heading in RESULTS.md, leave the others."""
    file = Path(__file__).with_name("RESULTS.md")
    text = file.read_text("utf-8") if file.exists() else "# Measured\n"
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else 0.0
    where = (
        f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()},"
        f" load {load:.1f}"
    )
    section = "\n".join(
        [
            HEADING,
            "",
            f"`{command}` on {where}; medians of wall time, Python's start included.",
            f"Allowed for a list with 100,000 open tasks: {ALLOWED} s, and less than Taskwarrior everywhere.",
            "",
            *lines,
            "",
        ]
    )
    pattern = re.compile(rf"{re.escape(HEADING)}\n.*?(?=\n## |\Z)", re.DOTALL)
    found = pattern.search(text)
    text = (
        text[: found.start()] + section + text[found.end() :]
        if found
        else f"{text.rstrip()}\n\n{section}"
    )
    file.write_text(text, "utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--tasks", type=int, default=100_000)
    parser.add_argument("--runs", type=int, default=7)
    parser.add_argument("--write", action="store_true", help="put the table into RESULTS.md")
    chosen = parser.parse_args()
    with_bytecode()
    lines = table(chosen.tasks, chosen.runs)
    if chosen.write:
        write_results(lines, f"python benchmarks/commands.py --runs {chosen.runs} --write")


if __name__ == "__main__":
    main()
