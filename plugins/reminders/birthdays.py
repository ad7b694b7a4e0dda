"""Birthday greetings: solar and lunar, by phone first, by message if nobody answers."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from dcrc import (
    Customer,
    CustomerKind,
    Dossier,
    Fact,
    NotPlanned,
    Outcome,
    PlanningDay,
    Remark,
    lunar_date,
    solar_birthday,
)

from .days import DAY, Window
from .policy import RemindersPolicy
from .reminding import NAME, blocked, later, planned, used

BIRTHDAY = "birthday"


def birthdays(customer: Customer, since: int, until: int) -> list[tuple[str, date]]:
    """(occurrence, day) of the customer's birthdays of the years `since` to `until`.

    Who told a lunar birthday keeps that one. A lunar occurrence bears the lunar year.
    """
    if (lunar := customer.lunar_birthday) is not None:
        return [(f"lunar-{year}", lunar_date(year, lunar)) for year in range(since - 1, until + 1)]
    if (born := customer.birthday) is not None:
        return [(str(year), solar_birthday(year, born)) for year in range(since, until + 1)]
    return []


def greeting_day(birthday: date, day: PlanningDay) -> date:
    """The day on which the customer is called: his birthday, or the last open day before it."""
    found = birthday
    for _ in range(31):
        if day.workdays.is_open(found):
            return found
        found -= DAY
    return birthday


def plan_birthday(dossier: Dossier, policy: RemindersPolicy, day: PlanningDay) -> Iterator[Outcome]:
    """A call on the next birthday, at the top of the morning's list."""
    timing, customer = policy.birthday, dossier.customer
    if reason := blocked(timing, BIRTHDAY, customer.id):
        yield reason
        return
    if customer.kind is CustomerKind.ORGANISATION:
        yield NotPlanned(BIRTHDAY, customer.id, "an organisation has no birthday")
        return
    if not customer.marketing_consent:
        yield NotPlanned(BIRTHDAY, customer.id, "the customer does not wish for greetings")
        return
    known = birthdays(customer, day.today.year, day.today.year + 1)
    if not known:
        if day.asks(dossier, customer.id):
            yield NotPlanned(BIRTHDAY, customer.id, "the birthday is not known")
        return
    for occurrence, birthday in known:
        called = greeting_day(birthday, day)
        expires = max(called, birthday + timing.expires_after * DAY)
        if expires < day.today:
            continue
        wanted = Window(called, called, expires, called)
        if (ahead := later(dossier, BIRTHDAY, customer.id, wanted, day)) is not None:
            yield ahead
            return
        yield planned(
            BIRTHDAY,
            customer.id,
            occurrence,
            timing,
            wanted,
            latest=called,
            facts=(Fact(customer.id, "birthday", birthday),),
            remarks=(Remark("the birthday is on {day}", {"day": birthday.isoformat()}),),
            policy=(*used(BIRTHDAY, "expires_after"), f"{NAME}.birthday_tries"),
            tries=policy.birthday_tries,
            message="reminder_birthday_message",
        )
        if called > day.today:
            return
