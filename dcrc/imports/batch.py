"""One import is one operation: all files are read, compared and written together, or nothing is."""

from __future__ import annotations

import gc
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from itertools import groupby
from pathlib import Path
from typing import Any

import attrs

from dcrc.errors import DcrcError, InOutError, InputError, UsageError
from dcrc.i18n import translate_error
from dcrc.imports.cells import Kinds
from dcrc.imports.gathering import Source
from dcrc.imports.headers import Recognised
from dcrc.imports.known import TABLES, Held, Known
from dcrc.imports.newcomers import Heard
from dcrc.imports.profiles import Profile, profiles_of
from dcrc.imports.reading import Sheet, read_book
from dcrc.imports.rejects import check_rejects, write_rejects
from dcrc.imports.report import (
    Counts,
    FileReport,
    Import,
    ImportReport,
    Note,
    Place,
    SheetReport,
)
from dcrc.imports.rows import SheetRows, read_rows
from dcrc.imports.said import Witness
from dcrc.imports.sheets import recognised_sheets
from dcrc.kernel.desk import Desk
from dcrc.kernel.facts import latest_day
from dcrc.kernel.operators import Permission
from dcrc.store.adding import Adding

Progress = Callable[[int, int], None]
LeaveOut = Callable[[Path, DcrcError], None]  # told which file stays out, and why
_WRITE_CHUNK = 4000
_TURN = 0.0001  # seconds that one thread has the interpreter while another waits for it


class _CancelledError(Exception):
    """The person who waits does not want to wait any more."""


@attrs.define
class _Steps:
    """Rows done of rows to do, told to whoever waits; three passes: reading, comparing, writing."""

    progress: Progress | None
    cancelled: Callable[[], bool] | None
    total: int = 0
    done: int = 0

    def step(self, rows: int) -> None:
        if self.cancelled is not None and self.cancelled():
            raise _CancelledError
        self.done += rows
        if self.progress is not None:
            self.progress(min(self.done, self.total), self.total)


def import_files(
    desk: Desk,
    paths: Iterable[Path | str],
    *,
    profile: str | None = None,
    encoding: str = "",
    dry_run: bool = False,
    rejects: Path | None = None,
    overwrite: bool = False,
    progress: Progress | None = None,
    cancelled: Callable[[], bool] | None = None,
    leave_out: LeaveOut | None = None,
) -> ImportReport:
    """Take in the tables of `paths`: customers, vehicles and facts, as one batch that one undo takes back.

    `profile` forces a mapping, `encoding` that of text files. A `dry_run` counts and writes nothing. Rows
    that are refused go into the spreadsheet `rejects`, whose place is tried before anything is written; a
    file that is there gives way if it holds an earlier import's refused rows, or with `overwrite`.
    `progress(done, total)` counts rows three times; `cancelled()` may stop everything, and then nothing is
    written. The same file again changes nothing. With `leave_out`, a file that holds nothing that can be
    taken or cannot be read is told to it, and the others come in; if there is no other, it is raised.

    Raises InputError for files that hold nothing that can be taken, InOutError for files that cannot be
    read or written, NotAllowed without the permission `import`.
    """
    desk.require(Permission.IMPORT)
    with _in_step():
        return _import(
            desk,
            paths,
            profile,
            encoding,
            dry_run,
            rejects,
            overwrite,
            _Steps(progress, cancelled),
            leave_out,
        )


@contextmanager
def _in_step() -> Iterator[None]:
    """An import makes millions of objects without cycles; looking for cycles costs a fifth of its time.

    And what the store writes beside it gets its turn at once, not only after Python's five milliseconds.
    """
    running, interval = gc.isenabled(), sys.getswitchinterval()
    gc.disable()
    sys.setswitchinterval(min(interval, _TURN))
    try:
        yield
    finally:
        sys.setswitchinterval(interval)
        if running:
            gc.enable()


