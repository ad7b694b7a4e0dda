"""The store beside bare sqlite3 and plain TinyDB: `python benchmarks/store.py` prints a table.

20,000 customer documents of about 400 bytes, journal included; then point operations and opening at
10,000 and 1,000,000 documents (`--large 0` leaves that out). Each figure is the best of several
rounds taken in turn, because other work on the machine only ever makes things slower.
"""

from __future__ import annotations

import argparse
import json
import random
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

from tinydb import TinyDB, where
from tinydb.middlewares import CachingMiddleware
from tinydb.storages import JSONStorage

from dcrc.store import Database, DocumentTable, GlobalId

NAMES = "王李张刘陈杨赵黄周吴"
GIVEN = "伟芳娜敏静丽强磊军洋艳勇杰娟涛明超霞平刚"


def customer(number: int) -> dict[str, Any]:
    """An invented customer of about 400 bytes."""
    rnd = random.Random(number)
    return {
        "kind": "person",
        "name": rnd.choice(NAMES) + rnd.choice(GIVEN) + rnd.choice(GIVEN),
        "sex": rnd.choice("fm"),
        "phone": f"+861{rnd.choice('35789')}00000{number % 10_000:04d}-{number}",
        "phones": [{"number": f"+86138{number:08d}", "kind": "mobile", "state": "valid"}],
        "birthday": f"19{rnd.randint(50, 99)}-{rnd.randint(1, 12):02d}-{rnd.randint(1, 28):02d}",
        "address": {"city": "嘉兴", "street": f"中山路{rnd.randint(1, 999)}号", "zip": "314000"},
        "consultant": f"consultant-{rnd.randint(1, 20)}",
        "source": rnd.choice(["walk-in", "referral", "web", "radio", "newspaper"]),
        "consent": True,
        "note": "prefers to be called in the afternoon, two cars in the family",
        "visits": rnd.randint(0, 30),
    }


def seconds(work: Callable[..., Any], *given: Any) -> float:
    """How long `work` took."""
    start = time.perf_counter()
    work(*given)
    return time.perf_counter() - start


class Bare:
    """What somebody would write by hand: a document table, an index, a journal table."""

    def __init__(self, path: Path) -> None:
        self.connection = connection = sqlite3.connect(path, isolation_level=None)
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute("CREATE TABLE customers (id TEXT PRIMARY KEY, phone TEXT, body TEXT)")
        connection.execute("CREATE INDEX customers_phone ON customers (phone)")
        connection.execute("CREATE TABLE journal (number INTEGER PRIMARY KEY, id, was, became)")

    def insert(self, doc_id: str, document: dict[str, Any]) -> None:
        """One durable insert with one journal row."""
        body = json.dumps(document, ensure_ascii=False)
        run = self.connection.execute
        run("BEGIN IMMEDIATE")
        run("INSERT INTO customers VALUES (?, ?, ?)", (doc_id, document["phone"], body))
        run("INSERT INTO journal VALUES (NULL, ?, NULL, ?)", (doc_id, body))
        run("COMMIT")

    def insert_many(self, pairs: Iterable[tuple[str, dict[str, Any]]]) -> None:
        """Many documents in one transaction, without any journal."""
        self.connection.execute("BEGIN IMMEDIATE")
        self.connection.executemany(
            "INSERT INTO customers VALUES (?, ?, ?)",
            ((key, doc["phone"], json.dumps(doc, ensure_ascii=False)) for key, doc in pairs),
        )
        self.connection.execute("COMMIT")

    def find(self, phone: str) -> list[Any]:
        """One look-up on the index."""
        rows = self.connection.execute("SELECT body FROM customers WHERE phone = ?", (phone,))
        return [json.loads(body) for (body,) in rows]

    def update(self, doc_id: str, visits: int) -> None:
        """One durable change of one field with one journal row."""
        run = self.connection.execute
        run("BEGIN IMMEDIATE")
        (body,) = run("SELECT body FROM customers WHERE id = ?", (doc_id,)).fetchone()
        document = json.loads(body)
        was, document["visits"] = document["visits"], visits
        text = json.dumps(document, ensure_ascii=False)
        run("UPDATE customers SET body = ? WHERE id = ?", (text, doc_id))
        run("INSERT INTO journal VALUES (NULL, ?, ?, ?)", (doc_id, str(was), str(visits)))
        run("COMMIT")


def typical(figures: list[float], best: bool = True) -> float:
    """One figure of several: the best, as noise only adds."""
    return min(figures) if best else statistics.median(figures)


def each(work: Callable[[int], Any], numbers: Iterable[int]) -> float:
    """The median time of `work` over `numbers`, in seconds."""
    return statistics.median([seconds(work, n) for n in numbers])


def in_turn(
    ours: Callable[[int], Any], theirs: Callable[[int], Any], numbers: Iterable[int]
) -> tuple[float, float]:
    """The median times of two works done in turn, so that both meet the same machine."""
    pairs = [(seconds(ours, number), seconds(theirs, number)) for number in numbers]
    return statistics.median(a for a, _ in pairs), statistics.median(b for _, b in pairs)


