"""The same random work on a plain TinyDB JSON file and on the store gives the same answers."""

from __future__ import annotations

import operator
import re
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from tinydb import Query, TinyDB, where
from tinydb.operations import add, decrement, delete, increment
from tinydb.operations import set as set_field
from tinydb.table import Document

from dcrc.store import Database, Index

WORDS = st.sampled_from(
    ["", "a", "ab", "王", "\x00", "it's", 'x"y', "é\n", "1", "[1]", "😀", "null"]
)
NUMBERS = st.sampled_from(
    [0, 1, -1, 2, 1.0, 0.1, 2.5, 1e300, 2**53 + 1, 2**63, -(2**70), True, False]
)
STRANGE = st.sampled_from([None, float("inf"), float("-inf"), float("nan")])
SCALARS = st.one_of(WORDS, NUMBERS, STRANGE)
VALUES = st.one_of(
    SCALARS,
    st.lists(SCALARS, max_size=3),
    st.dictionaries(st.sampled_from(["x", "y"]), SCALARS, max_size=2),
    st.lists(st.dictionaries(st.sampled_from(["x", "y"]), SCALARS, max_size=2), max_size=2),
)
FIELDS = st.sampled_from(["name", "age", "tags", "at"])
DOCUMENTS = st.dictionaries(FIELDS, VALUES, max_size=4)
PATHS = st.sampled_from([("name",), ("age",), ("tags",), ("at",), ("at", "x"), ("name", "x")])


def path(parts: tuple[str, ...]) -> Query:
    query = Query()
    for part in parts:
        query = query[part]
    return query


COMPARISONS = [operator.eq, operator.ne, operator.lt, operator.le, operator.gt, operator.ge]
SIMPLE = st.one_of(
    st.builds(lambda p, op, v: op(path(p), v), PATHS, st.sampled_from(COMPARISONS), VALUES),
    st.builds(lambda p: path(p).exists(), PATHS),
    st.builds(lambda p, v: path(p).one_of(v), PATHS, st.lists(VALUES, max_size=3)),
    st.builds(lambda p, v: path(p).any(v), PATHS, st.lists(SCALARS, max_size=3)),
    st.builds(lambda p, v: path(p).all(v), PATHS, st.lists(SCALARS, max_size=3)),
    st.builds(lambda p, v: path(p).any(where("x") == v), PATHS, SCALARS),
    st.builds(lambda p, v: path(p).all(where("x") == v), PATHS, SCALARS),
    st.builds(lambda d: Query().fragment(d), DOCUMENTS),
    st.builds(lambda p, d: path(p).fragment(d), PATHS, st.fixed_dictionaries({"x": SCALARS})),
    st.builds(lambda p: path(p).matches("A", flags=re.I), PATHS),
    st.builds(lambda p: path(p).matches("A"), PATHS),
    st.builds(lambda p, r: path(p).search(r), PATHS, st.sampled_from(["b$", "王", "."])),
    st.builds(lambda p, v: path(p).test(lambda x, y: x == y, v), PATHS, SCALARS),
    st.builds(lambda p: path(p).map(lambda x: str(x)) == "1", PATHS),
    st.builds(lambda: Query().noop()),
)


def combined(*ways):
    return st.recursive(
        SIMPLE, lambda inner: st.one_of(*(way(inner) for way in ways)), max_leaves=4
    )


def either(inner):
    return st.builds(operator.or_, inner, inner)


def both_of(inner):
    return st.builds(operator.and_, inner, inner)


def negated(inner):
    return st.builds(operator.invert, inner)


QUERIES = combined(either, negated)
ALL_QUERIES = combined(either, negated, both_of)
UPDATES = st.one_of(
    DOCUMENTS,
    st.builds(set_field, FIELDS, VALUES),
    st.just(lambda document: document.update(seen=True)),
)
IDS = st.integers(-2, 12)


def outcome(work):
    """What happened: a value, or the kind of error and its words."""
    try:
        return work()
    except Exception as error:  # noqa: BLE001 - whatever TinyDB raises, the store must raise
        return type(error), str(error)


def told(documents):
    return [(document.doc_id, type(document), repr(dict(document))) for document in documents]


