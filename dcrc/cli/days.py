"""The day's lists: today's customers, tasks, one task, and planning."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import click

from dcrc.cli.commands import Command
from dcrc.cli.documents import customer_brief, day, moment, shown_phone, task_document, task_title
from dcrc.cli.progress import progress
from dcrc.cli.seat import pass_desk
from dcrc.cli.showing import Column, Table, limit_option, more_line, page, show
from dcrc.cli.times import parse_day
from dcrc.errors import PartialSuccess
from dcrc.i18n import listed, t
from dcrc.kernel.titles import state_title

if TYPE_CHECKING:
    from dcrc.kernel.agenda import Agenda, Sheet
    from dcrc.kernel.desk import Desk

SHORT_ID = 6
SHOWN_IDS = 2


@click.command(cls=Command)
@click.option("--all", "everybody", is_flag=True, help="Everybody's work, not only yours.")
@click.option("--rule", metavar="RULE", help="Only this rule.")
@click.option("--overdue", is_flag=True, help="Only what is overdue.")
@click.option("--slot", metavar="SLOT", help="Only customers to be called in this slot of the day.")
@limit_option
@click.option("--offset", type=click.IntRange(min=0), default=0, metavar="N", help="Skip as many.")
@pass_desk
def today(
    desk: Desk,
    everybody: bool,
    rule: str | None,
    overdue: bool,
    slot: str | None,
    limit: int | None,
    offset: int,
) -> None:
    """Print today's list."""
    from dcrc.cli.named import rule_named
    from dcrc.kernel.agenda import agenda

    print_agenda(
        desk,
        agenda(
            desk,
            mine=not everybody,
            rule=rule_named(desk, rule) if rule else None,
            overdue=overdue,
            slot=slot,
            limit=page(limit) or 0,
            offset=offset,
        ),
        offset,
    )


def print_agenda(desk: Desk, found: Agenda, offset: int = 0) -> None:
    """Print a day's list: what is due by rule, then one line per customer, most urgent first."""
    show(
        {
            "day": day(found.day),
            "counts": [
                {
                    "rule": count.rule,
                    "title": str(count.title),
                    "due": count.due,
                    "overdue": count.overdue,
                    "done": count.done,
                }
                for count in found.counts
            ],
            "sheets": [sheet_document(desk, sheet) for sheet in found.sheets],
            "total_sheets": found.total_sheets,
            "total_tasks": found.total_tasks,
            "blocked": found.blocked,
            "waiting": found.waiting,
            "planned_until": day(found.planned_until),
        },
        t(
            "{day}: {sheets} customers, {tasks} tasks",
            day=found.day,
            sheets=found.total_sheets,
            tasks=found.total_tasks,
        ),
        "",
        *_counts_table(found),
        *_sheets_table(desk, found),
        *more_line(offset + len(found.sheets), found.total_sheets),
    )


def sheet_document(desk: Desk, sheet: Sheet) -> dict[str, object]:
    """One customer's open tasks, as JSON."""
    return {
        "customer": customer_brief(desk, sheet.customer),
        "tasks": [task_document(desk, task) for task in sheet.tasks],
        "due": day(sheet.due),
        "overdue_days": sheet.overdue_days,
        "why": sheet.why,
        "next_at": moment(desk, sheet.next_at),
    }


def _counts_table(found: Agenda) -> list[str | Table]:
    if not found.counts:
        return [t("Nothing is due. `dcrc plan` brings the calendar up to date.")]
    columns = [
        Column(t("What"), flexible=True),
        Column(t("Due"), right=True),
        Column(t("Overdue"), right=True),
        Column(t("Done"), right=True),
    ]
    rows = [(count.title, count.due, count.overdue, count.done) for count in found.counts]
    return [Table(columns, rows), ""]


def _sheets_table(desk: Desk, found: Agenda) -> list[Table]:
    if not found.sheets:
        return []
    columns = [
        Column(t("Task")),
        Column(t("Customer"), flexible=True),
        Column(t("Phone")),
        Column(t("Due")),
        Column(t("Why"), flexible=True),
        Column(t("What"), flexible=True),
    ]
    rows = [
        (
            _short_ids(sheet),
            sheet.customer.name,
            shown_phone(desk, sheet.customer),
            sheet.due,
            sheet.why,
            listed(task_title(desk, task) for task in sheet.tasks),
        )
        for sheet in found.sheets
    ]
    return [Table(columns, rows)]


