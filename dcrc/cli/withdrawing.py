"""`dcrc withdraw`: tasks that are not to be done, named or chosen by filters, closed with one reason."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

import click

from dcrc.cli.calls import task_line
from dcrc.cli.choosing import Refused, filter_options, filters_given, named_tasks
from dcrc.cli.commands import Command
from dcrc.cli.documents import task_document, task_title
from dcrc.cli.seat import pass_desk
from dcrc.cli.showing import Column, Table, show
from dcrc.errors import DcrcError, PartialSuccess, UsageError
from dcrc.i18n import listed, t, translate_error

if TYPE_CHECKING:
    from dcrc.kernel.desk import Desk
    from dcrc.kernel.tasks import Task

_LIKE_AN_ID = 6  # characters of a task's id that are shown


@click.command(cls=Command)
@click.argument("words", nargs=-1, metavar="[TASK…] [REASON]")
@click.option(
    "--reason", metavar="TEXT", help="Why; the last word where this option does not say it."
)
@filter_options
@click.option("--dry-run", is_flag=True, help="Only say what would happen.")
@pass_desk
def withdraw(
    desk: Desk,
    words: tuple[str, ...],
    reason: str | None,
    due: str | None,
    rule: str | None,
    owner: str | None,
    customer: str | None,
    dry_run: bool,
) -> None:
    """Withdraw tasks by hand: named ones, or a list."""
    from dcrc.kernel.withdrawing import require_withdrawable, withdraw_tasks

    if reason is None:
        *named, reason = words or ("",)
        words = tuple(named)
        if not reason.strip() or _is_task(desk, reason):
            raise UsageError("Say why the tasks are withdrawn: the last word, or --reason TEXT.")
    options = {"due": due, "rule": rule, "owner": owner, "customer": customer}
    filters = filters_given(desk, words, options)
    check = partial(require_withdrawable, desk)
    chosen, refused = _listed(desk, filters) if filters else named_tasks(desk, words, check)
    became: tuple[Task, ...] = ()
    if chosen:
        became = withdraw_tasks(desk, [task.id for task in chosen], reason, dry_run=dry_run)
    _show(desk, became, refused, bool(filters), dry_run)


def _is_task(desk: Desk, text: str) -> bool:
    """Whether the last word is another task, and the reason was forgotten."""
    from dcrc.kernel.task_refs import get_task

    said = text.strip()
    if len(said) < _LIKE_AN_ID or not (said.isascii() and said.isalnum()):
        return False
    try:
        get_task(desk, said)
    except DcrcError:
        return False
    return True


def _listed(desk: Desk, filters: dict[str, Any]) -> tuple[Sequence[Task], Refused]:
    """The open tasks that the filters choose; a decision that waits stays."""
    from dcrc.kernel.task_lists import tasks
    from dcrc.kernel.withdrawing import require_withdrawable

    chosen, refused = [], []
    for task in tasks(desk, state="open", limit=0, **filters):
        try:
            require_withdrawable(desk, task)
        except DcrcError as error:
            refused.append((task.id[:_LIKE_AN_ID], error))
        else:
            chosen.append(task)
    return chosen, tuple(refused)


def _show(
    desk: Desk, became: Sequence[Task], refused: Refused, by_filters: bool, dry_run: bool
) -> None:
    only = became[0] if len(became) == 1 and not by_filters else None
    alone = only is not None and not refused
    lines: list[str | Table] = (
        [task_line(desk, only)] if only is not None and alone else _lines(desk, became)
    )
    if dry_run:
        lines.append(t("Nothing was written to the database (--dry-run)."))
    elif became and not alone:
        lines.append(t("`dcrc undo` takes all of it back."))
    show(
        {
            "task": task_document(desk, only) if only is not None else None,
            "dry_run": dry_run,
            "customers": len({task.customer for task in became}),
            "withdrawn": [
                {"task": task.id, "customer": task.customer, "rule": task.rule} for task in became
            ],
            "refused": [{"task": ref, "reason": translate_error(why)} for ref, why in refused],
        },
        *lines,
        *(f"! {ref}: {translate_error(why)}" for ref, why in refused),
    )
    if refused:
        raise PartialSuccess(
            "{count} of {total} tasks could not be withdrawn: {names}.",
            count=len(refused),
            total=len(refused) + len(became),
            names=listed(ref for ref, _ in refused),
        )


def _lines(desk: Desk, became: Sequence[Task]) -> list[str | Table]:
    """How many tasks of which kind."""
    if not became:
        return [t("No such tasks.")]
    kinds = Counter(task_title(desk, task) for task in became)
    columns = [Column(t("Task"), flexible=True), Column(t("Withdrawn"), right=True)]
    return [
        Table(columns, kinds.most_common()),
        t(
            "{count} tasks of {customers} customers.",
            count=len(became),
            customers=len({task.customer for task in became}),
        ),
    ]
