"""The interface in a real terminal at scale: first paint, keystroke to paint, memory.

    python -m benchmarks.interface [--customers 100000] [--write] [--db FILE]

The interface runs as a process of its own on a pseudo terminal; a key is written to it and the clock stops
when the answer has been painted. `--db` keeps (or uses again) the invented dealer. `--write` puts the figures
under this benchmark's heading in `benchmarks/RESULTS.md`.
"""

from __future__ import annotations

import argparse
import fcntl
import os
import pty
import random
import re
import select
import signal
import struct
import sys
import tempfile
import termios
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from benchmarks.commands import with_bytecode
from dcrc.kernel.agenda import count_tasks
from dcrc.kernel.customers import Customer, Phone, prepare_customer
from dcrc.kernel.desk import Desk, init_database, open_desk
from dcrc.kernel.documents import to_document
from dcrc.kernel.events import Event
from dcrc.kernel.planning import plan
from dcrc.kernel.vehicles import Vehicle, prepare_vehicle
from dcrc.kernel.vins import check_digit
from dcrc.store import GlobalId
from dcrc.testing import steady_entropy

HEADING = "## The interface"
TODAY = date(2026, 11, 23)
ROWS, COLUMNS = 40, 120
QUIET = 0.5  # seconds without output after which a screen counts as finished
NEWLY = 30  # days; the customers whose follow-up calls are open took their cars within them
SHARE = 0.3  # of the customers
SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗"
GIVEN = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华玉兰"
DOWN, UP, PAGE_DOWN, ENTER, ESCAPE = "\x1b[B", "\x1b[A", "\x1b[6~", "\r", "\x1b"
FIRST_ANSWER = "○1"
F3, CTRL_Z = "\x1bOR", "\x1a"


def morning() -> datetime:
    """The clock of the benchmark: half past nine on its day."""
    at = datetime(TODAY.year, TODAY.month, TODAY.day, 9, 30, tzinfo=ZoneInfo("Asia/Shanghai"))
    return at.astimezone(UTC)


def build(path: Path, customers: int) -> int:
    """An invented dealer: owners with a car each, a part of them new ones; returns the open tasks."""
    desk = init_database(path, operator="王敏", clock=morning, entropy=steady_entropy())
    dice = random.Random(20261123)
    for first in range(0, customers, 20_000):
        people, cars, events = [], [], []
        for n in range(first, min(first + 20_000, customers)):
            name = dice.choice(SURNAMES) + "".join(dice.sample(GIVEN, dice.randint(1, 2)))
            phone = Phone(f"+8613{n % 10}0000{n // 10 % 10000:04d}")
            owner = prepare_customer(Customer(str(desk.new_id()), name, phones=(phone,)))
            people.append((GlobalId(owner.id), to_document(owner)))
            body = f"LS4AAB3D0H{n:07d}"
            vin = body[:8] + check_digit(body) + body[9:]
            plate = f"赣A{n % 100_000:05d}"
            car = prepare_vehicle(
                Vehicle(str(desk.new_id()), vin, owner.id, plate=plate, model="陆风X7")
            )
            cars.append((GlobalId(car.id), to_document(car)))
            if dice.random() < SHARE:
                on = TODAY - timedelta(days=dice.randrange(NEWLY))
                data = {"consultant": f"顾问{n % 20:02d}"}
                sale = Event(str(desk.new_id()), "delivered", owner.id, on, car.id, None, vin, data)
                events.append((GlobalId(sale.id), to_document(sale)))
        with desk.db.transaction("import", operator="王敏", batch="invented"):
            desk.customers.put_many(people)
            desk.vehicles.put_many(cars)
            desk.events.put_many(events)
    plan(desk)
    found = count_tasks(desk, state="open")
    desk.close()
    return found


def open_interface(path: Path) -> None:
    """What the measured process does; as the command does it."""
    desk = open_desk(path, operator="王敏", clock=morning)
    from dcrc.tui import run

    run(desk)
    desk.close()


class Terminal:
    """The interface on a pseudo terminal of `COLUMNS` by `ROWS`."""

    def __init__(self, path: Path) -> None:
        self.begun = time.perf_counter()
        self.seen = b""
        self.pid, self._fd = pty.fork()
        if self.pid == 0:
            environment = {**os.environ, "TERM": "xterm-256color", "DCRC_LANG": "zh"}
            command = [sys.executable, "-m", "benchmarks.interface", "--open", str(path)]
            os.execvpe(sys.executable, command, environment)
        size = struct.pack("HHHH", ROWS, COLUMNS, 0, 0)
        fcntl.ioctl(self._fd, termios.TIOCSWINSZ, size)

    def read(self, seconds: float) -> bytes:
        """Output within `seconds`, empty when there is none."""
        ready, _, _ = select.select([self._fd], [], [], seconds)
        if not ready:
            return b""
        try:
            found = os.read(self._fd, 1 << 16)
        except OSError:
            found = b""
        self.seen += found
        return found

    def until(self, text: str, seconds: float = 60) -> float:
        """Seconds since the start until `text` has been painted."""
        wanted = text.encode()
        end = time.perf_counter() + seconds
        while wanted not in self.seen:
            if time.perf_counter() > end:
                raise SystemExit(f"{text!r} was not painted within {seconds} s")
            self.read(0.05)
        return time.perf_counter() - self.begun

    def settle(self) -> None:
        """Read on until nothing more comes."""
        while self.read(QUIET):
            pass

    def press(self, key: str) -> float:
        """Milliseconds from the key to its paint; what follows it (a list found) is waited for as well."""
        self.seen = b""
        start = time.perf_counter()
        os.write(self._fd, key.encode())
        if not self.read(5):
            raise SystemExit(f"{key!r} painted nothing")
        took = time.perf_counter() - start
        while self.read(0.03):
            pass
        return took * 1000

    def last(self, key: str) -> float:
        """Milliseconds from the key to the last paint it brings about."""
        self.seen = b""
        start = end = time.perf_counter()
        os.write(self._fd, key.encode())
        while self.read(QUIET if end > start else 5):
            end = time.perf_counter()
        return (end - start) * 1000

    def until_asked(self, key: str) -> float:
        """Milliseconds from the key to the first question of the sheet that it brings."""
        self.seen = b""
        start = time.perf_counter()
        os.write(self._fd, key.encode())
        self.until(FIRST_ANSWER)
        took = time.perf_counter() - start
        self.settle()
        return took * 1000

    def megabytes(self) -> float:
        """The most memory the process has held."""
        status = Path(f"/proc/{self.pid}/status").read_text()
        found = re.search(r"VmHWM:\s+(\d+)", status)
        return int(found[1]) / 1024 if found else 0.0

    def close(self) -> None:
        """End the process."""
        os.kill(self.pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)
        os.close(self._fd)


