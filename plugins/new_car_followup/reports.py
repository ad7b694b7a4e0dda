"""Figures of the new-car follow-up: done in time, very satisfied, and the consultants' own calls."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, timedelta

from dcrc import (
    Answers,
    Case,
    Desk,
    Event,
    Figure,
    FigureRow,
    Task,
    TaskState,
    Wording,
    answers_between,
    events_between,
    events_by_id,
    in_time,
    judged,
    month_of,
    share_rows,
    tasks_owed,
)

from .policy import NAME, NewCarFollowupPolicy, Step

YEAR = timedelta(days=366)


def _policy(desk: Desk) -> NewCarFollowupPolicy:
    policy: NewCarFollowupPolicy = desk.policies.section(NAME)
    return policy


def _consultant(delivery: Event | None) -> str:
    return str(delivery.data.get("consultant", "")) if delivery is not None else ""


def _judged(desk: Desk, rule: str, month: date, consultant: str) -> list[tuple[Task, Event | None]]:
    """Tasks of a rule that were due in the month and count, each with its delivery."""
    tasks = [
        task
        for task in tasks_owed(desk, f"{NAME}.{rule}", *month_of(month))
        if judged(task, desk.today())
    ]
    deliveries = events_by_id(desk, {task.event for task in tasks})
    pairs = [(task, deliveries.get(task.event)) for task in tasks]
    return [pair for pair in pairs if not consultant or _consultant(pair[1]) == consultant]


def done_in_time(
    desk: Desk, month: date, *, step: str = "", consultant: str = ""
) -> Iterator[FigureRow]:
    """For each step, the share of tasks due in the month that were done by then: all, and by consultant."""
    policy = _policy(desk)
    titles = {name: each.title for name, each in (policy.steps | policy.touches).items()}
    for name, title in titles.items():
        if step in ("", name):
            cases = [
                Case(task.id, in_time(task), (_consultant(delivery),))
                for task, delivery in _judged(desk, name, month, consultant)
            ]
            yield from _titled(title, share_rows(cases, policy.target_in_time))


def consultant_calls(
    desk: Desk, month: date, *, step: str = "", consultant: str = ""
) -> Iterator[FigureRow]:
    """For each checked step, the share of calls that were made, in time or not, and no customer denies."""
    policy = _policy(desk)
    for name, each in policy.steps.items():
        if each.checked and step in ("", name):
            pairs = _judged(desk, name, month, consultant)
            denied = _denied(desk, each, month)
            cases = [
                Case(
                    task.id,
                    task.state is TaskState.DONE and task.event not in denied,
                    (_consultant(delivery),),
                )
                for task, delivery in pairs
            ]
            yield from _titled(each.title, share_rows(cases, policy.target_in_time))


def _denied(desk: Desk, step: Step, month: date) -> set[str]:
    """Deliveries whose customer said last that the consultant did not call."""
    form, _, field = step.asked_in.partition(".")
    first, last = month_of(month)
    said = {
        answers.event: answers.values[field]
        for answers in _of_form(desk, form, first, last + YEAR)
        if answers.values.get(field) in ("yes", "no")
    }
    return {delivery for delivery, word in said.items() if word == "no"}


def very_satisfied(desk: Desk, month: date, *, consultant: str = "") -> list[FigureRow]:
    """The share of the month's deliveries whose customer was very satisfied: all, and by consultant.

    The base is every car invoiced and delivered: it counts in the month in which the later of the two
    happened, asked or not. Without an invoice date the delivery alone counts. Cars whose owner is still to be
    asked in time are told apart.
    """
    policy = _policy(desk)
    first, last = month_of(month)
    deliveries = [
        delivery
        for delivery in events_between(desk, "delivered", first - YEAR, last)
        if first <= _handed_over(delivery) <= last and consultant in ("", _consultant(delivery))
    ]
    points = _points(desk, policy, first - YEAR, last + YEAR)
    cases = [
        Case(
            delivery.id,
            points.get(delivery.id) == 100,
            (_consultant(delivery),),
            open=delivery.id not in points and desk.today() <= _asked_until(desk, policy, delivery),
        )
        for delivery in deliveries
    ]
    return share_rows(cases, policy.target_very_satisfied)


def _handed_over(delivery: Event) -> date:
    """The day on which a car was both invoiced and delivered."""
    invoiced = delivery.data.get("invoiced")
    return max(delivery.on, date.fromisoformat(invoiced)) if invoiced else delivery.on


def _points(
    desk: Desk, policy: NewCarFollowupPolicy, first: date, last: date
) -> dict[str, int | None]:
    """What the last answer to the question of the policy is worth, by delivery."""
    form, _, field = policy.judged_by.partition(".")
    return {
        answers.event: _score(desk, answers, field) for answers in _of_form(desk, form, first, last)
    }


def _asked_until(desk: Desk, policy: NewCarFollowupPolicy, delivery: Event) -> date:
    """The last day in time of the call that asks the question of the policy; the delivery's if none does."""
    form = policy.judged_by.partition(".")[0]
    asking = [step.due_day for step in policy.steps.values() if step.enabled and step.form == form]
    due = delivery.on + timedelta(max(asking, default=0))
    return desk.workdays.next_open(due) if policy.on_open_days else due


def _score(desk: Desk, answers: Answers, field: str) -> int | None:
    question = desk.forms.get(answers.form, answers.version).field(field)
    option = question.option(str(answers.values.get(field))) if question else None
    return option.score if option else None


def _of_form(desk: Desk, form: str, first: date, last: date) -> list[Answers]:
    return answers_between(desk, form, first, last) if form else []


def _titled(title: Wording, rows: Iterable[FigureRow]) -> Iterator[FigureRow]:
    """Rows of one step: its title alone for all, then its title and each name."""
    for number, row in enumerate(rows):
        label = f"{title} · {row.label}" if number else str(title)
        yield FigureRow(label, row.value, row.base, row.target, row.cases)


figures = (
    Figure(
        f"{NAME}.in_time", Wording("新车回访按时完成率", "New-car calls in time"), done_in_time, "%"
    ),
    Figure(
        f"{NAME}.very_satisfied",
        Wording("新车非常满意率", "New owners very satisfied"),
        very_satisfied,
        "%",
    ),
    Figure(
        f"{NAME}.consultant_calls",
        Wording("销售顾问致电完成率", "Consultants' calls made"),
        consultant_calls,
        "%",
    ),
)
