"""Documents as JSON text, exactly as TinyDB's JSON file would keep them.

orjson does the work wherever its result cannot differ from the standard library's. What it cannot
keep (NaN, whole numbers beyond 64 bits, lone surrogates, very deep nesting) is written by `json` and
marked by a leading blank; such a text is called *odd* and is read back by `json` again.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import orjson

OPTIONS = orjson.OPT_PASSTHROUGH_DATACLASS | orjson.OPT_PASSTHROUGH_DATETIME


class Encoded(NamedTuple):
    """A document ready to be stored: its text in UTF-8, its plain JSON value, and whether the text is odd."""

    text: bytes
    plain: dict[str, Any]
    odd: bool


class Many(NamedTuple):
    """Documents encoded together; `odd` is None if no text is."""

    texts: Sequence[bytes]
    plain: Sequence[dict[str, Any]]
    odd: Sequence[bool] | None = None

    @classmethod
    def of(cls, encoded: Iterable[Encoded]) -> Many:
        """What was encoded one by one."""
        each = list(encoded)
        odd = [one.odd for one in each]
        return cls(
            [one.text for one in each], [one.plain for one in each], odd if any(odd) else None
        )


def encode(document: dict[Any, Any]) -> Encoded:
    """`document` as text; TypeError or ValueError where TinyDB's JSON file raises them too."""
    try:
        text = orjson.dumps(document, option=OPTIONS)
    except TypeError:
        return _encode_slowly(document)
    # orjson writes NaN and the infinities as null without a word
    if b"null" in text and _has_strange_number(document):
        return _encode_slowly(document)
    return Encoded(text, document, False)


def encode_many(documents: Sequence[dict[Any, Any]]) -> Many:
    """`encode` of each, at once where none needs a second look."""
    dumps = orjson.dumps
    try:
        texts = [dumps(document, None, OPTIONS) for document in documents]
    except TypeError:
        return Many.of(map(encode, documents))
    if b"null" in b"".join(texts):
        return Many.of(map(encode, documents))
    return Many(texts, documents)


def _encode_slowly(document: dict[Any, Any]) -> Encoded:
    text = json.dumps(document, separators=(",", ":"))
    plain = json.loads(text)
    try:
        plainly = orjson.dumps(plain)
    except TypeError:
        return Encoded(b" " + text.encode(), plain, True)
    if _has_strange_number(plain):
        return Encoded(b" " + text.encode(), plain, True)
    return Encoded(plainly, plain, False)


def _has_strange_number(value: Any) -> bool:
    if isinstance(value, float):
        return value != value or value in (float("inf"), float("-inf"))
    if isinstance(value, dict):
        return any(_has_strange_number(part) for part in value.values())
    if isinstance(value, list | tuple):
        return any(_has_strange_number(part) for part in value)
    return False


def decode(text: str) -> dict[str, Any]:
    """The document that `encode` wrote; ValueError when the text is no JSON object."""
    value = json.loads(text) if text[:1] == " " else orjson.loads(text)
    if not isinstance(value, dict):
        raise ValueError("not a JSON object")
    return value


def same(one: Any, other: Any) -> bool:
    """Whether two values are the same in storage: 1, 1.0 and True differ, the order of keys does not."""
    if type(one) is type(other) and isinstance(one, str | int | bool):
        return bool(one == other)
    return one is other or canonical(one) == canonical(other)


def canonical(value: Any) -> bytes:
    """Bytes that are equal for equal values only: keys sorted, types kept apart."""
    try:
        text = orjson.dumps(value, option=orjson.OPT_SORT_KEYS)
    except TypeError:
        pass
    else:
        if b"null" not in text:  # which orjson writes for NaN too
            return text
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True).encode()
