"""The reading half of a table: finding, ordering, counting documents."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from typing import Any

from tinydb.queries import QueryInstance, QueryLike, where
from tinydb.table import Document, Table
from tinydb.utils import LRUCache, freeze

from dcrc.store.indexes import path_of, starts_with
from dcrc.store.keys import following, id_key, key_of, value_at
from dcrc.store.links import Link
from dcrc.store.reading import Search
from dcrc.store.storage import SqliteStorage

_CHUNK = 500
_LARGEST_CACHED = 5000  # rows of one result


class ReadableTable(Table):
    """What can be asked of a table.

    Results are always fresh copies: changing one changes neither the file nor the query cache.
    """

    _file: SqliteStorage
    _cache_size: int

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
        return self.document_class(value, self._doc_id(key))

    def _doc_id(self, key: int | str) -> Any:
        if self.document_id_class is int and type(key) is int:
            return key
        return self.document_id_class(str(key))

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
            search = Search(self._file, link, layout, cond, order_by)
            if search.condition.exact and search.condition.indexed:
                # the index is as quick as the cache
                return [self._document(row[1], row[3]) for row in search.found(limit, offset)]
            return self._searched(link, search, (cond, tuple(order_by), limit, offset))

    def _searched(
        self,
        link: Link,
        search: Search,
        question: tuple[QueryLike | None, tuple[str, ...], int | None, int],
    ) -> list[Document]:
        """The answer to a question that may take long, kept as texts in the query cache."""
        cond, _, limit, offset = question
        cache = self._cache_of(link) if _cacheable(cond) else None
        rows = None if cache is None else cache.get(question)
        if rows is not None:
            decoded = self._file.decoded
            return [self._document(key, decoded(self._name, key, text)) for key, text in rows]
        found = list(search.found(limit, offset))
        if cache is not None and len(found) <= _LARGEST_CACHED:
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

    def get_each(self, doc_ids: Iterable[Any]) -> Iterator[Document]:
        """As `get_many`, for any number of ids: only some documents are in memory at once."""
        ids = iter(doc_ids)
        while chunk := list(islice(ids, _CHUNK)):
            yield from self.get_many(chunk).values()

    def having(
        self, field: str, values: Iterable[Any], cond: QueryInstance | None = None
    ) -> Iterator[Document]:
        """Documents whose top-level `field` is one of any number of `values` (and that fit `cond`).

        In the order of the values; the loop may write to the table.
        """
        wanted = sorted(set(values))
        for start in range(0, len(wanted), _CHUNK):
            some = where(field).one_of(wanted[start : start + _CHUNK])
            yield from self.search(some if cond is None else cond & some)

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
            if layout is None or side is None or not isinstance(key_of(text), str):
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


def _hashable(value: Any) -> Any:
    freeze_any: Callable[[Any], Any] = freeze
    return freeze_any(value)


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
