"""Operations over several tables: whole or not at all, journalled, and undone field by field."""

from __future__ import annotations

import copy

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tinydb import where
from tinydb.table import Document

from dcrc.store import Conflict, GlobalId, Index


def state(shop):
    """Everything a reader can see, in order."""
    return {
        name: [(document.doc_id, dict(document)) for document in shop.table(name)]
        for name in sorted(shop.tables())
    }


def test_a_failed_operation_leaves_no_trace_in_any_table(shop):
    cars, tasks = shop.table("cars"), shop.table("tasks", indexes=["car"])
    cars.insert({"vin": "A"})
    cars.search(where("vin").exists())
    before, head = state(shop), shop.head()

    def sell():
        with shop.transaction("sell", operator="li"):
            cars.insert({"vin": "B"})
            tasks.insert({"car": 2})
            cars.update({"sold": True})
            assert shop.next_number("orders") == 1
            assert len(cars.search(where("vin").exists())) == 2
            raise RuntimeError

    with pytest.raises(RuntimeError):
        sell()
    assert state(shop) == before
    assert shop.head() == head
    assert len(cars.search(where("vin").exists())) == 1
    assert cars.insert({"vin": "C"}) == 2
    assert shop.next_number("orders") == 1


def test_an_inner_operation_belongs_to_the_outer_one_and_may_fail_alone(shop):
    cars = shop.table("cars")

    def fail_in_the_middle():
        with shop.transaction("row"):
            cars.insert_multiple([{"n": 2}, {"n": 3}])
            raise ValueError

    with shop.transaction("import", operator="wang", batch="b1") as operation:
        cars.insert({"n": 1})
        with pytest.raises(ValueError):
            fail_in_the_middle()
        with pytest.raises(ValueError):
            cars.insert_multiple([{"n": 4}, Document({"n": 5}, 1)])
        with shop.transaction("row"):
            cars.insert({"n": 6})
    assert [car["n"] for car in cars] == [1, 6]
    assert operation.changes == 2
    changes = list(shop.journal.entries())
    assert [(c.name, c.operator, c.batch, c.became) for c in changes] == [
        ("import", "wang", "b1", {"n": 1}),
        ("import", "wang", "b1", {"n": 6}),
    ]
    assert shop.verify().ok


def test_the_journal_tells_who_changed_what_and_only_that(shop):
    cars = shop.table("cars", id_class=GlobalId)
    with shop.transaction("register", operator="li", batch="b7"):
        car = cars.insert({"plate": "A1", "owner": {"name": "Wang"}, "km": 10})
    with shop.transaction("correct", operator="zhao"):
        cars.update({"km": 20, "plate": "A1"}, doc_ids=[car])
    cars.update(lambda document: document.pop("owner"), doc_ids=[car])
    cars.remove(doc_ids=[car])
    changes = list(shop.journal.entries("cars", car))
    assert [(c.name, c.operator, c.was, c.became) for c in changes] == [
        ("register", "li", None, {"plate": "A1", "owner": {"name": "Wang"}, "km": 10}),
        ("correct", "zhao", {"km": 10}, {"km": 20}),
        ("update", "", {"owner": {"name": "Wang"}}, {}),
        ("remove", "", {"plate": "A1", "km": 20}, None),
    ]
    assert [c.number for c in changes] == [1, 2, 3, 4]
    assert {c.installation for c in changes} == {shop.installation}
    journal = shop.journal
    assert [c.number for c in journal.entries(newest_first=True, limit=2)] == [4, 3]
    assert [c.number for c in journal.entries(operator="zhao")] == [2]
    assert [c.number for c in journal.entries(batch="b7")] == [1]
    assert [c.number for c in journal.entries(since=1, until=3)] == [2, 3]
    assert [c.number for c in journal.entries(operation=2)] == [2]
    assert [o.name for o in journal.operations()] == ["remove", "update", "correct", "register"]
    assert [o.name for o in journal.operations(exclude_names=["remove"], limit=1)] == ["update"]


