"""Several processes that write to the same file at once: `python writer.py WORK FILE COUNT [LEDGER…]`.

Prints a line when all have opened the file, waits for a line, lets them begin together, and prints what each
did as JSON. They are forks where there are forks: each would take longer to start than it works.
"""

from __future__ import annotations

import json
import multiprocessing
import sys
from datetime import UTC, datetime, timedelta
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import attrs

from dcrc.errors import ConflictError
from dcrc.imports import import_files
from dcrc.kernel.agenda import tasks
from dcrc.kernel.calendar import record_attempt
from dcrc.kernel.customers import edit_customer, find_customer
from dcrc.kernel.desk import Desk, open_desk
from dcrc.kernel.planning import plan
from dcrc.kernel.tasks import Result
from plugins import new_car_followup, reminders, service_followup

START = datetime(2026, 11, 21, 1, 30, tzinfo=UTC)
FIELDS = ("address", "note", "wechat", "email", "job", "employer", "postcode", "website")


class Ticking:
    """A clock of the test's day on which a little time passes at each look."""

    def __init__(self, number: int) -> None:
        self.now = START + timedelta(seconds=number)

    def __call__(self) -> datetime:
        self.now += timedelta(milliseconds=7)
        return self.now


def edit_own_field(desk: Desk, number: int, of: int) -> dict[str, Any]:
    """Everybody edits another field of the same customers, again and again."""
    field = FIELDS[number % len(FIELDS)]
    ids = [str(each.doc_id) for each in desk.customers.all()][:3]
    for turn in range(5):
        for customer_id in ids:
            before = find_customer(desk, customer_id)
            edit_customer(desk, before, attrs.evolve(before, **{field: f"{number}-{turn}"}))
    return {"field": field, "value": f"{number}-4"}


def edit_the_same_field(desk: Desk, number: int, of: int) -> dict[str, Any]:
    """Everybody adds lines of his own to the same remark; a conflict is looked at again and repeated."""
    customer_id, conflicts, lines = str(desk.customers.all()[0].doc_id), 0, []
    for turn in range(5):
        lines.append(f"{number}-{turn}")
        while True:
            before = find_customer(desk, customer_id)
            after = attrs.evolve(before, note=" ".join((*before.note.split(), lines[-1])))
            try:
                edit_customer(desk, before, after)
            except ConflictError:
                conflicts += 1
                continue
            break
    return {"conflicts": conflicts, "lines": lines}


def call(desk: Desk, number: int, of: int) -> dict[str, Any]:
    """Everybody works through the same list; whoever comes second is told so."""
    attempts, second = [], 0
    for task in tasks(desk, state="open", limit=24):
        try:
            recorded = record_attempt(desk, task.id, Result.REFUSED, note=str(number))
        except ConflictError:
            second += 1
        else:
            attempts.append(recorded.attempt.id)
    return {"attempts": attempts, "second": second}


def plan_all(desk: Desk, number: int, of: int) -> dict[str, Any]:
    """Everybody plans everything."""
    return {"created": plan(desk).created}


def take_in(desk: Desk, number: int, of: int) -> dict[str, Any]:
    """Everybody imports the same ledgers and plans."""
    report = import_files(desk, [Path(each) for each in sys.argv[4:]])
    plan(desk)
    return {"new": report.counts.new, "unchanged": report.counts.unchanged}


def mixed(desk: Desk, number: int, of: int) -> dict[str, Any]:
    """Different work at once, as at eight desks."""
    kinds = (edit_own_field, call, plan_all, take_in)
    done = kinds[number % len(kinds)](desk, number, of)
    return {"kind": kinds[number % len(kinds)].__name__, **done}


WORK = {
    each.__name__: each
    for each in (edit_own_field, edit_the_same_field, call, plan_all, take_in, mixed)
}


def write(kind: str, path: Path, number: int, of: int, line: Connection) -> None:
    """One of the processes, from opening the file to closing it."""
    desk = open_desk(
        path,
        operator="王敏",
        clock=Ticking(number),
        plugins=[new_car_followup, service_followup, reminders],
    )
    line.send("ready")
    line.recv()
    done = WORK[kind](desk, number, of)
    desk.close()
    line.send(done)


def main() -> int:
    kind, path, of = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3])
    forks = "fork" in multiprocessing.get_all_start_methods()
    processes = multiprocessing.get_context("fork" if forks else "spawn")
    writers, lines = [], []
    for number in range(of):
        line, theirs = processes.Pipe()
        writer = processes.Process(target=write, args=(kind, path, number, of, theirs), daemon=True)
        writer.start()
        theirs.close()
        writers.append(writer)
        lines.append(line)
    for line in lines:
        line.recv()
    print("ready", flush=True)
    sys.stdin.readline()
    for line in lines:
        line.send("go")
    done = [line.recv() for line in lines]
    for writer in writers:
        writer.join()
    print(json.dumps(done), flush=True)
    return max(abs(writer.exitcode) for writer in writers)


if __name__ == "__main__":
    sys.exit(main())
