"""Planning and the day's list at scale, on an invented dealer.

    python -m benchmarks.planning [--vehicles 100000] [--write]

Every phase is a process of its own, so that its memory is its own. `--write` puts the figures under this
benchmark's heading in `benchmarks/RESULTS.md`.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from dcrc.i18n import speaking
from dcrc.kernel.agenda import agenda, count_tasks, day_counts, tasks
from dcrc.kernel.calendar import record_attempt
from dcrc.kernel.customers import Customer, prepare_customer
from dcrc.kernel.desk import Desk, init_database, open_desk
from dcrc.kernel.documents import to_document
from dcrc.kernel.events import Event
from dcrc.kernel.phones import Phone
from dcrc.kernel.planning import plan, replan_customer
from dcrc.kernel.tasks import Result
from dcrc.kernel.vehicles import Vehicle, prepare_vehicle
from dcrc.kernel.vins import check_digit
from dcrc.store import GlobalId
from dcrc.testing import steady_entropy

TODAY = date(2026, 11, 20)
YEARS = 5
SHANGHAI = ZoneInfo("Asia/Shanghai")
HERE = Path(__file__).parent
HEADING = "## Planning and the day's list"
SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗"
GIVEN = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华玉兰"


def plugins() -> list[Any]:
    import plugins.new_car_followup as new_car_followup

    return [new_car_followup]


class Days:
    """A clock that stands at half past nine on a day."""

    def __init__(self, day: date) -> None:
        self.at = datetime(day.year, day.month, day.day, 9, 30, tzinfo=SHANGHAI).astimezone(UTC)

    def __call__(self) -> datetime:
        return self.at


def seat(path: Path, day: date = TODAY) -> Desk:
    return open_desk(
        path, operator="王敏", clock=Days(day), entropy=steady_entropy(str(day)), plugins=plugins()
    )


def invent(desk: Desk, vehicles: int) -> None:
    """Owners, cars, deliveries over the years and a workshop visit for most; one import."""
    chance = random.Random(20261120)
    people: list[tuple[GlobalId, dict[str, Any]]] = []
    cars: list[tuple[GlobalId, dict[str, Any]]] = []
    events: list[tuple[GlobalId, dict[str, Any]]] = []
    owner = ""
    for n in range(vehicles):
        if not owner or chance.random() > 0.08:
            owner = str(desk.new_id())
            name = chance.choice(SURNAMES) + "".join(chance.sample(GIVEN, chance.randint(1, 2)))
            phone = Phone(f"+8613{n % 10}0000{n // 10 % 10000:04d}")
            customer = Customer(owner, name, phones=(phone,), address=f"长安路{n % 900 + 1}号")
            people.append((GlobalId(owner), to_document(prepare_customer(customer))))
        body = f"LS4AAB3D0H{n:07d}"
        vin = body[:8] + check_digit(body) + body[9:]
        car = str(desk.new_id())
        vehicle = Vehicle(car, vin, owner, f"京A{n % 100000:05d}", model="CS75", trim="豪华型")
        cars.append((GlobalId(car), to_document(prepare_vehicle(vehicle))))
        delivered = TODAY - timedelta(days=int(YEARS * 365 * chance.random()))
        consultant = f"顾问{n % 20:02d}"
        data = {"consultant": consultant, "price": 12_000_000}
        sale = Event(str(desk.new_id()), "delivered", owner, delivered, car, key=vin, data=data)
        events.append((GlobalId(sale.id), to_document(sale)))
        visited = delivered + timedelta(days=chance.randint(60, 400))
        if visited < TODAY:
            data = {"order": f"RO{n:07d}", "km": chance.randint(2000, 30000), "work": "保养"}
            visit = Event(str(desk.new_id()), "serviced", owner, visited, car, None, f"RO{n}", data)
            events.append((GlobalId(visit.id), to_document(visit)))
    for table, rows in ((desk.customers, people), (desk.vehicles, cars), (desk.events, events)):
        with desk.db.transaction("import", operator=desk.operator.name, batch="invented"):
            table.put_many(rows)


def timed(work: Callable[[], Any], repeat: int = 1) -> tuple[float, Any]:
    """Median seconds of `repeat` runs, and the last result."""
    took, result = [], None
    for _ in range(repeat):
        start = time.perf_counter()
        result = work()
        took.append(time.perf_counter() - start)
    return sorted(took)[len(took) // 2], result


def phase_build(path: Path, vehicles: int) -> dict[str, Any]:
    desk = init_database(
        path, operator="王敏", clock=Days(TODAY), entropy=steady_entropy(), plugins=plugins()
    )
    seconds, _ = timed(lambda: invent(desk, vehicles))
    return {"seconds": seconds, "customers": desk.customers.count(), "events": desk.events.count()}


def phase_plan(path: Path, day: date) -> dict[str, Any]:
    desk = seat(path, day)
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


def phase_use(path: Path) -> dict[str, Any]:
    """One customer's replan, the day's list, counts and a recorded try, with all tasks open."""
    desk = seat(path, TODAY + timedelta(days=1))
    some = [str(each.doc_id) for each in desk.customers.iterate(limit=4000)][::190]
    replans = []
    for customer in some:
        seconds, _ = timed(lambda customer=customer: replan_customer(desk, customer))  # type: ignore[misc]
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


def run_phase(name: str, path: Path, vehicles: int) -> dict[str, Any]:
    phases: dict[str, Callable[[], dict[str, Any]]] = {
        "build": lambda: phase_build(path, vehicles),
        "first": lambda: phase_plan(path, TODAY),
        "again": lambda: phase_plan(path, TODAY),
        "next day": lambda: phase_plan(path, TODAY + timedelta(days=1)),
        "use": lambda: phase_use(path),
    }
    found = phases[name]()
    return {**found, "mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}


PHASES = ("build", "first", "again", "next day", "use")


def in_own_process(name: str, path: Path, vehicles: int) -> dict[str, Any]:
    command = [sys.executable, "-m", "benchmarks.planning", "--phase", name, "--db", str(path)]
    done = subprocess.run(
        [*command, "--vehicles", str(vehicles)], capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise SystemExit(done.stderr)
    result: dict[str, Any] = json.loads(done.stdout)
    return result


def table(found: dict[str, dict[str, Any]]) -> Iterator[tuple[str, str, str]]:
    """(what, measured, aim) of each line."""
    first, again, after, use = (found[name] for name in PHASES[1:])
    yield "planned from nothing", f"{first['seconds']:.1f} s", "25 s"
    yield "… of it processor time", f"{first['cpu']:.1f} s", ""
    yield "… memory", f"{first['mb']:.0f} MB", "400 MB"
    yield "… tasks made", f"{first['tasks']:,}", ""
    yield "planned again, nothing changed", f"{again['seconds']:.2f} s", "2 s"
    yield "planned the next day", f"{after['seconds']:.2f} s", "2 s"
    yield "… customers looked at", f"{after['customers']:,}", ""
    yield "one customer's replan, slowest of 20", f"{use['replan'] * 1000:.1f} ms", "20 ms"
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


def written(lines: Iterable[tuple[str, str, str]], vehicles: int) -> str:
    rows = "\n".join(f"| {what} | {value} | {aim} |" for what, value, aim in lines)
    return (
        f"{HEADING}\n\n`python -m benchmarks.planning --vehicles {vehicles} --write`: an invented dealer "
        f"with {vehicles:,} vehicles,\n{YEARS} years of deliveries, a workshop visit for most.\n"
        f"Wall time on {os.cpu_count()} processors at a load of {os.getloadavg()[0]:.1f}.\n\n"
        f"| | measured | at most |\n|---|---|---|\n{rows}\n"
    )


def put_into_results(section: str) -> None:
    path = HERE / "RESULTS.md"
    text = path.read_text("utf-8") if path.exists() else "# Measured\n"
    before, found, after = text.partition(HEADING)
    rest = after.partition("\n## ")
    tail = f"\n## {rest[2]}" if found and rest[1] else ""
    path.write_text(before.rstrip() + "\n\n" + section + tail, "utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0] if __doc__ else "")
    parser.add_argument("--vehicles", type=int, default=100_000)
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--phase", choices=PHASES)
    parser.add_argument("--db", type=Path)
    chosen = parser.parse_args()
    if chosen.phase:
        print(json.dumps(run_phase(chosen.phase, chosen.db, chosen.vehicles)))
        return
    with tempfile.TemporaryDirectory() as folder, speaking("en"):
        path = chosen.db or Path(folder) / "dealer.dcrc"
        found: dict[str, dict[str, Any]] = {}
        for name in PHASES:
            found[name] = in_own_process(name, path, chosen.vehicles)
            print(f"{name}: {found[name]['seconds']:.1f} s" if "seconds" in found[name] else name)
    lines = list(table(found))
    for what, value, aim in lines:
        print(f"{what:44}{value:>14}{('≤ ' + aim) if aim else '':>12}")
    if chosen.write:
        put_into_results(written(lines, chosen.vehicles))


if __name__ == "__main__":
    main()
