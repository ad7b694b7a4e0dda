"""One of several processes that write to the same file: `python writer.py WORK FILE NUMBER OF [LEDGER…]`.

Prints one line of JSON when it is ready, waits for a line, works, and prints what it did.
"""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime, timedelta
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
    report = import_files(desk, [Path(each) for each in sys.argv[5:]])
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


def main() -> None:
    kind, path, number, of = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4])
    desk = open_desk(
        path,
        operator="王敏",
        clock=Ticking(number),
        plugins=[new_car_followup, service_followup, reminders],
    )
    print("ready", flush=True)
    sys.stdin.readline()
    done = WORK[kind](desk, number, of)
    desk.close()
    print(json.dumps(done), flush=True)


if __name__ == "__main__":
    main()
