"""Files that are not what they should be: a clear error of the right kind, and nothing made worse."""

from __future__ import annotations

import os
import resource
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from dcrc.store import (
    DamagedFile,
    Database,
    DiskFull,
    FromTheFuture,
    NoSuchFile,
    NotADatabase,
    ReadOnly,
    Schema,
    StoreError,
    restore,
)


def beside(path: Path) -> set[str]:
    return {file.name for file in path.parent.iterdir()}


def make(path: Path, count: int = 300) -> None:
    with Database(path) as database:
        table = database.table("customers", indexes=["phone"])
        table.insert_multiple({"phone": f"+86138{n:08d}", "note": "x" * 300} for n in range(count))


@pytest.mark.parametrize(
    "content",
    [
        b"name,phone\nWang,138\n",
        b"PK\x03\x04" + bytes(200),
        b"{}",
        b"\x00" * 500,
        b"SQLite is fine",
    ],
)
@pytest.mark.parametrize("read_only", [True, False])
def test_a_foreign_file_stays_as_it_is(tmp_path, content, read_only):
    path = tmp_path / "list.csv"
    path.write_bytes(content)
    with pytest.raises(NotADatabase) as caught:
        Database(path, read_only=read_only)
    assert str(path) in str(caught.value)
    assert caught.value.exit_code == 6
    assert path.read_bytes() == content
    assert beside(path) == {"list.csv"}


@pytest.mark.parametrize("mode", ["delete", "wal"])
def test_an_sqlite_file_of_another_program_stays_as_it_is(tmp_path, mode):
    path = tmp_path / "other.db"
    connection = sqlite3.connect(path)
    connection.execute(f"PRAGMA journal_mode={mode}")
    connection.execute("CREATE TABLE songs (title)")
    connection.commit()
    connection.close()
    before = path.read_bytes()
    with pytest.raises(NotADatabase):
        Database(path)
    assert path.read_bytes() == before
    assert beside(path) == {"other.db"}


def test_a_folder_and_a_missing_folder_are_named(tmp_path):
    with pytest.raises(NotADatabase, match="folder"):
        Database(tmp_path)
    with pytest.raises(NoSuchFile, match="no folder"):
        Database(tmp_path / "nowhere" / "shop.db")
    with pytest.raises(NoSuchFile):
        Database(tmp_path / "shop.db", read_only=True)
    assert list(tmp_path.iterdir()) == []


def test_a_file_whose_making_was_cut_off_becomes_a_database(tmp_path):
    path = tmp_path / "shop.db"
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("VACUUM")
    connection.close()
    assert path.stat().st_size > 0
    with pytest.raises(NoSuchFile):
        Database(path, read_only=True)
    with Database(path) as database:
        database.insert({"name": "Wang"})
        assert database.verify().ok


def test_a_foreign_file_whose_tables_stand_in_its_log_only_is_refused(tmp_path):
    path = tmp_path / "other.db"
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("CREATE TABLE songs (title)")
    with pytest.raises(NotADatabase):
        Database(path)
    assert connection.execute("SELECT name FROM sqlite_master").fetchall() == [("songs",)]
    connection.close()


def test_an_empty_file_is_a_new_database(tmp_path):
    path = tmp_path / "shop.db"
    path.touch()
    with Database(path) as database:
        database.insert({"name": "Wang"})
        assert database.verify().ok
    assert beside(path) == {"shop.db"}


@pytest.mark.parametrize("keep", [50, 4096, 20_000])
def test_a_file_that_was_cut_short_is_damaged(tmp_path, keep):
    path = tmp_path / "shop.db"
    make(path)
    path.write_bytes(path.read_bytes()[:keep])
    before = path.read_bytes()
    with pytest.raises(DamagedFile, match="backup"):
        Database(path)
    assert path.read_bytes() == before
    assert beside(path) == {"shop.db"}


