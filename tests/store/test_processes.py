"""Several processes and threads at one file, and processes that die while they write."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from tinydb import where
from tinydb.operations import increment

from dcrc.store import Busy, Database, GlobalId, Index, restore

EIGHT = 8

WRITER = """
import sys
from tinydb import where
from tinydb.operations import increment
from dcrc.store import Database, GlobalId
path, me = sys.argv[1], int(sys.argv[2])
database = Database(path)
cars = database.table("cars", indexes=["writer"], id_class=GlobalId)
tally = database.table("tally")
for n in range(25):
    with database.transaction("sell", operator=f"desk{me}"):
        cars.insert({"writer": me, "n": n, "number": database.next_number("cars")})
        if not tally.update(increment("sold"), doc_ids=[1]):
            tally.insert({"sold": 1})
    before = tally.get(doc_id=1)
    tally.edit(1, before, {**before, f"desk{me}": n})
    assert cars.count(where("writer") == me) == n + 1
"""


def test_eight_processes_lose_no_update_and_see_no_lock(tmp_path):
    path = tmp_path / "shop.db"
    writers = [
        subprocess.Popen(
            [sys.executable, "-c", WRITER, str(path), str(n)], stderr=subprocess.PIPE, text=True
        )
        for n in range(EIGHT)
    ]
    for writer in writers:
        _, errors = writer.communicate(timeout=120)
        assert writer.returncode == 0, errors
    with Database(path) as database:
        cars = database.table("cars", id_class=GlobalId)
        tally = database.table("tally").get(doc_id=1)
        assert tally == {"sold": EIGHT * 25, **{f"desk{n}": 24 for n in range(EIGHT)}}
        assert sorted(car["number"] for car in cars) == list(range(1, EIGHT * 25 + 1))
        assert database.verify().ok


DOOMED = """
import sys
from dcrc.store import Database, GlobalId, Index
database = Database(sys.argv[1])
cars = database.table("cars", indexes=["n", Index("terms", each=True)], id_class=GlobalId)
sums = database.table("sums")
n = int(sys.argv[2])
while True:
    n += 1
    with database.transaction("sell"):
        cars.insert_multiple({"n": n, "part": part, "terms": ["a", str(n)]} for part in range(3))
        sums.upsert({"name": "sold", "last": n}, (lambda document: True))
        if n % 5 == 0:
            cars.remove(lambda document: document["n"] == n - 4)
    print(n, flush=True)
