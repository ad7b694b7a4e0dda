"""Indexes, order, counting: SQL says what Python would say."""

from __future__ import annotations

import itertools
import re
import tracemalloc
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tinydb import Query, where

from dcrc.store import Database, GlobalId, Index, starts_with
from dcrc.store.sql_queries import translate

HOSTILE = [
    "'; DROP TABLE documents_1; --",
    '"quoted" `and` [markup]',
    "=1+1",
    "\x00\x1b[31m\r\n\t",
    "\u202eright to left\u202c שלום",
    "😀🏳️‍🌈",
    "x" * 200_000,
    "%_*?",
    "\ud800 alone",
]


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_text_is_stored_and_found_in_every_place(shop, text):
    table = shop.table(text[:50].replace("\ud800", "?"), indexes=["name", Index("tags", each=True)])
    field = text[:50]
    table.insert({"name": "other", "tags": ["other"]})
    table.insert({"name": text, field: text, "tags": [text], "deep": {field: [text]}})
    wanted = [{"name": text, field: text, "tags": [text], "deep": {field: [text]}}]
    assert table.search(where("name") == text) == wanted
    assert table.search(where(field) == text) == wanted
    assert table.search(where("tags").any([text])) == wanted
    assert table.search(starts_with("name", text)) == wanted
    assert table.search(starts_with("tags", text)) == wanted
    assert table.search(where("name") >= text, order_by=["-name", "tags"])[-1] == wanted[0]
    assert table.count(where("deep")[field].any([text])) == 1
    assert shop.verify().ok


@pytest.mark.parametrize("field", ['a"b', "a'b", "a b", "select", "naïve", "", "$", "a[0]"])
def test_any_field_name_can_be_indexed(shop, field):
    table = shop.table("odd names", indexes=[field, Index(field, "n"), Index(field, each=True)])
    table.insert_multiple({field: n % 3, "n": n} for n in range(9))
    assert table.count(where(field) == 1) == 3
    assert table.count_by([field]) == {(0,): 3, (1,): 3, (2,): 3}
    assert shop.verify().ok


SCALARS = st.one_of(
    st.sampled_from([None, True, False, 0, 1, -1, 1.0, 1.5, 0.1, 2**62, 1e17, 10**17]),
    st.sampled_from(["", "a", "ab", "b", "王", "王小", "\x00", "[]"]),
)
VALUES = st.one_of(SCALARS, st.lists(SCALARS, max_size=2))
DOCUMENTS = st.lists(st.dictionaries(st.sampled_from(["a", "b"]), VALUES), max_size=8)


def place(document, field):
    """The order documented: missing, None, numbers, text, containers."""
    if field not in document:
        return (0, 0)
    value = document[field]
    if value is None:
        return (1, 0)
    if isinstance(value, str):
        return (3, value)
    return (2, value) if isinstance(value, int | float) else (4, 0)


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    documents=DOCUMENTS,
    cond=st.one_of(
        st.none(),
        st.builds(lambda v: where("a") == v, VALUES),
        st.builds(lambda v: where("a") != v, VALUES),
        st.builds(lambda v: ~(where("a") == v) & where("b").exists(), VALUES),
        st.builds(lambda v: where("a").one_of(v) | where("b").one_of(v), st.lists(SCALARS)),
        st.builds(lambda t: starts_with("a", t), st.sampled_from(["", "a", "王", "\x00"])),
        st.builds(lambda t: starts_with("b", t), st.sampled_from(["", "a", "王", "\x00"])),
        st.builds(lambda v: where("b").any(v), st.lists(SCALARS, max_size=2)),
    ),
    descending=st.booleans(),
    limit=st.sampled_from([None, 0, 1, 3]),
    offset=st.integers(0, 2),
)
def test_order_limit_and_count_are_the_same_with_and_without_indexes(
    opening, documents, cond, descending, limit, offset
):
    shop = opening()
    shop.drop_tables()
    order = ["-a", "b"] if descending else ["a", "b"]
    plain = shop.table("plain")
    indexed = shop.table("indexed", indexes=["a", Index("a", "b"), "b", Index("b", each=True)])
    for table in (plain, indexed):
        table.insert_multiple(documents)
        hits = [(n, d) for n, d in enumerate(documents) if cond is None or cond(d)]
        assert [repr(d) for d in table.search(cond)] == [repr(d) for _, d in hits]
        assert table.count(cond) == len(hits)
        hits.sort(key=lambda hit: place(hit[1], "b"))
        hits.sort(key=lambda hit: place(hit[1], "a"), reverse=descending)
        end = None if limit is None else offset + limit
        wanted = [repr(document) for _, document in hits[offset:end]]
        found = table.search(cond, order_by=order, limit=limit, offset=offset)
        streamed = table.iterate(cond, order_by=order, limit=limit, offset=offset)
        assert [repr(d) for d in found] == wanted
        assert [repr(d) for d in streamed] == wanted
        counts = table.count_by(["a", "b"], cond)
        assert sum(counts.values()) == len(hits)
        for (a, b), count in counts.items():
            same = [d for _, d in hits if (listed(d, "a"), listed(d, "b")) == (a, b)]
            assert len(same) == count


