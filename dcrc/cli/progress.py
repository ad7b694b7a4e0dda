"""Progress of long work: a bar on stderr where a person watches, nothing anywhere else."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from dcrc.cli.harmless import one_line

Progress = Callable[[int, int], None]


@contextmanager
def progress(title: str) -> Iterator[Progress | None]:
    """A callable (done, total) that draws a bar; None where stderr is no terminal."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
    from rich.progress import Progress as Bars

    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Bars(*columns, console=Console(stderr=True), transient=True) as bars:
        bar = bars.add_task(one_line(title), total=None)

        def advance(done: int, total: int) -> None:
            bars.update(bar, completed=done, total=total or None)

        yield advance
