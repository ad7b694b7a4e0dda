"""Tables are written: spreadsheets, CSV and JSON, where every text stays the text it was.

A cell's text is never a formula: spreadsheets store it as text; in CSV, which cannot, a text that a
spreadsheet program would calculate gets an apostrophe in front (and so does one that begins with an
apostrophe, so that taking one away gives every text back).
"""

from __future__ import annotations

import csv
import json
import os
import re
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import date, datetime
from errno import EISDIR
from pathlib import Path
from typing import Any
from unicodedata import east_asian_width

import attrs

from dcrc.errors import InOutError, UsageError
from dcrc.i18n import t
from dcrc.private_files import share_like
from dcrc.system_faults import why
from dcrc.wording import Fen

FORMATS = (".xlsx", ".csv", ".json")
_DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\n", "'", "＝", "＋", "－", "＠")
_LAST_ROW = 1_048_575  # of a spreadsheet, counted from 0
_LONGEST = 32_767  # characters that a spreadsheet cell holds
_NOT_IN_NAMES = re.compile(r"[\[\]:*?/\\']")


@attrs.frozen
class Table:
    """A table to be written: `keys` name the columns in JSON (the headers do without them)."""

    name: str
    headers: tuple[str, ...]
    rows: Iterable[Sequence[Any]]
    keys: tuple[str, ...] = ()


def write_tables(
    target: Path, tables: Sequence[Table], *, before_done: Callable[[], None] | None = None
) -> int:
    """Write `tables` to `target` by its ending (.xlsx, .csv, .json); how many rows.

    The file appears whole or not at all; `before_done` is called when it is ready to appear. Raises
    UsageError for another ending or several tables in CSV, InOutError when the system refuses.
    """
    ending = _ending(target)
    if ending == ".csv" and len(tables) > 1:
        raise UsageError(
            "A csv file holds one table: name one, or write an xlsx file.", file=target.name
        )
    counted = [_Counted(table) for table in tables]
    with _appearing(target) as path:
        if ending == ".xlsx":
            _write_xlsx(path, counted)
        elif ending == ".csv":
            _write_csv(path, counted)
        else:
            _write_json(path, counted)
        if before_done is not None:
            before_done()
    return sum(table.count for table in counted)


def check_target(target: Path) -> None:
    """Raise what `write_tables` would raise if `target` has another ending or no file can be made there."""
    _ending(target)
    with _refused(target):
        if target.is_dir():
            raise IsADirectoryError(EISDIR, os.strerror(EISDIR))
        handle, name = _beside(target)
        os.close(handle)
        Path(name).unlink()


def _ending(target: Path) -> str:
    ending = target.suffix.lower()
    if ending not in FORMATS:
        raise UsageError(
            "{file}: tables are written as {formats}.",
            file=target.name,
            formats=", ".join(FORMATS),
        )
    return ending


def _beside(target: Path) -> tuple[int, str]:
    return tempfile.mkstemp(target.suffix, f".{target.stem}-", target.parent)


@attrs.define
class _Counted:
    table: Table
    count: int = 0

    def rows(self) -> Iterator[Sequence[Any]]:
        for row in self.table.rows:
            self.count += 1
            yield row


@contextmanager
def _appearing(target: Path) -> Iterator[Path]:
    """A path beside `target` that becomes it if all goes well."""
    with _refused(target):
        handle, name = _beside(target)
        os.close(handle)
        path = Path(name)
        try:
            yield path
            share_like(path, target)
            os.replace(path, target)
        finally:
            path.unlink(missing_ok=True)


