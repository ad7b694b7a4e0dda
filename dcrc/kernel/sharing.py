"""Conversations are shared: one customer is not called today for one thing and tomorrow for another. Pure.

Between the planners and reconcile, the days of a customer's wished-for tasks are moved within what their
rules allow (`Planned.between`): those that come soon after another join it, and after a conversation all that
can wait rests for some days. What has days of its own (no `between`) keeps them; urgent work is never moved.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta

import attrs

from dcrc.kernel.contact import CONTACT_CHANNELS
from dcrc.kernel.planner import Outcome, Planned
from dcrc.kernel.tasks import Task, TaskState
from dcrc.kernel.workdays import Workdays
from dcrc.wording import Wording

DAY = timedelta(days=1)


@attrs.frozen
class SharingPolicy:
    """The section `conversations`: the budget of contacts with one customer."""

    rest_days: int = attrs.field(
        default=3,
        validator=attrs.validators.ge(0),
        metadata={
            "unit": "days",
            "doc": Wording("联系过后几天内不再打扰", "days of rest after a conversation"),
        },
    )
    together_days: int = attrs.field(
        default=7,
        validator=attrs.validators.ge(0),
        metadata={
            "unit": "days",
            "doc": Wording(
                "几天内的提醒合并成一次联系", "reminders within so many days are one conversation"
            ),
        },
    )
    urgent_from: int = attrs.field(
        default=30,
        metadata={
            "doc": Wording(
                "优先级达到多少不受限制", "tasks of this priority and more are never put off"
            )
        },
    )


@attrs.define
class _Wish:
    planner: str
    index: int
    planned: Planned
    moved: bool = False

    def move(self, opens: date, due: date | None = None) -> None:
        self.moved = True
        due = max(opens, self.planned.due if due is None else due)
        expires = self.planned.expires
        self.planned = attrs.evolve(
            self.planned,
            opens=opens,
            due=due,
            expires=None if expires is None else max(expires, due),
        )


def last_conversation(tasks: Iterable[Task], role: str = "caller") -> date | None:
    """The last day on which the customer was spoken or written to about a task of `role`."""
    return max(
        (
            task.closed_on
            for task in tasks
            if task.role == role
            and task.closed_on is not None
            and task.closed_by
            and task.state in (TaskState.DONE, TaskState.FAILED)
            and task.channel in CONTACT_CHANNELS
        ),
        default=None,
    )


def share_conversations(
    outcomes: Mapping[str, Sequence[Outcome]],
    tasks: Sequence[Task],
    policy: SharingPolicy,
    workdays: Workdays,
    today: date,
) -> Mapping[str, Sequence[Outcome]]:
    """`outcomes` (planner name → what it answered) with the days of contacts moved within the budget.

    What was done is not moved, nor what an operator moved or agreed with the customer. Each role has a budget
    of its own: that a sales consultant called does not keep the centre from calling.
    """
    settled = {
        (task.rule, task.subject, task.occurrence)
        for task in tasks
        if (task.day_by_hand if task.open else task.closed_by or task.state is TaskState.EXPIRED)
    }
    wishes: dict[str, list[_Wish]] = {}
    for name, answers in outcomes.items():
        for index, each in enumerate(answers):
            if (
                isinstance(each, Planned)
                and each.channel in CONTACT_CHANNELS
                and (each.expires is None or each.expires >= today)
                and (f"{name}.{each.rule}", each.subject, each.occurrence) not in settled
            ):
                wishes.setdefault(each.role, []).append(_Wish(name, index, each))
    for role, mine in wishes.items():
        last = last_conversation(tasks, role)
        if last is not None:
            _rest(mine, last, policy, workdays)
        _join(mine, policy)
    moved = [wish for mine in wishes.values() for wish in mine if wish.moved]
    if not moved:
        return outcomes
    shared = {name: list(answers) for name, answers in outcomes.items()}
    for wish in moved:
        shared[wish.planner][wish.index] = wish.planned
    return shared


def _join(wishes: list[_Wish], policy: SharingPolicy) -> None:
    """What comes within some days of another opens together with it, as early as its rule allows."""
    if policy.together_days <= 0 or len(wishes) < 2:
        return
    wishes.sort(key=lambda wish: (wish.planned.opens, wish.planned.rule, wish.planned.subject))
    leader = wishes[0].planned.opens
    for wish in wishes[1:]:
        planned = wish.planned
        if planned.between is None or planned.opens > leader + policy.together_days * DAY:
            leader = planned.opens
        elif planned.between[0] <= leader:
            wish.move(leader)
        else:
            leader = planned.opens


def _rest(wishes: list[_Wish], last: date, policy: SharingPolicy, workdays: Workdays) -> None:
    """After a conversation nothing opens for some days but what is urgent or in its last days.

    What would have been overdue by then rests as long as its rule allows: the customer may have said only now
    what makes it.
    """
    until = workdays.next_open(last + (policy.rest_days + 1) * DAY)
    for wish in wishes:
        planned = wish.planned
        if planned.opens >= until or planned.priority >= policy.urgent_from:
            continue
        if planned.between is None:
            continue  # its days are a standard of its own: one talk does not take another off the list
        if planned.between[1] >= until:
            wish.move(until)
        elif planned.due < last < planned.between[1]:
            wish.move(planned.between[1])
        elif planned.due > planned.opens:
            wish.move(max(planned.opens, min(until, planned.due)))
