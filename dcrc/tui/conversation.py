"""Recording one conversation: checked first, written in one operation, and the next customer found."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

import attrs

from dcrc.i18n import listed, t
from dcrc.kernel.calendar import Recorded as OneRecorded
from dcrc.kernel.calendar import get_task, record_conversation
from dcrc.kernel.confirmation import confirm_owner
from dcrc.kernel.desk import Desk
from dcrc.kernel.incoming import record_incoming
from dcrc.kernel.operators import Permission
from dcrc.kernel.tasks import Result, TaskState
from dcrc.kernel.titles import result_title
from dcrc.tui import owner_confirmation
from dcrc.tui.drafts import SheetDraft, keep_sheet_draft
from dcrc.tui.filters import Filters, next_customer
from dcrc.tui.task_titles import task_title

CONVERSATION = "record attempt"
TITLES = 2  # so many tasks that were not asked about are named


@attrs.frozen
class Conversation:
    """What is to be recorded: the result for each task that the call was about.

    Without a task the customer called about something else, and the note says what.
    """

    customer: str
    name: str
    result: Result
    answers: Mapping[str, Mapping[str, Any] | None]
    note: str = ""
    call_back: datetime | None = None
    number: str = ""
    channel: str = "call"


@attrs.frozen
class Recorded:
    """What was recorded and what comes of it, what is to be heeded first; who comes next ("" when nobody).

    `new` are the tasks that the conversation brought about.
    """

    result: str
    new: Sequence[str]
    remarks: Sequence[str]
    consequences: Sequence[str]
    next_customer: str

    def message(self, unasked: Sequence[str]) -> str:
        """All of it in a line; `unasked` are the titles of tasks that stay open because nothing was asked."""
        heed = list(self.remarks)
        if unasked:
            titles = listed(unasked[:TITLES])
            if len(unasked) > TITLES:
                titles = t("{titles} and {count} more", titles=titles, count=len(unasked) - TITLES)
            heed.insert(0, t("not asked, stays open: {titles}", titles=titles))
        return " · ".join((self.result, *self.new, *heed, *self.consequences))


def record(
    desk: Desk,
    conversation: Conversation,
    draft: SheetDraft,
    filters: Filters,
    passed: Collection[str],
) -> Recorded:
    """Record the conversation, forget its draft, and name the next customer.

    Answers given before the customer was reached stay in the draft for the next try.
    """
    confirmed = {
        task: values
        for task, values in conversation.answers.items()
        if values and get_task(desk, task).rule == owner_confirmation.RULE
    }
    answers = {
        task: None if task in confirmed else values for task, values in conversation.answers.items()
    }
    with desk.operation(CONVERSATION, Permission.CALLS):
        done = _recorded(desk, conversation, answers)
        for task, values in confirmed.items():
            vehicle = get_task(desk, task).vehicle
            verdicts, corrections = owner_confirmation.verdicts_of(values)
            confirm_owner(desk, conversation.customer, vehicle, verdicts, corrections)
    kept = SheetDraft()
    if conversation.result is not Result.REACHED:
        kept = attrs.evolve(draft, note="")
    keep_sheet_draft(desk, conversation.customer, kept)
    remarks = dict.fromkeys(
        t(remark.text, **remark.params) for each in done for remark in each.remarks
    )
    what = result_title(conversation.result) if answers else t("incoming call, noted")
    following = next_customer(desk, filters, {*passed, conversation.customer})
    return Recorded(
        t("{name}: {result}", name=conversation.name, result=what),
        _new(desk, done),
        tuple(remarks),
        _consequences(desk, done),
        following,
    )


def _recorded(
    desk: Desk, conversation: Conversation, answers: Mapping[str, Mapping[str, Any] | None]
) -> list[OneRecorded]:
    if not answers:
        return record_incoming(desk, conversation.customer, conversation.note)
    return record_conversation(
        desk,
        conversation.customer,
        conversation.result,
        answers,
        note=conversation.note,
        call_back=conversation.call_back,
        number=conversation.number,
        channel=conversation.channel,
    )


def _consequences(desk: Desk, done: Sequence[OneRecorded]) -> list[str]:
    """What the conversation brings about, in words."""
    told = []
    again = [each.next_at for each in done if each.next_at is not None]
    if again:
        when = min(again).astimezone(desk.zone).strftime("%m-%d %H:%M")
        told.append(t("comes back {when}", when=when))
    if any(each.task.state is TaskState.FAILED for each in done):
        told.append(t("filed as failed"))
    if any(each.message for each in done):
        told.append(t("a message waits to be sent"))
    return told


def _new(desk: Desk, done: Sequence[OneRecorded]) -> list[str]:
    """The tasks that the conversation put on the calendar, in words."""
    return [
        t("new: {title}, due {day}", title=task_title(desk, task), day=task.due.isoformat())
        for each in done
        for task in each.follow_ups
    ]
