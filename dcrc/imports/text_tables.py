"""Tables in plain text: the encoding is found by a ladder, the separator by what the lines agree on."""

from __future__ import annotations

import codecs
import csv
import io
import sys
from collections import Counter

from dcrc.exports import undefused

_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_LADDER = ("utf-8", "gb18030")
_GUARDS = ('="', "'")
_SEPARATORS = (",", "\t", ";", "|")
_SAMPLE_LINES = 50


def decode(data: bytes, encoding: str = "") -> tuple[str, str]:
    """The text in `data` and the encoding that fitted: a byte order mark, else UTF-8, else GB18030.

    A given `encoding` is used instead (Big5 looks like GB18030, so somebody has to say it).
    Raises UnicodeDecodeError when nothing fits, LookupError when there is no such encoding.
    """
    if encoding:
        return data.decode(encoding), encoding
    for mark, name in _BOMS:
        if data.startswith(mark):
            return data.decode(name), name
    if data[1:200:2].count(0) > 20:  # UTF-16 without its mark, as some DMS write "Unicode text"
        return data.decode("utf-16-le"), "utf-16-le"
    if b"\x00" in data[:4096]:
        raise UnicodeDecodeError("utf-8", data[:1], 0, 1, "binary data")
    try:
        return data.decode(_LADDER[0]), _LADDER[0]
    except UnicodeDecodeError:
        return data.decode(_LADDER[1]), _LADDER[1]


def delimited_rows(text: str) -> list[list[str]]:
    """The rows of comma, tab, semicolon or bar separated `text`; cells as written, quotes undone.

    Raises ValueError where quoting is broken beyond reading.
    """
    limit = csv.field_size_limit(sys.maxsize)
    try:
        return [
            [_unguarded(cell) if cell.startswith(_GUARDS) else cell for cell in row]
            for row in csv.reader(io.StringIO(text, newline=""), delimiter=separator_of(text))
        ]
    except csv.Error as error:
        raise ValueError(str(error)) from error
    finally:
        csv.field_size_limit(limit)


def separator_of(text: str) -> str:
    """The separator that the most lines agree about, comma where none tells.

    >>> separator_of("a\\tb,c\\td\\n1\\t2\\t3\\n")
    '\\t'
    """
    lines = [line for line in text[:200_000].splitlines()[:_SAMPLE_LINES] if line.strip()]

    def agreement(separator: str) -> tuple[int, int]:
        counts = Counter(count for line in lines if (count := line.count(separator)))
        if not counts:
            return (0, 0)
        count, often = max(counts.items(), key=lambda item: (item[1], item[0]))
        return (often, count)

    return max(_SEPARATORS, key=agreement)


def _unguarded(cell: str) -> str:
    """What was written so that a spreadsheet program leaves it alone, as it was meant.

    `="00123"` keeps it from eating zeros, `'=1+1` from calculating.
    """
    if cell.startswith("'"):
        return undefused(cell)
    return cell[2:-1].replace('""', '"') if cell.endswith('"') and len(cell) > 2 else cell
