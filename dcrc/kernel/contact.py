"""The contact rules that every outgoing call obeys: tries and slots, quiet hours, what a result does."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from enum import Enum
from typing import TYPE_CHECKING, Any, Literal

import attrs

from dcrc.kernel.phones import PhoneState
from dcrc.kernel.tasks import REFUSED, Result, TaskState
from dcrc.kernel.workdays import Workdays
from dcrc.wording import Wording

if TYPE_CHECKING:
    from dcrc.kernel.customers import Customer
    from dcrc.kernel.desk import Desk

DAY = timedelta(days=1)
CONTACT_CHANNELS = frozenset({"call", "message", "wechat", "letter"})
HOURLESS = frozenset({"letter"})  # channels that disturb nobody at any hour
_FAR = 60  # days; no slot within them means the policy has none that is open


class Next(Enum):
    """Where a task goes after a try."""

    CLOSED = "closed"
    NEXT_SLOT = "next slot"
    AGREED = "agreed time"
    OTHER_NUMBER = "other number"


@attrs.frozen
class Effect:
    """What a result does: to the task, to its count of tries, to the number that was dialled."""

    next: Next
    closes: TaskState | None = None
    counts: bool = False
    phone: PhoneState | None = None
    reason: str = ""


EFFECTS: Mapping[Result, Effect] = {
    #                                   next               closes           counts  the number is
    Result.REACHED: Effect(Next.CLOSED, TaskState.DONE, False, PhoneState.VALID),
    Result.REFUSED: Effect(Next.CLOSED, TaskState.FAILED, False, PhoneState.VALID, REFUSED),
    Result.CALL_BACK: Effect(Next.AGREED, None, False, PhoneState.VALID),
    Result.NO_ANSWER: Effect(Next.NEXT_SLOT, None, True, None),
    Result.BUSY: Effect(Next.NEXT_SLOT, None, True, None),
    Result.SWITCHED_OFF: Effect(Next.NEXT_SLOT, None, True, PhoneState.SWITCHED_OFF),
    Result.NOT_IN_SERVICE: Effect(Next.NEXT_SLOT, None, True, PhoneState.SWITCHED_OFF),
    Result.EMPTY_NUMBER: Effect(Next.OTHER_NUMBER, None, False, PhoneState.EMPTY),
    Result.WRONG_NUMBER: Effect(Next.OTHER_NUMBER, None, False, PhoneState.WRONG),
    Result.NOT_THE_OWNER: Effect(Next.OTHER_NUMBER, None, False, PhoneState.WRONG),
}
DESK_EFFECTS: Mapping[Result, Effect] = {  # of work that contacts nobody
    Result.REACHED: Effect(Next.CLOSED, TaskState.DONE),
    Result.REFUSED: Effect(Next.CLOSED, TaskState.FAILED, reason="it was declined"),
    Result.CALL_BACK: Effect(Next.AGREED),
}
GIVEN_UP = "not reached in {tries} tries"


@attrs.frozen
class Span:
    """A part of the day; one that ends before it starts goes over midnight."""

    start: time
    end: time

    def holds(self, at: time) -> bool:
        if self.start <= self.end:
            return self.start <= at < self.end
        return at >= self.start or at < self.end


@attrs.frozen
class Slot:
    """A time slot in which a customer is tried once."""

    title: Wording
    start: time
    end: time

    def holds(self, at: time) -> bool:
        return self.start <= at < self.end


def default_slots() -> dict[str, Slot]:
    return {
        "morning": Slot(Wording("上午", "Morning"), time(9), time(12)),
        "afternoon": Slot(Wording("下午", "Afternoon"), time(14), time(17, 30)),
        "evening": Slot(Wording("傍晚", "Evening"), time(17, 30), time(20)),
    }


@attrs.frozen
class ContactPolicy:
    """The section `contact`."""

    tries: int = attrs.field(
        default=3,
        validator=attrs.validators.ge(1),
        metadata={
            "unit": "tries",
            "doc": Wording("联系不上时最多试几次（不同时段）", "tries, each in another slot"),
        },
    )
    window_days: int = attrs.field(
        default=3,
        validator=attrs.validators.ge(1),
        metadata={
            "unit": "working days",
            "doc": Wording("在几个工作日内试完", "days within which they are made"),
        },
    )
    slots: dict[str, Slot] = attrs.field(factory=default_slots)
    quiet: tuple[Span, ...] = attrs.field(
        default=(Span(time(12), time(14)), Span(time(20), time(9))),
        metadata={"doc": Wording("免打扰时段", "hours in which nobody is contacted")},
    )
    fallback: Literal["message", "none"] = attrs.field(
        default="message",
        metadata={"doc": Wording("多次联系不上后", "what happens when all tries failed")},
    )
    fallback_text: Wording = attrs.field(
        default=Wording(
            "{customer}{title}您好，{dealer}多次致电未能联系上您，方便时请回电，谢谢！",
            "Dear {title} {customer}, {dealer} tried to call you and could not reach you; "
            "please call back when it suits you.",
        ),
        metadata={"doc": Wording("联系不上时的短信", "the message that is sent then")},
    )
    working_days: bool = attrs.field(
        default=True,
        metadata={"doc": Wording("只在营业日再试", "tries are made on open days only")},
    )


@attrs.frozen
class Try:
    """One try that counts: the local day, and the slot's name (empty outside all slots)."""

    on: date
    slot: str


