"""Visits: which repair orders were one stay in the workshop, and which were nobody's visit."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta, tzinfo
from fnmatch import fnmatchcase
from functools import lru_cache

import attrs

from dcrc import Event, Task, TaskState

from .policy import BODY_AND_PAINT, BOTH, MECHANICAL, ServiceFollowupPolicy

_RANK = {  # whose task names a visit: one that was worked, then one that is open
    TaskState.DONE: 0,
    TaskState.FAILED: 1,
    TaskState.WITHDRAWN: 1,
    TaskState.OPEN: 2,
    TaskState.EXPIRED: 3,
}


@attrs.frozen
class Stay:
    """A repair order with the days from which and to which the car was in the workshop."""

    order: Event
    came: date
    left: date


@attrs.frozen
class Visit:
    """Repair orders of one stay; `named` is the one that its task is about."""

    named: Event
    stays: tuple[Stay, ...]

    @property
    def left(self) -> date:
        """The day on which the car was finally gone."""
        return max(stay.left for stay in self.stays)

    @property
    def orders(self) -> tuple[Event, ...]:
        return tuple(stay.order for stay in self.stays)


def left_out(order: Event, delivered: Mapping[str, date], policy: ServiceFollowupPolicy) -> str:
    """Why an order is no visit of a customer: a message id, or nothing. `delivered`: vehicle → its day."""
    if _is_any(str(order.data.get("work", "")), policy.internal):
        return "work of the kind {work} is not followed up"
    if not policy.before_delivery and order.on <= delivered.get(order.vehicle, date.min):
        return "the car was not delivered yet"
    return ""


def visits(
    orders: Iterable[Event],
    tasks: Mapping[str, Task],
    policy: ServiceFollowupPolicy,
    zone: tzinfo,
) -> list[Visit]:
    """Orders as visits: of one car, in the workshop on a common day.

    `tasks` are the follow-up calls by the id of the order they are about: a visit keeps the name under which
    it was planned. An order that left after the customer was asked about the others is a visit of its own.
    """
    groups: list[list[Stay]] = []
    for stay in sorted(
        (_stay(order, policy, zone) for order in orders),
        key=lambda stay: (stay.order.vehicle, stay.came, stay.left, stay.order.key, stay.order.id),
    ):
        for group in reversed(groups):
            if _belongs(stay, group, tasks):
                group.append(stay)
                break
        else:
            groups.append([stay])
    return [Visit(_named(group, tasks), tuple(group)) for group in groups]


def questionnaire_kind(orders: Sequence[Event], policy: ServiceFollowupPolicy) -> str:
    """`mechanical`, `body_and_paint`, or `both` for a visit in which both were done."""
    kinds = {_workshop(order, policy) for order in orders}
    return BOTH if len(kinds) > 1 else kinds.pop()


def _workshop(order: Event, policy: ServiceFollowupPolicy) -> str:
    told = str(order.data.get("sheet", ""))
    if told in (MECHANICAL, BODY_AND_PAINT):
        return told
    work = str(order.data.get("work", ""))
    return BODY_AND_PAINT if _is_any(work, policy.body_and_paint) else MECHANICAL


def _stay(order: Event, policy: ServiceFollowupPolicy, zone: tzinfo) -> Stay:
    """The order's days; a time of coming in that is missing or cannot be is taken for the day it left."""
    came = _day(order.data.get("came_in"), zone) or order.on
    if not order.on - timedelta(policy.longest_stay) <= came <= order.on:
        came = order.on
    return Stay(order, came, order.on)


def _day(told: object, zone: tzinfo) -> date | None:
    """The day of a date or instant as documents keep it, where the dealer is."""
    if not isinstance(told, str) or not told:
        return None
    try:
        at = datetime.fromisoformat(told)
    except ValueError:
        return None
    return at.date() if at.tzinfo is None else at.astimezone(zone).date()


def _belongs(stay: Stay, group: Sequence[Stay], tasks: Mapping[str, Task]) -> bool:
    """Whether a stay shares its car and a day with a group, and nobody had called about either before."""
    order = stay.order
    if not order.vehicle or group[0].order.vehicle != order.vehicle:
        return False
    for other in group:
        if stay.came <= other.left and other.came <= stay.left:
            break
    else:
        return False
    return not any(
        _called(tasks.get(other.order.id), stay.left) or _called(tasks.get(order.id), other.left)
        for other in group
    )


def _called(task: Task | None, before: date) -> bool:
    """Whether a call was worked to its end before a day."""
    return (
        task is not None
        and task.state in (TaskState.DONE, TaskState.FAILED)
        and task.closed_on is not None
        and task.closed_on < before
    )


def _named(group: Sequence[Stay], tasks: Mapping[str, Task]) -> Event:
    worked = [
        (_RANK[task.state], number)
        for number, stay in enumerate(group)
        if (task := tasks.get(stay.order.id)) is not None
        and (task.state is not TaskState.WITHDRAWN or task.closed_by)
    ]
    return group[min(worked)[1] if worked else 0].order


def _is_any(text: str, patterns: tuple[str, ...]) -> bool:
    return bool(text) and _matches(text, patterns)


@lru_cache(maxsize=4096)
def _matches(text: str, patterns: tuple[str, ...]) -> bool:
    plain = _plain(text)
    return any(fnmatchcase(plain, _plain(pattern)) for pattern in patterns)


def _plain(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).casefold().split())