def test_an_operation_that_changes_nothing_leaves_no_trace(shop):
    cars = shop.table("cars")
    cars.insert({"n": 1, "tags": ["a"]})
    head = shop.head()
    with shop.transaction("nothing") as operation:
        cars.update({"n": 1, "tags": ["a"]})
        cars.put(1, {"tags": ["a"], "n": 1})
        cars.remove(where("n") == 2)
    assert operation.changes == 0
    assert shop.head() == head
    assert len(list(shop.journal.operations())) == 1
    cars.update({"n": True})
    assert shop.head() == head + 1


def test_a_cache_is_not_journalled(shop):
    drafts = shop.table("drafts", journal=False, indexes=["n"])
    drafts.insert({"n": 1})
    drafts.update({"n": 2})
    assert shop.head() == 0
    drafts.truncate()
    assert shop.verify().ok


def test_two_people_edit_one_document(shop):
    cars = shop.table("cars")
    car = cars.insert({"plate": "A1", "km": 10, "note": "x"})
    seen = cars.get(doc_id=car)
    cars.edit(car, seen, {**seen, "km": 20})
    after = {"plate": "B2", "km": 10}
    assert cars.edit(car, seen, after) == {"plate": "B2", "km": 20}
    assert cars.edit(car, seen, {**seen, "km": 20}) == {"plate": "B2", "km": 20}
    with pytest.raises(Conflict) as caught:
        cars.edit(car, seen, {**seen, "km": 30, "plate": "C3", "colour": "red"})
    conflict = caught.value
    assert conflict.fields == ("plate", "km")
    assert (conflict.table, conflict.doc_id) == ("cars", car)
    assert conflict.mine == {"plate": "C3", "km": 30}
    assert conflict.theirs == {"plate": "B2", "km": 20}
    assert conflict.exit_code == 4
    cars.remove(doc_ids=[car])
    with pytest.raises(Conflict, match="removed"):
        cars.edit(car, seen, after)
    assert shop.verify().ok


def test_undo_takes_back_only_what_the_operation_wrote(shop):
    cars = shop.table("cars")
    cars.insert({"plate": "A1", "km": 10})
    with shop.transaction("correct") as correction:
        cars.update({"plate": "B2"})
    cars.update({"km": 20})
    undone = shop.undo(correction.number, operator="li")
    assert undone.undone == (correction.number,)
    assert cars.all() == [{"plate": "A1", "km": 20}]
    shop.undo(undone.operation)
    assert cars.all() == [{"plate": "B2", "km": 20}]
    cars.update({"plate": "C3"})
    before, head = state(shop), shop.head()
    with pytest.raises(Conflict) as caught:
        shop.undo(correction.number)
    assert caught.value.fields == ("plate",)
    assert caught.value.doc_id == 1
    assert (state(shop), shop.head()) == (before, head)


def test_a_batch_is_undone_with_its_updates_and_put_back_where_it_was(shop):
    cars = shop.table("cars", indexes=["plate", Index("tags", each=True)])
    cars.insert_multiple({"plate": f"A{n}", "tags": ["old"]} for n in range(5))
    before = state(shop)
    for part in range(2):
        with shop.transaction("import", batch="b1"):
            cars.update({"plate": "X", "tags": ["new"]}, where("plate") == f"A{part}")
            cars.insert({"plate": f"N{part}"})
            cars.remove(where("plate") == f"A{part + 2}")
    assert shop.undo(batch="b1").changes == 6
    assert state(shop) == before
    assert len(cars.search(where("tags").any(["old"]))) == 5
    assert shop.verify().ok
    shop.drop_tables()
    assert shop.tables() == set()
    shop.undo()
    assert state(shop) == before


VALUES = st.one_of(
    st.sampled_from([None, 0, 1, True, 1.0, -0.5, "a", "王", float("nan"), 2**80]),
    st.lists(st.integers(0, 2), max_size=2),
)
DOCUMENT = st.dictionaries(st.sampled_from(["a", "b", "c"]), VALUES, max_size=3)
STEP = st.one_of(
    st.tuples(st.just("insert"), DOCUMENT),
    st.tuples(st.just("insert_multiple"), st.lists(DOCUMENT, max_size=3)),
    st.tuples(st.just("update"), DOCUMENT),
    st.tuples(st.just("update_one"), DOCUMENT, st.integers(1, 6)),
    st.tuples(st.just("cut"), st.integers(1, 6)),
    st.tuples(st.just("put"), st.integers(1, 6), DOCUMENT),
    st.tuples(st.just("remove"), st.lists(st.integers(1, 6), max_size=3)),
    st.tuples(st.just("truncate")),
    st.tuples(st.just("drop")),
)