@attrs.frozen
class Message:
    """A text waiting to be sent: to a number, not before an instant (UTC). Sending it comes later."""

    id: str
    customer: str
    to: str
    text: str
    task: str = ""
    channel: str = "message"
    state: str = "queued"
    created: datetime | None = None
    not_before: datetime | None = None


@attrs.frozen
class Refusal:
    """Why a customer must not be contacted now; `until` (UTC) when it ends by itself."""

    why: str
    params: Mapping[str, Any] = attrs.field(factory=dict)
    until: datetime | None = None


def slot_at(policy: ContactPolicy, at: time) -> str:
    """The name of the slot that a local time falls in, or nothing."""
    return next((name for name, slot in policy.slots.items() if slot.holds(at)), "")


def slot_title(desk: Desk, name: str) -> str:
    """What a time slot is called; its name if the policy has it no more."""
    slot = desk.policies.section("contact").slots.get(name)
    return name if slot is None else str(slot.title)


def quiet_end(policy: ContactPolicy, local: datetime) -> datetime:
    """`local` itself outside quiet hours, else the moment they end."""
    found = local
    for _ in range(2 * len(policy.quiet) + 1):
        span = next((each for each in policy.quiet if each.holds(found.time())), None)
        if span is None:
            return found
        day = found.date() + DAY if found.time() >= span.end else found.date()
        found = datetime.combine(day, span.end, local.tzinfo)
    return found  # the quiet hours cover the whole day


def next_slot(
    policy: ContactPolicy,
    workdays: Workdays,
    local: datetime,
    tries: Sequence[Try],
    preferred: str = "",
) -> datetime | None:
    """When the next try is made: the first slot to come among those tried least, the customer's own first.

    `local` is the dealer's time now. None if the policy leaves no slot open in the coming weeks.
    """
    counts = {name: sum(each.slot == name for each in tries) for name in policy.slots}
    least = min(counts.values(), default=0)
    free = {name for name, count in counts.items() if count == least}
    last = window_end(policy, workdays, tries) if tries else local.date() + DAY * _FAR
    if preferred in free:
        wished = _first_of(policy, workdays, local, {preferred})
        if wished is not None and wished.date() <= last:
            return wished
    return _first_of(policy, workdays, local, free)


def _first_of(
    policy: ContactPolicy, workdays: Workdays, local: datetime, names: Iterable[str]
) -> datetime | None:
    slots = sorted((policy.slots[name] for name in names), key=lambda slot: slot.start)
    for n in range(_FAR):
        day = local.date() + n * DAY
        if policy.working_days and not workdays.is_open(day):
            continue
        for slot in slots:
            start = datetime.combine(day, slot.start, local.tzinfo)
            start = quiet_end(policy, start)
            if start > local and start.date() == day and slot.holds(start.time()):
                return start
    return None


def window_end(policy: ContactPolicy, workdays: Workdays, tries: Sequence[Try]) -> date:
    """The last day on which the tries are to be made; the day of the first one counts."""
    first = min(each.on for each in tries)
    return (
        workdays.add_open_days(first, policy.window_days - 1) if policy.window_days > 1 else first
    )


def given_up(
    policy: ContactPolicy, workdays: Workdays, tries: Sequence[Try], next_at: datetime | None
) -> bool:
    """Whether the tries are used up: made in as many slots as asked for, or enough and the window over."""
    slots = {each.slot for each in tries if each.slot}
    if len(slots) >= min(policy.tries, len(policy.slots)) and len(tries) >= policy.tries:
        return True
    if len(tries) < policy.tries:
        return False
    return next_at is None or next_at.date() > window_end(policy, workdays, tries)


def blocked(customer: Customer) -> str:
    """Why nobody may call a customer for the time being: a message id, or nothing."""
    if customer.do_not_contact:
        return "the customer does not want to be contacted"
    if not customer.usable_phones:
        return "there is no number that works"
    return ""


def may_contact(desk: Desk, customer: Customer, at: datetime) -> Refusal | None:
    """Whether the customer may be called or written to at an instant (UTC); None if so."""
    if why := blocked(customer):
        return Refusal(why)
    local = at.astimezone(desk.zone)
    end = quiet_end(desk.policies.section("contact"), local)
    if end > local:
        until = end.strftime("%H:%M")
        return Refusal("quiet hours until {until}", {"until": until}, end.astimezone(UTC))
    return None
