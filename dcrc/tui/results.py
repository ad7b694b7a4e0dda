"""What can come of a call, in words, and the times one can agree on."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta, tzinfo

from dcrc.i18n import t
from dcrc.kernel.contact import ContactPolicy, quiet_end
from dcrc.kernel.tasks import Result
from dcrc.kernel.titles import result_title
from dcrc.tui.choosing import Choice

OTHER_RESULTS = (
    Result.SWITCHED_OFF,
    Result.NOT_IN_SERVICE,
    Result.REFUSED,
    Result.NOT_THE_OWNER,
    Result.EMPTY_NUMBER,
    Result.WRONG_NUMBER,
)
ABOUT_A_NUMBER = frozenset(
    {Result.EMPTY_NUMBER, Result.WRONG_NUMBER, Result.SWITCHED_OFF, Result.NOT_IN_SERVICE}
)


def other_results() -> list[Choice]:
    """The results that have no key of their own."""
    return [Choice(result_title(result), result) for result in OTHER_RESULTS]


def call_back_times(now: datetime, zone: tzinfo, policy: ContactPolicy) -> list[Choice]:
    """Times that customers usually name, outside quiet hours, from the nearest; no time comes twice."""
    here = now.astimezone(zone)
    tomorrow = here.date() + timedelta(days=1)
    offers = [
        (t("in half an hour"), here + timedelta(minutes=30)),
        (t("in an hour"), here + timedelta(hours=1)),
        (t("this afternoon"), datetime.combine(here.date(), time(15), zone)),
        (t("this evening"), datetime.combine(here.date(), time(18, 30), zone)),
        (t("tomorrow morning"), datetime.combine(tomorrow, time(9, 30), zone)),
        (t("tomorrow afternoon"), datetime.combine(tomorrow, time(15), zone)),
    ]
    later = [
        Choice(title, at, at.strftime("%m-%d %H:%M"))
        for title, at in offers
        if at > here and quiet_end(policy, at) == at
    ]
    return _each_once(later)


def snooze_days(today: date) -> list[Choice]:
    """Days to put a task off to; no day comes twice."""
    monday = today + timedelta(days=7 - today.weekday())
    offers = [
        (t("tomorrow"), today + timedelta(days=1)),
        (t("in 2 days"), today + timedelta(days=2)),
        (t("in 3 days"), today + timedelta(days=3)),
        (t("next Monday"), monday),
        (t("in a week"), today + timedelta(days=7)),
    ]
    return _each_once([Choice(title, day, day.isoformat()) for title, day in offers])


def _each_once(choices: list[Choice]) -> list[Choice]:
    first: dict[str, Choice] = {}
    for choice in choices:
        first.setdefault(choice.detail, choice)
    return list(first.values())
