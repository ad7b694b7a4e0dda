"""How far the sheets of a workbook reach, told from the file before anybody makes room for them.

A reader makes room for the whole rectangle from A1 to the last cell. One stray blank in XFD1048576 is a
rectangle of 17 thousand million cells, for which no machine has memory.
"""

from __future__ import annotations

import io
import re
import zlib
from collections.abc import Iterator
from typing import IO
from xml.etree import ElementTree
from zipfile import BadZipFile, ZipFile

from dcrc.errors import InputError

MOST_CELLS = (
    25_000_000  # a million rows of 25 columns; what fits into the memory of a small machine
)
_SHEET = re.compile(r"xl/worksheets/[^/]+\.xml", re.IGNORECASE)
_RANGE = re.compile(rb'<(?:\w+:)?dimension\s[^>]*?ref="([A-Z]{1,3}\d+):([A-Z]{1,3})(\d+)"')
_FILLED = re.compile(rb'<(?:\w+:)?c\s(?:[^>]*?\s)?r="([A-Z]{1,3})(\d{1,7})"(?:[^>]*[^/>])?>')
_SMALL = 4_000_000  # bytes of a sheet that is looked through whatever it says of itself
_CHUNK = 1 << 20
_LONGEST = 1000  # bytes of a cell's tag
_RELATIONS = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"


def check_extent(name: str, data: bytes) -> None:
    """Raise InputError if a sheet of the xlsx workbook `data` called `name` reaches too far.

    A sheet that says how far it reaches, and says little, is believed if it is large; the cells of all
    others are looked through. What is no zip file or no workbook is left to the reader to complain about.
    """
    try:
        with ZipFile(io.BytesIO(data)) as package:
            for part in package.infolist():
                if _SHEET.fullmatch(part.filename):
                    with package.open(part) as sheet:
                        column, row = _reach(sheet, part.file_size)
                    if column and _number(column) * row > MOST_CELLS:
                        raise InputError(
                            "{file}, sheet {sheet}: it reaches to cell {cell}, which is too far for a "
                            "table. Delete the columns and rows behind the table, save and import again.",
                            file=name,
                            sheet=_title(package, part.filename),
                            cell=f"{column}{row}",
                        )
    except (BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError):
        return


def _reach(sheet: IO[bytes], size: int) -> tuple[str, int]:
    """The last column and the last row in which something stands; ("", 0) where there is nothing."""
    start = sheet.read(_CHUNK)
    said = _RANGE.search(start, 0, 10_000)
    if said and size > _SMALL and _number(said[2].decode()) * int(said[3]) <= MOST_CELLS:
        return said[2].decode(), int(said[3])
    columns, last = {""}, 0
    for text in _overlapping(start, sheet):
        found = _FILLED.findall(text)
        columns.update({column.decode() for column, _ in found})
        last = max(last, max((int(row) for _, row in found), default=0))
    return max(columns, key=_number), last


def _overlapping(start: bytes, sheet: IO[bytes]) -> Iterator[bytes]:
    """A file in pieces; a tag that is cut in two is whole in one of them."""
    text = start
    while text:
        yield text
        more = sheet.read(_CHUNK)
        text = text[-_LONGEST:] + more if more else b""


def _number(column: str) -> int:
    """Which column it is, from 1.

    >>> _number("A"), _number("AA"), _number("XFD")
    (1, 27, 16384)
    """
    number = 0
    for letter in column:
        number = 26 * number + ord(letter) - 64
    return number


def _title(package: ZipFile, part: str) -> str:
    """What the sheet in `part` is called; the part's own name if the workbook does not say."""
    try:
        relations = ElementTree.fromstring(package.read("xl/_rels/workbook.xml.rels"))
        ids = {each.get("Id") for each in relations if str(each.get("Target")).endswith(part[3:])}
        for each in ElementTree.fromstring(package.read("xl/workbook.xml")).iter():
            if each.get(_RELATIONS) in ids - {None}:
                return each.get("name") or part
    except (KeyError, ElementTree.ParseError):
        pass
    return part