@contextmanager
def _refused(target: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise InOutError(
            "{file} cannot be written: {reason}.",
            file=str(target),
            reason=why(error),
        ) from error


def _write_xlsx(path: Path, tables: Sequence[_Counted]) -> None:
    # rows wait in files of their own: whatever happens, none of a customer's data stays behind there
    with tempfile.TemporaryDirectory(prefix="dcrc-") as folder:
        _write_book(path, tables, folder)


def _write_book(path: Path, tables: Sequence[_Counted], folder: str) -> None:
    from xlsxwriter import Workbook
    from xlsxwriter.exceptions import FileCreateError

    book = Workbook(
        str(path),
        {
            "constant_memory": True,
            "tmpdir": folder,
            "strings_to_formulas": False,
            "strings_to_numbers": False,
            "strings_to_urls": False,
        },
    )
    writer = _Sheets(book)
    try:
        for table in tables:
            writer.write(table)
        writer.write_long_texts()
        book.close()
    except FileCreateError as error:
        raise OSError(getattr(error.args[0], "errno", 0), str(error)) from error
    finally:
        for sheet in book.worksheets():
            with suppress(OSError):  # what could not be written is reported already
                sheet.row_data_fh.close()


class _Sheets:
    """The sheets of one workbook; what is too long for a cell goes on in a sheet of its own."""

    def __init__(self, book: Any) -> None:
        self.book = book
        self.bold = book.add_format({"bold": True, "bottom": 1})
        self.day = book.add_format({"num_format": "yyyy-mm-dd"})
        self.moment = book.add_format({"num_format": "yyyy-mm-dd hh:mm"})
        self.money = book.add_format({"num_format": "#,##0.00"})
        self.names: set[str] = set()
        self.long: list[tuple[str, str, int, str]] = []

    def write(self, table: _Counted) -> None:
        sheet, number = self._sheet(table.table), 0
        for row in table.rows():
            number += 1
            if number > _LAST_ROW:
                sheet, number = self._sheet(table.table), 1
            for column, value in enumerate(row):
                self._cell(sheet, number, column, value)

    def _sheet(self, table: Table) -> Any:
        sheet = self.book.add_worksheet(self._name(table.name))
        for column, header in enumerate(table.headers):
            sheet.set_column(column, column, min(max(_width(header) + 2, 10), 40))
        for column, header in enumerate(table.headers):
            sheet.write_string(0, column, header[:_LONGEST], self.bold)
        sheet.freeze_panes(1, 0)
        return sheet

    def _name(self, wanted: str) -> str:
        plain = _NOT_IN_NAMES.sub("_", wanted).strip()[:28] or "-"
        name, again = plain, 2
        while name.lower() in self.names:
            name, again = f"{plain[:25]} {again}", again + 1
        self.names.add(name.lower())
        return name

    def _cell(self, sheet: Any, row: int, column: int, value: Any) -> None:
        if value is None or value == "":
            return
        if isinstance(value, bool):
            sheet.write_boolean(row, column, value)
        elif isinstance(value, Fen):
            sheet.write_number(row, column, value.yuan, self.money)
        elif isinstance(value, (int, float)) and abs(value) < 1e15:
            sheet.write_number(row, column, value)
        elif isinstance(value, datetime):
            sheet.write_datetime(row, column, value.replace(tzinfo=None), self.moment)
        elif isinstance(value, date):
            sheet.write_datetime(row, column, value, self.day)
        else:
            text = _whole(str(value))
            sheet.write_string(row, column, text[:_LONGEST])
            for part in range(1, (len(text) - 1) // _LONGEST + 1):
                self.long.append(
                    (
                        sheet.get_name(),
                        f"{_letters(column)}{row + 1}",
                        part + 1,
                        text[part * _LONGEST : (part + 1) * _LONGEST],
                    )
                )

    def write_long_texts(self) -> None:
        if self.long:
            headers = (t("Sheet"), t("Cell"), t("Part"), t("Text"))
            rows, self.long = self.long, []
            self.write(_Counted(Table(t("Long texts"), headers, rows)))


def _write_csv(path: Path, tables: Sequence[_Counted]) -> None:
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file, lineterminator="\r\n")
        for table in tables:
            writer.writerow([defused(header) for header in table.table.headers])
            writer.writerows([_csv_cell(value) for value in row] for row in table.rows())


def _csv_cell(value: Any) -> Any:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, Fen):
        return f"{value.yuan:.2f}"
    if isinstance(value, (int, float)):
        return value
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M")
    if isinstance(value, date):
        return value.isoformat()
    return defused(_whole(str(value)))


def defused(text: str) -> str:
    """`text` so that no spreadsheet program calculates it when it opens a CSV file.

    >>> defused("=1+1"), defused("王小明")
    ("'=1+1", '王小明')
    """
    return "'" + text if text.startswith(_DANGEROUS) else text


def undefused(text: str) -> str:
    """What `defused` made harmless, as it was; other texts stay.

    >>> undefused("'=1+1"), undefused("王小明")
    ('=1+1', '王小明')
    """
    return text[1:] if text.startswith("'") and text[1:].startswith(_DANGEROUS) else text


def _write_json(path: Path, tables: Sequence[_Counted]) -> None:
    with path.open("w", encoding="utf-8") as file:
        file.write("{")
        for number, table in enumerate(tables):
            keys = table.table.keys or table.table.headers
            file.write(f"{',' if number else ''}\n{json.dumps(table.table.name)}: [")
            for place, row in enumerate(table.rows()):
                written = dict(zip(keys, row, strict=False))
                text = json.dumps(written, ensure_ascii=False, default=_plain)
                file.write(f"{',' if place else ''}\n{_whole(text)}")
            file.write("\n]")
        file.write("\n}\n")


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, (date, datetime)) else str(value)


def _whole(text: str) -> str:
    """`text` with halves of characters, which no file can hold, shown as question marks."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode("utf-8")


def _width(text: str) -> int:
    return sum(2 if east_asian_width(sign) in "WF" else 1 for sign in text)


def _letters(column: int) -> str:
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return letters
