"""Tables in and out: `dcrc import` and `dcrc export`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from dcrc.cli.commands import Command
from dcrc.cli.harmless import one_line
from dcrc.cli.progress import progress
from dcrc.cli.seat import pass_desk
from dcrc.cli.showing import Column, Table, show
from dcrc.errors import InOutError, PartialSuccess
from dcrc.i18n import t, translate_error

if TYPE_CHECKING:
    from dcrc.imports.report import Counts, FileReport, ImportReport, Remark, SheetReport
    from dcrc.kernel.desk import Desk

FILE = click.Path(readable=False, path_type=Path)
SHOWN_ROWS = 8  # that are set aside, of each kind
SHOWN_REMARKS = 10


@click.command("import", cls=Command)
@click.argument("files", type=FILE, nargs=-1, required=True, metavar="FILE…")
@click.option("--dry-run", is_flag=True, help="Only say what would happen.")
@click.option(
    "--rejects", type=FILE, metavar="FILE", help="Write refused rows to this spreadsheet."
)
@click.option("--overwrite", is_flag=True, help="Let --rejects replace a file that is there.")
@click.option(
    "--profile", metavar="NAME", help="The source's mapping; found by the headers if not given."
)
@click.option(
    "--encoding", default="", metavar="NAME", help="Of text files; found out if not given."
)
@pass_desk
def import_(
    desk: Desk,
    files: tuple[Path, ...],
    dry_run: bool,
    rejects: Path | None,
    overwrite: bool,
    profile: str | None,
    encoding: str,
) -> None:
    """Import spreadsheets as one batch that one command takes back."""
    from dcrc.imports import import_files

    with progress(t("Reading")) as advance:
        report = import_files(
            desk,
            list(files),
            profile=profile,
            encoding=encoding,
            dry_run=dry_run,
            rejects=rejects,
            overwrite=overwrite,
            progress=advance,
        )
    show(import_document(report), *_lines(desk, report))
    if report.rejected:
        raise PartialSuccess(
            "{count} rows were refused.{where}",
            count=report.counts.rejected,
            where=" " + t("They are in {path}.", path=report.rejects_file)
            if report.rejects_file
            else " " + t("--rejects FILE writes them to a spreadsheet."),
        )


def import_document(report: ImportReport) -> dict[str, Any]:
    """An import's report as JSON."""
    return {
        "dry_run": report.dry_run,
        "batch": report.batch or None,
        "counts": _counts(report.counts),
        "records": {
            table: {"new": new, "changed": changed}
            for table, (new, changed) in report.records.items()
        },
        "files": [_file(file) for file in report.files],
        "rejected": [_remark(one) for one in report.rejected],
        "warnings": [_remark(one) for one in report.warnings],
        "notes": list(map(translate_error, report.notes)),
        "rejects_file": report.rejects_file or None,
    }


def _counts(counts: Counts) -> dict[str, int]:
    return {
        "new": counts.new,
        "changed": counts.changed,
        "unchanged": counts.unchanged,
        "duplicate": counts.duplicate,
        "rejected": counts.rejected,
    }


def _file(file: FileReport) -> dict[str, Any]:
    return {
        "file": file.file,
        "format": file.format,
        "encoding": file.encoding or None,
        "sheets": [_sheet(sheet) for sheet in file.sheets],
    }


def _sheet(sheet: SheetReport) -> dict[str, Any]:
    return {
        "sheet": sheet.sheet,
        "profile": sheet.profile,
        "header_row": sheet.header_row,
        "mapping": sheet.mapping,
        "kept": list(sheet.kept),
        "ignored": list(sheet.ignored),
        "aside": sheet.aside,
        "counts": _counts(sheet.counts),
    }


def _remark(remark: Remark) -> dict[str, Any]:
    return {
        "file": remark.file,
        "ref": remark.ref,
        "row": remark.row,
        "column": remark.column,
        "field": remark.field,
        "value": remark.value,
        "reason": remark.reason,
    }


