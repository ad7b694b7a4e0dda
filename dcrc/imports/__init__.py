"""Tables come in: dealers' spreadsheets become customers, vehicles and events."""

from dcrc.imports.batch import import_files
from dcrc.imports.report import (
    Counts,
    FileReport,
    Import,
    ImportReport,
    Rejected,
    Remark,
    SheetReport,
)

__all__ = [
    "Counts",
    "FileReport",
    "Import",
    "ImportReport",
    "Rejected",
    "Remark",
    "SheetReport",
    "import_files",
]