def listed(document, field):
    value = document.get(field)
    return tuple(value) if isinstance(value, list) else value


def plan_of(table, cond, order_by=(), columns="seq, id, body", group=""):
    """How SQLite would answer."""
    link = table.storage.link()
    layout = link.layouts[table.name]
    condition = translate(cond, layout)
    order = ", ".join(layout.column_of[(field,)] for field in order_by)
    sql = f"EXPLAIN QUERY PLAN SELECT {columns} FROM {layout.table} WHERE {condition.sql}"
    sql += f" GROUP BY {group}" if group else ""
    sql += f" ORDER BY {order}, seq" if order else ""
    return " ".join(row[3] for row in link.connection.execute(sql, condition.parameters))


def test_the_agenda_of_a_day_walks_one_index_and_nothing_else(shop):
    tasks = shop.table("tasks", indexes=[Index("state", "due")], id_class=GlobalId)
    tasks.insert_multiple({"state": "open", "due": f"2026-03-{n % 28 + 1:02}"} for n in range(500))
    today = (where("state") == "open") & (where("due") <= "2026-03-02")
    plan = plan_of(tasks, today, ["due"])
    assert "USING INDEX documents_1_c0_c1 (c0=? AND c1>? AND c1<?)" in plan
    assert "TEMP B-TREE" not in plan
    assert "COVERING INDEX" in plan_of(tasks, None, columns="c0, count(*)", group="c0")
    assert len(tasks.search(today, order_by="due")) == 36
    assert translate(today, tasks.storage.link().layouts["tasks"]).exact


def test_a_comparison_that_python_refuses_is_refused_with_an_index_too(shop):
    tasks = shop.table("tasks", indexes=["due"])
    tasks.insert_multiple([{"due": "2026-03-01"}, {"due": None}, {}])
    for query in (where("due") < "2026-04-01", where("due") > "2026-04-01", where("due") <= 5):
        with pytest.raises(TypeError, match="not supported"):
            tasks.search(query)
    tasks.remove(where("due") == None)  # noqa: E711
    assert len(tasks.search(where("due") < "2026-04-01")) == 1


def test_the_beginning_of_a_name_is_found_on_the_index(shop):
    customers = shop.table("customers", indexes=[Index("terms", each=True)], id_class=GlobalId)
    customers.insert_multiple(
        {"terms": ["wang wei", "wangwei", "ww", f"138{n:08}"]} for n in range(300)
    )
    customers.insert({"terms": ["li na"]})
    customers.insert({"terms": "wangwang"})
    assert customers.count(starts_with("terms", "wang")) == 301
    assert customers.count(starts_with("terms", "13800000007")) == 1
    assert customers.count(where("terms").any(["ww", "li na"])) == 301
    assert "documents_1_each_0" in plan_of(customers, starts_with("terms", "li"))


def test_an_index_on_a_table_that_has_documents_is_made_once(shop, opening):
    shop.table("cars").insert_multiple({"vin": f"V{n}", "tags": [n, n + 1]} for n in range(50))
    again = opening()
    cars = again.table("cars", indexes=["vin", Index("tags", each=True)])
    assert "USING INDEX" in plan_of(cars, where("vin") == "V7")
    assert cars.count(where("tags").any([7])) == 2
    assert again.head() == 50
    assert again.verify().ok


def test_streaming_keeps_only_a_few_documents_in_memory(shop):
    cars = shop.table("cars", indexes=["n"])
    cars.insert_multiple({"n": n, "note": "x" * 2000} for n in range(3000))
    tracemalloc.start()
    seen = sum(1 for _ in cars.iterate(where("n") >= 0, order_by="-n"))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert seen == 3000
    assert peak < 4_000_000


