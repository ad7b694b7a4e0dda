"""Conversations: what a call comes to for each of the tasks it was about, by the table of effects."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

import attrs
from tinydb import where

from dcrc.errors import InputError
from dcrc.kernel.contact import (
    CONTACT_CHANNELS,
    DESK_EFFECTS,
    EFFECTS,
    GIVEN_UP,
    HOURLESS,
    ContactPolicy,
    Effect,
    Message,
    Next,
    Try,
    given_up,
    quiet_end,
    slot_at,
)
from dcrc.kernel.contact import next_slot as next_slot_after
from dcrc.kernel.corrections import refuse_uncorrected
from dcrc.kernel.customers import find_customer, store_phone_state
from dcrc.kernel.doubts import doubts_about
from dcrc.kernel.events import Event, record_event
from dcrc.kernel.facts import latest_day
from dcrc.kernel.forms import Answers, check_answers, score
from dcrc.kernel.operators import Permission
from dcrc.kernel.outbox import queue_fallback
from dcrc.kernel.phones import normalise_phone
from dcrc.kernel.planner import Remark
from dcrc.kernel.planning import replan_customer
from dcrc.kernel.task_refs import get_task, refuse_undecided, require_open
from dcrc.kernel.tasks import Attempt, Result, Task, TaskState, closed

if TYPE_CHECKING:
    from dcrc.kernel.customers import Customer
    from dcrc.kernel.desk import Desk

WRONG_CONTACT = "wrong_contact"


@attrs.frozen
class Recorded:
    """What came of one try at one task.

    `next_at` (UTC) is when it is tried again; `follow_ups` are tasks that this conversation put on the
    calendar; `message` is the text that was queued because nobody could be reached, empty without one.
    `remarks` say what was against the contact rules though it counts, with the first task of a conversation,
    and which of its answers are doubtful, with each.
    """

    task: Task
    attempt: Attempt
    next_at: datetime | None = None
    follow_ups: tuple[Task, ...] = ()
    message: str = ""
    remarks: tuple[Remark, ...] = ()


def record_attempt(
    desk: Desk,
    task_id: str,
    result: Result,
    *,
    answers: Mapping[str, Any] | None = None,
    note: str = "",
    call_back: datetime | None = None,
    number: str = "",
    channel: str = "call",
) -> Recorded:
    """Record one try at one task: see `record_conversation`."""
    task = get_task(desk, task_id)
    return record_conversation(
        desk,
        task.customer,
        result,
        {task.id: answers},
        note=note,
        call_back=call_back,
        number=number,
        channel=channel,
    )[0]


def record_conversation(
    desk: Desk,
    customer_id: str,
    result: Result,
    answers_by_task: Mapping[str, Mapping[str, Any] | None],
    *,
    note: str = "",
    call_back: datetime | None = None,
    number: str = "",
    channel: str = "call",
) -> list[Recorded]:
    """Record one conversation, or one try at it, for several tasks of a customer: one operation.

    Reaching the customer closes the tasks; a task whose form has required questions needs their answers.
    `call_back` (aware) is needed with that result and means nothing with others. `number` is the one that was
    dialled, the customer's first usable one if it is not told. Desk work (tasks whose channel contacts
    nobody) can only be done, declined or put off to a time: it dials no number and has no tries.

    A customer who must not be contacted is contacted at times that he asked for alone, and may refuse; if he
    came or called himself, `channel` says so (`incoming`, `visit`). A call in quiet hours was the operator's
    decision: it counts, with a remark; so do answers that are doubtful. Raises InputError (answers, time, a
    contact that is against the customer's wish, a result that desk work cannot have), ConflictError when a
    task was closed meanwhile.
    """
    with desk.operation("record attempt", Permission.CALLS):
        customer = find_customer(desk, customer_id)
        tasks = [_open_task(desk, customer, ref) for ref in answers_by_task]
        if not tasks:
            raise InputError("A conversation is about at least one task.", field="task")
        remarks = _against_the_rules(desk, customer, Result(result), tasks, channel)
        dialled = _dialled(customer, number, channel) if any(map(_contacts, tasks)) else ""
        said = _Conversation(
            desk, customer, Result(result), note, _agreed(desk, result, call_back), dialled, channel
        )
        checked = [
            said.check(task, answers)
            for task, answers in zip(tasks, answers_by_task.values(), strict=True)
        ]
        doubts = [said.doubts(task, answers) for task, answers in zip(tasks, checked, strict=True)]
        recorded = [
            said.record(task, answers) for task, answers in zip(tasks, checked, strict=True)
        ]
        said.note_number()
        recorded = [
            attrs.evolve(each, message=said.fall_back(each), remarks=against)
            for each, against in zip(recorded, doubts, strict=True)
        ]
        said.tell(recorded)
        planned = replan_customer(desk, customer.id)
        follow_ups = (*planned.create, *(after for _, after in planned.reopen))
        remarks += recorded[0].remarks
        first = attrs.evolve(recorded[0], follow_ups=follow_ups, remarks=remarks)
        return [first, *recorded[1:]]


def _open_task(desk: Desk, customer: Customer, ref: str) -> Task:
    task = get_task(desk, ref)
    if task.customer != customer.id:
        raise InputError("The task {task} belongs to another customer.", task=ref, field="task")
    require_open(task)
    return task


def _agreed(desk: Desk, result: Result, call_back: datetime | None) -> datetime | None:
    if EFFECTS[Result(result)].next is not Next.AGREED:
        return None
    if call_back is None:
        raise InputError("Say when to call back.", field="call_back")
    if call_back.tzinfo is None:
        call_back = call_back.replace(tzinfo=desk.zone)
    if call_back <= desk.now():
        raise InputError("The time to call back is over already.", field="call_back")
    return call_back.astimezone(UTC)


def _dialled(customer: Customer, number: str, channel: str) -> str:
    if number:
        return normalise_phone(number).number
    first = customer.usable_phones[:1] if channel == "call" else ()
    return first[0].number if first else ""


def _against_the_rules(
    desk: Desk, customer: Customer, result: Result, tasks: Sequence[Task], channel: str
) -> tuple[Remark, ...]:
    """What the rules have against a contact that the dealer began; raises InputError if he must not."""
    if channel not in CONTACT_CHANNELS or not _unagreed(tasks):
        return ()
    if against_his_wish(customer, result, tasks):
        raise InputError(
            "{name} does not want to be contacted. If the customer called, record it with the channel "
            "incoming; if this call was refused, record that.",
            name=customer.name,
            field="channel",
        )
    local = desk.now().astimezone(desk.zone)
    end = quiet_end(desk.policies.section("contact"), local)
    if end == local or channel in HOURLESS:
        return ()
    return (Remark("this was in quiet hours, which end at {until}", {"until": f"{end:%H:%M}"}),)


def against_his_wish(customer: Customer, result: Result, tasks: Iterable[Task]) -> bool:
    """Whether the dealer must not have contacted a customer about `tasks` with this result.

    Who does not want to be contacted may be at times that he asked for, and it may be noted that he refused.
    """
    return customer.do_not_contact and result is not Result.REFUSED and _unagreed(tasks)


def _unagreed(tasks: Iterable[Task]) -> bool:
    """Whether some of `tasks` are about a contact, and the customer asked for none of these at a time."""
    about = [task for task in tasks if _contacts(task)]
    return bool(about) and not any("next_at" in task.by_hand for task in about)


def _contacts(task: Task) -> bool:
    """Whether a task is about speaking or writing to the customer, not work at the desk."""
    return task.channel in CONTACT_CHANNELS


@attrs.define(eq=False)
class _Conversation:
    desk: Desk
    customer: Customer
    result: Result
    note: str
    call_back: datetime | None
    number: str
    channel: str
    answered: dict[str, Answers] = attrs.field(factory=dict)
    said: tuple[Remark, ...] = ()

    def effect_on(self, task: Task) -> Effect:
        """What the result does to a task."""
        return (EFFECTS if _contacts(task) else DESK_EFFECTS)[self.result]

    def check(self, task: Task, answers: Mapping[str, Any] | None) -> dict[str, Any] | None:
        """The answers as they are stored; None without a form or when nobody was reached."""
        if not _contacts(task) and self.result not in DESK_EFFECTS:
            raise InputError(
                "The task {task} is desk work, nobody is called for it; possible are: {results}.",
                task=task.id[:6],
                results=", ".join(DESK_EFFECTS),
                field="result",
            )
        if self.effect_on(task).closes is not None:
            refuse_undecided(self.desk, task)
        if self.effect_on(task).closes is TaskState.DONE:
            refuse_uncorrected(task, self.customer)
        if self.result is not Result.REACHED:
            if answers:
                raise InputError(
                    "There are answers, but the result is that nobody was reached.", field="result"
                )
            return None
        if not task.form:
            if answers:
                raise InputError("The task {task} has no form.", task=task.id[:6], field="answer")
            return None
        form = self.desk.forms.get(task.form)
        return check_answers(form, answers or {}, latest_day(self.desk))

    def doubts(self, task: Task, answers: dict[str, Any] | None) -> tuple[Remark, ...]:
        """What may be wrong in the answers, by what is known before them; each is said once."""
        if answers is None:
            return ()
        found = [each.remark for each in doubts_about(self.desk, task, answers)]
        new = tuple(each for each in found if each not in self.said)
        self.said += new
        return new

    def record(self, task: Task, answers: dict[str, Any] | None) -> Recorded:
        """Write the attempt, the answers and what becomes of the task."""
        desk, now, today = self.desk, self.desk.now(), self.desk.today()
        local = now.astimezone(desk.zone)
        policy = desk.policies.section("contact")
        attempt = desk.insert(
            desk.attempts,
            Attempt(
                "",
                task.id,
                self.customer.id,
                now,
                today,
                self.result,
                desk.operator.name,
                self.channel if _contacts(task) or self.channel != "call" else task.channel,
                slot_at(policy, local.time()),
                self.number if _contacts(task) else "",
                self.note,
                self.call_back,
            ),
        )
        if answers is not None:
            self.answered[task.id] = self._answer(task, answers, now, today)
        became = desk.edit(desk.tasks, task, self._outcome(task, now, today))
        return Recorded(became, attempt, became.next_at if became.open else None)

    def _answer(self, task: Task, values: dict[str, Any], now: datetime, today: date) -> Answers:
        form = self.desk.forms.get(task.form)
        points = score(form, values)
        return self.desk.insert(
            self.desk.answers,
            Answers(
                "",
                form.id,
                form.version,
                self.customer.id,
                today,
                task.id,
                task.subject,
                task.vehicle,
                task.event,
                now,
                self.desk.operator.name,
                values,
                points.points,
                points.satisfied,
                points.weak,
            ),
        )

    def _outcome(self, task: Task, now: datetime, today: date) -> Task:
        """The task after this try, by the table of effects."""
        desk, effect = self.desk, self.effect_on(task)
        by_hand = tuple(name for name in task.by_hand if name != "next_at")
        tried = attrs.evolve(task, tries=task.tries + effect.counts, next_at=None, by_hand=by_hand)

        over = now, today, desk.operator.name
        if effect.closes is not None:
            return closed(tried, effect.closes, *over, effect.reason)
        if effect.next is Next.AGREED:
            return self._moved_to(tried, self.call_back)
        if effect.next is Next.OTHER_NUMBER:
            return tried
        policy: ContactPolicy = desk.policies.section("contact")
        if task.most_tries:
            policy = attrs.evolve(policy, tries=task.most_tries)
        tries = _tries(desk, task)
        local = now.astimezone(desk.zone)
        again = next_slot_after(policy, desk.workdays, local, tries, self.customer.preferred_time)
        if given_up(policy, desk.workdays, tries, again):
            return closed(tried, TaskState.FAILED, *over, GIVEN_UP, {"tries": len(tries)})
        return attrs.evolve(tried, next_at=again.astimezone(UTC) if again else None)

    def _moved_to(self, task: Task, agreed: datetime | None) -> Task:
        """The task at the time the customer named; it is not overdue before, as when it is put off."""
        assert agreed is not None
        day = agreed.astimezone(self.desk.zone).date()
        by_hand = {*task.by_hand, "next_at", *(["due"] if day > task.due else [])}
        return attrs.evolve(
            task, next_at=agreed, due=max(task.due, day), by_hand=tuple(sorted(by_hand))
        )

    def note_number(self) -> None:
        """Note what is known of the number now; that it is not the customer's is a fact of its own."""
        effect = EFFECTS[self.result]
        known = {phone.number: phone.state for phone in self.customer.phones}
        if effect.phone is None or known.get(self.number, effect.phone) is effect.phone:
            return
        store_phone_state(self.desk, self.customer.id, self.number, effect.phone)
        if effect.next is Next.OTHER_NUMBER:
            record_event(
                self.desk,
                Event(
                    "",
                    WRONG_CONTACT,
                    self.customer.id,
                    self.desk.today(),
                    at=self.desk.now(),
                    data={"number": self.number, "result": self.result.value},
                ),
            )

    def fall_back(self, recorded: Recorded) -> str:
        """Queue the message that takes the place of a conversation which never came about."""
        task = recorded.task
        if task.state is not TaskState.FAILED or self.effect_on(task).closes is not None:
            return ""
        message: Message | None = queue_fallback(self.desk, self.customer, task)
        return message.text if message else ""

    def tell(self, recorded: Sequence[Recorded]) -> None:
        """Tell the plugins, inside the same operation."""
        plugins = self.desk.plugins
        for each in recorded:
            plugins.tell("dcrc_attempted", self.desk, task=each.task, attempt=each.attempt)
            if not each.task.open:
                answers = self.answered.get(each.task.id)
                plugins.tell("dcrc_task_closed", self.desk, task=each.task, answers=answers)


def _tries(desk: Desk, task: Task) -> list[Try]:
    """The tries at a task that count, oldest first, since it was last agreed to call back.

    What was tried with a customer who had the task before is no try with this one.
    """
    found = desk.attempts.search(where("task") == task.id)
    attempts = [
        desk.read(Attempt, document) for document in found if document["customer"] == task.customer
    ]
    tries: list[Try] = []
    for attempt in sorted(attempts, key=lambda each: (each.at, each.id)):
        if EFFECTS[attempt.result].next is Next.AGREED:
            tries = []
        if EFFECTS[attempt.result].counts:
            tries.append(Try(attempt.on, attempt.slot))
    return tries
