"""Days as people type them: to come, near, or the last of their name."""

from __future__ import annotations

from datetime import date

import pytest

from dcrc.errors import InputError
from dcrc.kernel.forms import Field, FieldKind
from dcrc.tui.fields import TextQuestion
from dcrc.tui.when import read_day
from dcrc.wording import Wording


def test_errors_of_the_interface_are_the_projects_own() -> None:
    from datetime import UTC, datetime

    with pytest.raises(InputError):
        read_day("31-31", datetime(2026, 11, 21, tzinfo=UTC).date())


@pytest.mark.parametrize("text", ["昨天", "yesterday", "on 2026-11-05", "20261105"])
def test_a_day_that_is_past_is_read_and_refused_where_it_must_come(text: str) -> None:
    today = date(2026, 11, 21)
    assert read_day(text, today, past=True) < today
    with pytest.raises(InputError, match="is past"):
        read_day(text, today)


def test_a_day_without_a_year_is_the_next_or_the_nearest() -> None:
    today = date(2027, 11, 21)
    assert read_day("on 11-5", today) == date(2028, 11, 5)
    assert read_day("on 11-5", today, past=True) == date(2027, 11, 5)
    assert read_day("2-29", today) == read_day("2-29", today, past=True) == date(2028, 2, 29)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("周六", "11-21"),
        ("周日", "11-15"),
        ("26号", "10-26"),
        ("11-22", None),
        ("last fri", "11-13"),
    ],
)
def test_a_day_on_which_something_happened_is_the_last_of_its_name(
    text: str, day: str | None
) -> None:
    today = date(2026, 11, 21)
    expected = date(2025, 11, 22) if day is None else date.fromisoformat(f"2026-{day}")
    assert read_day(text, today, gone=True) == expected
    assert read_day("31号", date(2026, 3, 30), gone=True) == date(2026, 1, 31)


def test_a_question_about_the_past_takes_days_as_past() -> None:
    asked = Field("on", Wording("哪天办的", "When"), FieldKind.DATE, past=True)
    coming = Field("until", Wording("哪天到期", "Until"), FieldKind.DATE)
    today = date(2026, 11, 20)
    assert TextQuestion("", asked, 1, today=today)._said("周六") == "2026-11-14"
    assert TextQuestion("", coming, 1, today=today)._said("周六") == "2026-11-21"
