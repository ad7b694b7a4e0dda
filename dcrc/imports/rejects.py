"""The spreadsheet of what an import refused: where, what, why, and the row as it stood, to be mended."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from dcrc.errors import DcrcError, InOutError, UsageError
from dcrc.exports.writing import Table, check_target, undefused, write_tables
from dcrc.i18n import LANGUAGES, speaking, t
from dcrc.imports.cells import text_of
from dcrc.imports.reading import read_book
from dcrc.imports.report import ImportReport, Place, Remark
from dcrc.imports.rows import SheetRows


def check_rejects(target: Path, sources: Sequence[Path], overwrite: bool) -> None:
    """Raise unless `target` may be written: never a source, no file of somebody's without `overwrite`.

    A file that an import wrote for its refused rows gives way to the next one.
    """
    check_target(target)
    if any(_same(target, source) for source in sources):
        raise UsageError(
            "{path} is one of the files to import; name another file for the refused rows.",
            path=str(target),
        )
    if target.exists() and not overwrite and not _is_rejects(target):
        raise InOutError(
            "{path} exists already and is no file of refused rows; name another file,"
            " or add --overwrite to replace it.",
            path=str(target),
        )


def _same(one: Path, other: Path) -> bool:
    if one.exists() and other.exists():
        return one.samefile(other)
    return one.resolve() == other.resolve()


def _is_rejects(file: Path) -> bool:
    """Whether an import wrote `file`: its first table begins with the columns about refused rows."""
    try:
        headers = _first_headers(file)
    except (DcrcError, OSError, ValueError):
        return False
    for language in LANGUAGES:
        with speaking(language):
            about = list(_about_headers())
        if headers[: len(about)] == about:
            return True
    return False


def _first_headers(file: Path) -> list[str]:
    if file.suffix.lower() == ".json":
        tables = json.loads(file.read_text("utf-8"))
        rows = next(iter(tables.values()), None) if isinstance(tables, dict) else None
        row = rows[0] if isinstance(rows, list) and rows else None
        return list(row) if isinstance(row, dict) else []
    sheets = read_book(file).sheets
    rows = sheets[0].rows if sheets else []
    return [undefused(text_of(cell)).strip() for cell in rows[0]] if rows else []


def write_rejects(target: Path, found: Iterable[SheetRows], report: ImportReport) -> None:
    """Write refused rows, and cells that were left out, to `target` (xlsx, csv or json).

    Each remark is one line followed by its whole row under the headers of its sheet; a sheet with other
    headers begins a table of its own. CSV holds the refused rows alone.
    """
    sheets = list(found)
    tables = [
        table
        for title, pick in (
            (t("Refused rows"), lambda sheet: sheet.rejected),
            (t("Remarks"), lambda sheet: sheet.warnings),
        )
        for table in _tables(title, sheets, pick)
    ]
    if not tables:
        return
    if target.suffix.lower() == ".csv":
        refused = [sheet for sheet in sheets if sheet.rejected] or sheets
        tables = [_flat(t("Refused rows"), refused)]
    write_tables(target, tables)


def _tables(title: str, sheets: Iterable[SheetRows], pick: Any) -> Iterator[Table]:
    for sheet in sheets:
        remarks = sorted(pick(sheet), key=lambda remark: remark.row)
        if remarks:
            headers = (*_about_headers(), *_headers(sheet))
            rows = [(*_about(sheet.place, remark), *_row(sheet, remark)) for remark in remarks]
            yield Table(f"{title} {sheet.place.sheet}", headers, rows)


def _flat(title: str, sheets: Iterable[SheetRows]) -> Table:
    rows = [
        (*_about(sheet.place, remark), *_row(sheet, remark))
        for sheet in sheets
        for remark in sorted(sheet.rejected, key=lambda remark: remark.row)
    ]
    return Table(title, _about_headers(), rows)


def _about_headers() -> tuple[str, ...]:
    return (t("File"), t("Sheet"), t("Row"), t("Column"), t("Value"), t("Reason"))


def _about(place: Place, remark: Remark) -> tuple[Any, ...]:
    column = remark.column or remark.field
    return (remark.file, place.sheet, remark.row, column, remark.value, remark.reason)


def _headers(sheet: SheetRows) -> list[str]:
    return [str(cell) for cell in sheet.headers]


def _row(sheet: SheetRows, remark: Remark) -> list[Any]:
    return list(sheet.cells(remark.row))