def test_results_are_copies_so_changing_one_changes_nothing_else(shop):
    cars = shop.table("cars")
    cars.insert({"tags": ["a"]})
    query = where("tags").exists()
    cars.search(query)[0]["tags"].append("b")
    assert cars.search(query) == [{"tags": ["a"]}]


def test_flags_and_paths_are_not_confused_by_the_query_cache(shop):

    shop.insert({"a": "X", "b": {"x": 1}})
    assert shop.search(where("a").matches("x")) == []
    assert len(shop.search(where("a").matches("x", re.IGNORECASE))) == 1
    assert shop.search(where("a").fragment({"x": 1})) == []
    assert len(shop.search(where("b").fragment({"x": 1}))) == 1


def test_an_empty_query_is_refused(shop):
    shop.insert({"a": 1})
    with pytest.raises(RuntimeError, match="Empty query"):
        shop.search(Query())
    with pytest.raises(RuntimeError, match="Empty query"):
        shop.search(where("a"))


def test_many_documents_by_id_in_one_question(shop):
    cars = shop.table("cars", id_class=GlobalId)
    ids = cars.insert_multiple({"n": n} for n in range(1200))
    some = cars.get_many([ids[3], "nobody", ids[1100], ids[3]])
    assert some == {ids[3]: {"n": 3}, ids[1100]: {"n": 1100}}
    assert all(isinstance(key, GlobalId) for key in some)
    assert len(cars.get_many(ids)) == 1200
    assert [d["n"] for d in cars.get(doc_ids=[ids[5], ids[2]])] == [2, 5]
    assert cars.distinct("n", where("n") < 3) == [0, 1, 2]


def test_ids_are_in_the_order_of_time_whatever_the_clock_does(opening):

    back_and_forth = itertools.cycle([0, 5, -5, 0, 0])
    start = datetime(2026, 3, 2, tzinfo=UTC)
    shop = opening(clock=lambda: start + timedelta(seconds=next(back_and_forth)))
    cars = shop.table("cars", id_class=GlobalId)
    ids = cars.insert_multiple({} for _ in range(2000))
    assert ids == sorted(ids)
    assert len(set(ids)) == 2000
    assert {len(doc_id) for doc_id in ids} == {26}
    assert type(cars.get(doc_id=ids[0]).doc_id) is GlobalId
    assert GlobalId.from_parts(2**48 - 1, 2**80 - 1) == "7ZZZZZZZZZZZZZZZZZZZZZZZZZ"
    assert GlobalId.from_parts(1, 1) == "00000000010000000000000001"


def test_documents_that_sql_cannot_read_are_indexed_with_the_others(shop):
    table = shop.table("odd", indexes=[Index("tags", each=True), Index("a\\b", each=True)])
    tags = [["a"], ["b", "b"], [], "a", ["\x00", "\ud800"], [1, True, None, 1.5], None]
    table.insert_multiple(
        {"tags": value, "a\\b": ["x"], "n": n}
        for n, value in enumerate(tags)
        for n in (0, float("inf"))
    )
    table.insert_multiple({"tags": [f"w{n}", "\x1b\\", '"'], "a\\b": ["y"]} for n in range(50))
    assert table.count(where("tags").any(["a"])) == 4
    assert table.count(where("tags").any(["\x1b\\", "w7"])) == 50
    assert table.count(where("a\\b").any(["x"])) == 14
    assert shop.verify().ok


def test_documents_having_one_of_very_many_values(tmp_path):
    with Database(tmp_path / "shop.db") as database:
        cars = database.table("cars", indexes=["owner"])
        ids = cars.insert_multiple(
            {"owner": f"{n % 1500:04d}", "sold": n >= 1500} for n in range(3000)
        )
        wanted = [f"{n:04d}" for n in range(0, 1500, 2)] * 2 + ["nobody"]
        found = list(cars.having("owner", wanted))
        assert len(found) == 1500
        assert {int(car["owner"]) % 2 for car in found} == {0}
        assert len(list(cars.having("owner", wanted, where("sold") == True))) == 750  # noqa: E712
        assert list(cars.having("owner", [])) == []
        assert [car.doc_id for car in cars.get_each(id for id in (*ids, 9999))] == ids