def test_a_damaged_page_is_found_and_reading_it_is_a_clear_error(tmp_path):
    path = tmp_path / "shop.db"
    make(path)
    data = bytearray(path.read_bytes())
    size = int.from_bytes(data[16:18], "big")
    for page in range(len(data) // size // 2, len(data) // size):
        data[page * size : page * size + 60] = b"\xff" * 60
    path.write_bytes(data)
    with Database(path) as database:
        verification = database.verify()
        assert not verification.ok
        with pytest.raises(DamagedFile) as caught:
            [list(database.journal.entries()), database.table("customers").all()]
        assert caught.value.exit_code == 6
        with pytest.raises(StoreError):
            database.backup(tmp_path / "backup.db")
    assert not (tmp_path / "backup.db").exists()


@pytest.mark.parametrize(
    ("harm", "words"),
    [
        ("UPDATE documents_1 SET body = replace(body, '+86138', '+86139') WHERE id = 7", "differs"),
        ("DELETE FROM documents_1 WHERE id = 7", "missing"),
        ("UPDATE documents_1 SET seq = 9000 WHERE id = 7", "another place"),
        ("UPDATE documents_1 SET c0 = 'x' WHERE id = 7", "index"),
        ("UPDATE documents_1 SET body = '{' WHERE id = 7", "damaged"),
        ("UPDATE journal SET became = '{}' WHERE number = 7", "hash"),
        ("UPDATE journal SET doc_id = 8 WHERE number = 7", "hash"),
        ("DELETE FROM journal WHERE number = 7", "missing"),
        ("DELETE FROM journal WHERE number = 300", "lost"),
        ("UPDATE operations SET operator = 'boss'", "hash"),
        ("UPDATE operations SET at = '2020-01-01T00:00:00+00:00'", "hash"),
        ("UPDATE operations SET at = 'once'", "is damaged"),
        ("UPDATE operations SET at = x'00ff'", "is damaged"),
        ("UPDATE operations SET name = x'00ff'", "is damaged"),
        ("UPDATE journal SET doc_id = x'00ff' WHERE number = 7", "damaged"),
        ("UPDATE documents_1 SET id = x'00ff' WHERE id = 7", "damaged"),
        ("DELETE FROM operations", "missing"),
        ("INSERT INTO documents_1 (seq, id, body) VALUES (999, 999, '{}')", "not in the journal"),
    ],
)
def test_whatever_is_changed_behind_its_back_is_found(tmp_path, harm, words):
    path = tmp_path / "shop.db"
    make(path)
    connection = sqlite3.connect(path)
    connection.execute(harm)
    connection.commit()
    connection.close()
    with Database(path, read_only=True) as database:
        verification = database.verify()
    assert not verification.ok
    assert any(words in problem.what for problem in verification.problems)


@pytest.mark.parametrize(
    "harm",
    ["UPDATE operations SET at = 'once'", "UPDATE journal SET became = '{' WHERE number = 7"],
)
def test_a_damaged_journal_is_read_with_a_clear_error(tmp_path, harm):
    path = tmp_path / "shop.db"
    make(path)
    connection = sqlite3.connect(path)
    connection.execute(harm)
    connection.commit()
    connection.close()
    with Database(path) as database, pytest.raises(DamagedFile, match="backup"):
        [list(database.journal.entries()), list(database.journal.operations())]


def test_a_file_from_the_future_is_refused(tmp_path):
    path = tmp_path / "shop.db"
    Database(path, schema=Schema(3)).close()
    with pytest.raises(FromTheFuture, match="newer"):
        Database(path, schema=Schema(2))
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA user_version=99")
    connection.close()
    with pytest.raises(FromTheFuture):
        Database(path)


def test_opened_for_reading_only_nothing_can_be_written(tmp_path):
    path = tmp_path / "shop.db"
    make(path, 3)
    with Database(path, read_only=True) as database:
        table = database.table("customers", indexes=["phone", "other"])
        assert len(table) == 3
        with pytest.raises(ReadOnly) as caught:
            table.insert({})
        assert caught.value.exit_code == 8
        with pytest.raises(ReadOnly):
            database.drop_tables()
        assert database.verify().ok


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="root may write everything")
def test_a_file_and_folder_without_write_permission_can_be_read(tmp_path):
    folder = tmp_path / "archive"
    folder.mkdir()
    make(folder / "shop.db", 3)
    (folder / "shop.db").chmod(0o444)
    folder.chmod(0o555)
    try:
        with pytest.raises(ReadOnly):
            Database(folder / "shop.db")
        with Database(folder / "shop.db", read_only=True) as database:
            assert len(database.table("customers")) == 3
    finally:
        folder.chmod(0o755)


def test_a_file_that_this_user_may_not_write_is_refused_at_once(tmp_path, monkeypatch):
    path = tmp_path / "shop.db"
    make(path, 3)
    monkeypatch.setattr("dcrc.store.sqlite.writable", lambda _: False)
    with pytest.raises(ReadOnly, match="reading only"):
        Database(path)


FILL = """
import resource, signal, sys
from dcrc.store import Database, DiskFull
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
database = Database(sys.argv[1])
table = database.table("customers")
resource.setrlimit(resource.RLIMIT_FSIZE, (800_000, resource.RLIM_INFINITY))
done = 0
try:
    for done in range(10_000):
        with database.transaction("fill"):
            table.insert({"n": done, "note": "x" * 2000})
            table.update({"seen": True}, doc_ids=[done])
except DiskFull as error:
    print(done, error.exit_code, len(table), flush=True)
"""


@pytest.mark.skipif(not hasattr(resource, "RLIMIT_FSIZE"), reason="no file size limits here")
def test_a_full_disk_rolls_the_operation_back_and_loses_nothing(tmp_path):
    path = tmp_path / "shop.db"
    run = subprocess.run(
        [sys.executable, "-c", FILL, str(path)], capture_output=True, text=True, check=True
    )
    done, code, there = map(int, run.stdout.split())
    assert done > 10
    assert code == 8
    assert there == done
    with Database(path) as database:
        table = database.table("customers")
        assert len(table) == done
        assert database.verify().ok
        table.insert({"n": "there is space again"})
        assert database.verify().ok


def test_a_database_that_may_not_grow_says_that_the_disk_is_full(shop):
    table = shop.table("customers")
    table.insert({"n": 0})
    shop.storage.link().connection.execute("PRAGMA max_page_count=60")
    with pytest.raises(DiskFull, match="full"):
        table.insert_multiple({"note": "x" * 3000} for _ in range(200))
    assert len(table) == 1
    table.update({"n": 1})
    assert shop.verify().ok


def test_a_damaged_backup_is_not_restored(tmp_path):
    make(tmp_path / "shop.db")
    with Database(tmp_path / "shop.db") as database:
        assert database.backup(tmp_path / "backup.db").ok
    connection = sqlite3.connect(tmp_path / "backup.db")
    connection.execute("UPDATE documents_1 SET body = '{}' WHERE id = 3")
    connection.commit()
    connection.close()
    before = (tmp_path / "shop.db").read_bytes()
    with pytest.raises(DamagedFile):
        restore(tmp_path / "backup.db", tmp_path / "shop.db", overwrite=True)
    assert (tmp_path / "shop.db").read_bytes() == before
    assert beside(tmp_path / "shop.db") == {"shop.db", "backup.db"}
