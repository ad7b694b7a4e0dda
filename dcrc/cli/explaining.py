"""`dcrc explain`: why a task is there, and why a rule planned none."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from dcrc.cli.commands import Command
from dcrc.cli.harmless import one_line
from dcrc.cli.seat import pass_desk
from dcrc.cli.showing import json_value, show
from dcrc.errors import NotFound

if TYPE_CHECKING:
    from dcrc.kernel.desk import Desk
    from dcrc.kernel.explain import Explanation


@click.command(cls=Command)
@click.argument("ref", metavar="TASK|CUSTOMER")
@click.option("--rule", metavar="RULE", help="Only this rule of a customer.")
@pass_desk
def explain(desk: Desk, ref: str, rule: str | None) -> None:
    """Print which facts, policy values and dates made a task, or kept a rule from making one."""
    from dcrc.cli.named import rule_named
    from dcrc.kernel.calendar import get_task
    from dcrc.kernel.customers import get_customer
    from dcrc.kernel.explain import explain_customer, explain_task, told_lines

    try:
        about = get_task(desk, ref).id if rule is None else ""
    except NotFound:
        about = ""
    if about:
        explanations = [explain_task(desk, about)]
    else:
        about = get_customer(desk, ref).id
        wanted = rule_named(desk, rule) if rule else None
        explanations = explain_customer(desk, about, rule=wanted)
    show(
        {"about": about, "explanations": [_document(each) for each in explanations]},
        *(f"{_indent(line)}{one_line(line)}" for line in told_lines(explanations)),
    )


def _document(explanation: Explanation) -> dict[str, Any]:
    return {
        "rule": explanation.rule,
        "title": explanation.title,
        "outcome": explanation.outcome,
        "task": explanation.task.id if explanation.task else None,
        "facts": list(explanation.facts),
        "remarks": list(explanation.remarks),
        "policy": [
            {
                "key": used.key,
                "value": json_value(used.value),
                "origin": used.origin,
                "now": json_value(used.now),
            }
            for used in explanation.policy
        ],
        "dates": list(explanation.dates),
    }


def _indent(line: str) -> str:
    return line[: len(line) - len(line.lstrip(" "))]
