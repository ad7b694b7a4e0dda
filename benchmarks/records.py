"""Records at scale: documents and back, search per keystroke, merging, undoing, one customer's history.

    python -m benchmarks.records [--customers 100000] [--write]

`--write` puts the table under this benchmark's heading in `benchmarks/RESULTS.md`.
"""

from __future__ import annotations

import argparse
import random
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path
from statistics import median

from dcrc.kernel.customers import Customer, add_customer, get_customer, prepare_customer
from dcrc.kernel.desk import Desk, init_database, open_desk
from dcrc.kernel.documents import from_document, to_document
from dcrc.kernel.duplicates import find_duplicates, merge_customers, unmerge_customer
from dcrc.kernel.events import Event
from dcrc.kernel.history import timeline
from dcrc.kernel.names import name_terms
from dcrc.kernel.phones import Phone
from dcrc.kernel.search import search_customers
from dcrc.kernel.undoing import undo
from dcrc.kernel.vehicles import Vehicle, prepare_vehicle
from dcrc.testing import a_vin, steady_entropy

HEADING = "## Records and search"
SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗单曾解"
GIVEN = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华玉兰"
TYPED = (
    *("z", "zw", "zha", "zhangwei", "shanx", "张", "张伟", "伟明"),
    *("1", "13", "138", "1380", "13800001", "1234", "0001234"),
    *("赣", "赣D", "赣D12", "d123", "LS4", "LS4AAB3D", "099999", "zw 1234", "nobody"),
)


def clock() -> datetime:
    return datetime(2026, 11, 21, 1, 30, tzinfo=UTC)


def fill(path: Path, count: int) -> None:
    """An invented dealer: `count` customers, each with a car that was delivered."""
    dice = random.Random(7)
    desk = init_database(path, operator="王敏", clock=clock, entropy=steady_entropy(), plugins=[])
    for start in range(0, count, 10_000):
        people, cars, facts = [], [], []
        for number in range(start, min(start + 10_000, count)):
            name = dice.choice(SURNAMES) + "".join(dice.choices(GIVEN, k=dice.choice((1, 2))))
            mobile = (
                f"+861{dice.choice('3578')}{dice.randrange(10)}0000{dice.randrange(10_000):04d}"
            )
            person = prepare_customer(
                Customer(
                    desk.new_id(),
                    name,
                    phones=(Phone(mobile),),
                    address=f"江西省吉安市吉州区{number}号",
                )
            )
            car = prepare_vehicle(
                Vehicle(desk.new_id(), a_vin(number), person.id, plate=f"赣D{number % 10**5:05d}")
            )
            fact = Event("", "delivered", person.id, date(2026, 1, 5), vehicle=car.id, key=car.vin)
            people.append((person.id, to_document(person)))
            cars.append((car.id, to_document(car)))
            facts.append((desk.new_id(), to_document(fact)))
        with desk.operation("import", "import"):
            desk.customers.put_many(people)
            desk.vehicles.put_many(cars)
            desk.events.put_many(facts)
    desk.close()


def took(work: Callable[[], object], times: int = 1) -> float:
    """Seconds of the best of `times` runs."""
    best = float("inf")
    for _ in range(times):
        started = time.perf_counter()
        work()
        best = min(best, time.perf_counter() - started)
    return best


def codecs(desk: Desk) -> list[tuple[str, str]]:
    documents = desk.customers.search(limit=20_000)
    records = [desk.read(Customer, document) for document in documents]
    names = [record.name for record in records]
    each = 1e6 / len(documents)
    reading = took(lambda: [from_document(Customer, "x", one) for one in documents], 3) * each
    writing = took(lambda: [to_document(one) for one in records], 3) * each
    naming = took(lambda: [name_terms(one) for one in names], 3) * each
    return [
        ("a customer from his document", f"{reading:.1f} µs"),
        ("a customer to a document", f"{writing:.1f} µs"),
        ("terms of a name", f"{naming:.1f} µs"),
    ]


def searching(desk: Desk) -> list[tuple[str, str]]:
    search_customers(desk, "warm")
    times = {}
    for typed in TYPED:
        samples = []
        for _ in range(5):
            desk.customers.clear_cache()
            desk.vehicles.clear_cache()
            samples.append(took(partial(search_customers, desk, typed)))
        times[typed] = median(samples) * 1000
    worst = max(times, key=lambda typed: times[typed])
    return [
        ("search, median of what is typed", f"{median(times.values()):.1f} ms"),
        (f"search, slowest (“{worst}”)", f"{times[worst]:.1f} ms"),
    ]


def operations(desk: Desk) -> list[tuple[str, str]]:
    keep, gone = (
        add_customer(desk, Customer("", name, phones=(Phone(f"+8613800009{n}1"),)))
        for n, name in ((98, "王小明"), (99, "王晓明"))
    )
    rows = [
        ("one customer by phone", took(lambda: get_customer(desk, "13800009981"), 3)),
        ("merge", took(lambda: merge_customers(desk, keep.id, gone.id))),
        ("unmerge", took(lambda: unmerge_customer(desk, gone.id))),
        ("undo one's last step", took(lambda: undo(desk))),
        ("one customer's history", took(lambda: timeline(desk, keep.id), 3)),
        ("all duplicates", took(lambda: find_duplicates(desk))),
    ]
    return [(what, f"{seconds * 1000:,.1f} ms") for what, seconds in rows]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--customers", type=int, default=100_000)
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "dealer.dcrc"
        fill(path, options.customers)
        opening = took(lambda: open_desk(path, clock=clock, plugins=[]).close(), 5)
        desk = open_desk(path, clock=clock, plugins=[])
        rows = [("open a desk", f"{opening * 1000:.1f} ms")]
        rows += [*codecs(desk), *searching(desk), *operations(desk)]
        desk.close()
    table = ["| what | took |", "|---|---|", *(f"| {what} | {figure} |" for what, figure in rows)]
    print("\n".join(table))
    if options.write:
        write(options.customers, table)


def write(customers: int, table: list[str]) -> None:
    """Replace this benchmark's section of the results."""
    file = Path(__file__).with_name("RESULTS.md")
    text = file.read_text("utf-8") if file.exists() else "# Measured\n"
    before, found, after = text.partition(HEADING)
    rest = after.partition("\n## ")[2] if found else ""
    section = f"{HEADING}\n\n`python -m benchmarks.records --write`: {customers:,} customers.\n\n"
    section += "\n".join(table) + "\n"
    parts = [before.rstrip(), section.rstrip(), *([f"## {rest}".rstrip()] if rest else [])]
    file.write_text("\n\n".join(parts) + "\n", "utf-8")


if __name__ == "__main__":
    main()
