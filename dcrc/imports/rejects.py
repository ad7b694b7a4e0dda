"""The spreadsheet of what an import refused: where, what, why, and the row as it stood, to be mended."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from dcrc.exports.writing import Table, write_tables
from dcrc.i18n import t
from dcrc.imports.report import ImportReport, Place, Remark
from dcrc.imports.rows import SheetRows


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
            (t("Cells left out"), lambda sheet: sheet.warnings),
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
    return [str(cell) for cell in sheet.sheet.rows[sheet.recognised.header_row - 1]]


def _row(sheet: SheetRows, remark: Remark) -> list[Any]:
    return list(sheet.sheet.rows[remark.row - 1])
