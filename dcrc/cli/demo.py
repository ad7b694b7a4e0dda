"""`dcrc demo`: an invented dealer, made by the same operations as a real one, with today's list open."""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import attrs
import click

from dcrc.cli.commands import Command
from dcrc.cli.progress import progress
from dcrc.cli.seat import Settings, clock_of, desk_at, settings
from dcrc.cli.showing import say
from dcrc.errors import InputError
from dcrc.i18n import t

if TYPE_CHECKING:
    from dcrc.kernel.desk import Desk

FILE_NAME = "demo.dcrc"


@click.command(cls=Command)
@click.option(
    "--into",
    type=click.Path(readable=False, path_type=Path, file_okay=False),
    metavar="FOLDER",
    help="Where to make it and leave it; a temporary folder, removed afterwards, if not given.",
)
@click.option(
    "--customers",
    type=click.IntRange(20, 9000),
    default=2000,
    metavar="N",
    help="How many customers; 2000 if not given.",
)
@click.option("--seed", type=int, default=1, metavar="N", help="Another number, other people.")
@click.option(
    "--list", "as_list", is_flag=True, help="Print the day's list instead of the interface."
)
def demo(into: Path | None, customers: int, seed: int, as_list: bool) -> None:
    """Make the invented dealer, then open the interface, or print the day's list without a terminal."""
    chosen = settings()
    folder = into or Path(tempfile.mkdtemp(prefix="dcrc-demo-"))
    try:
        path = folder / FILE_NAME
        if path.exists():
            raise InputError(
                "{path} exists already; open it with `dcrc --db {path}`, or choose another folder.",
                path=str(path),
            )
        folder.mkdir(parents=True, exist_ok=True)
        _make(chosen, path, customers, seed)
        _open(chosen, path, as_list)
        if into is not None:
            say(t("The demo stays in {path}; open it with `dcrc --db {path}`.", path=path))
    finally:
        if into is None:
            shutil.rmtree(folder, ignore_errors=True)


def _make(chosen: Settings, path: Path, customers: int, seed: int) -> None:
    from dcrc.cli.demo_dealer import DEALER, STAFF, SUPERVISOR, InventedDealer
    from dcrc.cli.demo_history import HistoryClock, live_through
    from dcrc.imports import import_files
    from dcrc.kernel.desk import init_database
    from dcrc.kernel.operators import add_operator

    path.with_suffix(".toml").write_text(f'[dealer]\nname = "{DEALER}"\n', "utf-8")
    clock = HistoryClock(clock_of(chosen))
    desk = init_database(
        path, operator=SUPERVISOR, clock=clock, entropy=chosen.entropy, plugins=chosen.plugins
    )
    try:
        for name, role in STAFF.items():
            add_operator(desk, name, role)
        ledgers = InventedDealer(desk.today(), customers, seed).write_ledgers(path.parent)
        with progress(t("Importing the invented dealer's ledgers")) as advance:
            import_files(desk, ledgers, progress=advance)
        live_through(desk, clock, seed)
    finally:
        desk.close()


def _open(chosen: Settings, path: Path, as_list: bool) -> None:
    from dcrc.cli.demo_dealer import SUPERVISOR

    seat = attrs.evolve(chosen, db=path, operator=SUPERVISOR, policy=None)
    with desk_at(seat) as desk:
        if as_list or chosen.json or not (sys.stdin.isatty() and sys.stdout.isatty()):
            _print_day(desk)
        else:
            from dcrc.tui import run

            run(desk)


def _print_day(desk: Desk) -> None:
    from dcrc.cli.days import print_agenda
    from dcrc.cli.showing import page
    from dcrc.kernel.agenda import agenda

    print_agenda(desk, agenda(desk, limit=page(None) or 0))
