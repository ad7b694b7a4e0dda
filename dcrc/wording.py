"""Texts carried by data: policies, forms and scripts say things in Chinese and in English.

What people typed is data too: it is stored as given and shown through `plain`.
"""

from __future__ import annotations

from unicodedata import category

import attrs

from dcrc.i18n import language


@attrs.frozen
class Wording:
    """One text in both languages; `str()` gives the current one, falling back to the other."""

    zh: str = ""
    en: str = ""

    def __str__(self) -> str:
        return (self.en or self.zh) if language() == "en" else (self.zh or self.en)


_TURNING = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def plain(text: str) -> str:
    r"""`text` as any screen may show it: what a terminal would obey is made visible, one line.

    Control characters become their pictures; line ends and tabs a blank; what turns the direction of
    writing, stray halves of characters and private ones the replacement character.

    >>> plain("\x1b[31m王\u202e小")
    '␛[31m王\ufffd小'
    """
    return text if text.isprintable() else "".join(map(_visible, text))


def _visible(character: str) -> str:
    if character in "\n\r\t\u2028\u2029":
        return " "
    if character < " ":
        return chr(0x2400 + ord(character))
    if character == "\x7f":
        return "␡"
    unseen = character in _TURNING or category(character) in ("Cc", "Cs", "Co", "Cn")
    return "\ufffd" if unseen else character