def _set_aside(kind: str, rows: Sequence[int]) -> str:
    """Which rows are no data, and why."""
    what = {
        "total": t("totals"),
        "header": t("headers once more"),
        "footer": t("words below the table"),
    }
    numbers = ", ".join(map(str, rows[:SHOWN_ROWS]))
    more = " …" if len(rows) > SHOWN_ROWS else ""
    return t("no data: {what}, row {rows}", what=what.get(kind, kind), rows=numbers + more)


def _lines(desk: Desk, report: ImportReport) -> list[str | Table]:
    from dcrc.imports.profiles import profiles_of

    profiles = profiles_of(desk)
    lines: list[str | Table] = []
    for file in report.files:
        encoding = f", {file.encoding}" if file.encoding else ""
        lines.append(one_line(f"{file.file} ({file.format}{encoding})"))
        for sheet in file.sheets:
            lines.append(
                "  "
                + t(
                    "sheet {sheet}: {profile}, headers in row {row}",
                    sheet=one_line(sheet.sheet),
                    profile=str(profiles[sheet.profile].title) or sheet.profile,
                    row=sheet.header_row,
                )
            )
            lines += [f"    {_set_aside(kind, rows)}" for kind, rows in sheet.aside.items()]
            if report.dry_run:
                fields = profiles[sheet.profile].fields
                lines += [
                    f"    {one_line(header)} → {one_line(str(fields[field].title) or field)}"
                    for header, field in sheet.mapping.items()
                ]
            for title, headers in (
                (t("kept as they are"), sheet.kept),
                (t("left out"), sheet.ignored),
            ):
                if headers:
                    lines.append(f"    {title}: {one_line(', '.join(headers))}")
    lines.append(_counts_table(report))
    lines += _remark_lines(report.rejected)
    lines += [f"! {one_line(translate_error(note))}" for note in report.notes]
    if report.warnings:
        lines.append(
            t(
                "Besides, {count} remarks (cells left out, rows repeated, cars of another owner):",
                count=len(report.warnings),
            )
        )
        lines += _remark_lines(report.warnings)
    if report.dry_run:
        lines.append(t("Nothing was written to the database (--dry-run)."))
    elif report.batch:
        lines.append(t("`dcrc undo --batch {batch}` takes all of it back.", batch=report.batch))
    return lines


def _counts_table(report: ImportReport) -> Table:
    counts = report.counts
    columns = [
        Column(title, right=True)
        for title in (t("New"), t("Changed"), t("Unchanged"), t("Duplicate"), t("Rejected"))
    ]
    row = (counts.new, counts.changed, counts.unchanged, counts.duplicate, counts.rejected)
    return Table(columns, [row])


def _remark_lines(remarks: list[Remark]) -> list[str]:
    lines = [f"  {one_line(_remark_line(one))}" for one in remarks[:SHOWN_REMARKS]]
    if len(remarks) > SHOWN_REMARKS:
        lines.append("  " + t("… and {count} more.", count=len(remarks) - SHOWN_REMARKS))
    return lines


def _remark_line(remark: Remark) -> str:
    sheet = remark.ref.rpartition("!")[0]
    row = t("row {row}", row=remark.row)
    where = " ".join(filter(None, (remark.file, sheet, row, remark.column)))
    return f"{where}: {remark.reason}"


@click.command(cls=Command)
@click.argument(
    "what", type=click.Choice(["customers", "vehicles", "tasks", "events", "answers", "all"])
)
@click.argument("target", type=FILE)
@click.option("--overwrite", is_flag=True, help="Replace a file that is there.")
@pass_desk
def export(desk: Desk, what: str, target: Path, overwrite: bool) -> None:
    """Write a table to a file; the export is noted in the journal."""
    from dcrc.exports import export_table

    if target.exists() and not overwrite:
        raise InOutError("{path} exists already; --overwrite replaces it.", path=str(target))
    written = export_table(desk, what, target)
    show(
        {"what": what, "path": str(target), "rows": written.rows},
        t("Wrote {path}.", path=target),
    )
