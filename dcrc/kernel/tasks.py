"""Tasks and attempts: what is planned with a customer, and each try at it."""

from __future__ import annotations

import hashlib
from base64 import b32encode
from collections.abc import Mapping
from datetime import date, datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Any

import attrs

REFUSED = "the customer refused"  # why a task failed with somebody who was reached


class TaskState(StrEnum):
    OPEN = "open"
    DONE = "done"
    FAILED = "failed"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"


class Result(StrEnum):
    """What came of one try (`domain.md` §3)."""

    REACHED = "reached"
    NO_ANSWER = "no_answer"
    BUSY = "busy"
    SWITCHED_OFF = "switched_off"
    NOT_IN_SERVICE = "not_in_service"
    EMPTY_NUMBER = "empty_number"
    WRONG_NUMBER = "wrong_number"
    REFUSED = "refused"
    CALL_BACK = "call_back"
    NOT_THE_OWNER = "not_the_owner"


def task_id(rule: str, subject: str, occurrence: str) -> str:
    """The deterministic id of a generated task: two desks that plan offline make the same one.

    >>> task_id("new_car_followup.day3", "01J0", "2026-11-21")
    'okhriuch6fffk4c4'
    """
    named = f"{rule}|{subject}|{occurrence}".encode("utf-8", "surrogatepass")  # any text is a key
    digest = hashlib.sha256(named).digest()
    return b32encode(digest[:10]).decode().lower()


@attrs.frozen
class Task:
    """Something to do with a customer. `opens`…`due` is the time in which it counts as done in time.

    `next_at` (UTC) holds it back until an agreed call-back or the next free slot. `by_hand` names the fields
    an operator set himself (`due`, `owner`), which planning leaves alone. `reasons` are the facts and policy
    values that made it: `{"facts": [{"ref", "kind", "on"}], "policy": [[key, value]], "remarks": [[message
    id, blanks]]}`. `most_tries` other than 0 replaces the contact policy's tries; `message` is the script
    that is sent when they fail.
    """

    id: str
    rule: str
    customer: str
    subject: str
    occurrence: str
    opens: date
    due: date
    state: TaskState = TaskState.OPEN
    vehicle: str = ""
    event: str = ""
    role: str = "caller"
    owner: str = ""
    title: str = ""  # only of tasks made by hand; a rule's title is found by its name
    channel: str = "call"
    form: str = ""
    script: str = ""
    priority: int = 0
    most_tries: int = 0
    message: str = ""
    expires: date | None = None
    next_at: datetime | None = None
    tries: int = 0
    by_hand: tuple[str, ...] = ()
    reasons: dict[str, Any] = attrs.field(factory=dict)
    note: str = ""
    created: datetime | None = None
    closed_at: datetime | None = None
    closed_on: date | None = None
    closed_by: str = ""
    reason: str = ""  # why failed or withdrawn: a message id with its blanks in `reason_params`
    reason_params: dict[str, Any] = attrs.field(factory=dict)

    @property
    def open(self) -> bool:
        return self.state is TaskState.OPEN

    @property
    def refused(self) -> bool:
        """Whether it failed because the customer, who was spoken to, refused."""
        return self.state is TaskState.FAILED and self.reason == REFUSED

    @property
    def day_by_hand(self) -> bool:
        """Whether an operator or the customer set its day; to have got an owner holds no day."""
        return "due" in self.by_hand or "next_at" in self.by_hand


def closed(
    task: Task,
    state: TaskState,
    at: datetime | None,
    on: date,
    by: str = "",
    reason: str = "",
    params: Mapping[str, Any] = MappingProxyType({}),
) -> Task:
    """The task as it is once it is over: since when, by whose hand (empty: by no person's), and why.

    What was agreed of its time goes with it, but for one that planning closed: it may come back.
    """
    return attrs.evolve(
        task,
        state=state,
        next_at=None if by else task.next_at,
        closed_at=at,
        closed_on=on,
        closed_by=by,
        reason=reason,
        reason_params=dict(params),
    )


def urgency(task: Task) -> tuple[date, int, str]:
    """What tasks are sorted by: last day in time, then priority."""
    return task.due, -task.priority, task.id


@attrs.frozen
class Attempt:
    """One try at a task; `slot` is the time slot's name, `number` the number dialled."""

    id: str
    task: str
    customer: str
    at: datetime
    on: date
    result: Result
    operator: str
    channel: str = "call"
    slot: str = ""
    number: str = ""
    note: str = ""
    call_back: datetime | None = None
