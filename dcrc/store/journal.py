"""Reading the journal: the single record of every change."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

import attrs

from dcrc.store.codec import decode
from dcrc.store.keys import id_key
from dcrc.store.links import Link
from dcrc.store.operations import Operation
from dcrc.store.storage import SqliteStorage

_CHUNK = 1000


@attrs.frozen
class Change:
    """One journal entry: what one operation did to one document.

    `was` is None for a new document, `became` for a removed one; for an update both hold only the
    fields that differ. `doc_id` is a whole number or text, as the table's ids are. `hash` is "" where that of
    a later entry proves this one, too.
    """

    number: int
    operation: int
    at: datetime
    operator: str
    installation: str
    name: str
    table: str
    doc_id: int | str
    was: Mapping[str, Any] | None
    became: Mapping[str, Any] | None
    batch: str | None
    hash: str
    place: int | None


class Journal:
    """All changes of one database, oldest first unless asked otherwise."""

    def __init__(self, storage: SqliteStorage) -> None:
        self._storage = storage

    def head(self) -> int:
        """The number of the last entry; 0 when there is none."""
        with self._reading() as link:
            (last,) = link.connection.execute("SELECT max(number) FROM journal").fetchone()
        return last or 0

    def entries(
        self,
        table: str | None = None,
        doc_id: Any = None,
        operation: int | None = None,
        batch: str | None = None,
        operator: str | None = None,
        since: int = 0,
        until: int | None = None,
        newest_first: bool = False,
        limit: int | None = None,
    ) -> Iterator[Change]:
        """Entries with numbers above `since` and up to `until` that fit everything given."""
        where = ["j.number > ?"]
        parameters: list[Any] = [since]
        with self._reading() as link:
            if until is not None:
                where.append("j.number <= ?")
                parameters.append(until)
            if table is not None:
                layout = link.layouts.get(table)
                # the plus keeps SQLite on the order of numbers, which is what is asked for
                sign = "" if doc_id is not None else "+"
                where.append(f"{sign}j.document_table = ?")
                parameters.append(layout.number if layout else -1)
            if doc_id is not None:
                where.append("j.doc_id = ?")
                parameters.append(id_key(doc_id))
            if operation is not None:
                where.append(
                    "j.number BETWEEN (SELECT first FROM operations WHERE number = ?)"
                    " AND (SELECT last FROM operations WHERE number = ?) AND +j.operation = ?"
                )
                parameters += [operation, operation, operation]
            if batch is not None:
                where.append(
                    "j.number BETWEEN (SELECT min(first) FROM operations WHERE batch = ?)"
                    " AND (SELECT max(last) FROM operations WHERE batch = ?) AND o.batch = ?"
                )
                parameters += [batch, batch, batch]
            if operator is not None:
                where.append("o.operator = ?")
                parameters.append(operator)
        return self._paged(" AND ".join(where), parameters, newest_first, limit)

    def _paged(
        self, where: str, parameters: list[Any], newest_first: bool, limit: int | None
    ) -> Iterator[Change]:
        order, beyond = ("DESC", "<") if newest_first else ("ASC", ">")
        at: int | None = None
        while limit is None or limit > 0:
            size = _CHUNK if limit is None else min(limit, _CHUNK)
            further = f" AND j.number {beyond} {at}" if at is not None else ""
            with self._reading() as link:
                names = {layout.number: layout.name for layout in link.layouts.values()}
                rows = link.connection.execute(
                    "SELECT j.number, j.operation, o.at, o.operator, o.installation, o.name,"
                    " j.document_table, j.doc_id, j.was, j.became, o.batch, j.hash, j.place"
                    " FROM journal j CROSS JOIN operations o ON o.number = j.operation"
                    f" WHERE {where}{further} ORDER BY j.number {order} LIMIT {size}",
                    parameters,
                ).fetchall()
            for row in rows:
                try:
                    change = _change(row, names)
                except (AttributeError, TypeError, ValueError) as error:
                    raise self._storage.damaged("journal", row[0]) from error
                yield change
            if len(rows) < size:
                return
            at = rows[-1][0]
            if limit is not None:
                limit -= len(rows)

    def operations(
        self,
        operator: str | None = None,
        batch: str | None = None,
        newest_first: bool = True,
        limit: int | None = None,
        exclude_names: Sequence[str] = (),
    ) -> Iterator[Operation]:
        """Operations that changed something."""
        where, parameters = ["1"], []
        if operator is not None:
            where.append("operator = ?")
            parameters.append(operator)
        if batch is not None:
            where.append("batch = ?")
            parameters.append(batch)
        if exclude_names:
            where.append(f"name NOT IN ({', '.join('?' * len(exclude_names))})")
            parameters += exclude_names
        sql = (
            "SELECT number, at, operator, installation, name, batch, last - first + 1"
            f" FROM operations WHERE {' AND '.join(where)}"
            f" ORDER BY number {'DESC' if newest_first else 'ASC'}"
            f" LIMIT {-1 if limit is None else int(limit)}"
        )
        with self._reading() as link:
            rows = link.connection.execute(sql, parameters).fetchall()
        for number, at, *rest in rows:
            try:
                instant = datetime.fromisoformat(at)
            except (TypeError, ValueError) as error:
                raise self._storage.damaged("operations", number) from error
            yield Operation(number, instant, *rest)

    def touched(
        self,
        since: int,
        tables: Sequence[str],
        fields: Sequence[str],
        exclude_operations: Iterable[str] = (),
    ) -> set[str]:
        """The text values of top-level `fields` in documents changed by entries after `since`.

        Looks at what entries say they were and became and, for updates, at the document as it is
        now. The field `"doc_id"` stands for the document's id.
        """
        excluded = list(exclude_operations)
        touched: set[str] = set()
        with self._reading() as link:
            for name in tables:
                layout = link.layouts.get(name)
                if layout is None:
                    continue
                changes = (
                    "FROM journal j CROSS JOIN operations o ON o.number = j.operation"
                    " WHERE j.number > ? AND +j.document_table = ?"
                    f" AND o.name NOT IN ({', '.join('?' * len(excluded))})"
                )
                parameters = [since, layout.number, *excluded]
                for field in fields:
                    sql, values = _values_sql(field, changes, parameters, layout.table)
                    touched.update(
                        value if isinstance(value, str) else str(value)
                        for (value,) in link.connection.execute(sql, values)
                        if value is not None
                    )
        return touched

    def replaced(self, table: str, field: str) -> Iterator[tuple[int | str, str]]:
        """(document id, value) of each text value of a top-level `field` that an update replaced."""
        with self._reading() as link:
            layout = link.layouts.get(table)
            rows = link.connection.execute(
                "SELECT doc_id, field_of(was, ?) FROM journal WHERE document_table = ?"
                " AND was IS NOT NULL AND became IS NOT NULL AND instr(was, ?) ORDER BY number",
                (field, layout.number if layout else -1, field),
            ).fetchall()
        for doc_id, value in rows:
            if isinstance(value, str):
                yield doc_id, value

    def _reading(self) -> Any:
        link = self._storage.link()
        if link.work is not None:
            link.work.flush()
        return self._storage.explained()


def _values_sql(
    field: str, changes: str, parameters: list[Any], table: str
) -> tuple[str, list[Any]]:
    if field == "doc_id":
        return f"SELECT DISTINCT j.doc_id {changes}", parameters
    return (
        f"SELECT DISTINCT field_of(j.became, ?) {changes}"
        f" UNION SELECT DISTINCT field_of(j.was, ?) {changes}"
        f" UNION SELECT DISTINCT field_of(d.body, ?) FROM {table} d WHERE d.id IN"
        f" (SELECT j.doc_id {changes} AND j.was IS NOT NULL AND j.became IS NOT NULL)",
        [field, *parameters, field, *parameters, field, *parameters],
    )


def _change(row: tuple[Any, ...], names: Mapping[int, str]) -> Change:
    number, operation, at, operator, installation, name, table, doc_id, *rest = row
    was, became, batch, digest, place = rest
    return Change(
        number,
        operation,
        datetime.fromisoformat(at),
        operator,
        installation,
        name,
        names.get(table, "?"),
        doc_id,
        decode(was) if was is not None else None,
        decode(became) if became is not None else None,
        batch,
        digest.hex(),
        place,
    )


__all__ = ["Change", "Journal", "Link"]
