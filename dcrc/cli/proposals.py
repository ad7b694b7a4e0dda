"""`dcrc proposals`: changes of key fields that wait for a supervisor."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from dcrc.cli.commands import Group
from dcrc.cli.seat import pass_desk
from dcrc.cli.showing import Column, Table, limit_option, more_line, page, show
from dcrc.i18n import t

if TYPE_CHECKING:
    from dcrc.kernel.desk import Desk
    from dcrc.kernel.proposals import Proposal


@click.group(cls=Group)
def proposals() -> None:
    """Proposals."""
