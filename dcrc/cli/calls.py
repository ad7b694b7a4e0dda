"""What is done with tasks: attempts, new days, withdrawals, tasks of one's own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from dcrc.cli.commands import Command
from dcrc.cli.documents import attempt_document, moment, task_document, task_title
from dcrc.cli.harmless import one_line
from dcrc.cli.seat import now_here, pass_desk
from dcrc.cli.showing import show
from dcrc.cli.times import parse_day, parse_moment
from dcrc.cli.words import parse_result
from dcrc.errors import InputError
from dcrc.i18n import t
from dcrc.kernel.titles import state_title

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dcrc.kernel.calendar import Recorded
    from dcrc.kernel.desk import Desk
    from dcrc.kernel.tasks import Task


@click.command(cls=Command)
@click.argument("tasks", metavar="TASK[,TASK…]")
@click.argument("result")
@click.option(
    "--answer",
    "answers",
    multiple=True,
    metavar="FIELD=VALUE",
    help="An answer of the questionnaire; TASK:FIELD=VALUE where several tasks have the field.",
)
@click.option("--note", default="", metavar="TEXT", help="A remark.")
@click.option(
    "--call-back",
    metavar="TIME",
    help="When to call again: 14:30, tomorrow 9:00, 2026-11-22 15:00, +2h.",
)
@click.option("--number", default="", metavar="NUMBER", help="The number that was dialled.")
@click.option("--channel", default="call", metavar="CHANNEL", help="How: call, message, visit …")
@pass_desk
def attempt(
    desk: Desk,
    tasks: str,
    result: str,
    answers: tuple[str, ...],
    note: str,
    call_back: str | None,
    number: str,
    channel: str,
) -> None:
    """Record one conversation, or one try at it."""
    from dcrc.kernel.calendar import get_task, record_attempt, record_conversation
    from dcrc.kernel.phones import normalise_phone

    outcome = parse_result(result)
    about = [get_task(desk, ref.strip()) for ref in tasks.split(",") if ref.strip()]
    _same_customer(about)
    given = sort_answers(desk, about, answers)
    again = parse_moment(call_back, now_here(desk)) if call_back else None
    dialled = normalise_phone(number).number if number else ""
    if len(about) == 1:
        only = about[0]
        recorded = [
            record_attempt(
                desk,
                only.id,
                outcome,
                answers=given[only.id],
                note=note,
                call_back=again,
                number=dialled,
                channel=channel,
            )
        ]
    else:
        recorded = record_conversation(
            desk,
            about[0].customer,
            outcome,
            given,
            note=note,
            call_back=again,
            number=dialled,
            channel=channel,
        )
    show(
        {"recorded": [_document(desk, one) for one in recorded]},
        *(line for one in recorded for line in _lines(desk, one)),
    )


def _same_customer(about: Sequence[Task]) -> None:
    if not about:
        raise InputError("Name a task.", field="task")
    if len({task.customer for task in about}) > 1:
        raise InputError(
            "These tasks are not of one customer; record one conversation at a time.", field="task"
        )


def sort_answers(
    desk: Desk, about: Sequence[Task], answers: Sequence[str]
) -> dict[str, dict[str, Any] | None]:
    """Which answers go to which task; raises InputError for one that no task's form asks."""
    sorted_: dict[str, dict[str, Any] | None] = {task.id: None for task in about}
    fields = {task.id: _fields(desk, task) for task in about}
    for answer in answers:
        name, given, value = answer.partition("=")
        if not given:
            raise InputError(
                "{text!r} is no answer; write FIELD=VALUE.", text=answer, field="answer"
            )
        ref, prefixed, field = name.partition(":")
        field = field if prefixed else name
        takers = [
            task.id
            for task in about
            if (not prefixed or task.id.startswith(ref)) and field in fields[task.id]
        ]
        if not takers:
            raise InputError(
                "No question is called {name}; questions are: {fields}.",
                field="answer",
                name=name,
                fields=", ".join(sorted(set().union(*fields.values()))) or "-",
            )
        for taker in takers:
            sorted_[taker] = {**(sorted_[taker] or {}), field: value}
    return sorted_


def _fields(desk: Desk, task: Task) -> set[str]:
    if not task.form:
        return set()
    return {field.name for field in desk.forms.get(task.form).fields}


def _document(desk: Desk, recorded: Recorded) -> dict[str, Any]:
    return {
        "task": task_document(desk, recorded.task),
        "attempt": attempt_document(desk, recorded.attempt),
        "next_at": moment(desk, recorded.next_at),
        "follow_ups": [task_document(desk, task) for task in recorded.follow_ups],
        "message": recorded.message or None,
        "remarks": [t(each.text, **each.params) for each in recorded.remarks],
    }


def _lines(desk: Desk, recorded: Recorded) -> list[str]:
    task = recorded.task
    said = f"{task.id[:6]} {one_line(task_title(desk, task))}: {state_title(task.state)}"
    if recorded.next_at is not None:
        said += ", " + t(
            "next try {at}", at=f"{recorded.next_at.astimezone(desk.zone):%m-%d %H:%M}"
        )
    lines = [said]
    lines += [
        "  → "
        + t("{id} {title}, due {due}", id=more.id[:6], title=task_title(desk, more), due=more.due)
        for more in recorded.follow_ups
    ]
    return lines + [f"  ! {t(each.text, **each.params)}" for each in recorded.remarks]


@click.command(cls=Command)
@click.argument("task")
@click.argument("until", metavar="DAY")
@pass_desk
def snooze(desk: Desk, task: str, until: str) -> None:
    """Move a task's due date by hand; planning leaves it there."""
    from dcrc.kernel.calendar import get_task, snooze_task

    day = parse_day(until, desk.today())
    put_off = snooze_task(desk, get_task(desk, task).id, day)
    show_task(desk, put_off, t("Put off to {day}.", day=day.isoformat()))


def show_task(desk: Desk, task: Task, *more: str) -> None:
    """Print a task as it is now, and what else is to be said."""
    show({"task": task_document(desk, task)}, task_line(desk, task), *more)


def task_line(desk: Desk, task: Task) -> str:
    """A task in one line: which, what, its state, until when, whose."""
    return t(
        "{id} {title}: {state}, due {due}, owner {owner}",
        id=task.id[:6],
        title=one_line(task_title(desk, task)),
        state=state_title(task.state),
        due=task.due,
        owner=one_line(task.owner) or "-",
    )


@click.command(cls=Command)
@click.argument("customer")
@click.argument("title")
@click.option("--due", metavar="DAY", help="Last day; today if not given.")
@click.option("--owner", default="", metavar="NAME", help="Whose task it is.")
@click.option("--note", default="", metavar="TEXT", help="A remark.")
@pass_desk
def add(desk: Desk, customer: str, title: str, due: str | None, owner: str, note: str) -> None:
    """Put a task of one's own on the calendar."""
    from dcrc.kernel.calendar import add_task
    from dcrc.kernel.customers import get_customer

    day = parse_day(due, desk.today()) if due else desk.today()
    show_task(
        desk,
        add_task(desk, get_customer(desk, customer).id, title, day, owner=owner, note=note),
    )
