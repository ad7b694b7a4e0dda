"""How document values and ids become SQL values that order and compare as they do in Python.

A missing field is NULL, None is minus infinity, booleans are 0 and 1, numbers and text are
themselves, lists and objects are one marker each. SQL then orders: missing, None, numbers, text,
containers. Values that SQL cannot hold (NaN, the infinities, beyond 64 bits, lone surrogates) occur
only in odd documents, which every translated query takes in and leaves to Python.
"""

from __future__ import annotations

from typing import Any

Key = None | int | float | str | bytes
Path = tuple[str, ...]

NONE = float("-inf")
CONTAINER = b"\x01"
UNCLEAR = b"\x02"
_LARGEST = 2**63
_DIGITS = 19  # no whole number of SQLite has more


def key_of(value: Any) -> Key:
    """The SQL value that stands for `value` in an index."""
    kind = type(value)
    if kind is str:
        return _text(value)
    if value is None:
        return NONE
    if kind is bool:
        return int(value)
    if isinstance(value, int):
        return int(value) if -_LARGEST <= value < _LARGEST else UNCLEAR
    if isinstance(value, float):
        return float(value) if value - value == 0 else UNCLEAR
    if isinstance(value, str):
        return _text(str(value))
    return CONTAINER


def _text(value: str) -> Key:
    if value.isascii():
        return value
    try:
        value.encode()
    except UnicodeEncodeError:
        return UNCLEAR
    return value


def value_at(document: Any, path: Path) -> tuple[bool, Any]:
    """Whether `document` has something at `path`, and what."""
    for part in path:
        if not isinstance(document, dict) or part not in document:
            return False, None
        document = document[part]
    return True, document


def key_at(document: dict[str, Any], path: Path) -> Key:
    """The index value of a document's field; NULL when it has none."""
    if len(path) == 1:
        return key_of(document[path[0]]) if path[0] in document else None
    found, value = value_at(document, path)
    return key_of(value) if found else None


def element_keys(document: dict[str, Any], path: Path) -> frozenset[Key]:
    """The index values of the elements of a list field; text and objects get one marker."""
    found, value = value_at(document, path)
    if not found:
        return frozenset()
    if isinstance(value, list | tuple):
        return frozenset(key_of(element) for element in value)
    return frozenset((UNCLEAR,)) if isinstance(value, str | dict) else frozenset()


def id_key(doc_id: Any) -> int | str:
    """The SQL value of a document id; a text that is a plain whole number is that number."""
    if type(doc_id) is str and len(doc_id) > _DIGITS:
        return doc_id
    if type(doc_id) is int and -_LARGEST <= doc_id < _LARGEST:
        return doc_id
    text = str(doc_id)
    if len(text) < 19 and text.removeprefix("-").isdecimal() and text.isascii():
        number = int(text)
        if str(number) == text:
            return number
    return text


def sort_key(present: bool, value: Any) -> tuple[int, Any]:
    """Orders any JSON values as SQL orders their keys."""
    if not present:
        return (0, 0)
    key = key_of(value)
    if isinstance(key, str):
        return (3, key)
    if isinstance(key, bytes):
        return (2, value) if isinstance(value, int | float) and value == value else (4, 0)
    return (1, 0) if value is None else (2, key)


def following(text: str) -> str | None:
    """The smallest text greater than everything that starts with `text`; None if there is none."""
    for end in range(len(text), 0, -1):
        code = ord(text[end - 1]) + 1
        if 0xD800 <= code <= 0xDFFF:
            code = 0xE000
        if code <= 0x10FFFF:
            return text[: end - 1] + chr(code)
    return None
