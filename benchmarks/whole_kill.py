"""Kills whole commands again and again and looks what is left: `python benchmarks/whole_kill.py`.

A process works as a dealer does: it imports a month's ledgers, plans, records calls, writes remarks,
registers customers and takes some of it back, and tells of each command as soon as it has ended. It is
killed with SIGKILL at random moments (`--kills 200`), often inside an import or a plan, and started again;
what was interrupted is repeated. After each kill whatever was told must be there and no operation may be
there in part. From time to time (`--look-every 10`) and at the end `dcrc verify` must pass and the file must
hold what a desk holds that imported the same ledgers and was never disturbed; a second dealer who makes no
calls must have the same calendar too. Ends with 1 at the first loss; `--write` puts the figures into
`benchmarks/RESULTS.md`.
"""

from __future__ import annotations

import argparse
import io
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import closing, redirect_stderr, redirect_stdout
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import attrs
import xlsxwriter

from dcrc.cli import Settings, program
from dcrc.clock import clock_on
from dcrc.kernel.contact import EFFECTS
from dcrc.kernel.desk import Desk, open_desk
from dcrc.kernel.tasks import Result
from dcrc.kernel.vins import check_digit
from dcrc.store import GlobalId

START = date(2026, 11, 21)
SUPERVISOR = "王敏"
CALLS = ("no_answer", "busy", "refused", "switched_off", "wrong_number")
ADDED = "新客户"
RESULTS = Path(__file__).with_name("RESULTS.md")
SALES = ("车主姓名", "手机", "车架号", "车型", "交车日期", "地址")
VISITS = ("委托书号", "VIN码", "结算日期", "总金额", "服务顾问")


class RefusedError(Exception):
    """A command that should have succeeded did not."""


@attrs.define
class Seen:
    """What the killed processes told, and how far it has been looked through."""

    done: dict[str, set[str]] = attrs.field(factory=lambda: defaultdict(set))
    notes: dict[str, set[str]] = attrs.field(factory=dict)
    journal: int = 0
    commands: int = 0

    def take(self, lines: list[tuple[str, str]]) -> None:
        """Note what one process told."""
        for kind, what in lines:
            customer, _, note = what.partition(" ")
            if kind == "noting":  # until it is told as done, the one before may still stand
                self.notes.setdefault(customer, {""}).add(note)
            elif kind == "noted":
                self.notes[customer] = {note}
            elif kind == "undoing":
                self.done["attempt"].discard(what)
            else:
                self.done[kind].add(what)
            self.commands += kind in ("import", "plan", "attempt", "customer", "noted", "undone")


def vin(number: int) -> str:
    """An invented VIN whose check digit is right."""
    body = f"LS4AAB3D0HB{number:06d}"
    return body[:8] + check_digit(body) + body[9:]


