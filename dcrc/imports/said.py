"""What a source says against what is stored: which of its values count.

A value counts when it differs from what this source said last. What a person changed since an import
stays, until the source says something that it has not said before. The journal is the witness: it knows
every value a field ever had and who gave it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import attrs
from tinydb import where

from dcrc.kernel.customers import Customer
from dcrc.kernel.desk import Desk
from dcrc.kernel.documents import to_document
from dcrc.kernel.undoing import undone_by
from dcrc.kernel.vehicles import Vehicle
from dcrc.store import Change

ABSENT: Any = object()
Contested = Mapping[str, Mapping[str, Mapping[str, Any]]]
"""Document id → field → source → what it said."""

DEFAULTS: Mapping[str, Mapping[str, Any]] = {
    table: {field: value for field, value in to_document(record).items() if value}
    for table, record in (("customers", Customer("", "")), ("vehicles", Vehicle("", "")))
} | {"events": {}}
"""What documents say of records about which nothing is known."""


@attrs.define
class Witness:
    """Reads the journal for the documents whose stored values differ from what a source says."""

    desk: Desk
    source: str
    _batches: dict[str, tuple[frozenset[str], Contested]] = attrs.field(factory=dict, init=False)
    _changes: dict[tuple[str, str], list[Change]] = attrs.field(factory=dict, init=False)

    def lets(self, table: str, doc_id: str, field: str, value: Any, part: str = "") -> bool:
        """Whether the source may set `field` (or its key `part`) to `value`."""
        versions = list(self._versions(table, doc_id, field, part))
        if not versions:
            return True
        _, batch = versions[-1]
        if batch:
            sources, contested = self._batch(batch)
            told = contested.get(doc_id, {}).get(field)
            if told is None and self.source in sources:
                return True
            if told is not None and self.source in told:
                return bool(told[self.source] != value)
        return all(before != value for before, _ in versions[:-1])

    def had(self, table: str, doc_id: str, field: str) -> list[Any]:
        """All values that a field of a document ever had, the present one last."""
        return [value for value, _ in self._versions(table, doc_id, field, "")]

    def _versions(
        self, table: str, doc_id: str, field: str, part: str
    ) -> Iterator[tuple[Any, str]]:
        """(value, batch) of each state the field was in; what was undone never was."""
        default = DEFAULTS[table].get(field, ABSENT)
        stack: list[tuple[Any, str]] = []
        undone: list[tuple[Any, str]] = []
        for change in self._history(table, doc_id):
            became, was = change.became or {}, change.was
            if was is not None and field not in became and field not in was:
                continue
            value = _part(became.get(field, default), part)
            if stack and stack[-1][0] == value:
                continue
            taken_back = undone_by(change) is not None
            if taken_back and len(stack) > 1 and stack[-2][0] == value:
                undone.append(stack.pop())
            elif taken_back and undone and undone[-1][0] == value:
                stack.append(undone.pop())  # the undoing was taken back
            elif stack or value is not ABSENT or was is not None:
                if not stack and was is not None:
                    stack.append((_part(was.get(field, default), part), ""))
                stack.append((value, change.batch or ""))
        return iter(stack)

    def _history(self, table: str, doc_id: str) -> list[Change]:
        key = (table, doc_id)
        if key not in self._changes:
            self._changes[key] = list(self.desk.db.journal.entries(table=table, doc_id=doc_id))
        return self._changes[key]

    def _batch(self, batch: str) -> tuple[frozenset[str], Contested]:
        """The sources of an earlier import, and what each of them said where they disagreed."""
        if batch not in self._batches:
            found = self.desk.imports.get(where("batch") == batch) or {}
            sources = frozenset(found.get("sources", ()))
            self._batches[batch] = (sources, found.get("contested", {}))
        return self._batches[batch]


def _part(value: Any, part: str) -> Any:
    if not part:
        return value
    return value.get(part, ABSENT) if isinstance(value, Mapping) else ABSENT


def merged_phones(
    stored: list[dict[str, Any]], said: Iterable[dict[str, str]], gone: Iterable[str]
) -> list[dict[str, Any]]:
    """The stored numbers with the new ones of a source; those that somebody took away stay away.

    A new number that the source names first comes first.
    """
    if not stored and not gone:
        return list(said)
    known = {phone["number"] for phone in stored}
    away = set(gone) - known
    wanted = list(said)
    new = [phone for phone in wanted if phone["number"] not in known | away]
    if new and new[0] is wanted[0]:
        return [*new, *stored]
    return [*stored, *new]


def merged_readings(
    stored: Iterable[Mapping[str, Any]], said: Iterable[tuple[str, int]], source: str
) -> list[dict[str, Any]]:
    """The stored odometer readings with those of a source: one a day from each, in order of days."""
    readings = {(each["on"], each.get("source", "")): dict(each) for each in stored}
    for on, km in said:
        readings[on, source] = {"on": on, "km": km, "source": source}
    return sorted(readings.values(), key=lambda each: (each["on"], each["km"]))