def opened(path: Path) -> tuple[Database, DocumentTable]:
    """The database and its table of customers."""
    database = Database(path)
    return database, database.table("customers", indexes=["phone"], id_class=GlobalId)


def filled(path: Path, count: int) -> tuple[Database, DocumentTable]:
    """A database of `count` customers."""
    database, table = opened(path)
    for start in range(0, count, 50_000):
        table.insert_multiple(customer(n) for n in range(start, min(count, start + 50_000)))
    return database, table


def line(
    name: str, ours: float, bare: float | None, wanted: str, plain: float | None = None
) -> str:
    """A line of the table: our time, the other's, and the ratio against what was promised."""
    against = f"{_shown(bare)} | {ours / bare:.2f}×" if bare else "– | –"
    beside = f"{_shown(plain)} | {plain / ours:,.0f}×" if plain else "– | –"
    return f"| {name} | {_shown(ours)} | {against} | {beside} | {wanted} |"


def _shown(value: float | None) -> str:
    if value is None:
        return "–"
    return f"{value * 1e6:,.0f} µs" if value < 0.01 else f"{value * 1e3:,.0f} ms"


def set_visits(table: Any, ids: Any, visits: int, number: int) -> None:
    """Change one field of one customer."""
    table.update({"visits": visits}, doc_ids=[ids[number]])


def set_visits_bare(bare: Bare, visits: int, number: int) -> None:
    """The same by hand."""
    bare.update(f"{number:026d}", visits)


def insert_customer(table: DocumentTable, number: int) -> None:
    """One more customer."""
    table.insert(customer(number))


def insert_bare(bare: Bare, number: int) -> None:
    """The same by hand."""
    bare.insert(f"{number:026d}", customer(number))


def find_bare(bare: Bare, phones: Any, number: int) -> None:
    """The same by hand."""
    bare.find(phones[number])


def find_phone(table: DocumentTable, phones: Any, number: int) -> None:
    """One look-up on the index."""
    table.search(where("phone") == phones[number])


def find_id(table: DocumentTable, ids: Any, number: int) -> None:
    """One look-up by id."""
    table.get(doc_id=ids[number])


def open_and_close(path: Path) -> None:
    """What every command begins and ends with."""
    opened(path)[0].close()


def main_table(folder: Path, count: int, rounds: int) -> Iterator[str]:
    """Everything on `count` documents."""
    documents = [customer(n) for n in range(count)]
    size = sum(len(json.dumps(d, ensure_ascii=False).encode()) for d in documents[:1000]) // 1000
    yield f"{count:,} documents of {size} bytes; best of {rounds} rounds, medians within a round\n"
    yield "| | store | bare sqlite3 | ratio | TinyDB JSONStorage | faster by | promised |"
    yield "|---|---|---|---|---|---|---|"
    bulk_ours, bulk_bare, bulk_plain = [], [], []
    for n in range(rounds):
        database, table = opened(folder / f"bulk{n}.db")
        bulk_ours.append(seconds(table.insert_multiple, documents))
        database.close()
        bare = Bare(folder / f"bulk{n}.bare")
        pairs = [(f"{number:026d}", document) for number, document in enumerate(documents)]
        bulk_bare.append(seconds(bare.insert_many, pairs))
        bare.connection.close()
        (folder / "plain.json").unlink(missing_ok=True)
        with TinyDB(folder / "plain.json", encoding="utf-8") as plain:
            bulk_plain.append(seconds(plain.insert_multiple, documents))
    database, table = opened(folder / "bulk0.db")
    bare = Bare.__new__(Bare)
    bare.connection = sqlite3.connect(folder / "bulk0.bare", isolation_level=None)
    bare.connection.execute("PRAGMA synchronous=FULL")
    plain = TinyDB(folder / "plain.json", encoding="utf-8")
    phones = [document["phone"] for document in documents]
    keys = [document.doc_id for document in table.all()]
    figures: dict[str, list[float]] = {}

    def note(name: str, figure: float) -> None:
        figures.setdefault(name, []).append(figure)

    for n in range(rounds):
        new = range(count + n * 200, count + n * 200 + 200)
        some = random.Random(n).sample(range(count), 200)
        visits = 100 + n
        for name, ours, theirs, numbers in (
            ("insert", partial(insert_customer, table), partial(insert_bare, bare), new),
            ("find", partial(find_phone, table, phones), partial(find_bare, bare, phones), some),
            (
                "update",
                partial(set_visits, table, keys, visits),
                partial(set_visits_bare, bare, visits),
                some,
            ),
        ):
            mine, their = in_turn(ours, theirs, numbers)
            note(name, mine)
            note(f"{name} bare", their)
        note("get", each(partial(find_id, table, keys), some))
        few = some[:2]
        note("insert plain", each(lambda k: plain.insert(customer(k)), few))
        note("find plain", each(lambda k: plain.search(where("phone") == phones[k]), few))
        plain.clear_cache()
        plain_ids = range(1, count + 1)
        note("update plain", each(partial(set_visits, plain, plain_ids, visits), few))
    best = {name: typical(values) for name, values in figures.items()}
    for name, kind in (
        ("one durable insert", "insert"),
        ("one indexed look-up", "find"),
        ("one update", "update"),
    ):
        yield line(
            name, best[kind], best[f"{kind} bare"], "2.5× bare, 500× plain", best[f"{kind} plain"]
        )
    yield line("one look-up by id", best["get"], None, "–")
    yield line(
        f"bulk insert of {count:,}",
        typical(bulk_ours),
        typical(bulk_bare),
        "3× bare executemany (which keeps no journal)",
        typical(bulk_plain),
    )
    plain.close()
    yield from scans(folder, database, table, rounds)
    database.close()
    bare.connection.close()