class SameAsTinyDB(RuleBasedStateMachine):
    @initialize(indexed=st.booleans())
    def begin(self, indexed: bool) -> None:
        self.folder = tempfile.TemporaryDirectory()
        self.plain = TinyDB(Path(self.folder.name) / "plain.json")
        self.store = Database(Path(self.folder.name) / "store.db")
        if indexed:
            indexes = ["name", "at.x", Index("age", "name"), Index("tags", each=True), "tags"]
            self.store.table("_default", indexes=indexes)

    def both(self, work, cond=None):
        plain, store = outcome(lambda: work(self.plain)), outcome(lambda: work(self.store))
        if cond is not None and "'and'" in repr(cond) and "not supported between" in repr(plain):
            return  # the store need not ask what raises where the other half says no
        assert repr(plain) == repr(store)

    @rule(document=DOCUMENTS)
    def insert(self, document):
        self.both(lambda db: db.insert(document))

    @rule(document=DOCUMENTS, doc_id=IDS)
    def insert_with_id(self, document, doc_id):
        self.both(lambda db: db.insert(Document(document, doc_id)))

    @rule(documents=st.lists(DOCUMENTS, max_size=4))
    def insert_multiple(self, documents):
        self.both(lambda db: db.insert_multiple(documents))

    @rule(wrong=st.sampled_from([1, "x", None, [1]]))
    def refuse_what_is_no_document(self, wrong):
        self.both(lambda db: db.insert(wrong))
        self.both(lambda db: db.insert_multiple([wrong]))

    @rule(fields=UPDATES, cond=QUERIES)
    def update(self, fields, cond):
        self.both(lambda db: db.update(fields, cond))

    @rule(fields=UPDATES, doc_ids=st.lists(IDS, max_size=3))
    def update_by_id(self, fields, doc_ids):
        self.both(lambda db: db.update(fields, doc_ids=doc_ids))

    @rule(
        step=st.sampled_from([increment("age"), decrement("age"), add("name", "x"), delete("at")])
    )
    def update_all_by_operation(self, step):
        self.both(lambda db: db.update(step))

    @rule(updates=st.lists(st.tuples(UPDATES, QUERIES), max_size=3))
    def update_multiple(self, updates):
        self.both(lambda db: db.update_multiple(updates))

    @rule(document=DOCUMENTS, cond=QUERIES)
    def upsert(self, document, cond):
        self.both(lambda db: db.upsert(document, cond))

    @rule(document=DOCUMENTS, doc_id=IDS)
    def upsert_by_id(self, document, doc_id):
        self.both(lambda db: db.upsert(Document(document, doc_id)))

    @rule(cond=QUERIES)
    def remove(self, cond):
        self.both(lambda db: db.remove(cond))

    @rule(doc_ids=st.lists(IDS, max_size=3, unique=True))
    def remove_by_id(self, doc_ids):
        self.both(lambda db: db.remove(doc_ids=doc_ids))

    @rule()
    def truncate(self):
        self.both(lambda db: db.truncate())

    @rule(name=st.sampled_from(["_default", "other"]), document=DOCUMENTS)
    def other_table(self, name, document):
        self.both(lambda db: db.table(name).insert(document))
        self.both(lambda db: sorted(db.tables()))

    @rule()
    def drop(self):
        self.both(lambda db: db.drop_table("other"))
        self.both(lambda db: sorted(db.tables()))

    @rule()
    def drop_all(self):
        self.both(lambda db: db.drop_tables())
        self.both(lambda db: sorted(db.tables()))

    @rule(cond=ALL_QUERIES)
    def ask(self, cond):
        self.both(lambda db: told(db.search(cond)), cond)
        self.both(lambda db: told(db.search(cond)), cond)
        self.both(lambda db: db.count(cond), cond)
        self.both(lambda db: db.contains(cond), cond)
        self.both(lambda db: db.get(cond) and told([db.get(cond)]), cond)

    @rule(doc_id=IDS, doc_ids=st.lists(IDS, max_size=3))
    def ask_by_id(self, doc_id, doc_ids):
        self.both(lambda db: db.get(doc_id=doc_id) and told([db.get(doc_id=doc_id)]))
        self.both(lambda db: db.contains(doc_id=doc_id))
        self.both(lambda db: told(db.get(doc_ids=doc_ids)))

    @invariant()
    def the_same_documents_in_the_same_order(self):
        if hasattr(self, "store"):
            self.both(lambda db: told(db.all()))
            self.both(lambda db: len(db))
            self.both(lambda db: told(db))

    def teardown(self):
        if hasattr(self, "store"):
            verification = self.store.verify()
            self.store.close()
            self.plain.close()
            self.folder.cleanup()
            assert verification.ok, verification.problems


SameAsTinyDB.TestCase.settings = settings(
    max_examples=60,
    stateful_step_count=12,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
TestSameAsTinyDB = SameAsTinyDB.TestCase


@pytest.mark.parametrize("call", ["get", "contains", "remove"])
def test_calls_without_a_condition_say_so(tmp_path, call):
    with Database(tmp_path / "a.db") as store, TinyDB(tmp_path / "a.json") as plain:
        assert outcome(getattr(store, call)) == outcome(getattr(plain, call))
