"""Documents that come by columns are the documents that would have been made one by one."""

from __future__ import annotations

import json
import tempfile
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tinydb import where

from dcrc.store import Database, Index
from dcrc.store.blocks import Block, element_inserts
from dcrc.store.codec import encode_many
from dcrc.store.columns import documents, texts
from dcrc.store.layout import Layout

HOSTILE = (
    '",',
    '","',
    '"],["',
    "\\",
    '\\"',
    "null",
    "nul\0inside",
    "王",
    "\n",
    "",
    "}],[{",
    "\ud800",
)
patient = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
words = st.sampled_from(HOSTILE) | st.text(max_size=4)
numbers = st.sampled_from((0, 1, True, False, 0.0, -0.0, float("nan"), 2**70, 7.5))
values = words | numbers | st.lists(words | numbers, max_size=3) | st.just({"a": [None]})


@st.composite
def a_table(draw: st.DrawFn) -> tuple[dict[str, Any], int]:
    """Some columns, as many of them alike as there are in a dealer's list."""
    count = draw(st.integers(1, 4))

    def column(kind: st.SearchStrategy[Any]) -> list[Any]:
        return draw(st.lists(kind, min_size=count, max_size=count))

    kinds = st.sampled_from((words, st.booleans(), st.lists(words, min_size=1, max_size=3), values))
    plain = {
        name: column(kind | st.none() if draw(st.booleans()) else kind)
        for name in draw(
            st.lists(st.sampled_from(("name", "a b", '"', "terms", "no")), unique=True)
        )
        for kind in (draw(kinds),)
    }
    inside = {
        name: column(draw(kinds) | st.none()) for name in draw(st.sets(st.sampled_from("xy")))
    }
    return plain | ({"data": inside} if draw(st.booleans()) else {}), count


def one_by_one(columns: dict[str, Any], count: int) -> list[dict[str, Any]]:
    """What `documents` means, said as plainly as can be."""
    found = []
    for n in range(count):
        document = {}
        for name, column in columns.items():
            if isinstance(column, dict):
                (value,) = one_by_one({key: [each[n]] for key, each in column.items()}, 1)
                if value:
                    document[name] = value
            elif column[n] is not None:
                document[name] = column[n]
        found.append(document)
    return found


def same(one: Any, other: Any) -> bool:
    return json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True)


@patient
@given(a_table())
def test_columns_mean_documents_and_their_texts_say_the_same(table):
    columns, count = table
    made = list(documents(columns, count))
    assert same(made, one_by_one(columns, count))
    written = texts(columns, count)
    if written is not None:
        assert same([json.loads(text) for text in written], made)


@patient
@given(a_table())
def test_a_block_of_columns_is_the_block_of_their_documents(table):
    columns, count = table
    layout = Layout(
        1, "t", True, True, ((("name",), "c0"), (("data", "x"), "c1")), ((("terms",), "s0"),)
    )
    by_columns = Block.of_columns(layout, columns, count)
    by_documents = Block.of(layout, encode_many(list(documents(columns, count))))
    assert same(
        [json.loads(text) for text in by_columns.texts],
        [json.loads(text) for text in by_documents.texts],
    )
    assert by_columns.odd == by_documents.odd
    assert by_columns.keys == by_documents.keys
    assert [list(map(set, each)) for each in by_columns.elements] == [
        list(map(set, each)) for each in by_documents.elements
    ]


def test_texts_as_lists_have_them_are_written_without_making_documents():
    columns = {"name": ["王", "李"], "terms": [["w"], ["l", "li"]], "note": [None, "ill"]}
    assert texts(columns, 2) == [
        '{"name":"王","terms":["w"]}'.encode(),
        '{"name":"李","terms":["l","li"],"note":"ill"}'.encode(),
    ]
    assert texts({"price": [1.0, float("nan")]}, 2) is None


def test_lists_of_very_different_length_are_not_padded():
    few, many = [["a"]] * 50, [[str(n) for n in range(500)]]
    assert isinstance(element_inserts("side", 1, few), tuple)
    rows = element_inserts("side", 1, few + many)
    assert isinstance(rows, list)
    assert len(rows) == 550