"""


def test_killed_at_any_moment_it_keeps_what_was_acknowledged_and_nothing_torn(tmp_path):
    path = tmp_path / "shop.db"
    moments = random.Random(2026)
    acknowledged = 0
    for _ in range(20):
        doomed = subprocess.Popen(
            [sys.executable, "-c", DOOMED, str(path), str(acknowledged)],
            stdout=subprocess.PIPE,
            text=True,
        )
        assert doomed.stdout is not None
        told = [doomed.stdout.readline() for _ in range(moments.randint(1, 30))]
        doomed.send_signal(signal.SIGKILL)
        told += doomed.stdout.readlines()
        doomed.wait()
        doomed.stdout.close()
        acknowledged = int([line for line in told if line.endswith("\n")][-1])
        with Database(path) as database:
            cars = database.table("cars")
            last = database.table("sums").all()[0]["last"]
            assert last in (acknowledged, acknowledged + 1)
            parts = cars.count_by(["n"])
            removed = {n - 4 for n in range(5, last + 1, 5)}
            assert parts == {(n,): 3 for n in range(1, last + 1) if n not in removed}
        acknowledged = last
    with Database(path) as database:
        assert database.verify().ok


def test_threads_share_one_database_without_losing_or_missing_anything(opening):
    database = opening()
    tally = database.table("tally")
    tally.insert({"n": 0})
    failures: list[BaseException] = []

    def count() -> None:
        try:
            for _ in range(20):
                before = tally.search(where("n") >= 0)[0]["n"]
                tally.update(increment("n"), doc_ids=[1])
                assert tally.search(where("n") >= 0)[0]["n"] > before
        except BaseException as error:  # noqa: BLE001 - told below, in the main thread
            failures.append(error)

    threads = [threading.Thread(target=count) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures
    assert tally.search(where("n") == 120) == [{"n": 120}]
    assert database.verify().ok


def test_a_cached_answer_never_outlives_another_writer(opening):
    here, there = opening(), opening()
    open_tasks = where("state") == "open"
    mine, theirs = here.table("tasks", indexes=["state"]), there.table("tasks")
    theirs.insert({"state": "open"})
    assert mine.count(open_tasks) == len(mine.search(open_tasks)) == 1
    theirs.insert({"state": "open"})
    assert mine.count(open_tasks) == len(mine.search(open_tasks)) == 2
    thread = threading.Thread(target=lambda: mine.truncate())
    thread.start()
    thread.join()
    assert mine.search(open_tasks) == theirs.search(open_tasks) == []


def test_an_index_declared_later_by_another_process_is_kept_up_by_all(opening):
    old, new = opening(), opening()
    old.table("cars").insert({"vin": "A", "terms": ["a"]})
    cars = new.table("cars", indexes=["vin", Index("terms", each=True)])
    old.table("cars").insert({"vin": "B", "terms": ["a", "b"]})
    assert cars.get(where("vin") == "B") == {"vin": "B", "terms": ["a", "b"]}
    assert len(cars.search(where("terms").any(["a"]))) == 2
    assert new.verify().ok


def test_changed_tells_of_every_commit_once(opening):
    here, there = opening(), opening()
    here.insert({})
    assert not here.changed()
    assert not here.changed()
    there.insert({})
    assert here.changed()
    assert not here.changed()
    here.insert({})
    assert here.changed()


def test_a_writer_that_waits_too_long_is_told_so(opening):
    here, there = opening(timeout=0.05), opening(timeout=0.05)
    with here.transaction("long"):
        here.insert({})
        with pytest.raises(Busy) as caught:
            there.insert({})
    assert caught.value.exit_code == 8
    there.insert({})
    assert len(here) == 2


def test_a_loop_over_a_table_may_write_while_others_write(opening):
    here, there = opening(), opening()
    table = here.table("cars")
    table.insert_multiple({"n": n} for n in range(600))
    for document in table:
        table.update({"seen": True}, doc_ids=[document.doc_id])
        if document.doc_id % 100 == 0:
            there.table("cars").insert({"n": -1})
        if document.doc_id == 10:
            table.remove(doc_ids=[599])
    assert table.count(where("seen") == True) == 598 + 1  # noqa: E712
    assert len(table) == 605


def test_a_backup_taken_during_writes_is_a_whole_moment(tmp_path):
    path = tmp_path / "shop.db"
    database = Database(path)
    table = database.table("cars", indexes=["n"], id_class=GlobalId)
    table.insert_multiple({"n": n, "note": "x" * 2000} for n in range(3000))
    steps: list[int] = []

    def write_meanwhile(done: int, total: int) -> None:
        steps.append(done)
        with Database(path) as other:
            other.table("cars").insert({"n": 5000 + len(steps)})

    assert database.backup(tmp_path / "backup.db", write_meanwhile).ok
    assert len(steps) > 1
    assert len(table) == 3000 + len(steps)
    assert restore(tmp_path / "backup.db", tmp_path / "again.db").ok
    with Database(tmp_path / "again.db") as again:
        assert len(again.table("cars")) == 3000
        assert again.verify().ok
        again.table("cars").insert({"n": 1})
        assert again.verify().ok
    with pytest.raises(Busy):
        restore(tmp_path / "backup.db", path, overwrite=True)
    database.close()
    assert restore(tmp_path / "backup.db", path, overwrite=True).ok
    with Database(path) as database:
        assert len(database.table("cars")) == 3000
    assert {file.name for file in Path(tmp_path).iterdir()} == {"shop.db", "backup.db", "again.db"}


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs processes")
def test_eight_processes_may_create_the_same_file_at_once(tmp_path):
    path = tmp_path / "shop.db"
    code = "import sys; from dcrc.store import Database; Database(sys.argv[1]).insert({'a': 1})"
    makers = [
        subprocess.Popen([sys.executable, "-c", code, str(path)], stderr=subprocess.PIPE, text=True)
        for _ in range(EIGHT)
    ]
    for maker in makers:
        _, errors = maker.communicate(timeout=60)
        assert maker.returncode == 0, errors
    with Database(path) as database:
        assert len(database) == EIGHT
        assert database.verify().ok
