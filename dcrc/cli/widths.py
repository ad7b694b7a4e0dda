"""How many terminal cells a text takes: Chinese characters take two, combining marks none."""

from __future__ import annotations

from functools import lru_cache
from unicodedata import category, east_asian_width

ELLIPSIS = "…"


@lru_cache(maxsize=8192)
def cell_width(character: str) -> int:
    """Cells of one character: 0, 1 or 2 (ambiguous ones count as narrow, as terminals draw them)."""
    if east_asian_width(character) in "WF":
        return 2
    return 0 if category(character) in ("Mn", "Me", "Cf", "Cc") else 1


def width(text: str) -> int:
    """Cells of `text` on a terminal.

    >>> width("王小明 A")
    8
    """
    return len(text) if text.isascii() else sum(map(cell_width, text))


def clip(text: str, cells: int) -> str:
    """`text` within `cells`, its loss shown by an ellipsis.

    >>> clip("王小明和他的朋友", 8)
    '王小明…'
    """
    if width(text) <= cells:
        return text
    kept, used = [], 0
    for character in text:
        used += cell_width(character)
        if used > cells - 1:
            break
        kept.append(character)
    return "".join(kept) + ELLIPSIS if cells > 0 else ""


def pad(text: str, cells: int, right: bool = False) -> str:
    """`text` filled with blanks to `cells`, to the left of it when it stands `right`."""
    blanks = " " * (cells - width(text))
    return blanks + text if right else text + blanks


def wrap(text: str, cells: int) -> list[str]:
    """Lines of at most `cells`: broken at blanks, and between Chinese characters.

    >>> wrap("a bb 王小明", 6)
    ['a bb', '王小明']
    """
    lines: list[str] = []
    line = ""
    for word in _words(text):
        if line and width(line) + width(word.rstrip()) > cells:
            lines.append(line.rstrip())
            line = word.lstrip()
        else:
            line += word
    if line.strip():
        lines.append(line.rstrip())
    return lines


_CLOSING = "，。；：、！？）》」』”"


def _words(text: str) -> list[str]:
    words: list[str] = []
    word = ""
    for character in text:
        if cell_width(character) == 2 and character not in _CLOSING:
            if word:
                words.append(word)
            word = character
        elif character == " ":
            words.append(word + " ")
            word = ""
        elif word and cell_width(word[-1]) == 2 and character not in _CLOSING:
            words.append(word)
            word = character
        else:
            word += character
    if word:
        words.append(word)
    return words