def ledgers(folder: Path, month: int, cars: int) -> list[str]:
    """A sales and a workshop ledger; every month repeats a quarter of the rows of the one before."""
    delivered = START + timedelta(days=month)
    sales, visits = [], []
    for row in range(cars):
        number = month * cars + row - (cars // 4 if month else 0)
        day = (delivered - timedelta(days=number % 9)).isoformat()
        phone = f"13{number // 10000 % 10}0000{number % 10000:04d}"
        sales.append((f"客户{number}", phone, vin(number), "陆风X7", day, f"某某路{month}号"))
        visits.append((f"W{month:03d}{row:05d}", vin(number), day, "880.5", "周强"))
    paths = []
    for name, headers, rows in (("sales", SALES, sales), ("visits", VISITS, visits)):
        path = folder / f"{name}{month}.xlsx"
        paths.append(str(path))
        if path.exists():
            continue
        draft = path.with_suffix(".draft")
        with xlsxwriter.Workbook(str(draft)) as book:
            sheet = book.add_worksheet()
            for line, cells in enumerate([headers, *rows]):
                sheet.write_row(line, 0, cells)
        draft.replace(path)
    return paths


def dcrc(folder: Path, month: int, *words: str) -> dict[str, Any]:
    """One command, in this process; its JSON. Raises RefusedError unless it ended with 0."""
    out, err = io.StringIO(), io.StringIO()
    day = (START + timedelta(days=month)).isoformat()
    line = [*words, "--db", str(folder / "dealer.dcrc"), "--today", day, "--json"]
    with redirect_stdout(out), redirect_stderr(err):
        try:
            program.main(line, obj=Settings(operator=SUPERVISOR))
        except SystemExit as end:
            if end.code:
                raise RefusedError(f"{words} ended with {end.code}: {err.getvalue()}") from None
    return dict(json.loads(out.getvalue()))


def tell(kind: str, what: object = "") -> None:
    """Say it to whoever counts; what is told as done must never be lost."""
    print(kind, what, flush=True)


def seat(folder: Path) -> Desk:
    """The supervisor's desk."""
    return open_desk(folder / "dealer.dcrc", operator=SUPERVISOR, clock=clock_on(START))


def work(folder: Path, cars: int, seed: int, calls: bool) -> None:
    """A dealer's month after month until killed; begins with the month that was interrupted."""
    chance = random.Random(seed)
    with closing(seat(folder)) as desk:
        month = max(desk.imports.count() - 1, 0)
    tell("ready")
    while True:
        files = ledgers(folder, month, cars)
        tell("importing")
        batch = dcrc(folder, month, "import", *files)["batch"]
        if batch:
            tell("import", batch)
        tell("planning")
        dcrc(folder, month, "plan")
        tell("plan", month)
        if calls:
            day_s_calls(folder, month, chance)
        month += 1


def day_s_calls(folder: Path, month: int, chance: random.Random) -> None:
    """Some calls, remarks and new customers, and now and then a step back."""
    waiting = dcrc(folder, month, "tasks", "--limit", "10", "--due", "+30d")["tasks"]
    calls = [each for each in waiting if each["channel"] == "call"]
    for task in {each["customer"]: each for each in calls}.values():
        (recorded,) = dcrc(folder, month, "attempt", task["id"], chance.choice(CALLS))["recorded"]
        tell("attempt", recorded["attempt"]["id"])
        if chance.random() < 0.15:
            tell("undoing", recorded["attempt"]["id"])
            dcrc(folder, month, "undo")
            tell("undone", recorded["attempt"]["id"])
        note = f"{chance.random()}"
        tell("noting", f"{task['customer']} {note}")
        dcrc(folder, month, "customer", "edit", task["customer"], "--set", f"note={note}")
        tell("noted", f"{task['customer']} {note}")
    added = dcrc(folder, month, "customer", "add", f"{ADDED}{chance.random()}")
    tell("customer", added["customer"]["id"])


def killed(
    folder: Path, cars: int, wait: float, seed: int, calls: bool, after: str
) -> list[tuple[str, str]]:
    """Start a worker, kill it `wait` seconds after it said `after`; all that it told."""
    words = ["--work", str(folder), "--seed", str(seed), "--cars", str(cars)]
    worker = subprocess.Popen(
        [sys.executable, __file__, *words, *(["--calls"] if calls else [])],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert worker.stdout is not None
    assert worker.stderr is not None
    killer = threading.Timer(wait, lambda: worker.send_signal(signal.SIGKILL))
    told, started = [], False
    for line in worker.stdout:
        kind, _, what = line.rstrip("\n").partition(" ")
        if kind == after and not started:
            started = True
            killer.start()
        if line.endswith("\n"):
            told.append((kind, what))
    complaint = worker.stderr.read()
    worker.wait()
    worker.stdout.close()
    worker.stderr.close()
    if worker.returncode != -signal.SIGKILL:
        raise SystemExit(f"the worker ended by itself with {worker.returncode}: {complaint}")
    killer.join()
    return told


def lost(desk: Desk, seen: Seen) -> Iterator[str]:
    """Whatever was told as done and is not there."""
    for kind, table in (("attempt", desk.attempts), ("customer", desk.customers)):
        wanted = {GlobalId(each) for each in seen.done[kind]}
        there = {str(each) for each in table.get_many(wanted)}
        yield from (f"{kind} {each} was told and is gone" for each in seen.done[kind] - there)
    batches = {each["batch"] for each in desk.imports.all()}
    yield from (f"import {each} was told and is gone" for each in seen.done["import"] - batches)
    customers = desk.customers.get_many([GlobalId(each) for each in seen.notes])
    held = {str(key): each.get("note", "") for key, each in customers.items()}
    for customer, notes in seen.notes.items():
        if held.get(customer) not in notes:
            yield f"remark of {customer} should be of {notes}, is {held.get(customer)}"


def torn(desk: Desk, seen: Seen) -> Iterator[str]:
    """Operations of the journal, from where it was last looked through, that are there in part."""
    writes: dict[tuple[int, str], set[str]] = defaultdict(set)
    needs: dict[int, set[str]] = defaultdict(set)
    for change in desk.db.journal.entries(since=seen.journal):
        writes[change.operation, change.name].add(change.table)
        seen.journal = max(seen.journal, change.number)
        if change.name == "import":
            needs[change.operation] = {"imports", "events"}
        elif change.name == "record attempt" and change.table == "attempts" and change.became:
            effect = EFFECTS[Result(change.became["result"])]
            needs[change.operation] = {"tasks"} if effect.counts or effect.closes else set()
    for (number, name), tables in writes.items():
        if not needs[number] <= tables:
            yield f"operation {number} ({name}) changed only {sorted(tables)}"


def disagreements(desk: Desk) -> Iterator[str]:
    """Records that do not fit each other."""
    tries: Counter[str] = Counter()
    closed: set[str] = set()
    tasks = {str(task.doc_id): task for task in desk.tasks.iterate()}
    for attempt in desk.attempts.iterate():
        effect = EFFECTS[Result(attempt["result"])]
        tries[attempt["task"]] += effect.counts
        closed |= {attempt["task"]} if effect.closes else set()
        if attempt["task"] not in tasks:
            yield f"attempt {attempt.doc_id} has no task"
    for task_id, task in tasks.items():
        if task.get("tries", 0) != tries[task_id]:
            yield f"task {task_id}: {task.get('tries', 0)} tries, but {tries[task_id]} attempts"
        if task_id in closed and task.get("state", "open") == "open":
            yield f"task {task_id} is open after its last attempt"
    people = {str(each.doc_id) for each in desk.customers.iterate()}
    for table in (desk.vehicles, desk.events, desk.tasks, desk.attempts):
        for record in table.iterate():
            if record["customer"] not in people:
                yield f"{table.name} {record.doc_id} belongs to nobody"


def facts(desk: Desk) -> dict[str, Counter[tuple[str, ...]]]:
    """What the ledgers said, by the trade's own keys."""
    names = {str(each.doc_id): str(each["name"]) for each in desk.customers.iterate()}
    told = ("delivered", "serviced")
    return {
        "customers": Counter(
            (
                each["name"],
                each.get("address", ""),
                str(sorted(p["number"] for p in each["phones"])),
            )
            for each in desk.customers.iterate()
            if not each["name"].startswith(ADDED)
        ),
        "vehicles": Counter(
            (each["vin"], names.get(each["customer"], "")) for each in desk.vehicles.iterate()
        ),
        "events": Counter(
            (each["kind"], each["key"], each["on"], names.get(each["customer"], ""))
            for each in desk.events.iterate()
            if each["kind"] in told
        ),
    }


def calendar(desk: Desk) -> Counter[tuple[str, ...]]:
    """Every task by rule, customer and vehicle, with its days and state."""
    names = {str(each.doc_id): str(each["name"]) for each in desk.customers.iterate()}
    cars = {str(each.doc_id): str(each["vin"]) for each in desk.vehicles.iterate()}
    return Counter(
        (
            task["rule"],
            names.get(task["customer"], ""),
            cars.get(task.get("vehicle", ""), ""),
            *(
                str(task.get(name, ""))
                for name in ("opens", "due", "expires", "state", "closed_on")
            ),
        )
        for task in desk.tasks.iterate()
    )


@attrs.define
class Calm:
    """A desk that does the same and is never killed."""

    folder: Path
    ledgers: Path
    cars: int
    months: int = 0

    def up_to(self, months: int, plans: int) -> Desk:
        """The desk after `months` ledgers, the first `plans` of them planned."""
        while self.months < months:
            dcrc(self.folder, self.months, "import", *ledgers(self.ledgers, self.months, self.cars))
            if self.months < plans:
                dcrc(self.folder, self.months, "plan")
            self.months += 1
        return seat(self.folder)


@attrs.define
class Dealer:
    """A file whose writers are killed; `calls` says whether they make calls too."""

    folder: Path
    cars: int
    calls: bool
    seen: Seen = attrs.field(factory=Seen)

    def kill(self, chance: random.Random) -> None:
        """One worker, killed at a random moment."""
        after, most = chance.choice([("ready", 2.0), ("importing", 0.4), ("planning", 0.3)])
        wait = chance.uniform(0, most * (2 if self.calls else 1))
        self.seen.take(
            killed(self.folder, self.cars, wait, chance.randrange(10**6), self.calls, after)
        )

    def glance(self) -> list[str]:
        """What is lost or torn, by a quick look."""
        with closing(seat(self.folder)) as desk:
            return [*lost(desk, self.seen), *torn(desk, self.seen)]

    def look(self, calm: Calm) -> list[str]:
        """What is wrong, by a thorough look: records, journal, and the desk nobody disturbed."""
        found = dcrc(self.folder, 0, "verify")
        problems = [] if found["ok"] else [str(found["problems"][:3])]
        with closing(seat(self.folder)) as desk:
            problems += disagreements(desk)
            months = desk.imports.count()
            with closing(calm.up_to(months, months)) as undisturbed:
                if facts(desk) != facts(undisturbed):
                    problems.append(f"after {months} ledgers the facts are not a calm desk's")
        return problems

    def finish(self, calm: Calm) -> list[str]:
        """Repeat what was interrupted last; without calls the calendars must be equal then."""
        with closing(seat(self.folder)) as desk:
            month = max(desk.imports.count() - 1, 0)
        dcrc(self.folder, month, "import", *ledgers(self.folder, month, self.cars))
        dcrc(self.folder, month, "plan")
        again = dcrc(self.folder, month, "plan")
        problems = self.glance() + self.look(calm)
        if any(again[name] for name in ("created", "moved", "withdrawn", "expired", "reopened")):
            problems.append(f"planned twice, the second time changed something: {again}")
        with closing(seat(self.folder)) as desk, closing(calm.up_to(0, 0)) as undisturbed:
            mine, theirs = calendar(desk), calendar(undisturbed)
            if not self.calls and mine != theirs:
                odd = list((mine - theirs) + (theirs - mine))
                problems.append(f"the calendars differ in {len(odd)} tasks: {odd[:3]}")
        return problems


def make(folder: Path) -> Path:
    """A folder with an empty database."""
    folder.mkdir()
    dcrc(folder, 0, "init", "--operator", SUPERVISOR)
    return folder


def run(place: Path, kills: int, cars: int, look_every: int, seed: int) -> tuple[list[str], str]:
    """Kill, look, repeat; what is wrong, and the figures in a line."""
    chance, start = random.Random(seed), time.perf_counter()
    caller = Dealer(make(place / "caller"), cars, True)
    clerk = Dealer(make(place / "clerk"), cars, False)
    calm = {
        id(each): Calm(make(place / f"calm{n}"), each.folder, cars)
        for n, each in enumerate((caller, clerk))
    }
    problems: list[str] = []
    for kill in range(1, kills + 1):
        dealer = clerk if kill % 3 == 0 else caller
        dealer.kill(chance)
        problems = dealer.glance()
        if not problems and kill % look_every == 0:
            problems = dealer.look(calm[id(dealer)])
        if problems:
            return [f"kill {kill}: {each}" for each in problems], ""
    for dealer in (caller, clerk):
        problems += dealer.finish(calm[id(dealer)])
    figures = (
        f"{kills} kills in {time.perf_counter() - start:.0f} s:"
        f" {caller.seen.commands + clerk.seen.commands} commands told of,"
        f" {caller.seen.journal + clerk.seen.journal} journal entries,"
        f" {calm[id(caller)].months + calm[id(clerk)].months} months of ledgers;"
        " nothing lost, nothing torn, verify ok, calendars as undisturbed"
    )
    return problems, figures


def main() -> int:
    """Kill, look, repeat."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--cars", type=int, default=60, help="rows of each ledger")
    parser.add_argument("--look-every", type=int, default=10)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--write", action="store_true", help="write RESULTS.md")
    parser.add_argument("--work", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--calls", action="store_true", help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    os.environ["DCRC_LANG"] = "en"
    if chosen.work:
        work(chosen.work, chosen.cars, chosen.seed, chosen.calls)
    with tempfile.TemporaryDirectory() as place:
        problems, figures = run(
            Path(place), chosen.kills, chosen.cars, chosen.look_every, chosen.seed
        )
    print("\n".join(problems) or figures)
    if chosen.write and not problems:
        write_results(figures)
    return 1 if problems else 0


def write_results(figures: str) -> None:
    """Put the figures into their own section of RESULTS.md."""
    title = "## Whole commands killed"
    before, _, after = RESULTS.read_text("utf-8").partition(title)
    rest = after.partition("\n## ")
    section = f"{title}\n\n`python benchmarks/whole_kill.py --write`\n\n{figures}.\n"
    tail = f"\n## {rest[2]}" if rest[1] else ""
    RESULTS.write_text(before.rstrip("\n") + "\n\n" + section + tail, "utf-8")


if __name__ == "__main__":
    sys.exit(main())
