"""`dcrc batch FILE`: the steps of a file one after the other, for cron or a timer."""

from __future__ import annotations

from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Any

import attrs
import click

from dcrc.cli.commands import Command
from dcrc.cli.seat import desk_at, settings
from dcrc.cli.showing import show
from dcrc.errors import ConflictError, DcrcError, PartialSuccess
from dcrc.i18n import t

if TYPE_CHECKING:
    from logging import Logger

    from dcrc.cli.batch_file import Step
    from dcrc.cli.batch_steps import Ended
    from dcrc.kernel.desk import Desk


@attrs.frozen
class StepDone:
    """How one step ended; `said` has no customer data."""

    step: Step
    ended: Ended
    said: str
    seconds: float


@click.command(cls=Command)
@click.argument("file", type=click.Path(readable=False, path_type=Path))
@click.option(
    "--log",
    "log_file",
    type=click.Path(readable=False, path_type=Path),
    metavar="FILE",
    help="The log; beside the database if not given.",
)
def batch(file: Path, log_file: Path | None) -> None:
    """Run all steps; one that fails does not keep the rest from running."""
    from filelock import FileLock, Timeout

    from dcrc.cli.batch_file import read_steps
    from dcrc.cli.batch_log import open_log

    chosen = settings()
    lock = FileLock(chosen.path.with_name(f"{chosen.path.name}.batch.lock"))
    with desk_at(chosen) as desk:
        plugin_steps = frozenset(step.name for step in desk.plugins.batch_steps())
        steps = read_steps(file, plugin_steps)
        try:
            with (
                lock.acquire(timeout=0),
                open_log(log_file or chosen.path.with_suffix(".batch.log"), desk.zone) as log,
            ):
                done = [_run(desk, step, file.parent, log) for step in steps]
        except Timeout:
            raise ConflictError(
                "A batch is running on {path} already; this one did nothing.", path=str(chosen.path)
            ) from None
    _report(file, done)


def _run(desk: Desk, step: Step, folder: Path, log: Logger) -> StepDone:
    from dcrc.cli.batch_log import without_customers
    from dcrc.cli.batch_steps import Ended, run_step

    begun = monotonic()
    try:
        ended, said = run_step(desk, step, folder)
    except (DcrcError, OSError) as problem:
        ended, said = Ended.FAILED, without_customers(problem)
    except Exception as problem:  # noqa: BLE001 - a defect in one step must not stop the others
        ended, said = Ended.FAILED, without_customers(problem)
    done = StepDone(step, ended, said, monotonic() - begun)
    word = {Ended.DONE: "ok", Ended.PARTIAL: "PARTIAL", Ended.FAILED: "FAILED"}[ended]
    log.info("%s %s (%.1f s): %s", step.name, word, done.seconds, said)
    return done


def _report(file: Path, done: list[StepDone]) -> None:
    from dcrc.cli.batch_steps import Ended

    words = {
        Ended.DONE: t("ok"),
        Ended.PARTIAL: t("partly refused"),
        Ended.FAILED: t("failed"),
    }
    failed = [one.step.name for one in done if one.ended is Ended.FAILED]
    partial = [one.step.name for one in done if one.ended is Ended.PARTIAL]
    show(
        {
            "file": str(file),
            "steps": [_document(one) for one in done],
            "failed": len(failed),
            "partial": len(partial),
        },
        *(f"{words[one.ended]}  {one.step.name}: {one.said}" for one in done),
    )
    if failed:
        raise PartialSuccess(
            "{count} of {total} steps failed: {names}. The log has the reasons.",
            count=len(failed),
            total=len(done),
            names=", ".join(failed),
        )
    if partial:
        raise PartialSuccess(
            "{count} of {total} steps did a part and refused the rest: {names}.",
            count=len(partial),
            total=len(done),
            names=", ".join(partial),
        )


def _document(done: StepDone) -> dict[str, Any]:
    return {
        "step": done.step.name,
        "ok": done.ended == "done",
        "ended": done.ended.value,
        "said": done.said,
        "seconds": round(done.seconds, 3),
    }
