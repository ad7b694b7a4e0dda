"""TinyDB's table on SQLite, with what a shared, journalled, indexed store adds to it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, MutableMapping, Sequence
from contextlib import contextmanager
from typing import Any, cast

from tinydb.queries import QueryInstance, QueryLike
from tinydb.table import Document, Table
from tinydb.utils import LRUCache, freeze

from dcrc.store.codec import Encoded, encode, same
from dcrc.store.errors import Conflict
from dcrc.store.ids import GlobalId
from dcrc.store.indexes import Index, as_indexes, path_of, starts_with
from dcrc.store.keys import following, id_key, value_at
from dcrc.store.layout import Layout
from dcrc.store.operations import Work
from dcrc.store.reading import Cond, Found, Search
from dcrc.store.storage import Link, SqliteStorage

Fields = Mapping[str, Any] | Callable[[MutableMapping[str, Any]], None]
_CHUNK = 500
_LARGEST_CACHED = 5000  # rows of one result


class DocumentTable(Table):
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

    # the query cache belongs to the connection, so that no thread sees another's past

    @property
    def _query_cache(self) -> LRUCache[Any, Any]:
        return self._cache_of(self._file.link())

    @_query_cache.setter
    def _query_cache(self, cache: LRUCache[Any, Any]) -> None:
        """TinyDB sets a cache of its own when a table is made; there is one per connection."""

    def _cache_of(self, link: Link) -> LRUCache[Any, Any]:
        cache = link.caches.get(self._name)
        if cache is None:
            cache = link.caches[self._name] = self.query_cache_class(capacity=self._cache_size)
        return cache

    # reading

    def _document(self, key: int | str, value: dict[str, Any]) -> Document:
        if self.document_id_class is int and type(key) is int:
            return self.document_class(value, key)
        return self.document_class(value, self.document_id_class(str(key)))

    def _doc_id(self, key: int | str) -> Any:
        return key if self.document_id_class is int else self.document_id_class(str(key))

    def search(
        self,
        cond: QueryLike | None = None,
        *,
        order_by: str | Sequence[str] = (),
        limit: int | None = None,
        offset: int = 0,
    ) -> list[Document]:
        """Documents that match, in the order of insertion or of `order_by` (`"-field"` descends).

        Missing fields come first, then None, numbers, text, containers.
        """
        with self._file.explained() as link:
            layout = link.layouts.get(self._name)
            if layout is None:
                return []
            question = (cond, tuple(order_by), limit, offset)
            cacheable = _cacheable(cond)
            cache = self._cache_of(link)
            if cacheable:
                rows = cache.get(question)
                if rows is not None:
                    decoded = self._file.decoded
                    return [
                        self._document(key, decoded(self._name, key, text)) for key, text in rows
                    ]
            search = Search(self._file, link, layout, cond, order_by)
            found = list(search.found(limit, offset))
            if cacheable and len(found) <= _LARGEST_CACHED:
                cache[question] = [(key, text) for _, key, text, _ in found]
            return [self._document(key, value) for _, key, _, value in found]

    def iterate(
        self,
        cond: QueryLike | None = None,
        *,
        order_by: str | Sequence[str] = (),
        limit: int | None = None,
        offset: int = 0,
    ) -> Iterator[Document]:
        """Like `search`, but a few documents at a time; the loop may write to the table.

        Documents removed meanwhile are left out, those added meanwhile do not appear.
        """
        with self._file.explained() as link:
            layout = link.layouts.get(self._name)
            search = layout and Search(self._file, link, layout, cond, order_by)
        if search:
            for _, key, _, value in search.streamed(limit, offset):
                yield self._document(key, value)

    def __iter__(self) -> Iterator[Document]:
        return self.iterate()

    def all(self) -> list[Document]:
        """All documents in the order of insertion."""
        return self.search()

    def __len__(self) -> int:
        return self.count()

    def count(self, cond: QueryLike | None = None) -> int:
        """How many documents match (all without a condition)."""
        with self._file.explained() as link:
            layout = link.layouts.get(self._name)
            return Search(self._file, link, layout, cond).count() if layout else 0

    def get(
        self,
        cond: QueryLike | None = None,
        doc_id: Any = None,
        doc_ids: Iterable[Any] | None = None,
    ) -> Any:
        """The first document that matches or the one with `doc_id`, or None; a list for `doc_ids`."""
        if doc_id is not None:
            with self._file.explained() as link:
                layout = link.layouts.get(self._name)
                row = (
                    layout
                    and link.connection.execute(
                        f"SELECT body FROM {layout.table} WHERE id = ?", (id_key(doc_id),)
                    ).fetchone()
                )
            if not row:
                return None
            value = self._file.decoded(self._name, doc_id, row[0])
            return self.document_class(value, doc_id)
        if doc_ids is not None:
            rows = sorted(self._rows_of(id_key(one) for one in doc_ids).values())
            return [
                self._document(key, self._file.decoded(self._name, key, text))
                for _, key, text in rows
            ]
        if cond is not None:
            found = self.search(cond, limit=1)
            return found[0] if found else None
        raise RuntimeError("You have to pass either cond or doc_id or doc_ids")

    def contains(self, cond: QueryLike | None = None, doc_id: Any = None) -> bool:
        """Whether a document matches or has this id."""
        if doc_id is None and cond is None:
            raise RuntimeError("You have to pass either cond or doc_id")
        return self.get(cond, doc_id=doc_id) is not None

    def get_many(self, doc_ids: Iterable[Any]) -> dict[Any, Document]:
        """The documents with these ids by id; those that do not exist are absent."""
        wanted = {id_key(doc_id): doc_id for doc_id in doc_ids}
        rows = self._rows_of(wanted)
        return {
            doc_id: self.document_class(self._file.decoded(self._name, key, rows[key][2]), doc_id)
            for key, doc_id in wanted.items()
            if key in rows
        }

    def _rows_of(self, keys: Iterable[int | str]) -> dict[int | str, tuple[int, Any, str]]:
        """(seq, key, text) of those documents that exist, by key."""
        wanted = list(dict.fromkeys(keys))
        rows: dict[int | str, tuple[int, Any, str]] = {}
        with self._file.explained() as link:
            layout = link.layouts.get(self._name)
            if layout is None:
                return rows
            for start in range(0, len(wanted), _CHUNK):
                chunk = wanted[start : start + _CHUNK]
                marks = ", ".join("?" * len(chunk))
                sql = f"SELECT seq, id, body FROM {layout.table} WHERE id IN ({marks})"
                for row in link.connection.execute(sql, chunk):
                    rows[row[1]] = row
        return rows

    def count_by(
        self, fields: Sequence[str], cond: QueryLike | None = None
    ) -> dict[tuple[Any, ...], int]:
        """How many matching documents have each combination of values; a missing field is None.

        Counted by SQL on the index alone where there is one over the fields and the condition.
        """
        paths = [path_of(field) for field in fields]
        with self._file.explained() as link:
            layout = link.layouts.get(self._name)
            if layout is None:
                return {}
            search = Search(self._file, link, layout, cond)
            groups = search.groups(paths)
            if groups is None:
                groups = {}
                for _, _, _, value in search.found():
                    key = tuple(_hashable(value_at(value, path)[1]) for path in paths)
                    groups[key] = groups.get(key, 0) + 1
            return groups

    def distinct(self, field: str, cond: QueryLike | None = None) -> list[Any]:
        """The different values of a field in matching documents; a missing field is None."""
        return [value for (value,) in self.count_by((field,), cond)]

    def ids_starting(self, text: str, limit: int = 20) -> list[Any]:
        """Ids that begin with `text`, in their own order; for people who type the beginning of one."""
        end = following(text)
        above, bounds = ("AND id < ?", (text, end)) if end is not None else ("", (text,))
        with self._file.explained() as link:
            layout = link.layouts.get(self._name)
            if layout is None:
                return []
            sql = f"SELECT id FROM {layout.table} WHERE id >= ? {above} ORDER BY id LIMIT ?"
            rows = link.connection.execute(sql, (*bounds, limit)).fetchall()
        return [self._doc_id(key) for (key,) in rows if isinstance(key, str)]

    def starting(self, field: str, text: str, limit: int = 20) -> list[Document]:
        """Documents whose list `field`, indexed by element, has text that begins with `text`.

        In the order of these texts, so a whole hit comes first; asks for no more than `limit`, where
        `search(starts_with(…))` must look at every hit to keep the order of insertion.
        """
        with self._file.explained() as link:
            layout = link.layouts.get(self._name)
            side = layout.side_of.get(path_of(field)) if layout is not None else None
            if layout is None or side is None:
                return self.search(starts_with(field, text), limit=limit)
            end = following(text)
            above, bounds = ("AND s.value < ?", (text, end)) if end else ("", (text,))
            sql = (
                f"SELECT d.id, d.body FROM {side} s JOIN {layout.table} d ON d.seq = s.seq"
                f" WHERE s.value >= ? {above} ORDER BY s.value, s.seq LIMIT ?"
            )
            rows = dict(link.connection.execute(sql, (*bounds, limit)).fetchall())
        decoded = self._file.decoded
        return [self._document(key, decoded(self._name, key, body)) for key, body in rows.items()]

    def count_distinct(self, field: str, cond: QueryLike | None = None) -> int:
        """How many different values a field has in matching documents; a missing field counts as one."""
        path = path_of(field)
        with self._file.explained() as link:
            layout = link.layouts.get(self._name)
            if layout is None:
                return 0
            number = Search(self._file, link, layout, cond).different(path)
        return len(self.count_by((field,), cond)) if number is None else number

    # writing

    @contextmanager
    def _writing(self, operation: str, *, whole: bool = False) -> Iterator[tuple[Work, Layout]]:
        with self._file.transaction(operation, whole=whole) as work:
            layout = self._file.ensure_table(work, self._name, self._indexes, journal=self._journal)
            work.keep_id(self, self._next_id)
            work.show(layout)
            try:
                yield work, layout
            finally:
                self._file.link().wrote(self._name)

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
        with self._writing("insert") as (work, layout):
            if isinstance(document, self.document_class):
                doc_id = document.doc_id
                self._refuse_existing(work, layout, doc_id)
                self._next_id = None
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
                waiting[key] = encode(dict(document))
                doc_ids.append(doc_id)
                if len(waiting) >= _CHUNK:
                    work.insert_many(layout, list(waiting.items()))
                    waiting = {}
            work.insert_many(layout, list(waiting.items()))
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
                    updated.append(doc_id)
                    self._apply(work, layout, found, [fields])
                return updated
            return [
                self._doc_id(found[1])
                for found in self._taken(layout, cond)
                if self._apply(work, layout, found, [fields])
            ]

    def update_multiple(self, updates: Iterable[tuple[Fields, QueryLike]]) -> list[Any]:
        """Apply each (fields, condition) in turn to each document."""
        pairs = list(updates)
        updated: list[Any] = []
        with self._writing("update_multiple", whole=True) as (work, layout):
            for found in self._taken(layout, _any_of([cond for _, cond in pairs])):
                document = dict(found[3])
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
        there = self._rows_of(id_key(doc_id) for doc_id in doc_ids if self._may_be_id(doc_id))
        for doc_id in doc_ids:
            key = id_key(doc_id) if self._may_be_id(doc_id) else None
            if key is None or key not in there:
                continue
            for row in self._rows_of((key,)).values():
                yield doc_id, (*row, self._file.decoded(self._name, key, row[2]))

    def _may_be_id(self, doc_id: Any) -> bool:
        return isinstance(doc_id, int) or self.document_id_class is not int

    def _apply(self, work: Work, layout: Layout, found: Found, changes: list[Fields]) -> bool:
        document = self._file.decoded(self._name, found[1], found[2])
        for fields in changes:
            _change(document, fields)
        self._store(work, layout, found, document)
        return True

    def _store(self, work: Work, layout: Layout, found: Found, document: dict[str, Any]) -> None:
        seq, key, text, _ = found
        old = self._file.decoded(self._name, key, text)
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
                waiting[id_key(doc_id)] = encode(dict(document))
                if len(waiting) >= _CHUNK:
                    self._put(work, layout, waiting)
                    waiting = {}
            self._put(work, layout, waiting)
            self._next_id = None

    def _put(self, work: Work, layout: Layout, documents: dict[int | str, Encoded]) -> None:
        there = self._rows_of(documents)
        for key, (seq, _, text) in there.items():
            encoded = documents.pop(key)
            if encoded.text != text:
                old = self._file.decoded(self._name, key, text)
                work.replace(layout, seq, key, text, old, encoded)
        work.insert_many(layout, list(documents.items()))

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
            work.insert_many(layout, list(after.items()))


def _hashable(value: Any) -> Any:
    freeze_any: Callable[[Any], Any] = freeze
    return freeze_any(value)


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


def _cacheable(cond: Any) -> bool:
    if cond is None:
        return False
    if isinstance(cond, QueryInstance):
        # descriptions of these leave out flags or the path, so equal ones may differ in meaning
        return cond.is_cacheable() and not _mentions(cond._hash, ("matches", "search", "fragment"))
    return bool(getattr(cond, "is_cacheable", lambda: True)())


def _mentions(description: Any, words: tuple[str, ...]) -> bool:
    if not isinstance(description, tuple | frozenset) or not description:
        return False
    if isinstance(description, tuple):
        if description[0] in words:
            return True
        if description[0] not in ("and", "or", "not"):
            return isinstance(description[-1], QueryInstance) and _mentions(
                description[-1]._hash, words
            )
    return any(_mentions(part, words) for part in description)
