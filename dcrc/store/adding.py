"""Many new documents, taken as they come and written in whole statements."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import attrs

from dcrc.store.blocks import BULK, Block
from dcrc.store.codec import encode_many
from dcrc.store.columns import Columns
from dcrc.store.keys import id_key
from dcrc.store.layout import Layout


@attrs.define(eq=False)
class Adding:
    """Gathers new documents, and hands them to `write` in whole bulks; what they say is taken at once."""

    layout: Layout
    write: Callable[[Sequence[int | str], Block], None]
    _ids: list[int | str] = attrs.field(factory=list, init=False)
    _block: Block = attrs.field(init=False)

    @_block.default
    def _nothing(self) -> Block:
        return Block.empty(self.layout)

    def __call__(self, pairs: Iterable[tuple[Any, Mapping[str, Any]]]) -> None:
        """Ids and documents; all of these or, where one cannot be stored, none."""
        ids, documents = [], []
        for doc_id, document in pairs:
            ids.append(id_key(doc_id))
            documents.append(document if type(document) is dict else dict(document))
        self._take(ids, Block.of(self.layout, encode_many(documents)))

    def columns(self, doc_ids: Sequence[Any], columns: Columns) -> None:
        """As many documents as there are ids, by their columns; ValueError for one of another length."""
        ids = list(map(id_key, doc_ids))
        self._take(ids, Block.of_columns(self.layout, columns, len(ids)))

    def _take(self, ids: list[int | str], block: Block) -> None:
        self._ids += ids
        self._block.extend(block)
        while len(self._ids) >= BULK:
            self._write(BULK)

    def end(self) -> None:
        """Write what is left."""
        self._write(len(self._ids))

    def _write(self, count: int) -> None:
        self.write(self._ids[:count], self._block.part(slice(count)))
        del self._ids[:count]
        self._block = self._block.part(slice(count, None))