def _import(
    desk: Desk,
    paths: Iterable[Path | str],
    profile: str | None,
    encoding: str,
    dry_run: bool,
    rejects: Path | None,
    overwrite: bool,
    steps: _Steps,
    leave_out: LeaveOut | None,
) -> ImportReport:
    files = [Path(path) for path in dict.fromkeys(paths)]
    if not files:
        raise UsageError("Name at least one file to import.")
    if rejects is not None:
        check_rejects(rejects, files, overwrite)
    report = ImportReport(dry_run=dry_run)
    try:
        found = _read(desk, files, profile, encoding, report, steps, leave_out)
        _compare_and_write(desk, found, report, steps)
    except _CancelledError:
        return attrs.evolve(report, cancelled=True, batch="", records={}, files=[])
    if rejects is not None and (report.rejected or report.warnings):
        _give_back(rejects, found, report)
    return report


def _give_back(rejects: Path, found: list[SheetRows], report: ImportReport) -> None:
    """Write the refused rows; what came in is in by now, so that a failure is only noted."""
    try:
        write_rejects(rejects, found, report)
    except InOutError as error:
        if report.dry_run:
            raise
        report.notes.append(
            Note(
                "The refused rows were not written ({reason}) Everything else came in; import the files "
                "again with another name for the refused rows.",
                reason=translate_error(error),
            )
        )
    else:
        report.rejects_file = str(rejects)


def _read(
    desk: Desk,
    files: Sequence[Path],
    wanted: str | None,
    encoding: str,
    report: ImportReport,
    steps: _Steps,
    leave_out: LeaveOut | None,
) -> list[SheetRows]:
    profiles = _wanted(profiles_of(desk), wanted)
    policy = desk.policies.section("imports")
    kinds = Kinds(desk.today(), desk.zone, policy.area_code, latest_day(desk))
    recognised: list[tuple[Place, Sheet, Recognised]] = []
    left: list[DcrcError] = []
    for path in files:
        steps.step(0)
        try:
            book = read_book(path, encoding)
            recognised += recognised_sheets(len(report.files), book, profiles, report)
        except (InputError, InOutError) as error:
            if leave_out is None:
                raise
            left.append(error)
            leave_out(path, error)
        else:
            report.files.append(FileReport(path.name, book.format, book.encoding))
    if left and not report.files:
        raise left[0]
    steps.total = 3 * sum(len(sheet.rows) for _, sheet, _ in recognised)
    found = []
    for place, sheet, meaning in recognised:
        found.append(read_rows(place, sheet, meaning, kinds, policy.keep_unmapped))
        steps.step(len(sheet.rows))
    return found


def _wanted(profiles: Mapping[str, Profile], wanted: str | None) -> Mapping[str, Profile]:
    if wanted is None:
        return profiles
    if wanted not in profiles:
        raise UsageError(
            "There is no import profile {name}; known are: {names}.",
            name=wanted,
            names=", ".join(profiles),
        )
    return {wanted: profiles[wanted]}


def _compare_and_write(
    desk: Desk, found: list[SheetRows], report: ImportReport, steps: _Steps
) -> None:
    batch = _new_batch(desk)
    with ExitStack() as writing:
        add: dict[str, Adding] = {}
        if not report.dry_run:
            writing.enter_context(desk.operation("import", Permission.IMPORT, batch=batch))
            add = {table: writing.enter_context(desk.table(table).adding()) for table in TABLES}
        known = Known(desk)
        sources = _sources(desk, known, found, steps, add)
        _gather(sources, found, report)
        waiting = {
            "customers": [held for held in known.customers.values() if held.changed],
            "vehicles": [held for held in known.vehicles.values() if held.changed],
            "events": [held for held in known.events.values() if held.changed],
        }
        report.records = {
            table: (known.made[table], sum(held.was is not None for held in waiting[table]))
            for table in TABLES
        }
        steps.total = steps.done + (0 if report.dry_run else sum(map(len, waiting.values())))
        steps.step(0)
        if report.dry_run or not any(map(any, report.records.values())):
            return
        report.batch = batch
        for table, helds in waiting.items():
            new = [held for held in helds if held.was is None]
            changed = [held for held in helds if held.was is not None]
            for some in _written(new, steps):
                add[table]((held.id, sources[-1].settled(table, held)) for held in some)
            for some in _written(changed, steps):
                desk.table(table).put_many((held.id, held.now) for held in some)
        desk.insert(desk.imports, _record(desk, batch, sources, report))


