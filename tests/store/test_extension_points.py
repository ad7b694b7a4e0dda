"""What TinyDB offers to those who build on it works here too, and its JSON files go in and out."""

from __future__ import annotations

import json
import uuid

import pytest
from tinydb import TinyDB, where
from tinydb.table import Document

from dcrc.store import (
    AlreadyExists,
    Database,
    DocumentTable,
    GlobalId,
    NotADatabase,
    OutOfDate,
    Schema,
    StoreError,
)


class Car(Document):
    @property
    def plate(self):
        return self["plate"]


class Uuid(uuid.UUID):
    pass


class CarTable(DocumentTable):
    document_class = Car
    document_id_class = Uuid
    default_query_cache_capacity = 3
    serial = iter(range(1, 1000))

    def _get_next_id(self):
        return Uuid(int=next(self.serial))


class Garage(Database):
    table_class = CarTable
    default_table_name = "cars"


def test_own_document_id_and_table_classes_are_used_everywhere(tmp_path):
    with Garage(tmp_path / "garage.db") as garage:
        first, second = garage.insert({"plate": "A1"}), garage.insert({"plate": "B2"})
        assert (type(first), garage.tables()) == (Uuid, {"cars"})
        assert [car.plate for car in garage] == ["A1", "B2"]
        assert garage.get(doc_id=first).plate == "A1"
        assert garage.update({"plate": "C3"}, where("plate") == "B2") == [second]
        assert garage.update({"km": 1}, doc_ids=[second, Uuid(int=99)]) == [second]
        assert garage.search(where("plate") == "C3")[0].doc_id == second
        assert garage.remove(doc_ids=[first]) == [first]
        with pytest.raises(ValueError, match="already exists"):
            garage.insert(Car({}, second))


def test_texts_as_ids(shop):
    table = shop.table("models", id_class=str)
    for doc_id in ["7", "007", "x", "-1", "王", str(2**80), "٣"]:
        table.insert(Document({"id": doc_id}, doc_id))
    assert [document.doc_id for document in table] == ["7", "007", "x", "-1", "王", str(2**80), "٣"]
    assert all(table.get(doc_id=document["id"]) == document for document in table)
    assert table.remove(doc_ids=["007", "7", 7]) == ["007", "7"]
    assert shop.verify().ok


def test_whole_numbers_beyond_sqlite_are_ids_too(shop):
    assert shop.insert(Document({"n": 1}, 2**70)) == 2**70
    assert shop.get(doc_id=2**70) == {"n": 1}
    assert [document.doc_id for document in shop] == [2**70]
    assert shop.update({"n": 2}, doc_ids=[2**70]) == [2**70]


def test_an_empty_table_is_listed_once_it_is_to_persist(shop, opening):
    shop.table("seen")
    assert shop.tables() == set()
    shop.table("kept", persist_empty=True)
    assert shop.tables() == {"kept"}
    shop.table("kept").insert({"a": 1})
    assert len(opening().table("kept", persist_empty=True)) == 1
    shop.drop_table("kept")
    assert shop.tables() == set()


def test_the_query_cache_has_the_size_asked_for_and_can_be_cleared(shop):
    table = shop.table("cars", cache_size=2)
    table.insert({"a": "xyz"})
    for n in range(5):
        table.search(where("a").test(lambda value, n: len(value) > n, n))
    assert len(table._query_cache) == 2
    table.clear_cache()
    assert len(table._query_cache) == 0


def test_a_table_from_code_written_for_tinydb_reads_and_updates_whole_tables(shop):
    table = shop.table("cars")
    table.insert_multiple([{"n": 1}, {"n": 2}])

    def updater(documents):
        documents[1]["n"] = 5
        del documents[2]
        documents[9] = {"n": 9}

    table._update_table(updater)
    assert table._read_table() == {"1": {"n": 5}, "9": {"n": 9}}
    shop.storage.write({"cars": {"9": {"n": 9}}, "tasks": {"3": {"x": None}}})
    assert shop.storage.read() == {"cars": {"9": {"n": 9}}, "tasks": {"3": {"x": None}}}
    assert shop.verify().ok


def test_a_closed_database_says_so(tmp_path):
    with Database(tmp_path / "a.db") as database:
        database.insert({})
    with pytest.raises(ValueError, match="closed"):
        database.insert({})
    with pytest.raises(ValueError, match="closed"):
        database.all()
    database.close()


@pytest.mark.parametrize(
    "wrong",
    [{"a": {1, 2}}, {"a": b"x"}, {"a": object()}, {("t",): 1}],
    ids=["set", "bytes", "object", "tuple key"],
)
def test_what_json_cannot_hold_is_refused_and_nothing_is_stored(shop, wrong):
    with pytest.raises(TypeError):
        shop.insert(wrong)
    with pytest.raises(TypeError):
        shop.insert_multiple([{"fine": 1}, wrong])
    shop.insert({"a": 1})
    with pytest.raises(TypeError):
        shop.update(wrong)
    assert shop.all() == [{"a": 1}]


