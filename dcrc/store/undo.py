"""Taking an operation or a batch back, field by field."""

from __future__ import annotations

from typing import Any

import attrs

from dcrc.store.codec import decode, encode, same
from dcrc.store.errors import Conflict, StoreError
from dcrc.store.layout import Layout
from dcrc.store.operations import Operation, Work
from dcrc.store.storage import SqliteStorage


@attrs.frozen
class Undone:
    """What an undo did: its own operation number (None if it found nothing to do)."""

    operation: int | None
    undone: tuple[int, ...]
    changes: int


@attrs.frozen
class _Step:
    """A journal entry, with its texts as they stand there."""

    layout: Layout
    key: int | str
    place: int | None
    was: str | None
    became: str | None


def undo(
    storage: SqliteStorage,
    operation: int | None = None,
    *,
    batch: str | None = None,
    operator: str = "",
    name: str = "undo",
) -> Undone:
    """Take back one operation (the last one if none is given) or all of a batch, newest first.

    It is an operation itself and can be undone. If a field that was written has been changed
    again since, `Conflict` names it and nothing is done.
    """
    with storage.transaction(name, operator=operator, batch=None) as work:
        numbers = _numbers(storage, work, operation, batch)
        changes = work.operation.changes
        for number in numbers:
            for step in _steps(storage, work, number):
                _take_back(storage, work, step)
        done = work.operation.changes - changes
        return Undone(work.operation.number if done else None, tuple(numbers), done)


def _numbers(
    storage: SqliteStorage, work: Work, operation: int | None, batch: str | None
) -> list[int]:
    work.flush()
    parameters: list[Any]
    if batch is not None:
        sql, parameters = "batch = ? ORDER BY number DESC", [batch]
    elif operation is not None:
        sql, parameters = "number = ?", [operation]
    else:
        sql, parameters = "1 ORDER BY number DESC LIMIT 1", []
    rows = work.connection.execute(f"SELECT number FROM operations WHERE {sql}", parameters)
    numbers = [number for (number,) in rows.fetchall()]
    if not numbers and operation is not None:
        raise StoreError("there is no operation {number}", number=operation)
    if not numbers and batch is not None:
        raise StoreError("there is no batch {batch}", batch=batch)
    return numbers


def _steps(storage: SqliteStorage, work: Work, operation: int) -> list[_Step]:
    """The entries of an operation, last first, as they are to be taken back."""
    layouts = {layout.number: layout for layout in storage.link().layouts.values()}
    rows = work.connection.execute(
        "SELECT j.document_table, j.doc_id, j.place, j.was, j.became FROM operations o"
        " JOIN journal j ON j.number BETWEEN o.first AND o.last"
        " WHERE o.number = ? ORDER BY j.number DESC",
        (operation,),
    )
    return [_Step(layouts[table], *entry) for table, *entry in rows.fetchall()]


def _take_back(storage: SqliteStorage, work: Work, step: _Step) -> None:
    layout = step.layout
    row = work.connection.execute(
        f"SELECT seq, body FROM {layout.table} WHERE id = ?", (step.key,)
    ).fetchone()
    if row and step.was is None and row[1] == step.became:  # as it came, so it goes
        work.delete(layout, row[0], step.key, row[1])
        return
    was = None if step.was is None else decode(step.was)
    became = None if step.became is None else decode(step.became)
    stored = storage.decoded(layout.name, step.key, row[1]) if row else None
    if was is not None and became is None:
        if stored is not None:
            raise Conflict((), layout.name, step.key, was, stored)
        work.insert(layout, step.key, encode(was), step.place)
        storage.show(work, layout)
        return
    if stored is None or became is None:
        raise Conflict((), layout.name, step.key, was, None)
    lost = [field for field in became if not _has(stored, field, became[field])]
    if was is None:
        lost += [field for field in stored if field not in became]
    else:
        lost += [field for field in was if field not in became and field in stored]
    if lost:
        raise Conflict(
            lost,
            layout.name,
            step.key,
            {field: was[field] for field in lost if was and field in was},
            {field: stored[field] for field in lost if field in stored},
        )
    if was is None:
        work.delete(layout, row[0], step.key, row[1])
        return
    document = {
        field: value for field, value in stored.items() if field in was or field not in became
    }
    document.update(was)
    work.replace(layout, row[0], step.key, row[1], stored, encode(document))


def _has(document: dict[str, Any], field: str, value: Any) -> bool:
    return field in document and same(document[field], value)


__all__ = ["Operation", "Undone", "undo"]