def _written(helds: list[Held], steps: _Steps) -> Iterator[list[Held]]:
    """The records some at a time; those that were written need not be remembered twice."""
    for start in range(0, len(helds), _WRITE_CHUNK):
        some = helds[start : start + _WRITE_CHUNK]
        yield some
        for held in some:
            held.leave()
        steps.step(len(some))


def _sources(
    desk: Desk, known: Known, found: list[SheetRows], steps: _Steps, add: Mapping[str, Adding]
) -> list[Source]:
    """The sheets by source, in the order of their rank, after what they may mean has been fetched."""
    witnesses: list[Witness] = []
    by_profile = list(_by_profile(found))
    for name, sheets in by_profile:
        witnesses.append(Witness(desk, name))
        profile = sheets[0].recognised.profile
        known.load([sheet.named for sheet in sheets], profile.event, witnesses[-1])
    twice = Heard.twice([sheet.named for sheet in found], known.corrected)
    kinds = [sheets[0].recognised.profile.event for _, sheets in by_profile]
    return [
        Source(
            name,
            sheets[0].recognised.profile,
            sheets,
            known,
            witness,
            steps.step,
            add,
            twice,
            sole=kinds.count(kind) == 1,
            leads=witness is witnesses[0],
        )
        for (name, sheets), witness, kind in zip(by_profile, witnesses, kinds, strict=True)
    ]


def _gather(sources: list[Source], found: list[SheetRows], report: ImportReport) -> None:
    """Each source in turn, so that who owns a car is known before who serviced it."""
    counted: dict[int, Counts] = {}
    for before, source in zip([None, *sources], sources, strict=False):
        if before is not None:
            before.settle_new()
        source.gather()
        for sheet, counts in zip(source.sheets, source.counts, strict=True):
            counted[id(sheet)] = counts
    for sheet in found:
        report.rejected += sorted(sheet.rejected, key=lambda remark: remark.row)
        report.warnings += sorted(sheet.warnings, key=lambda remark: remark.row)
        _report_sheet(report, sheet, counted[id(sheet)])


def _by_profile(found: list[SheetRows]) -> Iterator[tuple[str, list[SheetRows]]]:
    def order(sheet: SheetRows) -> tuple[int, str]:
        return sheet.recognised.profile.rank, sheet.recognised.name

    for (_, name), sheets in groupby(sorted(found, key=order), key=order):
        yield name, list(sheets)


def _report_sheet(report: ImportReport, sheet: SheetRows, counts: Counts) -> None:
    recognised = sheet.recognised
    report.files[sheet.place.number].sheets.append(
        SheetReport(
            sheet.place.sheet,
            recognised.name,
            recognised.header_row,
            {
                str(sheet.headers[index]).strip(): field
                for field, columns in recognised.columns.items()
                for index in columns
            },
            tuple(recognised.unmapped.values()),
            tuple(recognised.ignored.values()),
            {kind: rows for kind, rows in sheet.set_aside.items() if kind != "empty"},
            counts,
        )
    )


def _new_batch(desk: Desk) -> str:
    """A name for the batch that people can type: the day and four characters."""
    return f"{desk.today():%Y%m%d}-{desk.new_id()[-4:].lower()}"


def _record(desk: Desk, batch: str, sources: list[Source], report: ImportReport) -> Import:
    contested: dict[str, dict[str, dict[str, Any]]] = {}
    for source in sources:
        for doc_id, fields in source.contested.items():
            for field, told in fields.items():
                contested.setdefault(doc_id, {}).setdefault(field, {}).update(told)
    return Import(
        "",
        batch,
        desk.now(),
        desk.operator.name,
        tuple(file.file for file in report.files),
        tuple(source.name for source in sources),
        attrs.asdict(report.counts),
        contested,
    )
