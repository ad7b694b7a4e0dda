"""The journal's chain: each hash is made of what the entries since the last hash say, and of that hash."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from hashlib import sha256
from typing import TYPE_CHECKING

import orjson

if TYPE_CHECKING:
    from dcrc.store.operations import Operation

GENESIS = b"\x00" * 32
COVERED = b""  # in place of the hash of an entry that is not the last of its link
LONGEST = (
    1_000  # entries of one link; files have links of that length, so it may grow, never shrink
)
Entry = tuple[int, str, int | str, int | None, bytes | None, bytes | None]
"""Number, table, document, place, what it was and what it became."""


def seal(operation: Operation) -> bytes:
    """The part of each entry's hash that is the operation's."""
    return orjson.dumps(
        [
            operation.number,
            operation.at.isoformat(),
            operation.operator,
            operation.installation,
            operation.name,
            operation.batch,
        ]
    )


def line(entry: Entry) -> bytes:
    """What the journal says in an entry, for `linked`."""
    number, table, doc_id, place, was, became = entry
    facts = orjson.dumps((number, table, doc_id, place, was is None, became is None))
    # JSON has no raw line feed, so the parts cannot run into each other
    return b"%b\n%b\n%b" % (facts, was or b"", became or b"")


def lines_of_new(
    number: int, table: str, doc_ids: Sequence[int | str], place: int, texts: Sequence[bytes]
) -> Iterator[bytes]:
    """`line` of new documents, whose entries begin with `number` and whose places with `place`."""
    dumps = orjson.dumps
    for n, (doc_id, text) in enumerate(zip(doc_ids, texts, strict=True)):
        yield dumps((number + n, table, doc_id, place + n, True, False)) + b"\n\n" + text


class Link:
    """A link of the chain in the making: some entries of one operation, of which the last keeps the hash."""

    def __init__(self, before: bytes, sealed: bytes) -> None:
        self._hash = sha256(before + sealed)
        self.entries = 0

    def add(self, said: bytes) -> None:
        """Go on with an entry's `line`."""
        self._hash.update(b"\n" + said if self.entries else said)
        self.entries += 1

    def digest(self) -> bytes:
        """The hash of all entries so far."""
        return self._hash.digest()


def linked(before: bytes, sealed: bytes, lines: Iterable[bytes]) -> bytes:
    """The hash of a link on the one before."""
    link = Link(before, sealed)
    for each in lines:
        link.add(each)
    return link.digest()
