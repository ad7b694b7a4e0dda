"""`dcrc reminders`: lists on screen, as a spreadsheet and on paper; care messages; a car's dates."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import click

from dcrc import (
    Column,
    Desk,
    InputError,
    Permission,
    Table,
    get_vehicle,
    language,
    pass_desk,
    record_look,
    show,
    t,
)
from dcrc.cli.commands import Command, Group
from dcrc.exports.writing import Table as Sheet
from dcrc.exports.writing import write_tables
from dcrc.private_files import make_private

from .blocks import vehicle_lines
from .lists import KEYS, MONTH, WEEK, Line, failed_list, headers, planned_list, span_of
from .operations import care_messages, draft_care, review_care, send_care
from .printing import page
from .records import CareMessage
from .rules import RULES
from .words import care_state

Files = tuple[Path | None, Path | None]


@click.group(cls=Group)
def reminders() -> None:
    """Reminders: lists of what is planned and what failed, care messages, a car's dates."""


def _list_options(command: Any) -> Any:
    for option in (
        click.option(
            "--print", "paper", type=click.Path(path_type=Path), help="An HTML page to print."
        ),
        click.option(
            "--excel", type=click.Path(path_type=Path), help="A spreadsheet (.xlsx or .csv)."
        ),
    ):
        command = option(command)
    return command


@reminders.command(cls=Command)
@click.option("--next", "which", type=click.Choice([WEEK, MONTH]), default=WEEK, help="Which span.")
@click.option("--rule", type=click.Choice(RULES), help="Only this kind of reminder.")
@_list_options
@pass_desk
def planned(
    desk: Desk, which: str, rule: str | None, excel: Path | None, paper: Path | None
) -> None:
    """Contacts planned for next week or next month."""
    first, last = span_of(which, desk.today())
    lines = planned_list(desk, first, last, (rule,) if rule else RULES)
    title = t("Planned contacts {first} to {last}", first=first, last=last)
    _hand_out(desk, title, lines, (excel, paper), {"first": str(first), "last": str(last)})


@reminders.command(cls=Command)
@click.option("--days", type=click.IntRange(1, 400), default=30, help="How many days back.")
@_list_options
@pass_desk
def failed(desk: Desk, days: int, excel: Path | None, paper: Path | None) -> None:
    """Reminders that came to nothing, with their reasons."""
    last = desk.today()
    first = last - timedelta(days)
    lines = failed_list(desk, first, last)
    title = t("Failed reminders {first} to {last}", first=first, last=last)
    _hand_out(desk, title, lines, (excel, paper), {"first": str(first), "last": str(last)})


def _hand_out(
    desk: Desk, title: str, lines: Sequence[Line], files: Files, span: dict[str, str]
) -> None:
    """Show a list, or write it to the files that were asked for; a list that leaves the desk is logged."""
    excel, paper = files
    if excel is None and paper is None:
        columns = [Column(name, flexible=name == headers()[-1]) for name in headers()]
        rows = [tuple(str(cell) for cell in line.cells()) for line in lines]
        document = {**span, "lines": [_document(line) for line in lines]}
        show(document, title, *([Table(columns, rows)] if rows else [t("Nothing.")]))
        return
    written = []
    for target in (excel, paper):
        if target is not None:
            record_look(
                desk,
                "export",
                target.name,
                Permission.EXPORT,
                count=len(lines),
                detail=title,
                operation="export",
            )
            written.append(str(target))
    if excel is not None:
        cells = [line.cells() for line in lines]
        write_tables(excel, [Sheet(t("Reminders"), headers(), cells, KEYS)])
    if paper is not None:
        dealer = str(desk.policies.section("dealer").name)
        make_private(paper)
        paper.write_text(page(title, dealer, lines, language()), "utf-8")
    show(
        {**span, "count": len(lines), "files": written},
        *(t("Wrote {count} lines to {file}.", count=len(lines), file=each) for each in written),
    )


def _document(line: Line) -> dict[str, Any]:
    cells = dict(zip(KEYS, line.cells(), strict=True))
    cells["due"] = line.task.due.isoformat()
    closed = line.task.closed_on.isoformat() if line.task.closed_on else None
    return {
        "task": line.task.id,
        "rule": line.task.rule,
        "state": line.task.state.value,
        "closed_on": closed,
        **cells,
    }


@reminders.command(cls=Command)
@click.argument("vehicle")
@pass_desk
def due(desk: Desk, vehicle: str) -> None:
    """When a car's next service, inspection and end of warranty are due, and how that is known."""
    car = get_vehicle(desk, vehicle)
    lines = vehicle_lines(desk, car)
    show({"vehicle": car.id, "plate": car.plate, "lines": lines}, *lines)


@reminders.group(cls=Group)
def care() -> None:
    """Care messages: drafted ahead, reviewed, then queued for everybody who wishes for them."""


@care.command("list", cls=Command)
@pass_desk
def list_care(desk: Desk) -> None:
    """All care messages by day."""
    _show_care(care_messages(desk))


@care.command("draft", cls=Command)
@pass_desk
def draft(desk: Desk) -> None:
    """Draft what the coming days bring."""
    _show_care(draft_care(desk))


@care.command("approve", cls=Command)
@click.argument("message")
@click.option("--zh", default="", help="Another Chinese text.")
@click.option("--en", default="", help="Another English text.")
@pass_desk
def approve(desk: Desk, message: str, zh: str, en: str) -> None:
    """Approve a draft, with another text if one is given."""
    _show_care([review_care(desk, message, True, zh=zh, en=en)])


@care.command("refuse", cls=Command)
@click.argument("message")
@click.option("--note", default="", help="Why.")
@pass_desk
def refuse(desk: Desk, message: str, note: str) -> None:
    """Refuse a draft: it does not go out."""
    if not note.strip():
        raise InputError("Say why the message is refused.", field="note")
    _show_care([review_care(desk, message, False, note=note)])


@care.command("send", cls=Command)
@pass_desk
def send(desk: Desk) -> None:
    """Queue the approved messages whose day has come."""
    _show_care(send_care(desk))


def _show_care(messages: Sequence[CareMessage]) -> None:
    columns = [
        Column(t("Day")),
        Column(t("Message")),
        Column(t("State")),
        Column(t("Customers")),
        Column(t("Text"), flexible=True),
    ]
    rows = [
        (str(each.on), each.key, care_state(each.state), str(each.count or ""), str(each.text))
        for each in messages
    ]
    show(
        {"messages": [_care_document(each) for each in messages]},
        *([Table(columns, rows)] if rows else [t("Nothing.")]),
    )


def _care_document(message: CareMessage) -> dict[str, Any]:
    on: date = message.on
    return {
        "id": message.id,
        "key": message.key,
        "on": on.isoformat(),
        "state": message.state,
        "zh": message.zh,
        "en": message.en,
        "decided_by": message.decided_by,
        "count": message.count,
    }
