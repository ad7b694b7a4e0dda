"""Files become sheets of cells, whatever the file calls itself: the first bytes decide how it is read."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from datetime import date, datetime, time, timedelta
from pathlib import Path

import attrs
from python_calamine import CalamineError, PasswordError, SheetVisibleEnum, load_workbook

from dcrc.errors import InOutError, InputError
from dcrc.imports.extent import check_extent
from dcrc.imports.markup_tables import html_tables, xml_sheets
from dcrc.imports.text_tables import decode, delimited_rows
from dcrc.system_faults import why

Cell = str | int | float | bool | date | datetime | time | timedelta | None
Rows = Sequence[Sequence[Cell]]

_ZIP = b"PK\x03\x04"
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_NO_TABLES = {
    b"%PDF": "PDF",
    b"\x89PNG": "PNG",
    b"\xff\xd8\xff": "JPEG",
    b"SQLite format 3": "SQLite",
}


@attrs.frozen
class Sheet:
    """One table as it stands in the file: `rows[0]` is the spreadsheet's row 1."""

    name: str
    rows: Rows
    hidden: bool = False


@attrs.frozen
class Book:
    """A file that was read; `format` is xlsx, xls, csv, html or xml, `encoding` that of a text file."""

    path: Path
    format: str
    sheets: tuple[Sheet, ...]
    encoding: str = ""


def read_book(path: Path, encoding: str = "") -> Book:
    """All sheets of the file at `path`; `encoding` is only asked for where a text file needs help.

    Raises InOutError when the file cannot be opened, InputError when it holds no readable table.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise InOutError(
            "{file} cannot be read: {reason}.", file=str(path), reason=why(error)
        ) from error
    if not data.strip(b"\x00 \t\r\n"):
        raise InputError("{file} is empty.", file=path.name)
    if data.startswith(_ZIP):
        check_extent(path.name, data)
        return Book(path, "xlsx", _workbook(path, data))
    if data.startswith(_OLE):
        return Book(path, "xls", _workbook(path, data))
    for start, what in _NO_TABLES.items():
        if data.startswith(start):
            raise InputError(
                "{file} is a {format} file, not a table: export it as xlsx or csv.",
                file=path.name,
                format=what,
            )
    return _text(path, data, encoding)


def _workbook(path: Path, data: bytes) -> tuple[Sheet, ...]:
    if data.startswith(_OLE) and "EncryptedPackage".encode("utf-16-le") in data:
        raise _protected(path)
    try:
        with load_workbook(io.BytesIO(data)) as book:
            return tuple(
                Sheet(
                    sheet.name,
                    book.get_sheet_by_name(sheet.name).to_python(skip_empty_area=False),
                    hidden=sheet.visible is not SheetVisibleEnum.Visible,
                )
                for sheet in book.sheets_metadata
            )
    except PasswordError as error:
        raise _protected(path) from error
    except CalamineError as error:
        raise InputError(
            "{file} is damaged or no workbook ({reason}): open it in the spreadsheet program, save it "
            "as xlsx and import that.",
            file=path.name,
            reason=str(error),
        ) from error


def _protected(path: Path) -> InputError:
    return InputError(
        "{file} is protected by a password: open it, take the password off, save it and import again.",
        file=path.name,
    )


def _text(path: Path, data: bytes, encoding: str) -> Book:
    try:
        text, used = decode(data, encoding)
    except LookupError:
        raise InputError(
            "There is no encoding {name}; try gb18030, big5 or utf-8.",
            field="encoding",
            name=encoding,
        ) from None
    except UnicodeDecodeError as error:
        raise InputError(
            "{file} is no table that can be read: it is neither a workbook nor text in UTF-8 or "
            "GB18030. If it is text in another encoding, name the encoding.",
            file=path.name,
        ) from error
    start = text[:4096].lstrip("\ufeff \t\r\n").lower()
    try:
        if (
            start.startswith("<?xml")
            and "urn:schemas-microsoft-com:office:spreadsheet" in text[:8192]
        ):
            return Book(path, "xml", _named(xml_sheets(text)), used)
        if start.startswith("<") and ("<html" in start or "<table" in text[:65536].lower()):
            tables = html_tables(text)
            names = [(path.stem if n == 0 else f"{path.stem} {n + 1}") for n in range(len(tables))]
            return Book(path, "html", _named(zip(names, tables, strict=True)), used)
        return Book(path, "csv", (Sheet(path.stem, delimited_rows(text)),), used)
    except ValueError as error:
        raise InputError(
            "{file} is damaged: {reason}.", file=path.name, reason=str(error)
        ) from error


def _named(sheets: Iterable[tuple[str, Rows]]) -> tuple[Sheet, ...]:
    return tuple(Sheet(name, rows) for name, rows in sheets)
