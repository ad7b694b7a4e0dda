"""Care messages: three a month at least, on the right days, reviewed before anybody gets one."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import attrs
import pytest

from dcrc import Desk, InputError, NotAllowed
from dcrc.kernel.desk import open_desk
from dcrc.kernel.operators import add_operator
from dcrc.kernel.outbox import queued_messages
from dcrc.testing import a_customer
from plugins import reminders
from plugins.reminders.care_calendar import care_days, occasions
from plugins.reminders.operations import care_messages, draft_care, get_care, review_care, send_care
from plugins.reminders.policy import Care

MakeDesk = Callable[..., Desk]
SOLSTICE = date(2026, 12, 22)


def test_every_month_for_ten_years_has_three_to_four_messages_on_different_days() -> None:
    for n in range(120):
        month = date(2024 + n // 12, n % 12 + 1, 1)
        days = [each.on for each in care_days(month, Care())]
        assert 3 <= len(days) <= 4
        assert len(set(days)) == len(days)


@pytest.mark.parametrize(
    ("key", "days"),
    [
        ("spring_festival", ["2026-02-17", "2027-02-06", "2028-01-26"]),
        ("dragon_boat", ["2026-06-19", "2027-06-09", "2028-05-28"]),
        ("mid_autumn", ["2026-09-25", "2027-09-15", "2028-10-03"]),
        ("double_ninth", ["2026-10-18", "2027-10-08", "2028-10-26"]),
        ("national", ["2026-10-01", "2027-10-01", "2028-10-01"]),
    ],
)
def test_festivals_fall_on_their_days(key: str, days: list[str]) -> None:
    found = [
        str(each.on)
        for year in (2026, 2027, 2028)
        for month in range(1, 13)
        for each in care_days(date(year, month, 1), Care())
        if each.occasion.key == key
    ]
    assert found == days


def test_all_24_terms_have_a_text_in_both_languages() -> None:
    terms = [each for each in occasions() if each.kind == "term"]
    assert len(terms) == 24
    assert all(
        "{customer}" in each.text.zh and "{customer}" in each.text.en for each in occasions()
    )


def test_an_occasion_can_be_left_out() -> None:
    usual = [each.occasion.key for each in care_days(date(2026, 5, 1), Care())]
    assert usual == ["labour", "start_of_summer", "season_05"]
    left = care_days(date(2026, 5, 1), attrs.evolve(Care(), off=("season_05",)))
    assert [each.occasion.key for each in left] == ["labour", "start_of_summer", "grain_buds"]


def test_nothing_goes_out_that_nobody_approved(desk_on: MakeDesk) -> None:
    desk = desk_on(SOLSTICE - timedelta(5), '[dealer]\nname = "某店"\n')
    a_customer(desk, "王芳", sex="female")
    a_customer(desk, "李强", marketing_consent=False)
    a_customer(desk, "张伟", do_not_contact=True)
    drafted = draft_care(desk)
    assert [each.key for each in drafted] == ["2026/winter_solstice"]
    assert draft_care(desk) == []  # once
    desk.clock.set(SOLSTICE)  # type: ignore[attr-defined]
    assert send_care(desk) == []
    review_care(desk, "2026/winter_solstice", True, zh="{customer}{title}，冬至安康！")
    (sent,) = send_care(desk)
    assert sent.count == 1
    assert [message.text for message in queued_messages(desk)] == ["王芳女士，冬至安康！"]
    assert send_care(desk) == []  # never twice
    with pytest.raises(InputError):
        review_care(desk, sent.id, False)


def test_drafts_may_be_written_for_a_whole_quarter(desk_on: MakeDesk) -> None:
    desk = desk_on(date(2026, 4, 20), "[reminders.care]\ndrafted_days = 80\n")
    drafted = draft_care(desk)
    assert {each.on.month for each in drafted} == {4, 5, 6, 7}
    may = [each.on for each in drafted if each.on.month == 5]
    assert may == [each.on for each in care_days(date(2026, 5, 1), Care())]


def test_a_caller_may_draft_but_not_approve(desk_on: MakeDesk) -> None:
    desk = desk_on(SOLSTICE - timedelta(5))
    add_operator(desk, "小李", "caller")
    caller = open_desk(desk.db.path, operator="小李", clock=desk.clock, plugins=[reminders])
    draft_care(caller)
    with pytest.raises(NotAllowed):
        review_care(caller, "2026/winter_solstice", True)
    assert get_care(caller, "2026/winter_solstice").state == "drafted"
    caller.close()


def test_what_falls_into_closed_days_is_queued_before_them_and_waits_for_its_day(
    desk_on: MakeDesk,
) -> None:
    """Spring Festival 2026 is on 17 February; from the 15th to the 23rd nobody is there."""
    desk = desk_on(date(2026, 2, 9), "[workdays]\nopens_at = 08:30:00\n")
    a_customer(desk, "王芳", sex="female")
    for each in draft_care(desk):
        review_care(desk, each.id, each.key != "2026/season_02")
    desk.clock.set(date(2026, 2, 13))  # type: ignore[attr-defined]
    assert send_care(desk) == []  # the 14th is a working day in lieu
    desk.clock.set(date(2026, 2, 14))  # type: ignore[attr-defined]
    (sent,) = send_care(desk)
    assert sent.key == "2026/spring_festival"
    (message,) = queued_messages(desk)
    assert message.not_before == datetime(2026, 2, 17, 1, tzinfo=UTC)  # quiet hours end at nine


def test_a_greeting_that_is_late_lapses(desk_on: MakeDesk) -> None:
    desk = desk_on(SOLSTICE - timedelta(5))
    a_customer(desk)
    draft_care(desk)
    review_care(desk, "2026/winter_solstice", True)
    desk.clock.set(SOLSTICE + timedelta(3))  # type: ignore[attr-defined]
    assert send_care(desk) == []
    assert [each.state for each in care_messages(desk)] == ["lapsed"]
    assert queued_messages(desk) == []
