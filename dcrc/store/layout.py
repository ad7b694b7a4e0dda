"""Where documents lie: one SQL table per document table, a column per indexed field.

Index columns are filled by the store with `keys.key_of`, not computed by SQL, so numbers are exact
and None, missing and containers stay apart. A field indexed element by element has a side table.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from typing import Any

import attrs

from dcrc.store.codec import Encoded, decode
from dcrc.store.indexes import Index
from dcrc.store.keys import Key, Path, element_keys, key_at
from dcrc.store.sqlite import quoted

TEXT = "CAST(? AS TEXT)"  # for a text in UTF-8: as bytes, it need not become Python's text and back

TABLES: tuple[str, ...] = (
    "CREATE TABLE about (key TEXT PRIMARY KEY, value) WITHOUT ROWID",
    """CREATE TABLE document_tables (number INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE,
       shown INTEGER NOT NULL, journalled INTEGER NOT NULL)""",
    """CREATE TABLE index_fields (document_table INTEGER NOT NULL, path TEXT NOT NULL,
       each INTEGER NOT NULL, place TEXT NOT NULL,
       PRIMARY KEY (document_table, path, each)) WITHOUT ROWID""",
    """CREATE TABLE operations (number INTEGER PRIMARY KEY, at TEXT NOT NULL, operator TEXT NOT NULL,
       installation TEXT NOT NULL, name TEXT NOT NULL, batch TEXT, first INTEGER NOT NULL,
       last INTEGER NOT NULL)""",
    "CREATE INDEX operations_of_batch ON operations (batch) WHERE batch IS NOT NULL",
    """CREATE TABLE journal (number INTEGER PRIMARY KEY, operation INTEGER NOT NULL,
       document_table INTEGER NOT NULL, doc_id NOT NULL, place INTEGER, was TEXT, became TEXT,
       hash BLOB NOT NULL)""",
    "CREATE INDEX journal_of_document ON journal (document_table, doc_id)",
    "CREATE TABLE series (name TEXT PRIMARY KEY, last INTEGER NOT NULL) WITHOUT ROWID",
)


@attrs.frozen(eq=False)
class Layout:
    """One document table as it lies in the file, with its statements ready."""

    number: int
    name: str
    shown: bool
    journalled: bool
    columns: tuple[tuple[Path, str], ...] = ()
    sides: tuple[tuple[Path, str], ...] = ()
    table: str = attrs.field(init=False)
    insert: str = attrs.field(init=False)
    update: str = attrs.field(init=False)
    delete: str = attrs.field(init=False)
    column_of: dict[Path, str] = attrs.field(init=False)
    side_of: dict[Path, str] = attrs.field(init=False)
    _paths: tuple[Path, ...] = attrs.field(init=False)

    def __attrs_post_init__(self) -> None:
        table = f"documents_{self.number}"
        names = [column for _, column in self.columns]
        put = object.__setattr__
        put(self, "table", table)
        put(
            self,
            "insert",
            f"INSERT INTO {table} ({', '.join(['seq', 'id', 'body', 'odd', *names])})"
            f" VALUES ({', '.join(['?', '?', TEXT, *'?' * (len(names) + 1)])})",
        )
        assignments = ", ".join([f"body = {TEXT}", *(f"{name} = ?" for name in ["odd", *names])])
        put(self, "update", f"UPDATE {table} SET {assignments} WHERE seq = ?")
        put(self, "delete", f"DELETE FROM {table} WHERE seq = ?")
        put(self, "column_of", dict(self.columns))
        put(self, "side_of", dict(self.sides))
        put(self, "_paths", tuple(path for path, _ in self.columns))

    def keys(self, document: dict[str, Any]) -> list[Key]:
        """The values of the index columns for `document`."""
        return [
            value
            if len(path) == 1 and type(value := document.get(path[0])) is str and value.isascii()
            else key_at(document, path)
            for path in self._paths
        ]

    def row(self, seq: int, doc_id: Key, encoded: Encoded) -> tuple[Any, ...]:
        """Parameters of `insert`."""
        text, plain, odd = encoded
        return (seq, doc_id, text, 1 if odd else None, *self.keys(plain))

    def changed_row(self, seq: int, encoded: Encoded) -> tuple[Any, ...]:
        """Parameters of `update`."""
        text, plain, odd = encoded
        return (text, 1 if odd else None, *self.keys(plain), seq)


def load_layouts(connection: sqlite3.Connection) -> dict[str, Layout]:
    """All document tables of the file by name, shown or not."""
    fields: dict[int, list[tuple[Path, bool, str]]] = {}
    for number, path, each, place in connection.execute(
        "SELECT document_table, path, each, place FROM index_fields"
    ):
        fields.setdefault(number, []).append((tuple(json.loads(path)), bool(each), place))
    layouts = {}
    for number, name, shown, journalled in connection.execute(
        "SELECT number, name, shown, journalled FROM document_tables ORDER BY number"
    ):
        own = fields.get(number, ())
        layouts[name] = Layout(
            number,
            name,
            bool(shown),
            bool(journalled),
            tuple((path, place) for path, each, place in own if not each),
            tuple((path, place) for path, each, place in own if each),
        )
    return layouts


def create_table(connection: sqlite3.Connection, name: str, journalled: bool) -> None:
    """Make an empty, not yet shown document table."""
    number = connection.execute(
        "INSERT INTO document_tables (name, shown, journalled) VALUES (?, 0, ?)",
        (name, int(journalled)),
    ).lastrowid
    connection.execute(
        f"CREATE TABLE documents_{number}"
        " (seq INTEGER PRIMARY KEY, id NOT NULL UNIQUE, body TEXT NOT NULL, odd)"
    )
    connection.execute(
        f"CREATE INDEX documents_{number}_odd ON documents_{number} (seq) WHERE odd IS NOT NULL"
    )


def index_name(layout: Layout, index: Index) -> str:
    """The SQL name of an index on the columns of `index`."""
    return "_".join([layout.table, *(layout.column_of[path] for path in index.fields)])


def missing(layout: Layout, indexes: Sequence[Index], existing: frozenset[str]) -> list[Index]:
    """Those of `indexes` that the table does not have yet; `existing` are all SQL index names."""
    return [
        index
        for index in indexes
        if (
            index.fields[0] not in layout.side_of
            if index.each
            else any(path not in layout.column_of for path in index.fields)
            or index_name(layout, index) not in existing
        )
    ]


def existing_indexes(connection: sqlite3.Connection) -> frozenset[str]:
    """The names of all SQL indexes of the file."""
    rows = connection.execute("SELECT name FROM sqlite_master WHERE type = 'index'")
    return frozenset(name for (name,) in rows)


def add_fields(connection: sqlite3.Connection, layout: Layout, indexes: Sequence[Index]) -> None:
    """Add columns and side tables for fields not indexed yet, filled from the stored documents."""
    known = {(path, False) for path in layout.column_of} | {(path, True) for path in layout.side_of}
    wanted = dict.fromkeys((path, index.each) for index in indexes for path in index.fields)
    new: list[tuple[Path, bool, str]] = []
    for path, each in wanted:
        if (path, each) in known:
            continue
        count = len(known) + len(new)
        place = f"{layout.table}_each_{count}" if each else f"c{count}"
        new.append((path, each, place))
        connection.execute(
            "INSERT INTO index_fields VALUES (?, ?, ?, ?)",
            (layout.number, json.dumps(path), int(each), place),
        )
        if each:
            connection.execute(
                f"CREATE TABLE {place} (value, seq INTEGER, PRIMARY KEY (value, seq)) WITHOUT ROWID"
            )
        else:
            connection.execute(f"ALTER TABLE {layout.table} ADD COLUMN {place}")
    if new:
        _fill(connection, layout.table, new)


def add_index(connection: sqlite3.Connection, layout: Layout, index: Index) -> None:
    """Make the SQL index of `index`, whose columns exist."""
    columns = ", ".join(layout.column_of[path] for path in index.fields)
    name = quoted(index_name(layout, index))
    connection.execute(f"CREATE INDEX IF NOT EXISTS {name} ON {layout.table} ({columns})")


def _fill(connection: sqlite3.Connection, table: str, new: list[tuple[Path, bool, str]]) -> None:
    columns = [(path, place) for path, each, place in new if not each]
    sides = [(path, place) for path, each, place in new if each]
    after = -(2**63)
    while rows := connection.execute(
        f"SELECT seq, body FROM {table} WHERE seq > ? ORDER BY seq LIMIT 2000", (after,)
    ).fetchall():
        after = rows[-1][0]
        documents = [(seq, decode(body)) for seq, body in rows]
        if columns:
            assignments = ", ".join(f"{place} = ?" for _, place in columns)
            connection.executemany(
                f"UPDATE {table} SET {assignments} WHERE seq = ?",
                [(*(key_at(doc, path) for path, _ in columns), seq) for seq, doc in documents],
            )
        for path, place in sides:
            connection.executemany(
                f"INSERT INTO {place} VALUES (?, ?)",
                [(key, seq) for seq, doc in documents for key in element_keys(doc, path)],
            )


def drop_sides(connection: sqlite3.Connection, layout: Layout) -> None:
    """Empty all side tables of a table whose documents were all removed."""
    for _, side in layout.sides:
        connection.execute(f"DELETE FROM {side}")
