"""Texts carried by data: policies, forms and scripts say things in Chinese and in English.

What people typed is data too: it is stored as given and shown through `plain`.
"""

from __future__ import annotations

from typing import Self
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


class Coded(str):
    """A code that people read as words: `str()` and blanks in messages give the words, JSON keeps the code.

    `listed` gives the words too; `str.join`, `+` and all methods of strings know the code alone.

    >>> word = Coded("open", "待办")
    >>> f"{word}", word == "open", word.code
    ('待办', True, 'open')
    >>> from dcrc.i18n import listed
    >>> listed([word, "2"]), ", ".join([word, "2"])
    ('待办、2', 'open, 2')
    """

    __slots__ = ("said",)

    def __new__(cls, code: str, said: object) -> Self:
        """`said` is a text, or a `Wording` that follows the language."""
        made = super().__new__(cls, code)
        made.said = said
        return made

    said: object

    @property
    def code(self) -> str:
        """The code alone."""
        return str.__str__(self)

    def __str__(self) -> str:
        return str(self.said)

    def __format__(self, spec: str) -> str:
        return format(str(self), spec)


class Fen(int):
    """An amount in fen, which people read in yuan; files for machines keep the fen.

    >>> f"{Fen(6_190_000)}", Fen(6_190_000).yuan
    ('61,900.00', 61900.0)
    """

    __slots__ = ()

    @property
    def yuan(self) -> float:
        """The amount as people reckon."""
        return self / 100

    def __str__(self) -> str:
        return f"{self.yuan:,.2f}"

    def __format__(self, spec: str) -> str:
        return format(str(self), spec)


def plain(text: str, *, lines: bool = False) -> str:
    r"""`text` as any screen may show it: what a terminal would obey is made visible; markup stays as typed.

    Control characters become their pictures; marks that turn the direction of writing, stray halves of
    characters and private ones the replacement character; line ends and tabs a blank, unless `lines`.

    >>> plain("\x1b[31m王\u202e小\n明")
    '␛[31m王\ufffd小 明'
    """
    return text if text.isprintable() else "".join(_visible(each, lines) for each in text)


def _visible(character: str, lines: bool) -> str:
    if character.isprintable():
        return character
    if character in "\r\n\t\u2028\u2029":
        return "\n" if lines and character == "\n" else ("" if character == "\r" else " ")
    if character < " ":
        return chr(0x2400 + ord(character))
    if character == "\x7f":
        return "␡"
    if character == "\u200d":
        return ""  # joins emoji; terminals disagree on the width of what comes out
    if category(character) == "Zs":
        return " "
    if ord(character) >= 0x20000 and category(character) == "Cn":
        return character  # rare Chinese characters newer than this Python's tables
    return "\ufffd"