def perform(shop, step):
    table = shop.table("cars", indexes=["a", Index("b", "c"), Index("b", each=True)])
    match copy.deepcopy(step):
        case ("insert", document):
            table.insert(document)
        case ("insert_multiple", documents):
            table.insert_multiple(documents)
        case ("update", fields):
            table.update(fields)
        case ("update_one", fields, doc_id):
            table.update(fields, doc_ids=[doc_id])
        case ("cut", doc_id):
            table.update(lambda document: document.pop("a", None), doc_ids=[doc_id])
        case ("put", doc_id, document):
            table.put(doc_id, document)
        case ("remove", doc_ids):
            table.remove(doc_ids=doc_ids)
        case ("truncate",):
            table.truncate()
        case ("drop",):
            shop.drop_table("cars")


@pytest.mark.repeats
@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(operations=st.lists(st.lists(STEP, min_size=1, max_size=3), min_size=1, max_size=5))
def test_any_operations_undone_give_the_state_before(opening, operations):
    shop = opening(":memory-like: ?#%20 '.db")
    shop.drop_tables()
    start = shop.head()
    states = [repr(state(shop))]
    for n, steps in enumerate(operations):
        with shop.transaction(f"operation {n}", batch="all"):
            for step in steps:
                perform(shop, step)
        states.append(repr(state(shop)))
    done = [o.number for o in shop.journal.operations() if o.name.startswith("operation")]
    done = [number for number in done if any(c.number > start for c in entries_of(shop, number))]
    assert shop.verify().ok
    undone = [shop.undo(number).operation for number in done]
    assert rows(state(shop)) == rows_of(states[0])
    for number in reversed(undone):
        shop.undo(number)
    assert rows(state(shop)) == rows_of(states[-1])
    assert shop.verify().ok


def entries_of(shop, number):
    return shop.journal.entries(operation=number)


def rows(tables):
    """Documents in order, whatever the order of their fields; an empty table is as good as none."""
    return {
        name: [(doc_id, sorted(map(repr, document.items()))) for doc_id, document in documents]
        for name, documents in tables.items()
        if documents
    }


def rows_of(text):
    return rows(eval(text, {"nan": float("nan")}))  # our own repr


def test_replaced_names_the_values_that_updates_overwrote(shop):
    cars = shop.table("cars", id_class=GlobalId)
    one = cars.insert({"vin": "A", "note": "the vin is wrong"})
    cars.insert({"vin": "Z"})
    cars.update({"note": "x"}, doc_ids=[one])
    with shop.transaction("correct"):
        cars.update({"vin": "B"}, doc_ids=[one])
        assert list(shop.journal.replaced("cars", "vin")) == [(one, "A")]
    cars.update({"vin": "C"}, doc_ids=[one])
    cars.remove(doc_ids=[one])
    assert list(shop.journal.replaced("cars", "vin")) == [(one, "A"), (one, "B")]
    assert list(shop.journal.replaced("nothing", "vin")) == []


def test_touched_names_what_has_new_facts(shop):
    events = shop.table("events", id_class=GlobalId)
    customers = shop.table("customers", id_class=GlobalId)
    with shop.transaction("setup"):
        first = events.insert({"customer": "c1", "kind": "delivered"})
        events.insert({"customer": "c2", "kind": 'he said "hi"', "x": float("nan")})
        customers.put("c9", {"name": "Wang"})
    touched = shop.journal.touched
    assert touched(0, ["events"], ["customer"]) == {"c1", "c2"}
    assert touched(0, ["customers"], ["doc_id"]) == {"c9"}
    assert touched(0, ["events", "nothing"], ["customer", "no such"], ["setup"]) == set()
    head = shop.head()
    events.update({"note": "later"}, doc_ids=[first])
    assert touched(head, ["events", "customers"], ["customer"]) == {"c1"}
    head = shop.head()
    events.update({"customer": "c3"}, doc_ids=[first])
    assert touched(head, ["events"], ["customer"]) == {"c1", "c3"}
    events.remove(doc_ids=[first])
    assert touched(shop.head() - 1, ["events"], ["customer"]) == {"c3"}
