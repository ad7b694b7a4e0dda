"""Many documents at once: they are written beside the work of Python, and nobody can tell."""

from __future__ import annotations

import subprocess
import sys
from contextlib import suppress
from itertools import pairwise

import pytest
from tinydb import where

from dcrc.store import Database, Index
from dcrc.store.blocks import Block, inserts
from dcrc.store.codec import encode, encode_many
from dcrc.store.errors import DiskFull, StoreError
from dcrc.store.sqlite import Failure, Unique

MANY = 9_000  # several rounds of writing, and a rest


def owners(count):
    return [{"name": f"车主{n}", "terms": [f"w{n}", f"t{n % 7}", f"w{n}"]} for n in range(count)]


@pytest.fixture
def customers(shop):
    return shop.table("customers", indexes=[Index("name"), Index("terms", each=True)])


def test_many_new_documents_are_found_journalled_proved_and_undone(shop, customers):
    documents = owners(MANY)
    documents[5]["terms"].append("nul\0inside")
    documents[6]["price"] = float("nan")
    documents[7] = {"name": None}
    documents[8] = {"terms": "text, no list"}
    ids = customers.insert_multiple(documents)

    assert customers.count(where("terms").any(["t3"])) == len(range(3, MANY, 7))
    assert [each.doc_id for each in customers.search(where("terms").any(["w8999"]))] == [ids[-1]]
    assert customers.get(where("terms").any(["nul\0inside"]))["name"] == "车主5"
    assert customers.search(where("name") == "车主4321")[0]["terms"] == documents[4321]["terms"]
    numbers = [change.number for change in shop.journal.entries()]
    assert len(numbers) == MANY
    assert all(after == before + 1 for before, after in pairwise(numbers))
    assert shop.verify().ok
    shop.undo()
    assert customers.count() == 0
    assert shop.verify().ok


def test_what_is_asked_while_many_are_written_counts_them_all(shop, customers):
    with shop.transaction("import"):
        customers.insert_multiple(owners(MANY))
        assert customers.count() == MANY
        customers.put_many([(1, {"name": "李四"}), (MANY + 1, {"name": "王五"})])
        customers.insert({"name": "赵六"})
        customers.put_many((MANY + 3 + n, document) for n, document in enumerate(owners(5_000)))
    assert customers.count() == MANY + 2 + 5_000
    assert shop.verify().ok


def test_a_disk_that_fills_up_while_many_are_written_leaves_nothing(shop, customers):
    customers.insert({"name": "张三"})
    connection = shop.storage.link().connection
    (pages,) = connection.execute("PRAGMA page_count").fetchone()
    connection.execute(f"PRAGMA max_page_count={pages + 100}")
    with pytest.raises(DiskFull):
        customers.insert_multiple(owners(MANY))
    assert customers.count() == 1
    connection.execute("PRAGMA max_page_count=1073741823")
    customers.insert_multiple(owners(MANY))
    assert customers.count() == 1 + MANY
    assert shop.verify().ok


def test_a_part_that_fails_while_it_is_written_fails_alone(shop, customers):
    storage = shop.storage
    with storage.transaction("import") as work:
        layout = storage.ensure_table(work, "customers", customers._indexes)
        work.insert(layout, 1, encode({"name": "张三"}))
        numbers = range(2, 4_000)
        block = Block.of(layout, encode_many([{"terms": [str(n)]} for n in numbers]))
        with pytest.raises(Unique), storage.transaction("part"):
            work.insert_many(layout, [n % 3_000 for n in numbers], block)
        work.insert_many(layout, [2], Block.of(layout, encode_many([{"name": "李四"}])))
    assert [each["name"] for each in customers] == ["张三", "李四"]
    assert shop.verify().ok


