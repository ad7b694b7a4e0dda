"""What happened: the journal's operations, and taking them back."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from dcrc.cli.commands import Command
from dcrc.cli.documents import moment
from dcrc.cli.seat import now_here, pass_desk
from dcrc.cli.showing import Column, Table, limit_option, page, show
from dcrc.cli.times import parse_day
from dcrc.i18n import t

if TYPE_CHECKING:
    from dcrc.kernel.desk import Desk


@click.command(cls=Command)
@click.option("--by", metavar="NAME", help="Only what this operator did.")
@click.option("--batch", metavar="ID", help="Only this import or other batch.")
@click.option("--changes", type=int, metavar="NUMBER", help="The single changes of one operation.")
@limit_option
@pass_desk
def log(
    desk: Desk, by: str | None, batch: str | None, changes: int | None, limit: int | None
) -> None:
    """Print the journal's operations, or one operation's changes."""
