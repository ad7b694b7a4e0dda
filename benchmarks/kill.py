"""Kills a writing process again and again and looks what is left: `python benchmarks/kill.py`.

A process writes operations over three tables and tells each as soon as it is stored. It is killed with
SIGKILL at a random moment (`--kills 300`). Afterwards every operation that was told must be there, the
one that was under way must be there whole or not at all, and from time to time (`--verify-every 25`)
and at the end the whole file must pass `verify`. Ends with 1 at the first loss.
"""

from __future__ import annotations

import argparse
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

from dcrc.store import Database, DocumentTable, GlobalId, Index

PARTS = 3


def tables(database: Database) -> tuple[DocumentTable, DocumentTable, DocumentTable]:
    """Cars with their parts, open tasks, and one sum."""
    return (
        database.table("cars", indexes=["n", Index("terms", each=True)], id_class=GlobalId),
        database.table("tasks", indexes=[Index("state", "n")], id_class=GlobalId),
        database.table("sums"),
    )


def write(path: Path) -> None:
    """Work until killed, telling each operation's number once it is stored."""
    database = Database(path)
    cars, tasks, sums = tables(database)
    known = sums.get(doc_id=1)
    number = known["last"] if known else 0
    while True:
        number += 1
        with database.transaction("sell", batch=f"b{number}"):
            cars.insert_multiple(
                {
                    "n": number,
                    "part": part,
                    "terms": ["car", str(number)],
                    "note": "x" * (number % 997),
                }
                for part in range(PARTS)
            )
            tasks.put(f"t{number}", {"n": number, "state": "open"})
            tasks.put(f"t{number - 1}", {"n": number - 1, "state": "done"})
            sums.put(1, {"last": number})
        if number % 7 == 0:
            database.undo()
            database.undo()
        print(number, flush=True)


def told(path: Path, wait: float) -> int:
    """Start a writer, kill it after `wait` seconds, and return the last number it told (0: none)."""
    writer = subprocess.Popen(
        [sys.executable, __file__, "--write", str(path)], stdout=subprocess.PIPE, text=True
    )
    assert writer.stdout is not None
    first = writer.stdout.readline()
    killer = threading.Timer(wait, lambda: writer.send_signal(signal.SIGKILL))
    killer.start()
    lines = [first, *writer.stdout.readlines()]
    writer.wait()
    killer.join()
    if writer.returncode != -signal.SIGKILL:
        raise SystemExit(f"the writer ended by itself with {writer.returncode}")
    whole = [line for line in lines if line.endswith("\n")]
    return int(whole[-1]) if whole else 0


def problem(database: Database, acknowledged: int) -> str:
    """What is wrong after a kill; empty if nothing is."""
    cars, tasks, sums = tables(database)
    (sum_,) = sums.all()
    last = sum_["last"]
    if last < acknowledged:
        return f"told {acknowledged}, but only {last} is there"
    counts = cars.count_by(["n"])
    torn = [n for n in range(1, last + 1) if counts.get((n,)) != PARTS]
    if torn or len(counts) != last:
        return f"torn or lost operations: {torn[:5]}, {len(counts)} of {last}"
    states = dict(list(tasks.count_by(["n", "state"])))
    wrong = [n for n in range(1, last) if states.get(n) != "done"]
    if wrong or states.get(last) != "open":
        return f"tasks disagree: {wrong[:5]}"
    return ""


def main() -> int:
    """Kill, look, repeat."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=300)
    parser.add_argument("--verify-every", type=int, default=25)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--write", type=Path, help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.write:
        write(chosen.write)
    moments = random.Random(chosen.seed)
    start = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "shop.db"
        acknowledged = 0
        for kill in range(1, chosen.kills + 1):
            acknowledged = max(acknowledged, told(path, moments.uniform(0, 0.15)))
            with Database(path) as database:
                wrong = problem(database, acknowledged)
                if not wrong and (kill % chosen.verify_every == 0 or kill == chosen.kills):
                    verification = database.verify()
                    wrong = "" if verification.ok else str(verification.problems[:3])
                (total,) = tables(database)[2].all()
                entries = database.head()
            if wrong:
                print(f"kill {kill}: {wrong}")
                return 1
        print(
            f"{chosen.kills} kills in {time.perf_counter() - start:.0f} s: {total['last']} operations"
            f" and {entries} journal entries whole, nothing lost, nothing torn, verify ok"
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