def test_many_are_added_to_two_tables_in_turn_while_python_goes_on(shop, customers):
    cars = shop.table("cars", indexes=["vin"])
    with shop.transaction("import"), customers.adding() as add, cars.adding() as add_cars:
        for start in range(0, MANY, 3_000):
            add(
                (n, document)
                for n, document in enumerate(owners(MANY))
                if n // 3_000 == start // 3_000
            )
            add_cars((n, {"vin": f"LS{n}"}) for n in range(start, start + 3_000))
    assert customers.get(doc_id=MANY - 1)["name"] == f"车主{MANY - 1}"
    assert cars.search(where("vin") == "LS4321")[0].doc_id == 4321
    assert customers.count(where("terms").any(["t3"])) == len(range(3, MANY, 7))
    assert shop.verify().ok
    shop.undo()
    assert customers.count() == cars.count() == 0
    assert shop.verify().ok


def test_what_is_added_twice_fails_the_whole_block(shop, customers):
    customers.insert({"name": "张三"})
    with pytest.raises(StoreError), customers.adding() as add:
        add((n % (MANY - 1), {"name": f"车主{n}"}) for n in range(2, MANY + 5))
    assert [each["name"] for each in customers] == ["张三"]
    assert shop.verify().ok


LEFT_OPEN = """
import sys
from dcrc.store import Database
table = Database(sys.argv[1]).table("customers")
table.insert_multiple({"name": f"owner {n}"} for n in range(9_000))
print("stored")
"""


def test_a_program_that_forgets_to_close_ends_nevertheless(tmp_path):
    path = tmp_path / "shop.db"
    command = [sys.executable, "-c", LEFT_OPEN, str(path)]
    run = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
    assert run.stdout == "stored\n"
    with Database(path) as database:
        assert len(database.table("customers")) == 9_000


def test_what_failed_beside_is_raised_by_every_use_until_it_is_taken_back(shop):
    connection = shop.storage.link().connection
    connection.beside([("SELECT nothing FROM nowhere", ())])
    connection._end()
    for _ in range(2):
        with pytest.raises(Failure):
            connection.execute("SELECT 1")
    connection.drop()
    assert connection.execute("SELECT 1").fetchone() == (1,)
    connection.beside([("SELECT nothing FROM nowhere", ())], may_fail=True)
    assert connection.execute("SELECT 2").fetchone() == (2,)


def test_a_failure_that_is_swallowed_elsewhere_still_takes_back_what_it_belongs_to(shop, customers):
    others = shop.table("others")
    customers.insert({"name": "张三"})

    def store():
        with customers.adding() as add:
            add((n % (MANY - 1), {"name": f"车主{n}"}) for n in range(2, MANY + 5))
            for _ in range(2):
                with suppress(Failure, StoreError):
                    others.insert_multiple([{"a": 1}])

    with pytest.raises(StoreError), shop.transaction("import"):
        store()
    assert [each["name"] for each in customers] == ["张三"]
    assert len(others) == 0
    assert shop.verify().ok


def test_a_full_disk_that_is_swallowed_leaves_nothing_half_stored(shop, customers):
    others = shop.table("others")
    others.insert({"a": 1})
    customers.insert({"name": "张三"})
    connection = shop.storage.link().connection
    (pages,) = connection.execute("PRAGMA page_count").fetchone()
    connection.execute(f"PRAGMA max_page_count={pages + 100}")
    stored = [1, 2, 3]
    try:
        with shop.transaction("op"):
            others.insert({"a": 2})
            with suppress(Failure, StoreError):
                customers.insert_multiple(owners(MANY))
            others.insert({"a": 3})
    except DiskFull:
        stored = [1]
    connection.execute("PRAGMA max_page_count=1073741823")
    assert [each["a"] for each in others] == stored
    assert [each["name"] for each in customers] == ["张三"]
    assert shop.verify().ok


def test_nothing_is_stored_after_sqlite_gave_the_whole_transaction_up(shop):
    others = shop.table("others")
    others.insert({"a": 1})
    connection = shop.storage.link().connection

    def store():
        others.insert({"a": 2})
        with suppress(LookupError), shop.transaction("part"):
            connection.execute("ROLLBACK")  # as SQLite does by itself where a disk is full
            raise LookupError
        others.insert({"a": 3})

    with pytest.raises(LookupError), shop.transaction("op"):
        store()
    assert [each["a"] for each in others] == [1]
    others.insert({"a": 4})
    assert shop.verify().ok


