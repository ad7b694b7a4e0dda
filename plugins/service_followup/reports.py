"""Figures of the service follow-up: rates by service advisor and by kind of work, month by month."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from functools import partial

import attrs

from dcrc import (
    Answers,
    Case,
    Desk,
    Event,
    Figure,
    FigureRow,
    Task,
    Wording,
    answers_to,
    events_by_id,
    in_time,
    judged,
    month_of,
    share_rows,
    tasks_owed,
)

from .policy import NAME
from .rules import DISSATISFIED, VISIT


@attrs.frozen
class Measure:
    """A rate over tasks of one rule: `hit` says yes, no, or None for a task that is not in the base."""

    name: str
    title: Wording
    target: str  # the policy's field
    hit: Callable[[Task, Answers | None], bool | None]
    rule: str = VISIT


def _in_time(task: Task, answers: Answers | None) -> bool | None:
    return in_time(task)


def _satisfied(task: Task, answers: Answers | None) -> bool | None:
    return None if answers is None else answers.satisfied


def _yes(field: str, task: Task, answers: Answers | None) -> bool | None:
    """Whether the customer said yes; what is no answer (nothing broken, not seen) is not in the base."""
    said = answers.values.get(field) if answers is not None else None
    return said == "yes" if said in ("yes", "partly", "no") else None


MEASURES = (
    Measure("in_time", Wording("维修回访按时完成率", "Service calls in time"), "in_time", _in_time),
    Measure(
        "satisfied",
        Wording("维修满意率", "Satisfied with the service"),
        "satisfied",
        _satisfied,
    ),
    Measure("fixed", Wording("一次修复率", "Fault fixed"), "fixed", partial(_yes, "fixed")),
    Measure(
        "explained",
        Wording("解释到位率", "Everything explained"),
        "explained",
        partial(_yes, "explained"),
    ),
    Measure(
        "covers",
        Wording("防护用品使用率", "Protective covers used"),
        "covers",
        partial(_yes, "covers"),
    ),
    Measure(
        "settled",
        Wording("不满意按时处理率", "Dissatisfaction settled in time"),
        "in_time",
        _in_time,
        DISSATISFIED,
    ),
)
GROUPINGS = {
    "advisor": Wording("按服务顾问", "by advisor"),
    "work": Wording("按维修类型", "by kind of work"),
}


def rate(
    measure: Measure, grouping: str, desk: Desk, month: date, *, advisor: str = "", work: str = ""
) -> list[FigureRow]:
    """The measure over the tasks due in the month, of all visits and of each advisor's or kind's.

    A visit of several repair orders counts once under each of their advisors and kinds, and once in all.
    """
    tasks = [
        task
        for task in tasks_owed(desk, f"{NAME}.{measure.rule}", *month_of(month))
        if judged(task, desk.today())
    ]
    answers = answers_to(desk, tasks)
    orders = events_by_id(desk, {ref for task in tasks for ref in _orders(task)})
    cases = []
    for task in tasks:
        hit = measure.hit(task, answers.get(task.id))
        named = {name: _named(task, orders, name) for name in GROUPINGS}
        if (
            hit is not None
            and (not advisor or advisor in named["advisor"])
            and (not work or work in named["work"])
        ):
            cases.append(Case(task.id, hit, named[grouping]))
    target = getattr(desk.policies.section(NAME), f"target_{measure.target}")
    return share_rows(cases, target)


def _orders(task: Task) -> list[str]:
    """The repair orders that a task is about."""
    facts: Iterable[Mapping[str, str]] = task.reasons.get("facts", ())
    return [fact["ref"] for fact in facts if fact["kind"] == "serviced"] or [task.event]


def _named(task: Task, orders: Mapping[str, Event], field: str) -> tuple[str, ...]:
    return tuple(
        str(order.data.get(field, ""))
        for ref in _orders(task)
        if (order := orders.get(ref)) is not None
    )


figures = tuple(
    Figure(
        f"{NAME}.{measure.name}_by_{grouping}",
        Wording(f"{measure.title.zh}（{by.zh}）", f"{measure.title.en}, {by.en}"),
        partial(rate, measure, grouping),
        "%",
    )
    for measure in MEASURES
    for grouping, by in GROUPINGS.items()
)
