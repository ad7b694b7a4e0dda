"""`dcrc assign`: tasks given to somebody, a list shared out among several, or made nobody's again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs
import click

from dcrc.cli.calls import task_line
from dcrc.cli.choosing import COMMAS, filter_options, filters_given, named_tasks
from dcrc.cli.commands import Command
from dcrc.cli.documents import task_document
from dcrc.cli.seat import pass_desk
from dcrc.cli.showing import Column, Table, show
from dcrc.errors import DcrcError, PartialSuccess, UsageError
from dcrc.i18n import listed, t, translate_error

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dcrc.kernel.assigning import Assigned
    from dcrc.kernel.desk import Desk
    from dcrc.kernel.tasks import Task


@attrs.frozen
class Chosen:
    """What is to be given away: the tasks that were named, or customers by their open tasks."""

    tasks: tuple[Task, ...] = ()
    customers: tuple[str, ...] = ()
    refused: tuple[tuple[str, DcrcError], ...] = ()
    taking: tuple[str, ...] | None = None  # only what nobody or these people have


@click.command(cls=Command)
@click.argument("words", nargs=-1, metavar="[TASK…] [NAME]")
@click.option("--to", metavar="NAME", help="Who gets them; the last word where no option says it.")
@click.option(
    "--share",
    metavar="NAMES",
    help="Share them out evenly: names with commas, or a role for all in it.",
)
@click.option("--nobody", is_flag=True, help="Make them nobody's again.")
@filter_options
@click.option("--afresh", is_flag=True, help="Give away also what somebody has already.")
@click.option("--dry-run", is_flag=True, help="Only say what would happen.")
@pass_desk
def assign(
    desk: Desk,
    words: tuple[str, ...],
    to: str | None,
    share: str | None,
    nobody: bool,
    due: str | None,
    rule: str | None,
    owner: str | None,
    customer: str | None,
    afresh: bool,
    dry_run: bool,
) -> None:
    """Give tasks away: named ones, or all that is open for the customers whom filters choose."""
    if sum((to is not None, share is not None, nobody)) > 1:
        raise UsageError("Say one of --to, --share and --nobody.")
    if to is None and share is None and not nobody:
        if not words:
            raise UsageError("Say who gets the tasks: --to NAME, --share NAMES or --nobody.")
        *words_left, to = words
        words = tuple(words_left)
    filters = {"due": due, "rule": rule, "owner": owner, "customer": customer}
    given = filters_given(desk, words, filters)
    if afresh and (nobody or (words and share is None)):
        raise UsageError("--afresh goes with --share, or with a list for --to.")
    chosen = _named(desk, words) if words else _filtered(desk, given)
    done = _carried_out(desk, chosen, to or "", share, afresh, dry_run)
    _show(desk, chosen, done, dry_run)


def _named(desk: Desk, words: Sequence[str]) -> Chosen:
    """The open tasks that were named; where none can be given away the first refusal is raised."""
    from dcrc.kernel.task_refs import require_open

    found, refused = named_tasks(desk, words, require_open)
    return Chosen(found, tuple(dict.fromkeys(task.customer for task in found)), refused)


def _filtered(desk: Desk, filters: dict[str, Any]) -> Chosen:
    from dcrc.kernel.task_lists import customers_with

    owner = filters.get("owner")
    return Chosen(
        customers=tuple(customers_with(desk, **filters)),
        taking=None if owner is None else (owner,),
    )


def _carried_out(
    desk: Desk, chosen: Chosen, to: str, share: str | None, afresh: bool, dry_run: bool
) -> Assigned:
    from dcrc.kernel.assigning import assign_customers, assign_tasks, share_customers
    from dcrc.kernel.day_filter import active_staff

    if share is not None:
        taking = active_staff(desk) if afresh else chosen.taking or ()
        people = _people(desk, share)
        return share_customers(desk, chosen.customers, people, taking=taking, dry_run=dry_run)
    name = to.strip()
    if chosen.tasks:
        return assign_tasks(desk, [task.id for task in chosen.tasks], name, dry_run=dry_run)
    theirs = chosen.taking if afresh or not name else chosen.taking or ()
    return assign_customers(desk, chosen.customers, name, taking=theirs, dry_run=dry_run)


def _people(desk: Desk, text: str) -> list[str]:
    """The names that `text` lists; a role stands for all who work here in it."""
    from dcrc.cli.words import parse_role
    from dcrc.kernel.operators import list_operators

    staff = list_operators(desk, active=True)
    found: list[str] = []
    for word in (part.strip() for part in COMMAS.split(text)):
        role = parse_role(desk, word)
        named = [person.name for person in staff if person.name == word]
        found += named or [person.name for person in staff if person.role == role] or [word]
    return [name for name in dict.fromkeys(found) if name]


def _show(desk: Desk, chosen: Chosen, done: Assigned, dry_run: bool) -> None:
    now = {task.id: task for _, task in done.edits}
    only = now.get(chosen.tasks[0].id, chosen.tasks[0]) if len(chosen.tasks) == 1 else None
    alone = only is not None and not chosen.refused
    lines: list[str | Table] = (
        [task_line(desk, only)] if only is not None and alone else _lines(done)
    )
    if dry_run:
        lines.append(t("Nothing was written to the database (--dry-run)."))
    elif done.edits and not alone:
        lines.append(t("`dcrc undo` takes all of it back."))
    show(
        {
            "task": task_document(desk, only) if only is not None else None,
            "dry_run": dry_run,
            "customers": done.customers,
            "people": [attrs.asdict(part) | {"name": part.name or None} for part in done.people],
            "given": [
                {
                    "task": task.id,
                    "customer": task.customer,
                    "owner": task.owner or None,
                    "was": was.owner or None,
                }
                for was, task in done.moved
            ],
            "kept": done.kept,
            "left": done.left,
            "later": done.later,
            "refused": [
                {"task": ref, "reason": translate_error(why)} for ref, why in chosen.refused
            ],
        },
        *lines,
        *(f"! {translate_error(why)}" for _, why in chosen.refused),
    )
    if chosen.refused:
        raise PartialSuccess(
            "{count} of {total} tasks could not be given away: {names}.",
            count=len(chosen.refused),
            total=len(chosen.refused) + len(chosen.tasks),
            names=listed(ref for ref, _ in chosen.refused),
        )


def _lines(done: Assigned) -> list[str | Table]:
    from dcrc.kernel.assigning import later_line

    if not done.customers and not done.kept and not done.left:
        return [t("No such tasks.")]
    columns = [
        Column(t("Operator"), flexible=True),
        Column(t("Customers"), right=True),
        Column(t("Tasks"), right=True),
        Column(t("Kept"), right=True),
        Column(t("Then open"), right=True),
        Column(t("Then due"), right=True),
    ]
    rows = [
        (part.name, part.customers, part.tasks, part.kept, part.open, part.due)
        for part in done.people
        if part.name
    ]
    lines: list[str | Table] = [Table(columns, rows)] if rows else []
    if not rows:
        lines.append(t("{count} customers become nobody's.", count=done.customers))
    if done.later:
        lines.append(later_line(done))
    if done.kept:
        lines.append(t("{count} customers stay with whom they are.", count=done.kept))
    if done.left:
        lines.append(t("{count} customers have no work of these people.", count=done.left))
    return lines