def test_half_of_what_is_added_is_not_kept_when_its_giver_fails(shop, customers):
    def given():
        yield 1, {"name": "张三"}
        raise LookupError

    with customers.adding() as add:
        with suppress(LookupError):
            add(given())
        with suppress(ValueError, TypeError):
            add([(2, "no document")])
        add([(3, {"name": "李四"})])
    assert [(one.doc_id, one["name"]) for one in customers] == [(3, "李四")]
    assert shop.verify().ok


def test_documents_and_columns_are_added_in_the_order_they_came(shop, customers):
    with shop.transaction("import"), customers.adding() as add:
        add.columns(range(1, MANY + 1), {"name": [f"车主{n}" for n in range(1, MANY + 1)]})
        add([(MANY + 1, {"name": "张三", "price": float("nan"), "terms": ["z"]})])
        add.columns([MANY + 2], {"name": ["李四"], "terms": [["l"]], "note": [None]})
    assert [each.doc_id for each in customers] == list(range(1, MANY + 3))
    assert customers.get(doc_id=MANY + 2) == {"name": "李四", "terms": ["l"]}
    assert customers.get(where("terms").any(["z"]))["name"] == "张三"
    assert shop.verify().ok


BULK_HARM = (
    (
        "UPDATE journal SET became = '{}' WHERE number = 7",
        "one of the journal entries 1 to 1000 was changed: their hash",
    ),
    (
        "UPDATE journal SET doc_id = 9999 WHERE number = 1500",
        "entries 1001 to 2000 was changed: their hash",
    ),
    (
        "UPDATE journal SET hash = x'' WHERE number = 2000",
        "entries 1001 to 2000 was changed: their hash",
    ),
    (
        "UPDATE journal SET hash = x'' WHERE number = 3500",
        "the journal entry has no hash",
    ),
    (
        "UPDATE journal SET hash = 'text' WHERE number = 2000",
        "entries 1001 to 2000 was changed: their hash",
    ),
    ("DELETE FROM journal WHERE number = 3500", "lost"),
    ("DELETE FROM journal WHERE number = 1700", "missing"),
    ("UPDATE journal SET number = 3501 WHERE number = 3400", "missing"),
)


@pytest.mark.parametrize(("harm", "words"), BULK_HARM)
def test_entries_that_share_a_hash_prove_each_other(shop, customers, harm, words):
    customers.insert_multiple(owners(3_500))
    assert shop.verify().ok
    shop.storage.link().connection.execute(harm)
    found = [problem.what for problem in shop.verify().problems]
    assert any(words in each for each in found), found
    assert "hash" not in words or sum("hash" in each for each in found) == 1


def test_a_damaged_entry_says_that_those_of_its_hash_are_unproved(shop, customers):
    customers.insert_multiple(owners(1_500))
    customers.insert({"name": "张三"})
    harm = shop.storage.link().connection.execute
    harm("UPDATE journal SET became = x'00' WHERE number = 50")
    harm("UPDATE journal SET hash = x'' WHERE number = 1500")
    found = [problem.what for problem in shop.verify().problems]
    assert "the journal entry is damaged" in found
    assert "journal entries 1 to 1000 cannot be proved, for one of them is damaged" in found
    assert "the journal entry has no hash" in found
    assert not any("differs" in each and "hash" in each for each in found)


def test_the_journal_says_which_entries_have_a_hash_of_their_own(shop, customers):
    customers.insert_multiple(owners(1_500))
    customers.insert({"name": "张三"})
    proved = [each.number for each in shop.journal.entries() if each.hash]
    assert proved == [1_000, 1_500, 1_501]


def test_what_is_left_of_a_bulk_takes_statements_of_few_sizes(shop, customers):
    customers.insert({"name": "张三"})
    layout = shop.storage.link().layouts["customers"]
    statements: set[str] = set()
    for count in range(2_000, 9_000, 613):
        block = Block.of(layout, encode_many([{"name": "张三"}] * count))
        width, parameters = block.parameters(1, range(count))
        written = list(inserts(layout, width, parameters))
        assert [each for _, some in written for each in some] == parameters
        statements.update(sql for sql, _ in written)
    assert len(statements) <= 6
