"""Customers' data is readable by its owner only, unless he shares a file on purpose."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path
from stat import S_IMODE

import pytest

from dcrc.exports.writing import Table, write_tables
from dcrc.private_files import make_private
from dcrc.store import Database, restore
from dcrc.store.sqlite import companions

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="modes are those of POSIX")
SHARED = 0o660


@pytest.fixture(autouse=True)
def lax() -> Iterator[None]:
    before = os.umask(0o002)
    yield
    os.umask(before)


def mode(path: Path) -> int:
    return S_IMODE(path.stat().st_mode)


def test_a_new_database_and_all_that_comes_of_it_is_its_owners_alone(tmp_path: Path) -> None:
    path, copy, back = tmp_path / "shop.db", tmp_path / "copy.db", tmp_path / "back.db"
    with Database(path) as database:
        database.insert({"name": "Wang"})
        beside = [each for each in companions(path) if each.exists()]
        assert beside
        assert {mode(each) for each in (path, *beside)} == {0o600}
        database.backup(copy)
        database.export_json(tmp_path / "plain.json")
    restore(copy, back)
    write_tables(tmp_path / "list.xlsx", [Table("list", ("a",), [("b",)])])
    made = {each.name: mode(each) for each in tmp_path.iterdir()}
    assert made == dict.fromkeys(
        ("shop.db", "copy.db", "back.db", "plain.json", "list.xlsx"), 0o600
    )


def test_a_file_that_is_shared_by_group_stays_shared(tmp_path: Path) -> None:
    path, copy, list_ = tmp_path / "shop.db", tmp_path / "copy.db", tmp_path / "list.csv"
    for file in (path, copy, list_):
        file.touch()
        file.chmod(SHARED)
    with Database(path) as database:
        database.insert({"name": "Wang"})
        assert {mode(each) for each in (path, *companions(path)) if each.exists()} == {SHARED}
        database.backup(copy, overwrite=True)
    restore(copy, path, overwrite=True)
    write_tables(list_, [Table("list", ("a",), [("b",)])])
    assert {mode(each) for each in (path, copy, list_)} == {SHARED}


def test_what_is_there_is_neither_emptied_nor_closed(tmp_path: Path) -> None:
    file = tmp_path / "list.html"
    file.write_text("old")
    file.chmod(SHARED)
    make_private(file)
    assert (file.read_text(), mode(file)) == ("old", SHARED)
