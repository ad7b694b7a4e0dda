"""TinyDB's table on SQLite, with what a shared, journalled, indexed store adds to it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, MutableMapping, Sequence
from contextlib import contextmanager
from typing import Any, cast

from tinydb.queries import QueryInstance, QueryLike
from tinydb.table import Document, Table

from dcrc.store.adding import Adding
from dcrc.store.blocks import BULK, Block
from dcrc.store.codec import Encoded, Many, encode, same
from dcrc.store.errors import Conflict
from dcrc.store.ids import GlobalId
from dcrc.store.indexes import Index, as_indexes
from dcrc.store.keys import id_key
from dcrc.store.layout import Layout
from dcrc.store.lookup import ReadableTable
from dcrc.store.operations import Work
from dcrc.store.reading import Cond, Found, Search
from dcrc.store.storage import SqliteStorage

Fields = Mapping[str, Any] | Callable[[MutableMapping[str, Any]], None]


class DocumentTable(ReadableTable):
    """A table of documents; everything TinyDB's table has, and more.

    Results are always fresh copies: changing one changes neither the file nor the query cache.
    """

    def __init__(
        self,
        storage: SqliteStorage,
        name: str,
        cache_size: int = Table.default_query_cache_capacity,
        persist_empty: bool = False,
        *,
        indexes: Iterable[str | Index] = (),
        id_class: type | None = None,
        journal: bool = True,
    ) -> None:
        self._file = storage
        self._cache_size = cache_size
        self._journal = journal
        self._indexes: tuple[Index, ...] = ()
        super().__init__(storage, name, cache_size)
        self._next_id: Any = None
        if id_class is not None:
            self.use_id_class(id_class)
        self.declare(indexes)
        if persist_empty:
            with self._writing("create") as _:
                pass

    def use_id_class(self, id_class: type) -> None:
        """Make document ids instances of this class."""
        self.document_id_class = cast("type[int]", id_class)

    def declare(self, indexes: Iterable[str | Index]) -> None:
        """Have these indexes too; a table that exists gets new ones at once."""
        self._indexes = tuple(dict.fromkeys((*self._indexes, *as_indexes(indexes))))
        if self._indexes and not self._file.read_only:
            with self._file.explained() as link:
                lacks = self._file.lacks(link, self._name, self._indexes)
            if lacks:
                with self._file.transaction("index") as work:
                    self._file.ensure_table(work, self._name, self._indexes)

    @contextmanager
    def _writing(self, operation: str, *, whole: bool = False) -> Iterator[tuple[Work, Layout]]:
        with self._file.transaction(operation, whole=whole) as work:
            layout = self._file.ensure_table(work, self._name, self._indexes, journal=self._journal)
            work.keep_id(self, self._next_id)
            self._file.show(work, layout)
            try:
                yield work, layout
            finally:
                link = self._file.link()
                if self._name in work.written:
                    link.wrote(self._name)

    def _get_next_id(self) -> Any:
        if issubclass(self.document_id_class, GlobalId):
            return self.document_id_class(self._file.ids.next_id())
        layout = self._file.link().layouts[self._name]
        numbers = f"SELECT max(id) FROM {layout.table} WHERE id < ''"
        (last,) = self._file.link().connection.execute(numbers).fetchone()
        if self.document_id_class is not int:
            keys = self._file.link().connection.execute(f"SELECT id FROM {layout.table}").fetchall()
            id_class: Any = self.document_id_class
            last = max((id_class(str(key)) for (key,) in keys), default=None)
        next_id = 1 if last is None else last + 1
        if self._next_id is not None and self._next_id > next_id:
            next_id = self._next_id
        self._next_id = next_id + 1
        return next_id

    def insert(self, document: Mapping[str, Any]) -> Any:
        """Store a new document and return its id."""
        if not isinstance(document, Mapping):
            raise ValueError("Document is not a Mapping")
        encoded = encode(dict(document))
        if isinstance(document, self.document_class):
            self._next_id = None  # the next id is to lie above this one
        with self._writing("insert") as (work, layout):
            if isinstance(document, self.document_class):
                doc_id = document.doc_id
                self._refuse_existing(work, layout, doc_id)
            else:
                doc_id = self._get_next_id()
                if self.document_id_class is not int:
                    self._refuse_existing(work, layout, doc_id)
            work.insert(layout, id_key(doc_id), encoded)
        return doc_id

    def _refuse_existing(self, work: Work, layout: Layout, doc_id: Any) -> None:
        sql = f"SELECT 1 FROM {layout.table} WHERE id = ?"
        if work.connection.execute(sql, (id_key(doc_id),)).fetchone():
            raise ValueError(f"Document with ID {doc_id!s} already exists")

    def insert_multiple(self, documents: Iterable[Mapping[str, Any]]) -> list[Any]:
        """Store new documents and return their ids; all of them or none."""
        doc_ids: list[Any] = []
        with self._writing("insert_multiple", whole=True) as (work, layout):
            waiting: dict[int | str, Encoded] = {}
            for document in documents:
                if not isinstance(document, Mapping):
                    raise ValueError("Document is not a Mapping")
                if isinstance(document, self.document_class):
                    doc_id = document.doc_id
                    key = id_key(doc_id)
                    if key in waiting:
                        raise ValueError(f"Document with ID {doc_id!s} already exists")
                    self._refuse_existing(work, layout, doc_id)
                    if isinstance(doc_id, int):
                        self._next_id = max(self._next_id or doc_id + 1, doc_id + 1)
                else:
                    doc_id = self._get_next_id()
                    key = id_key(doc_id)
                waiting[key] = encode(_taken(document))
                doc_ids.append(doc_id)
                if len(waiting) >= BULK:
                    work.insert_many(
                        layout, list(waiting), Block.of(layout, Many.of(waiting.values()))
                    )
                    waiting = {}
            work.insert_many(layout, list(waiting), Block.of(layout, Many.of(waiting.values())))
        return doc_ids

    def update(
        self,
        fields: Fields,
        cond: QueryLike | None = None,
        doc_ids: Iterable[Any] | None = None,
    ) -> list[Any]:
        """Set fields (or call `fields` on each document) where `cond` matches, or by id, or all."""
        with self._writing("update", whole=True) as (work, layout):
            if doc_ids is not None:
                updated = []
                for doc_id, found in self._existing(list(doc_ids)):
                    self._store(work, layout, found, self._changed(found, fields))
                    updated.append(doc_id)
                return updated
            updated = []
            for found in self._taken(layout, cond):
                self._store(work, layout, found, self._changed(found, fields))
                updated.append(self._doc_id(found[1]))
            return updated

    def update_multiple(self, updates: Iterable[tuple[Fields, QueryLike]]) -> list[Any]:
        """Apply each (fields, condition) in turn to each document."""
        pairs = list(updates)
        updated: list[Any] = []
        with self._writing("update_multiple", whole=True) as (work, layout):
            for found in self._taken(layout, _any_of([cond for _, cond in pairs])):
                document = self._file.decoded(self._name, found[1], found[2])
                times = 0
                for fields, cond in pairs:
                    if cond(document):
                        times += 1
                        _change(document, fields)
                updated += [self._doc_id(found[1])] * times
                if times:
                    self._store(work, layout, found, document)
        return updated

    def _taken(self, layout: Layout, cond: QueryLike | None) -> Iterator[Found]:
        search = Search(self._file, self._file.link(), layout, cast("Cond | None", cond))
        return search.streamed()

    def _existing(self, doc_ids: list[Any]) -> Iterator[tuple[Any, Found]]:
        """Those documents that exist when the loop begins, each as it is when its turn comes."""
        keys = [id_key(doc_id) for doc_id in doc_ids if self._may_be_id(doc_id)]
        there = self._rows_of(keys)
        changed: set[int | str] = set()
        for doc_id in doc_ids:
            key = id_key(doc_id) if self._may_be_id(doc_id) else None
            if key is None or key not in there or self._doc_id(key) != doc_id:
                continue
            row = self._rows_of((key,)).get(key) if key in changed else there[key]
            if row is None:
                continue
            changed.add(key)
            yield doc_id, (*row, self._file.decoded(self._name, key, row[2]))

    def _may_be_id(self, doc_id: Any) -> bool:
        return isinstance(doc_id, int) or self.document_id_class is not int

    def _changed(self, found: Found, fields: Fields) -> dict[str, Any]:
        if callable(fields):
            document = self._file.decoded(self._name, found[1], found[2])
            fields(document)
            return document
        return {**found[3], **fields}

    def _store(self, work: Work, layout: Layout, found: Found, document: dict[str, Any]) -> None:
        seq, key, text, old = found
        work.replace(layout, seq, key, text, old, encode(document))

    def upsert(self, document: Mapping[str, Any], cond: QueryLike | None = None) -> list[Any]:
        """Update what matches (or has the Document's id), or insert."""
        own_id = isinstance(document, self.document_class) and hasattr(document, "doc_id")
        if not own_id and cond is None:
            raise ValueError(
                "If you don't specify a search query, you must specify a doc_id. "
                "Hint: use a table.Document object."
            )
        with self._file.transaction("upsert"):
            doc_ids = [document.doc_id] if isinstance(document, Document) else None
            return self.update(document, cond, doc_ids) or [self.insert(document)]

    def put(self, doc_id: Any, document: Mapping[str, Any]) -> None:
        """Store `document` under `doc_id`, replacing a whole other one."""
        self.put_many([(doc_id, document)])

    def put_many(self, pairs: Iterable[tuple[Any, Mapping[str, Any]]]) -> None:
        """Store whole documents under their ids; only what differs is written and journalled."""
        with self._writing("put", whole=True) as (work, layout):
            waiting: dict[int | str, Encoded] = {}
            for doc_id, document in pairs:
                waiting[id_key(doc_id)] = encode(_taken(document))
                if len(waiting) >= BULK:
                    self._put(work, layout, waiting)
                    waiting = {}
            if waiting:
                self._put(work, layout, waiting)
            self._next_id = None

    @contextmanager
    def adding(self) -> Iterator[Adding]:
        """Gives what stores many new documents under their ids, as often as it is called.

        They are written while Python goes on, some now and the rest when the block ends, always as many at a
        time, so that SQLite knows the statement: until then they cannot be read. An id that is there already
        fails the whole block.
        """
        with self._writing("add", whole=True) as (work, layout):
            work.find_end(layout)

            def write(doc_ids: Sequence[int | str], block: Block) -> None:
                work.insert_many(layout, doc_ids, block)
                self._file.link().wrote(self._name)

            adding = Adding(layout, write)
            yield adding
            adding.end()
            self._next_id = None

    def _put(self, work: Work, layout: Layout, documents: dict[int | str, Encoded]) -> None:
        there = {} if work.all_after(layout, documents) else self._rows_of(documents)
        for key, (seq, _, text) in there.items():
            encoded = documents.pop(key)
            if encoded.text != text.encode():
                old = self._file.decoded(self._name, key, text)
                work.replace(layout, seq, key, text, old, encoded)
        work.insert_many(layout, list(documents), Block.of(layout, Many.of(documents.values())))

    def edit(self, doc_id: Any, before: Mapping[str, Any], after: Mapping[str, Any]) -> Document:
        """Store what somebody changed from `before` to `after`, field by field.

        Fields that others changed meanwhile stay. `Conflict` if a field changed here was changed
        to something else there, or the document is gone. A field absent in `after` is removed.
        """
        mine, wanted = encode(dict(before)).plain, encode(dict(after)).plain
        fields = [
            field
            for field in dict.fromkeys((*mine, *wanted))
            if not _same_field(field, mine, wanted)
        ]
        with self._writing("edit") as (work, layout):
            rows = self._rows_of((id_key(doc_id),))
            if not rows:
                raise Conflict((), self._name, doc_id, dict(after), None)
            (row,) = rows.values()
            stored = self._file.decoded(self._name, doc_id, row[2])
            lost = [
                field
                for field in fields
                if not _same_field(field, stored, mine) and not _same_field(field, stored, wanted)
            ]
            if lost:
                raise Conflict(
                    lost,
                    self._name,
                    doc_id,
                    {field: wanted[field] for field in lost if field in wanted},
                    {field: stored[field] for field in lost if field in stored},
                )
            document = dict(stored)
            for field in fields:
                if field in wanted:
                    document[field] = wanted[field]
                else:
                    document.pop(field, None)
            work.replace(layout, row[0], row[1], row[2], stored, encode(document))
        return self.document_class(document, doc_id)

    def remove(
        self, cond: QueryLike | None = None, doc_ids: Iterable[Any] | None = None
    ) -> list[Any]:
        """Remove what matches, or by id, and return the ids."""
        if doc_ids is None and cond is None:
            raise RuntimeError("Use truncate() to remove all documents")
        removed: list[Any] = []
        with self._writing("remove", whole=True) as (work, layout):
            if doc_ids is not None:
                for doc_id, (seq, key, text, _) in self._existing(list(dict.fromkeys(doc_ids))):
                    work.delete(layout, seq, key, text)
                    removed.append(doc_id)
                return removed
            for seq, key, text, _ in self._taken(layout, cond):
                work.delete(layout, seq, key, text)
                removed.append(self._doc_id(key))
        return removed

    def truncate(self) -> None:
        """Remove all documents."""
        with self._writing("truncate", whole=True) as (work, layout):
            work.delete_all(layout)
            self._next_id = None

    # TinyDB's inner protocol, for table classes that build on it

    def _read_table(self) -> dict[str, Mapping[str, Any]]:
        return {
            str(key): self._file.decoded(self._name, key, text)
            for _, key, text in self._file.rows(self._name)
        }

    def _update_table(self, updater: Callable[[dict[Any, Any]], None]) -> None:
        with self._writing("update", whole=True) as (work, layout):
            rows = {row[1]: row for row in self._file.rows(self._name)}
            table = {
                self._doc_id(key): self._file.decoded(self._name, key, row[2])
                for key, row in rows.items()
            }
            updater(table)
            after = {id_key(doc_id): encode(dict(value)) for doc_id, value in table.items()}
            for key, (seq, _, text) in rows.items():
                if key not in after:
                    work.delete(layout, seq, key, text)
                else:
                    old = self._file.decoded(self._name, key, text)
                    work.replace(layout, seq, key, text, old, after.pop(key))
            work.insert_many(layout, list(after), Block.of(layout, Many.of(after.values())))


def _taken(document: Mapping[str, Any]) -> dict[str, Any]:
    """A copy with lists of its own: who gives many documents may fill the same list again and again."""
    return {
        field: value.copy() if type(value) is list else value for field, value in document.items()
    }


def _change(document: dict[str, Any], fields: Fields) -> None:
    if callable(fields):
        fields(document)
    else:
        document.update(fields)


def _same_field(field: str, one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    if field in one and field in other:
        return same(one[field], other[field])
    return field not in one and field not in other


def _any_of(conditions: list[QueryLike]) -> Any:
    """A query that lets through every document one of `conditions` may match."""
    if not conditions or not all(isinstance(cond, QueryInstance) for cond in conditions):
        return None
    union = cast(QueryInstance, conditions[0])
    for cond in conditions[1:]:
        union = union | cast(QueryInstance, cond)
    return union