def test_tinydb_files_go_in_and_out(shop, tmp_path):
    with TinyDB(tmp_path / "old.json") as old:
        old.insert_multiple([{"name": "王小明", "n": None}, {"x": [1, 2.5, float("inf")], "1": 1}])
        old.table("cars").insert(Document({"plate": "A1"}, 7))
        before = old.storage.read()
    assert shop.import_json(tmp_path / "old.json") == 3
    assert shop.storage.read() == before
    shop.table("tasks", id_class=GlobalId).put("a/b'c", {"due": "2026-03-02"})
    assert shop.import_json(tmp_path / "old.json") == 3
    assert shop.export_json(tmp_path / "new.json") == 4
    with TinyDB(tmp_path / "new.json") as new:
        assert new.all() == [{"name": "王小明", "n": None}, {"x": [1, 2.5, float("inf")], "1": 1}]
        assert new.table("cars").get(doc_id=7) == {"plate": "A1"}
        assert new.storage.read()["tasks"] == {"a/b'c": {"due": "2026-03-02"}}
    assert [operation.name for operation in shop.journal.operations()] == ["put", "import_json"]
    shop.undo(2)
    shop.undo(1)
    assert shop.all() == []
    with pytest.raises(AlreadyExists):
        shop.export_json(tmp_path / "new.json")


@pytest.mark.parametrize("text", ["[]", "{", '{"_default": []}', '{"_default": {"1": 5}}', "\xff"])
def test_a_file_that_is_no_tinydb_json_is_refused(shop, tmp_path, text):
    (tmp_path / "wrong.json").write_text(text, encoding="latin-1")
    with pytest.raises(NotADatabase):
        shop.import_json(tmp_path / "wrong.json")
    assert shop.tables() == set()


def test_migrations_run_forward_once_and_whole(opening):
    def name_owners(database):
        for car in database.table("cars"):
            database.table("cars").update({"owner": "unknown"}, doc_ids=[car.doc_id])

    def fail(database):
        database.table("cars").truncate()
        raise StoreError("cannot")

    opening().table("cars").insert({"plate": "A1"})
    with pytest.raises(StoreError):
        opening(schema=Schema(3, {2: name_owners, 3: fail}))
    with pytest.raises(OutOfDate):
        opening(schema=Schema(3), read_only=True)
    shop = opening(schema=Schema(3, {2: fail, 3: lambda database: None}))
    assert shop.table("cars").all() == [{"plate": "A1", "owner": "unknown"}]
    opening(schema=Schema(3, {3: fail}))
    opening(schema=Schema(3), read_only=True)
    fresh = opening("fresh.db", schema=Schema(3, {1: fail}))
    assert fresh.table("cars").all() == []
    assert shop.verify().ok


def test_whole_documents_in_bulk_are_journalled_only_where_they_differ(shop):
    tasks = shop.table("tasks", id_class=GlobalId, indexes=["due"])
    pairs = [(f"t{n:04}", {"due": f"d{n}", "owner": None}) for n in range(1200)]
    tasks.put_many(pairs)
    head = shop.head()
    pairs[700] = ("t0700", {"due": "later"})
    tasks.put_many(
        [*pairs, ("t0001", {"due": "d1", "owner": None}), ("new", {}), ("new", {"n": 2})]
    )
    assert [(c.doc_id, c.was, c.became) for c in shop.journal.entries(since=head)] == [
        ("t0700", {"due": "d700", "owner": None}, {"due": "later"}),
        ("new", None, {"n": 2}),
    ]
    assert tasks.get(doc_id="t0700") == {"due": "later"}
    assert len(tasks) == 1201
    assert shop.verify().ok


def test_short_numbers_and_the_installation_stay_with_the_file(shop, opening):
    assert [shop.next_number("orders") for _ in range(3)] == [1, 2, 3]
    assert shop.next_number("other") == 1
    again = opening()
    assert again.next_number("orders") == 4
    assert again.installation == shop.installation != ""
    assert opening("named.db", installation="desk-1").installation == "desk-1"
    assert shop.head() == 0


def test_exported_numbers_and_text_are_plain_json(shop, tmp_path):
    shop.insert({"big": 2**80, "text": "\ud800\x00"})
    shop.export_json(tmp_path / "out.json")
    data = json.loads((tmp_path / "out.json").read_text(encoding="ascii"))
    assert data == {"_default": {"1": {"big": 2**80, "text": "\ud800\x00"}}}
