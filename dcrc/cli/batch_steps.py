"""The steps that every batch knows; plugins add theirs by a hook."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from dcrc.cli.batch_log import without_customers
from dcrc.cli.harmless import one_line
from dcrc.errors import DamagedData, DcrcError, InputError
from dcrc.i18n import t

if TYPE_CHECKING:
    from dcrc.cli.batch_file import Step
    from dcrc.kernel.desk import Desk


class Ended(StrEnum):
    """How a step ended; `PARTIAL` did its work but refused rows or failed for some customers."""

    DONE = "done"
    PARTIAL = "partial"
    FAILED = "failed"


Outcome = tuple[Ended, str]
"""How it went, and a line without customer data."""


def run_step(desk: Desk, step: Step, folder: Path) -> Outcome:
    """Do one step; relative paths count from `folder`. Raises what the step's operation raises."""
    if step.name in _STEPS:
        return _STEPS[step.name](desk, step.options, folder)
    for added in desk.plugins.batch_steps():
        if added.name == step.name:
            return Ended.DONE, one_line(added.run(desk))
    raise InputError("There is no step {step}.", step=step.name)


def _import(desk: Desk, options: Mapping[str, Any], folder: Path) -> Outcome:
    from dcrc.imports import import_files

    files, left = _files(options.get("files", []), folder)
    rejects = options.get("rejects")
    try:
        report = import_files(
            desk,
            files,
            profile=options.get("profile"),
            rejects=_dated(desk, rejects, folder) if rejects else None,
            leave_out=lambda path, error: left.append(error),
        )
    except DcrcError as error:
        if error not in left:
            raise
        return Ended.FAILED, "; ".join(_left_out(left))
    counts = report.counts
    said = t(
        "{files} files: {new} new, {changed} changed, {unchanged} unchanged, {rejected} rejected",
        files=len(report.files),
        new=counts.new,
        changed=counts.changed,
        unchanged=counts.unchanged,
        rejected=counts.rejected,
    )
    said = "; ".join((said, *_left_out(left), *map(without_customers, report.notes)))
    return Ended.PARTIAL if report.rejected or left else Ended.DONE, said


def _left_out(errors: Sequence[DcrcError]) -> list[str]:
    return [t("left out: {why}", why=without_customers(error)) for error in errors]


def _files(patterns: str | list[str], folder: Path) -> tuple[list[Path], list[DcrcError]]:
    """The files that fit, and an error for each pattern that none fits; raised where none fits at all."""
    found: list[Path] = []
    missing: list[DcrcError] = []
    for pattern in [patterns] if isinstance(patterns, str) else patterns:
        path = folder / pattern
        fitting = sorted(path.parent.glob(path.name)) if path.parent.is_dir() else []
        if not fitting:
            missing.append(InputError("No file fits {path}.", path=pattern))
        found += fitting
    if not found and missing:
        raise missing[0]
    if not found:
        raise InputError("The step {step} names no files.", step="import")
    return found, missing


def _plan(desk: Desk, options: Mapping[str, Any], folder: Path) -> Outcome:
    from dcrc.cli.times import parse_day
    from dcrc.kernel.planning import plan

    until = options.get("until")
    report = plan(desk, until=parse_day(str(until), desk.today()) if until else None)
    said = t(
        "{created} new, {moved} moved, {withdrawn} withdrawn, {expired} expired",
        created=report.created,
        moved=report.moved,
        withdrawn=report.withdrawn,
        expired=report.expired,
    )
    return Ended.PARTIAL if report.failures else Ended.DONE, said


def _backup(desk: Desk, options: Mapping[str, Any], folder: Path) -> Outcome:
    desk.require("backup")
    pattern = options.get("target", f"{desk.db.path.stem}-{{date}}.dcrc")
    target = _dated(desk, pattern, folder)
    target.parent.mkdir(parents=True, exist_ok=True)
    found = desk.db.backup(target, overwrite=True)
    keep = options.get("keep")
    gone = _thin_out(pattern, folder, int(keep)) if keep is not None else 0
    return Ended.DONE, t(
        "{path}: {documents} documents; {gone} old copies removed",
        path=target.name,
        documents=found.documents,
        gone=gone,
    )


def _thin_out(pattern: str, folder: Path, keep: int) -> int:
    """Remove all but the newest `keep` copies that have the pattern's name and a date in it."""
    if keep < 1 or "{date}" not in Path(pattern).name:
        raise InputError("keep needs a number from 1, and a target with {mark}.", mark="{date}")
    path = folder / pattern
    copies = sorted(path.parent.glob(path.name.replace("{date}", "[0-9]" * 8)))
    for old in copies[:-keep]:
        old.unlink()
    return max(len(copies) - keep, 0)


def _export(desk: Desk, options: Mapping[str, Any], folder: Path) -> Outcome:
    from dcrc.exports import export_table

    what = options.get("what", "all")
    target = _dated(desk, options.get("target", f"{what}-{{date}}.xlsx"), folder)
    target.parent.mkdir(parents=True, exist_ok=True)
    export_table(desk, what, target)
    return Ended.DONE, target.name


def _verify(desk: Desk, options: Mapping[str, Any], folder: Path) -> Outcome:
    found = desk.db.verify()
    if not found.ok:
        raise DamagedData("{path} is not whole.", path=str(desk.db.path))
    return Ended.DONE, t(
        "Whole: {documents} documents agree with {entries} journal entries.",
        documents=found.documents,
        entries=found.entries,
    )


def _dated(desk: Desk, pattern: str, folder: Path) -> Path:
    """The path that `pattern` means today: `{date}` becomes 20261121."""
    return folder / pattern.replace("{date}", f"{desk.today():%Y%m%d}")


_STEPS: Final[Mapping[str, Callable[[Desk, Mapping[str, Any], Path], Outcome]]] = {
    "import": _import,
    "plan": _plan,
    "backup": _backup,
    "export": _export,
    "verify": _verify,
}