def measure(path: Path) -> dict[str, Any]:
    """One session: start, a list walked, a search typed, calls made."""
    for _ in range(2):  # the second start finds everything in the system's cache, as on any workday
        terminal = Terminal(path)
        first = terminal.until("逾期")
        terminal.settle()
        if _ == 0:
            terminal.close()
    dice = random.Random(7)
    strokes: list[float] = []
    strokes += [terminal.press(key) for key in [DOWN] * 60 + [UP] * 30 + [PAGE_DOWN] * 20]
    searches: list[float] = []
    escapes: list[float] = []
    for word in ("zhangwei", "1385", "赣A12", "lw", "李静", "00042"):
        strokes.append(terminal.press("/"))
        strokes += [terminal.press(character) for character in word]
        searches.append(terminal.last("\x7f"))
        escapes.append(terminal.press(ESCAPE))
        terminal.settle()
    sheet = terminal.until_asked(ENTER)
    following = []
    for _ in range(10):
        strokes += [terminal.press(dice.choice("12")) for _ in range(2)]
        following.append(terminal.until_asked(F3))
    undone = terminal.until_asked(CTRL_Z)
    megabytes = terminal.megabytes()
    terminal.close()
    return {
        "first": first * 1000,
        "strokes": strokes + escapes,
        "escapes": escapes,
        "searches": searches,
        "sheet": sheet,
        "following": following,
        "undone": undone,
        "mb": megabytes,
    }


def share(values: Sequence[float], part: float) -> float:
    """The value that `part` of `values` do not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(part * len(ordered)))]


def lines(found: dict[str, Any]) -> Iterator[tuple[str, str, str]]:
    """(what, measured, aim)."""
    strokes = found["strokes"]
    yield "start to first paint of today's list", f"{found['first']:.0f} ms", "1,000 ms"
    yield (
        f"keystroke to paint, 95 of 100 ({len(strokes)} keys)",
        f"{share(strokes, 0.95):.0f} ms",
        "50 ms",
    )
    yield "… half of them", f"{share(strokes, 0.5):.0f} ms", ""
    escapes = share(found["escapes"], 0.5)
    yield "… Esc alone (a tenth is the wait for a longer sequence)", f"{escapes:.0f} ms", ""
    yield "… slowest", f"{max(strokes):.0f} ms", ""
    yield "search: all results painted, slowest", f"{max(found['searches']):.0f} ms", ""
    yield "call sheet opened and complete", f"{found['sheet']:.0f} ms", ""
    slowest = max(found["following"])
    yield "no answer recorded, next customer complete, slowest of 10", f"{slowest:.0f} ms", ""
    yield "… half of them", f"{share(found['following'], 0.5):.0f} ms", ""
    yield "undone, customer back", f"{found['undone']:.0f} ms", ""
    yield "memory at the most", f"{found['mb']:.0f} MB", "250 MB"


def put_into_results(section: str) -> None:
    """Replace this benchmark's section of the results."""
    path = Path(__file__).parent / "RESULTS.md"
    text = path.read_text("utf-8") if path.exists() else "# Measured\n"
    before, found, after = text.partition(HEADING)
    rest = after.partition("\n## ")
    tail = f"\n## {rest[2]}" if found and rest[1] else ""
    path.write_text(before.rstrip() + "\n\n" + section + tail, "utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0] if __doc__ else "")
    parser.add_argument("--customers", type=int, default=100_000)
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--db", type=Path)
    parser.add_argument("--open", type=Path)
    chosen = parser.parse_args()
    if chosen.open:
        open_interface(chosen.open)
        return
    with_bytecode()
    with tempfile.TemporaryDirectory() as folder:
        path = chosen.db or Path(folder) / "dealer.dcrc"
        if not path.exists():
            build(path, chosen.customers)
        desk: Desk = open_desk(path, operator="王敏", clock=morning)
        people, tasks = desk.customers.count(), count_tasks(desk, state="open")
        desk.close()
        found = measure(path)
    print(f"{people:,} customers, {tasks:,} open tasks, {COLUMNS}×{ROWS}")
    rows = list(lines(found))
    for what, value, aim in rows:
        print(f"{what:60}{value:>12}{('≤ ' + aim) if aim else '':>14}")
    if chosen.write:
        table = "\n".join(f"| {what} | {value} | {aim} |" for what, value, aim in rows)
        put_into_results(
            f"{HEADING}\n\n`python -m benchmarks.interface --write`: {people:,} customers, {tasks:,} open "
            f"tasks, a pseudo terminal of\n{COLUMNS}×{ROWS}, keys one after the other.\n\n"
            f"| | measured | at most |\n|---|---|---|\n{table}\n"
        )


if __name__ == "__main__":
    main()
