"""What follows at once: readings and win-back marks; care messages drafted, reviewed and queued."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import Any

import attrs
from tinydb import where

from dcrc import (
    Answers,
    Customer,
    Desk,
    Doubt,
    Event,
    InputError,
    NotFound,
    Permission,
    Reading,
    Situation,
    Task,
    fill_blanks,
    mileage_doubt,
    queue_message,
    record_event,
    record_reading,
)

from .care_calendar import care_days
from .conversation import ELSEWHERE_KM, KM, elsewhere_on, lost_because, went_elsewhere
from .policy import Care
from .records import (
    APPROVED,
    CARE_MESSAGES,
    DRAFTED,
    LAPSED,
    REFUSED,
    SENT,
    CareMessage,
)
from .reminding import NAME
from .words import care_state


def note_conversation(desk: Desk, task: Task, answers: Answers | None) -> None:
    """What a conversation told: kilometres become a reading of the car, a lost customer is marked.

    Inside the operation that closed the task. Any form's field `km` about a car is a reading.
    """
    if answers is None or not answers.vehicle:
        return
    km = answers.values.get(KM)
    if isinstance(km, (int, float)):
        record_reading(desk, answers.vehicle, Reading(answers.on, int(km), "call"))
    if because := lost_because(answers):
        _mark_lost(desk, task, answers, because)


def doubtful_mileages(desk: Desk, task: Task, values: Mapping[str, Any]) -> Iterator[Doubt]:
    """Mileages that do not fit what is known of the car: the one of today, and the one of another shop."""
    days = {KM: desk.today(), ELSEWHERE_KM: elsewhere_on(values, desk.today())}
    for field, on in days.items():
        km = values.get(field)
        if task.vehicle and isinstance(km, (int, float)):
            doubt = mileage_doubt(desk, task.vehicle, Reading(on, int(km)))
            if doubt is not None:
                yield Doubt(field, doubt)


def _mark_lost(desk: Desk, task: Task, answers: Answers, because: str) -> None:
    data: dict[str, object] = {"because": because, "why": str(answers.values.get("why", ""))}
    there = went_elsewhere(answers)
    if there is not None:
        data |= {"shop": there.shop, "place": there.place}
        if there.price is not None:
            data["price"] = there.price
    record_event(
        desk,
        Event(
            "",
            "marked_lost",
            task.customer,
            answers.on,
            vehicle=answers.vehicle,
            key=answers.id,
            data={name: value for name, value in data.items() if value},
        ),
    )


def care_messages(desk: Desk, *states: str) -> list[CareMessage]:
    """All care messages, or those in one of the states, by their day."""
    table = desk.table(CARE_MESSAGES.table)
    found = table.search(where("state").one_of(list(states))) if states else table.all()
    messages = [desk.read(CareMessage, document) for document in found]
    return sorted(messages, key=lambda each: (each.on, each.id))


def draft_care(desk: Desk, *, unasked: bool = False) -> list[CareMessage]:
    """Write the drafts of the coming days and of closed ones after them; those that are there stay.

    `unasked` when a screen does it before it shows them.
    """
    policy: Care = desk.policies.section(NAME).care
    today = desk.today()
    until = desk.workdays.next_open(today + timedelta(policy.drafted_days))
    months = {(today + timedelta(n)).replace(day=1) for n in range((until - today).days + 1)}
    wanted = [
        each
        for month in sorted(months)
        for each in care_days(month, policy)
        if today <= each.on <= until
    ]
    with desk.operation("draft care messages", Permission.CALLS, unasked=unasked):
        known = {each.key for each in care_messages(desk)}
        return [
            desk.insert(
                desk.table(CARE_MESSAGES.table),
                CareMessage(
                    "",
                    each.key,
                    each.on,
                    each.occasion.title.zh,
                    each.occasion.title.en,
                    each.occasion.text.zh,
                    each.occasion.text.en,
                ),
            )
            for each in wanted
            if each.key not in known
        ]


def get_care(desk: Desk, ref: str) -> CareMessage:
    """The care message of that id, its end, or its key; raises NotFound."""
    for each in care_messages(desk):
        if ref and (each.id == ref or each.key == ref or each.id.lower().endswith(ref.lower())):
            return each
    raise NotFound("There is no care message {ref}.", ref=ref)


def review_care(
    desk: Desk, ref: str, approve: bool, *, zh: str = "", en: str = "", note: str = ""
) -> CareMessage:
    """Approve a draft, with another text if one is given, or refuse it; needs the permission to approve."""
    with desk.operation("review care message", Permission.APPROVE):
        before = get_care(desk, ref)
        if before.state not in (DRAFTED, APPROVED, REFUSED):
            raise InputError(
                "The care message {title} is no draft any more ({state}).",
                title=str(before.title),
                state=care_state(before.state),
            )
        return desk.edit(
            desk.table(CARE_MESSAGES.table),
            before,
            attrs.evolve(
                before,
                state=APPROVED if approve else REFUSED,
                zh=zh.strip() or before.zh,
                en=en.strip() or before.en,
                note=note.strip(),
                decided_by=desk.operator.name,
                decided_at=desk.now(),
            ),
        )


def send_care(desk: Desk) -> list[CareMessage]:
    """Queue the approved messages whose day has come for all who wish for them; late ones lapse.

    On the last open day before some closed ones theirs are queued too, to wait for their day: nobody may be
    there to send a greeting at Spring Festival.
    """
    policy: Care = desk.policies.section(NAME).care
    opens_again = desk.workdays.next_open(desk.today() + timedelta(1))
    sent = []
    for message in care_messages(desk, DRAFTED, APPROVED):
        if message.on > desk.today() and message.on >= opens_again:
            continue
        late = message.on + timedelta(policy.late_days) < desk.today()
        if message.state == APPROVED and not late:
            sent.append(_send(desk, message))
        elif late:
            with desk.operation("let care message lapse", Permission.CALLS):
                lapsed = attrs.evolve(message, state=LAPSED)
                desk.edit(desk.table(CARE_MESSAGES.table), message, lapsed)
    return sent


def _send(desk: Desk, message: CareMessage) -> CareMessage:
    """All of one message is queued, or nothing: it never goes out twice."""
    with desk.operation("send care message", Permission.CALLS):
        count = 0
        for document in desk.customers.iterate():
            customer = desk.read(Customer, document)
            if customer.archived or customer.merged_into or not customer.marketing_consent:
                continue
            text = fill_blanks(str(message.text), Situation(desk, customer))
            queued = queue_message(desk, customer, text, task=message.id, on=message.on)
            count += queued is not None
        became = attrs.evolve(message, state=SENT, sent_at=desk.now(), count=count)
        return desk.edit(desk.table(CARE_MESSAGES.table), message, became)


def care_of_month(desk: Desk, month: date) -> list[CareMessage]:
    """The care messages of the month in which `month` lies."""
    return [each for each in care_messages(desk) if each.on.replace(day=1) == month.replace(day=1)]
