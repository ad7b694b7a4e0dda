"""The tasks that a command is about: named ones, or those that filters choose."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

import click

from dcrc.cli.days import due_day
from dcrc.errors import DcrcError, UsageError

if TYPE_CHECKING:
    from dcrc.kernel.desk import Desk
    from dcrc.kernel.tasks import Task

COMMAS = re.compile("[,，、]")
Refused = tuple[tuple[str, DcrcError], ...]  # the task as it was named, and why it is left out
_Command = TypeVar("_Command", bound=Callable[..., Any])
_FILTERS = (
    ("due", "DAY", "Due until this day: 2026-11-30, today, tomorrow, +7d, or overdue."),
    ("rule", "RULE", "Only this rule."),
    ("owner", "NAME", "Only tasks of this operator."),
    ("customer", "CUSTOMER", "Only tasks of this customer."),
)


def filter_options(command: _Command) -> _Command:
    """Give a command `--due`, `--rule`, `--owner` and `--customer`."""
    for name, metavar, what in reversed(_FILTERS):
        command = click.option(f"--{name}", metavar=metavar, help=what)(command)
    return command


def filters_given(
    desk: Desk, words: Sequence[str], options: dict[str, str | None]
) -> dict[str, Any]:
    """The filters as `task_lists` takes them; UsageError unless either words or filters say which tasks."""
    from dcrc.cli.named import owner_named, rule_named
    from dcrc.kernel.customers import get_customer

    given = {name: value for name, value in options.items() if value is not None}
    if bool(words) == bool(given):
        raise UsageError("Name tasks, or choose them by --due, --rule, --owner or --customer.")
    filters: dict[str, Any] = {}
    if "due" in given:
        filters["due"] = due_day(given["due"], desk)
    if "rule" in given:
        filters["rule"] = rule_named(desk, given["rule"])
    if "owner" in given:
        filters["owner"] = owner_named(desk, given["owner"])
    if "customer" in given:
        filters["customer"] = get_customer(desk, given["customer"]).id
    return filters


def named_tasks(
    desk: Desk, words: Sequence[str], check: Callable[[Task], None]
) -> tuple[tuple[Task, ...], Refused]:
    """The tasks that were named, and those that `check` refuses; where it refuses all the first is raised."""
    from dcrc.kernel.task_refs import get_task

    refs = [ref.strip() for word in words for ref in COMMAS.split(word) if ref.strip()]
    found: dict[str, Task] = {}
    refused: list[tuple[str, DcrcError]] = []
    for ref in refs:
        try:
            task = get_task(desk, ref)
            check(task)
        except DcrcError as error:
            refused.append((ref, error))
        else:
            found[task.id] = task
    if refused and not found:
        raise refused[0][1]
    return tuple(found.values()), tuple(refused)
