"""`dcrc explain`: why a task is there, and why a rule planned none."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from dcrc.cli.commands import Command
from dcrc.cli.harmless import one_line
from dcrc.cli.seat import pass_desk
from dcrc.cli.showing import show
from dcrc.errors import NotFound

if TYPE_CHECKING:
    from dcrc.kernel.desk import Desk


@click.command(cls=Command)
@click.argument("ref", metavar="TASK|CUSTOMER")
@click.option("--rule", metavar="RULE", help="Only this rule of a customer.")
@pass_desk
def explain(desk: Desk, ref: str, rule: str | None) -> None:
    """Print which facts, policy values and dates made a task, or kept a rule from making one."""
    from dcrc.kernel.calendar import get_task
    from dcrc.kernel.customers import get_customer
    from dcrc.kernel.explain import explain_customer, explain_task

    try:
        about = get_task(desk, ref).id if rule is None else ""
    except NotFound:
        about = ""
    if about:
        explanation = explain_task(desk, about)
    else:
        about = get_customer(desk, ref).id
        explanation = explain_customer(desk, about, rule=rule)
    show(
        {"about": about, "lines": list(explanation.lines)},
        *(one_line(line) for line in explanation.lines),
    )
