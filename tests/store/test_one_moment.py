"""Reading as of one moment while others write."""

from __future__ import annotations

import json

import pytest

from dcrc.store import Database, StoreError, exchange


@pytest.fixture
def shop(tmp_path):
    with Database(tmp_path / "shop.db") as database:
        with database.transaction("open"):
            database.table("cars").insert_multiple({"month": 1} for _ in range(600))
            database.table("people").insert({"month": 1})
        yield database


def next_month(path, month):
    with Database(path) as other, other.transaction("next month"):
        other.table("cars").update({"month": month})
        other.table("people").update({"month": month})


def months(table):
    return {document["month"] for document in table}


def test_what_is_read_meanwhile_is_of_one_moment(shop):
    cars, people = shop.table("cars"), shop.table("people")
    with shop.snapshot(), shop.snapshot():
        first = cars.iterate()
        next(first)
        next_month(shop.path, 2)
        assert {car["month"] for car in first} | months(people) == {1}
        assert people.search() == [{"month": 1}]
        with pytest.raises(StoreError, match="moment"):
            people.insert({"month": 3})
    assert months(cars) | months(people) == {2}
    assert people.search() == [{"month": 2}]
    people.insert({"month": 3})


def test_a_transaction_is_a_moment_of_its_own(shop):
    people = shop.table("people")
    with shop.transaction("change"):
        people.insert({"month": 4})
        with shop.snapshot():
            assert months(people) == {1, 4}
        people.insert({"month": 5})
    assert months(people) == {1, 4, 5}


def test_an_exported_file_is_of_one_moment(shop, tmp_path, monkeypatch):
    decode, read = exchange.decode, []

    def others_write_meanwhile(text):
        read.append(text)
        if len(read) == 10:
            next_month(shop.path, 2)
        return decode(text)

    monkeypatch.setattr(exchange, "decode", others_write_meanwhile)
    shop.export_json(tmp_path / "all.json")
    tables = json.loads((tmp_path / "all.json").read_text())
    assert {one["month"] for table in tables.values() for one in table.values()} == {1}