def _short_ids(sheet: Sheet) -> str:
    """The first tasks' ids; one is enough for `dcrc attempt`, and nine would fill the line."""
    ids = [task.id[:SHORT_ID] for task in sheet.tasks[:SHOWN_IDS]]
    return ",".join(ids) + ("…" if len(sheet.tasks) > SHOWN_IDS else "")


@click.command(cls=Command)
@click.option(
    "--due",
    metavar="DAY",
    help="Due until this day: 2026-11-30, today, tomorrow, +7d, or overdue.",
)
@click.option("--rule", metavar="RULE", help="Only this rule.")
@click.option(
    "--state",
    type=click.Choice(["open", "done", "failed", "withdrawn", "expired", "all"]),
    default="open",
    help="Only tasks in this state; open ones if not given.",
)
@click.option("--owner", metavar="NAME", help="Only tasks of this operator.")
@click.option("--customer", metavar="CUSTOMER", help="Only tasks of this customer.")
@limit_option
@click.option("--offset", type=click.IntRange(min=0), default=0, metavar="N", help="Skip as many.")
@pass_desk
def tasks(
    desk: Desk,
    due: str | None,
    rule: str | None,
    state: str,
    owner: str | None,
    customer: str | None,
    limit: int | None,
    offset: int,
) -> None:
    """Print tasks, the earliest due first."""
    from dcrc.cli.named import owner_named, rule_named
    from dcrc.kernel.agenda import count_tasks
    from dcrc.kernel.agenda import tasks as find_tasks
    from dcrc.kernel.customers import get_customer

    chosen: dict[str, Any] = {
        "due": due_day(due, desk) if due else None,
        "rule": rule_named(desk, rule) if rule else None,
        "state": None if state == "all" else state,
        "owner": None if owner is None else owner_named(desk, owner),
        "customer": get_customer(desk, customer).id if customer else None,
    }
    found = find_tasks(desk, **chosen, limit=page(limit) or 0, offset=offset)
    total = count_tasks(desk, **chosen)
    people = desk.customers.get_many([task.customer for task in found])
    columns = [
        Column(t("Task")),
        Column(t("Due")),
        Column(t("State")),
        Column(t("Customer"), flexible=True),
        Column(t("What"), flexible=True),
        Column(t("Owner"), flexible=True),
    ]
    rows = [
        (
            task.id[:SHORT_ID],
            task.due,
            state_title(task.state),
            people[task.customer]["name"] if task.customer in people else "",
            task_title(desk, task),
            task.owner,
        )
        for task in found
    ]
    show(
        {"tasks": [task_document(desk, task) for task in found], "total": total},
        *([Table(columns, rows)] if rows else [t("No such tasks.")]),
        *more_line(offset + len(found), total),
    )


def due_day(text: str, desk: Desk) -> date:
    """The last day that `--due` means."""
    if text.strip().lower() in ("overdue", "逾期"):
        return desk.today() - timedelta(days=1)
    return parse_day(text, desk.today())


@click.command(cls=Command)
@click.option(
    "--until", metavar="DAY", help="Plan further ahead than the policy says, to this day."
)
@pass_desk
def plan(desk: Desk, until: str | None) -> None:
    """Plan, and say what changed."""
    from dcrc.kernel.planning import plan as bring_up_to_date

    last = parse_day(until, desk.today()) if until else None
    with progress(t("Planning")) as advance:
        report = bring_up_to_date(desk, until=last, progress=advance)
    show(
        {
            "customers": report.customers,
            "created": report.created,
            "moved": report.moved,
            "withdrawn": report.withdrawn,
            "expired": report.expired,
            "reopened": report.reopened,
            "until": day(report.until),
            "failures": [
                {"planner": bad.planner, "what": bad.what, "customers": bad.customers}
                for bad in report.failures
            ],
        },
        t(
            "{created} new, {moved} moved, {withdrawn} withdrawn, {expired} expired",
            created=report.created,
            moved=report.moved,
            withdrawn=report.withdrawn,
            expired=report.expired,
        ),
    )
    if report.failures:
        raise PartialSuccess(
            "These planners failed, their tasks stayed as they were: {names}.",
            names="; ".join(f"{bad.planner} – {bad.what}" for bad in report.failures),
        )


@click.command(cls=Command)
@click.argument("task")
@pass_desk
def task(desk: Desk, task: str) -> None:
    """Print one task: who, what, the script with its blanks filled, the questions."""
    from dcrc.cli.task_page import print_task
    from dcrc.kernel.calendar import get_task

    desk.require("customers.view")
    print_task(desk, get_task(desk, task))
