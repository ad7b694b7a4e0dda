"""What happened: the journal's operations, and taking them back."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from dcrc.cli.commands import Command
from dcrc.cli.documents import moment
from dcrc.cli.seat import pass_desk
from dcrc.cli.showing import Column, Table, limit_option, page, show
from dcrc.cli.widths import clip
from dcrc.i18n import t
from dcrc.record_words import table_title

if TYPE_CHECKING:
    from dcrc.kernel.desk import Desk

LONGEST_WORD = 80
"""Cells of a value in the list of changes; JSON has all of it."""


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
    if changes is not None:
        _print_changes(desk, changes)
        return
    from dcrc.kernel.operations_log import operations_log

    most = page(limit)
    asked = None if most is None else most + 1
    found = operations_log(desk, asked, operator=by, batch=batch)
    more = most is not None and len(found) > most
    found = found[:most]
    columns = [
        Column(t("Number"), right=True),
        Column(t("When")),
        Column(t("Operator"), flexible=True),
        Column(t("What"), flexible=True),
        Column(t("Changes"), right=True),
        Column(t("Batch")),
    ]
    rows = [
        (
            each.number,
            f"{each.at.astimezone(desk.zone):%Y-%m-%d %H:%M:%S}",
            each.operator,
            each.title,
            each.changes,
            each.batch or "",
        )
        for each in found
    ]
    show(
        {
            "operations": [
                {
                    "number": each.number,
                    "at": moment(desk, each.at),
                    "operator": each.operator,
                    "name": each.name,
                    "title": each.title,
                    "batch": each.batch,
                    "changes": each.changes,
                }
                for each in found
            ],
            "more": more,
        },
        *([Table(columns, rows)] if rows else [t("Nothing has happened yet.")]),
        *([t("There are more; --limit 0 shows all.")] if more else []),
    )


def _short(record_id: str) -> str:
    return f"({record_id[-6:].lower()})"


def _print_changes(desk: Desk, number: int) -> None:
    from dcrc.cli.stored_words import RecordNames, changes_in_words
    from dcrc.kernel.operations_log import changes_of

    found = changes_of(desk, number)
    names = RecordNames(desk)
    columns = [
        Column(t("Record"), flexible=True),
        Column(t("Field"), flexible=True),
        Column(t("Before"), flexible=True),
        Column(t("After"), flexible=True),
    ]
    rows = [
        (
            " ".join(
                filter(
                    None,
                    (
                        str(table_title(each.table)),
                        names.of(each.table, each.record),
                        _short(each.record),
                    ),
                )
            ),
            each.title,
            clip(was, LONGEST_WORD),
            clip(became, LONGEST_WORD),
        )
        for each, was, became in changes_in_words(desk, found)
    ]
    show(
        {
            "number": number,
            "changes": [
                {
                    "table": each.table,
                    "record": each.record,
                    "field": each.field,
                    "title": each.title,
                    "was": each.was,
                    "became": each.became,
                }
                for each in found
            ],
        },
        *(
            [Table(columns, rows)]
            if rows
            else [t("Operation {number} changed nothing.", number=number)]
        ),
    )


@click.command(cls=Command)
@click.option("--operation", type=int, metavar="NUMBER", help="Another operation than your last.")
@click.option("--batch", metavar="ID", help="A whole import.")
@pass_desk
def undo(desk: Desk, operation: int | None, batch: str | None) -> None:
    """Undo, itself an operation of the journal."""
    from dcrc.kernel.operations_log import operation_title, whom_about
    from dcrc.kernel.undoing import undo as take_back

    undone = take_back(desk, operation, batch)
    names = {
        each.number: operation_title(each)
        for each in desk.db.journal.operations(batch=batch, limit=1000)
    }
    what = ", ".join(sorted({names.get(number, str(number)) for number in undone.undone}))
    whose = whom_about(desk, undone.undone)
    show(
        {
            "operation": undone.operation,
            "undone": list(undone.undone),
            "changes": undone.changes,
            "customer": whose or None,
        },
        t(
            "Taken back: {what}, {name} ({count} changes).",
            what=what,
            name=whose,
            count=undone.changes,
        )
        if whose
        else t("Taken back: {what} ({count} changes).", what=what, count=undone.changes),
        t("`dcrc undo --operation {number}` brings it back.", number=undone.operation),
    )