def every_seventh(visits: Any) -> bool:
    """Something only Python can tell."""
    return bool(visits % 7 == 3)


def scans(folder: Path, database: Database, table: DocumentTable, rounds: int) -> Iterator[str]:
    """Searches that cannot become SQL, beside a TinyDB that keeps all documents in memory."""
    caching: Any = CachingMiddleware
    memory = TinyDB(folder / "plain.json", storage=caching(JSONStorage), encoding="utf-8")
    queries = {
        "regular expression": where("name").search("伟$"),
        "test": where("visits").test(every_seventh),
    }
    texts = [text for _, _, text in database.storage.rows("customers")]
    yield "\n| a scan that cannot become SQL | store | TinyDB CachingMiddleware | ratio | promised |"
    yield "|---|---|---|---|---|"
    len(memory.all())
    for name, query in queries.items():
        ours, theirs = [], []
        for _ in range(3 * rounds):
            table.clear_cache()
            memory.clear_cache()
            ours.append(seconds(table.search, query))
            theirs.append(seconds(memory.search, query))
        mine, their = typical(ours), typical(theirs)
        yield f"| {name} | {_shown(mine)} | {_shown(their)} | {mine / their:.2f}× | 6× |"
    import orjson

    limit = min(seconds(lambda: [orjson.loads(text) for text in texts]) for _ in range(3))
    slow = min(seconds(lambda: [json.loads(text) for text in texts]) for _ in range(3))
    yield (
        f"\nThe decoding limit: turning the {len(texts):,} texts into documents and doing nothing"
        f" else takes {_shown(limit)} with orjson, {_shown(slow)} with json."
    )
    memory.close()


def large_table(folder: Path, small: int, large: int, rounds: int) -> Iterator[str]:
    """Point operations and opening at two sizes."""
    yield f"\n| | {small:,} documents | {large:,} documents | ratio | promised |"
    yield "|---|---|---|---|---|"
    databases = {}
    for count in (small, large):
        database, table = filled(folder / f"large{count}.db", count)
        database.close()
        databases[count] = opened(folder / f"large{count}.db")
    figures: dict[str, dict[int, list[float]]] = {}
    for n in range(rounds):
        for count, (_, table) in databases.items():
            numbers = random.Random(n).sample(range(count), 200)
            phones = {k: customer(k)["phone"] for k in numbers}
            ids = {k: table.search(where("phone") == phones[k])[0].doc_id for k in numbers}
            table.clear_cache()
            steps: dict[str, Callable[[int], None]] = {
                "insert": partial(insert_customer, table),
                "look-up by index": partial(find_phone, table, phones),
                "look-up by id": partial(find_id, table, ids),
                "update": partial(set_visits, table, ids, 200 + n),
            }
            for name, work in steps.items():
                figure = each(work, numbers)
                figures.setdefault(name, {}).setdefault(count, []).append(figure)
    for database, _ in databases.values():
        database.close()
    for _ in range(max(5, rounds)):
        for count in (small, large):
            took = seconds(open_and_close, folder / f"large{count}.db")
            figures.setdefault("opening and closing", {}).setdefault(count, []).append(took)
    for name, by_count in figures.items():
        low, high = typical(by_count[small]), typical(by_count[large])
        wanted = "under 50 ms" if name.startswith("opening") else "2×"
        yield f"| {name} | {_shown(low)} | {_shown(high)} | {high / low:.2f}× | {wanted} |"


def main() -> None:
    """Run everything and print Markdown."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=20_000)
    parser.add_argument("--large", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--folder", type=Path, help="where to put the files (a real disk)")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=chosen.folder) as folder:
        for line in main_table(Path(folder), chosen.count, chosen.rounds):
            print(line, flush=True)
        if chosen.large:
            for line in large_table(Path(folder), 10_000, chosen.large, chosen.rounds):
                print(line, flush=True)


if __name__ == "__main__":
    main()
