"""Proof that a file is whole: SQLite's own check, the chain, and the documents replayed."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Any

import attrs

from dcrc.store import sqlite
from dcrc.store.chain import COVERED, GENESIS, LONGEST, Link, line, seal
from dcrc.store.codec import canonical, decode
from dcrc.store.keys import element_keys
from dcrc.store.layout import Layout, load_layouts
from dcrc.store.operations import Operation

Progress = Callable[[int, int], None]
_STEP = 5000
_MOST_PROBLEMS = 100


@attrs.frozen
class Problem:
    """One thing that is not as it should be; table, document and journal number where known.

    `msgid` is the English sentence with `{name}` blanks, `params` fill them: faces translate it.
    """

    table: str
    doc_id: Any
    number: int | None
    msgid: str
    params: Mapping[str, Any] = attrs.field(factory=dict)

    @property
    def what(self) -> str:
        """What is wrong, in English."""
        return self.msgid.format(**self.params)


@attrs.frozen
class Verification:
    """What a check of a file found; at most 100 problems are listed.

    `head` is the journal's last hash: who kept it knows a file that was made anew with another past.
    """

    problems: tuple[Problem, ...]
    entries: int
    documents: int
    head: str = ""

    @property
    def ok(self) -> bool:
        """Whether nothing was wrong."""
        return not self.problems


class _Enough(Exception):
    """The list of problems is full."""


class _Links:
    """Follows the chain of hashes, entry by entry, and reports what breaks it."""

    def __init__(self, report: Callable[..., None]) -> None:
        self._report = report
        self.digest = GENESIS
        self._link: Link | None = None
        self._whole = True
        self.entries = 0  # since the last hash

    def add(self, sealed: bytes, said: bytes | None) -> None:
        """The next entry; None if nobody can read what it says."""
        if self._link is None:
            self._link = Link(self.digest, sealed)
        self.entries += 1
        self._whole = self._whole and said is not None
        self._link.add(said or b"")

    def close(self, stored: Any, table: str, key: Any, number: int) -> None:
        """The last entry bears a hash, which proves all since the one before."""
        digest = self._ended()
        first = number - self.entries + 1
        if not self._whole and self.entries > 1:
            self._report(
                table,
                None,
                number,
                "journal entries {first} to {last} cannot be proved, for one of them is damaged",
                first=first,
                last=number,
            )
        elif self._whole and digest != stored:
            if self.entries == 1:
                self._report(table, key, number, "the journal entry was changed: its hash differs")
            else:
                self._report(
                    table,
                    None,
                    number,
                    "one of the journal entries {first} to {last} was changed: their hash differs",
                    first=first,
                    last=number,
                )
        known = isinstance(stored, bytes) and stored != COVERED
        self._begin(stored if known else digest)

    def end(self, number: int) -> None:
        """An operation is over with entry `number`, which should bear a hash."""
        if self._link is not None:
            self._report("", None, number, "the journal entry has no hash")
            self._begin(self._ended())

    def _ended(self) -> bytes:
        return self.digest if self._link is None else self._link.digest()

    def _begin(self, digest: bytes) -> None:
        self.digest, self._link, self._whole, self.entries = digest, None, True, 0


class _Check:
    def __init__(self, connection: sqlite3.Connection, progress: Progress | None) -> None:
        self.connection = connection
        self.problems: list[Problem] = []
        self.entries = 0
        self.documents = 0
        self.head = b""  # the last hash
        self.layouts = load_layouts(connection)
        (self.total,) = connection.execute("SELECT 2 * count(*) FROM journal").fetchone()
        for layout in self.layouts.values():
            (count,) = connection.execute(f"SELECT count(*) FROM {layout.table}").fetchone()
            self.total += count
        self.done = 0
        self._progress = progress

    def step(self) -> None:
        self.done += 1
        if self._progress and self.done % _STEP == 0:
            self._progress(self.done, self.total)

    def report(
        self, table: str, doc_id: Any, number: int | None, msgid: str, /, **params: Any
    ) -> None:
        self.problems.append(Problem(table, doc_id, number, msgid, params))
        if len(self.problems) >= _MOST_PROBLEMS:
            raise _Enough

    def run(self) -> None:
        self.pages()
        self.chain()
        for layout in self.layouts.values():
            self.table(layout)

    def pages(self) -> None:
        for (result,) in self.connection.execute("PRAGMA integrity_check(20)"):
            if result != "ok":
                self.report("", None, None, "SQLite: {error}", error=result)

    def chain(self) -> None:
        names = {layout.number: layout.name for layout in self.layouts.values()}
        expected = 0
        operation, sealed, last = None, b"", 0
        links = _Links(self.report)
        for row in self.connection.execute(
            "SELECT j.number, j.operation, j.document_table, j.doc_id, j.place, j.was, j.became,"
            " j.hash, o.number, o.at, o.operator, o.installation, o.name, o.batch, o.first, o.last"
            " FROM journal j LEFT JOIN operations o ON o.number = j.operation ORDER BY j.number"
        ):
            number, named, table, key, place, was, became, stored, *of = row
            self.entries += 1
            self.step()
            expected += 1
            if number != expected:
                self.report("", None, number, "journal entry {entry} is missing", entry=expected)
                expected = number
            if of[0] is None:
                self.report(
                    "", None, number, "its operation {operation} is missing", operation=named
                )
            elif of[0] != operation:
                if operation is not None and last != number - 1:
                    self.report(
                        "",
                        None,
                        number,
                        "operation {operation} has lost entries",
                        operation=operation,
                    )
                links.end(number - 1)
                operation, last = of[0], of[7]
                sealed = self._sealed(number, of)
                if of[6] != number:
                    self.report(
                        "",
                        None,
                        number,
                        "operation {operation} has lost entries",
                        operation=operation,
                    )
            name = names.get(table, "?")
            said: bytes | None = None
            try:
                said = line((number, name, key, place, _utf8(was), _utf8(became)))
            except (AttributeError, TypeError):
                self.report(name, _id(key), number, "the journal entry is damaged")
            links.add(sealed, said)
            if stored != COVERED or links.entries >= LONGEST:
                links.close(stored, name, key, number)
        links.end(expected)
        self.head = links.digest
        if operation is not None and last != expected:
            self.report(
                "", None, expected, "operation {operation} has lost entries", operation=operation
            )
        (lonely,) = self.connection.execute(
            "SELECT count(*) FROM operations WHERE last > ?", (expected,)
        ).fetchone()
        if lonely:
            self.report(
                "", None, expected, "{count} operations have lost their entries", count=lonely
            )

    def _sealed(self, number: int, of: list[Any]) -> bytes:
        try:
            return seal(Operation(of[0], datetime.fromisoformat(of[1]), *of[2:6]))
        except (TypeError, ValueError):
            self.report("", None, number, "the operation {operation} is damaged", operation=of[0])
            return b""

    def table(self, layout: Layout) -> None:
        documents = self._documents(layout)
        if not layout.journalled:
            for _ in documents:
                pass
            return
        stored = next(documents, None)
        for key, number, replayed in self._replayed(layout):
            while stored is not None and _before(stored[0], key):
                self.report(layout.name, stored[0], None, "the document is not in the journal")
                stored = next(documents, None)
            here = stored if stored is not None and stored[0] == key else None
            if here is not None:
                stored = next(documents, None)
            if replayed is None:
                if here is not None:
                    self.report(layout.name, key, number, "the document was removed, but is there")
            elif here is None:
                self.report(layout.name, key, number, "the document is missing")
            elif here[2] is not None:
                if replayed[0] != here[1]:
                    self.report(layout.name, key, number, "the document stands at another place")
                if canonical(replayed[1]) != canonical(here[2]):
                    self.report(layout.name, key, number, "the document differs from its journal")
        while stored is not None:
            self.report(layout.name, stored[0], None, "the document is not in the journal")
            stored = next(documents, None)

    def _documents(self, layout: Layout) -> Iterator[tuple[Any, int, dict[str, Any] | None]]:
        """(id, place, document) by id, each checked against columns and side tables."""
        columns = "".join(f", {column}" for _, column in layout.columns)
        sizes = [0] * len(layout.sides)
        for row in self.connection.execute(
            f"SELECT id, seq, body, odd{columns} FROM {layout.table} ORDER BY id"
        ):
            key, seq, body, odd, *found = row
            self.documents += 1
            self.step()
            if _id(key) is None:
                self.report(layout.name, None, None, "the id of a document is damaged")
                continue
            try:
                document = decode(body)
            except (TypeError, ValueError):
                self.report(layout.name, key, None, "the document is damaged")
                yield key, seq, None
                continue
            if found != layout.keys(document) or bool(odd) != (body[:1] == " "):
                self.report(layout.name, key, None, "an index disagrees with the document")
            for n, (path, side) in enumerate(layout.sides):
                elements = element_keys(document, path)
                sizes[n] += len(elements)
                for element in elements:
                    if not self.connection.execute(
                        f"SELECT 1 FROM {side} WHERE value IS ? AND seq = ?", (element, seq)
                    ).fetchone():
                        self.report(layout.name, key, None, "an index lacks the document")
            yield key, seq, document
        for size, (_, side) in zip(sizes, layout.sides, strict=True):
            (count,) = self.connection.execute(f"SELECT count(*) FROM {side}").fetchone()
            if count > size:
                self.report(layout.name, None, None, "an index has documents that are not there")

    def _replayed(
        self, layout: Layout
    ) -> Iterator[tuple[Any, int, tuple[int | None, dict[str, Any]] | None]]:
        """(id, last entry, (place, document)) by id, as the journal tells it."""
        current: Any = None
        state: tuple[int | None, dict[str, Any]] | None = None
        last = 0
        for number, key, place, was, became in self.connection.execute(
            "SELECT number, doc_id, place, was, became FROM journal"
            " WHERE document_table = ? ORDER BY doc_id, number",
            (layout.number,),
        ):
            self.step()
            if _id(key) is None:
                continue  # the chain has told it
            if key != current:
                if last:
                    yield current, last, state
                current, state = key, None
            last = number
            try:
                state = _replay(state, place, was, became)
            except (TypeError, ValueError):
                self.report(layout.name, key, number, "the journal entry does not fit")
        if last:
            yield current, last, state


def _replay(
    state: tuple[int | None, dict[str, Any]] | None,
    place: int | None,
    was: str | None,
    became: str | None,
) -> tuple[int | None, dict[str, Any]] | None:
    if became is None:
        return None
    new = decode(became)
    if was is None:
        return place, new
    if state is None:
        raise ValueError("an update of a document that is not there")
    old = decode(was)
    document = {
        field: value for field, value in state[1].items() if field in new or field not in old
    }
    document.update(new)
    return state[0], document


def _utf8(text: str | None) -> bytes | None:
    return None if text is None else text.encode()


def _before(one: Any, other: Any) -> bool:
    """SQL's order of ids: numbers, then text."""
    if isinstance(one, str) == isinstance(other, str):
        return bool(one < other)
    return isinstance(other, str)


def _id(key: Any) -> int | str | None:
    """An id as documents have it; None for anything else that stands in its place."""
    return key if isinstance(key, (int, str)) else None


def verify(path: Path, progress: Progress | None = None, *, timeout: float = 30.0) -> Verification:
    """Check the file at `path` as of one moment; others may go on writing meanwhile."""
    with sqlite.explained(path):
        connection = sqlite.connect(path, read_only=True, timeout=timeout)
    with closing(connection):
        problems: list[Problem] = []
        check: _Check | None = None
        try:
            connection.execute("BEGIN")
            check = _Check(connection, progress)
            check.run()
        except _Enough:
            pass
        except (sqlite3.Error, UnicodeDecodeError) as error:
            problems.append(Problem("", None, None, "SQLite: {error}", {"error": str(error)}))
        if check is None:
            return Verification(tuple(problems), 0, 0)
        if progress:
            progress(check.total, check.total)
        return Verification(
            (*check.problems, *problems), check.entries, check.documents, check.head.hex()
        )
