"""The journal's chain: each entry's hash is made of what it says and of the hash before it."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256
from typing import TYPE_CHECKING

import orjson

if TYPE_CHECKING:
    from dcrc.store.operations import Operation

GENESIS = b"\x00" * 32
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


def chained(before: bytes, sealed: bytes, entry: Entry) -> bytes:
    """The hash of a journal entry on the one before."""
    number, table, doc_id, place, was, became = entry
    facts = orjson.dumps((number, table, doc_id, place, was is None, became is None))
    # JSON has no raw line feed, so the parts cannot run into each other
    return sha256(b"%b%b%b\n%b\n%b" % (before, sealed, facts, was or b"", became or b"")).digest()


def chained_new(
    before: bytes,
    sealed: bytes,
    number: int,
    table: str,
    doc_ids: Sequence[int | str],
    place: int,
    texts: Sequence[bytes],
) -> list[bytes]:
    """`chained` for new documents, whose entries begin with `number` and whose places with `place`."""
    digests = []
    digest = before
    dumps = orjson.dumps
    for n, (doc_id, text) in enumerate(zip(doc_ids, texts, strict=True)):
        facts = dumps((number + n, table, doc_id, place + n, True, False))
        digest = sha256(b"%b%b%b\n\n%b" % (digest, sealed, facts, text)).digest()
        digests.append(digest)
    return digests
