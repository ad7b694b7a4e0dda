"""What an import did, or would do: counts, mapping, and every cell that was refused or left out."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import attrs

from dcrc.errors import DcrcError


@attrs.frozen
class Place:
    """A sheet of a file; `several` says that the file has more, so that rows need the sheet's name."""

    number: int  # of the file, from 0
    file: str
    sheet: str
    several: bool = False

    def ref(self, row: int) -> str:
        """A row as the spreadsheet shows it: `17`, or `机修!17` in a file of several sheets."""
        return f"{self.sheet}!{row}" if self.several else str(row)


@attrs.frozen
class Remark:
    """A cell that was refused or left out. `ref` is the row with its sheet, `row` the bare number.

    `column` is the header as written, `field` the profile's name for it.
    """

    file: str
    ref: str
    row: int
    column: str
    field: str
    value: str
    reason: str


Rejected = Remark


@attrs.define
class Counts:
    """Rows by what they did; `rejected` counts rows, however many of their cells were wrong."""

    new: int = 0
    changed: int = 0
    unchanged: int = 0
    duplicate: int = 0
    rejected: int = 0

    @property
    def total(self) -> int:
        """All data rows."""
        return self.new + self.changed + self.unchanged + self.duplicate + self.rejected

    def add(self, other: Counts) -> None:
        """Count the rows of `other` too."""
        for field in attrs.fields(Counts):
            setattr(self, field.name, getattr(self, field.name) + getattr(other, field.name))


@attrs.define
class SheetReport:
    """One sheet: its profile, the headers and what they were taken for, what was left, and the counts.

    `mapping` is header → field; `kept` are headers without a meaning (their texts stay in the records'
    `extra` unless the policy says otherwise), `ignored` those that need none; `aside` are rows that are no
    data (`empty`, `total`, `header`, `footer` → row numbers).
    """

    sheet: str
    profile: str
    header_row: int
    mapping: dict[str, str]
    kept: tuple[str, ...] = ()
    ignored: tuple[str, ...] = ()
    aside: dict[str, list[int]] = attrs.field(factory=dict)
    counts: Counts = attrs.field(factory=Counts)


@attrs.define
class FileReport:
    """One file: how it was read, and its sheets."""

    file: str
    format: str
    encoding: str = ""
    sheets: list[SheetReport] = attrs.field(factory=list)


class Note(DcrcError):
    """What is to be known of an import that went on: said as errors are, but never raised."""


@attrs.define
class ImportReport:
    """All of one import. `batch` names it for undo; "" when nothing was written.

    `records` counts records by table: `{"customers": (new, changed)}`. `rejected` has one remark per wrong
    cell of a refused row, `warnings` what is to be known of rows that count, `notes` whatever else
    should be known.
    """

    files: list[FileReport] = attrs.field(factory=list)
    rejected: list[Remark] = attrs.field(factory=list)
    warnings: list[Remark] = attrs.field(factory=list)
    notes: list[Note] = attrs.field(factory=list)
    records: dict[str, tuple[int, int]] = attrs.field(factory=dict)
    batch: str = ""
    dry_run: bool = False
    cancelled: bool = False
    rejects_file: str = ""

    @property
    def counts(self) -> Counts:
        """Rows of all sheets together."""
        total = Counts()
        for file in self.files:
            for sheet in file.sheets:
                total.add(sheet.counts)
        return total


@attrs.frozen
class Import:
    """The record of an import in the table `imports`: what came in, by whom, under which batch.

    `sources` are the profiles; `contested` keeps what each said where several of them disagreed, so that
    neither is taken for news when it says the same again: `{doc_id: {field: {source: value}}}`.
    """

    id: str
    batch: str
    at: datetime
    operator: str
    files: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    rows: dict[str, int] = attrs.field(factory=dict)
    contested: dict[str, dict[str, dict[str, Any]]] = attrs.field(factory=dict)
