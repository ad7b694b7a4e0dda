"""Customer text is data: what could steer a terminal is made visible before it is printed."""

from __future__ import annotations

from unicodedata import category

_TURNS_DIRECTION = frozenset(
    "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
)


def plain(text: str) -> str:
    r"""`text` without anything a terminal would obey: control characters become their pictures.

    >>> plain("\x1b[31m王\u202e小")
    '␛[31m王�小'
    """
    return text if text.isprintable() else "".join(map(_visible, text))


def _visible(character: str) -> str:
    if character in "\n\r\t":
        return " "
    if character == "\x7f":
        return "␡"
    if ord(character) < 0x20:
        return chr(0x2400 + ord(character))
    if character in _TURNS_DIRECTION or category(character) in ("Cc", "Cs", "Co"):
        return "�"
    return " " if category(character) in ("Zl", "Zp") else character


def one_line(text: str) -> str:
    """`text` made harmless, on one line."""
    return " ".join(plain(text).split())
