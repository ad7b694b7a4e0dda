"""Documents that come by columns are the documents that would have been made one by one."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

from hypothesis import given, settings
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


@given(a_table())
def test_columns_mean_documents_and_their_texts_say_the_same(table):
    columns, count = table
    made = list(documents(columns, count))
    assert same(made, one_by_one(columns, count))
    written = texts(columns, count)
    if written is not None:
        assert same([json.loads(text) for text in written], made)


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


@settings(max_examples=30)
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