@settings(patient, max_examples=30)
@given(st.lists(a_table(), min_size=1, max_size=3))
def test_what_comes_by_columns_is_found_read_and_proved(tables):
    with tempfile.TemporaryDirectory() as folder, Database(Path(folder) / "shop.db") as shop:
        table = shop.table("t", indexes=[Index("name"), Index("terms", each=True)])
        expected: list[dict[str, Any]] = []
        with table.adding() as add:
            for columns, count in tables:
                add.columns(range(len(expected) + 1, len(expected) + count + 1), columns)
                expected += documents(columns, count)
        assert same([dict(each) for each in table.all()], expected)
        for word in HOSTILE:
            there = where("terms").any([word])
            assert table.count(there) == sum(map(there, expected))
        assert shop.verify().ok


def stored(rows: list[tuple[list[Any], dict[str, Any]]]) -> list[dict[str, Any]]:
    """What a table with an indexed list and an indexed object has after these columns came."""
    with tempfile.TemporaryDirectory() as folder, Database(Path(folder) / "shop.db") as shop:
        table = shop.table("t", indexes=[Index("data"), Index("terms", each=True)])
        with table.adding() as add:
            for ids, columns in rows:
                add.columns(ids, columns)
        found = [{**each, "id": each.doc_id} for each in table.all()]
        for each in found:
            for term in each.get("terms", ()):
                assert each["id"] in {
                    hit.doc_id for hit in table.search(where("terms").any([term]))
                }
        assert shop.verify().ok, shop.verify().problems
        return found


def test_words_that_sqlite_cuts_repeated_ones_and_none_at_all():
    terms = [["nul\0inside", "nul\0inside"], [], ["b", "b"], None]
    assert [each.get("terms") for each in stored([([1, 2, 3, 4], {"terms": terms})])] == terms


def test_halves_of_a_sign_are_kept():
    (found,) = stored([([1], {"name": ["\ud800"], "terms": [["\udfff"]]})])
    assert (found["name"], found["terms"]) == ("\ud800", ["\udfff"])


def test_an_object_where_values_are_indexed():
    assert stored([([1], {"data": {"km": [7]}})]) == [{"data": {"km": 7}, "id": 1}]


def test_names_of_fields_that_are_no_text_are_written_as_tinydb_does():
    assert stored([([1, 2], {1: ["a", "b"], "x": ["c", "d"]})])[0] == {"1": "a", "x": "c", "id": 1}


def test_ids_that_are_numbers_in_a_text_are_numbers():
    assert [each["id"] for each in stored([(["5"], {"x": ["a"]})])] == [5]


@pytest.mark.parametrize("value", [date(2026, 3, 2), Decimal("1.5")])
def test_what_json_does_not_have_is_refused(value):
    with pytest.raises(TypeError):
        stored([([1, 2], {"x": [value, "a"]})])


@pytest.mark.parametrize(
    "columns",
    [
        {"name": ["a", "b"]},
        {"name": ["a", "b", "c", "d"]},
        {"name": ["a"] * 3, "price": [1.0, float("nan")]},
        {"name": ["a"] * 3, "data": {"km": [1, 2]}},
        {"name": ["a"] * 3, "terms": [["x"]] * 4},
        {"gap": [None, "a"]},
    ],
)
def test_columns_of_another_length_are_refused(columns):
    with pytest.raises(ValueError, match="3 documents have"):
        stored([([1, 2, 3], columns)])


def test_a_list_that_its_giver_changes_afterwards_is_as_it_was_given():
    def given_again_and_again():
        terms: list[str] = []
        for n in range(3):
            terms[:] = [f"w{n}"]
            yield {"terms": terms}

    with tempfile.TemporaryDirectory() as folder, Database(Path(folder) / "shop.db") as shop:
        table = shop.table("t", indexes=[Index("terms", each=True)])
        table.insert_multiple(given_again_and_again())
        late = {"terms": ["late"]}
        column = [["c"]]
        with table.adding() as add:
            add([(9, late)])
            add.columns([10], {"terms": column})
            late["terms"].append("too late")
            column[0].append("too late")
        for n, term in ((1, "w0"), (2, "w1"), (3, "w2"), (9, "late"), (10, "c")):
            assert [each.doc_id for each in table.search(where("terms").any([term]))] == [n]
        assert table.count(where("terms").any(["too late"])) == 0
        assert shop.verify().ok
