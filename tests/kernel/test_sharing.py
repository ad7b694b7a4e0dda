"""The budget of contacts: reminders join, rest after a conversation, and what cannot wait keeps its days."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from dcrc import Planned, Task, TaskState
from dcrc.kernel.sharing import SharingPolicy, share_conversations
from dcrc.kernel.workdays import Workdays, WorkdaysPolicy

MONDAY = date(2026, 11, 23)
DAY = timedelta(days=1)
ALL_WEEK = Workdays(
    WorkdaysPolicy(days=("mon", "tue", "wed", "thu", "fri", "sat", "sun"), festivals=False)
)
POLICY = SharingPolicy()


def wish(
    rule: str, opens: int, due: int, early: int = 0, late: int = 0, priority: int = 0
) -> Planned:
    first, last = MONDAY + opens * DAY, MONDAY + due * DAY
    between = (first - early * DAY, last + late * DAY) if early or late else None
    return Planned(
        rule, "CAR", "1", first, last, last + 90 * DAY, priority=priority, between=between
    )


def called(day: int, role: str = "caller") -> Task:
    on = MONDAY + day * DAY
    return Task(
        "T", "other.call", "C", "CAR", "0", on, on, role=role,
        state=TaskState.DONE, closed_on=on, closed_by="王敏",
    )  # fmt: skip


def days(
    *wishes: Planned, tasks: tuple[Task, ...] = (), policy: SharingPolicy = POLICY
) -> list[tuple[int, int]]:
    shared = share_conversations({"p": wishes}, tasks, policy, ALL_WEEK, MONDAY)["p"]
    return [
        ((each.opens - MONDAY).days, (each.due - MONDAY).days)
        for each in shared
        if isinstance(each, Planned)
    ]


def test_a_reminder_of_the_coming_days_joins_the_one_before() -> None:
    assert days(wish("insurance", 0, 3), wish("inspection", 5, 12, early=7)) == [(0, 3), (0, 12)]


def test_further_away_or_not_to_be_moved_it_keeps_its_day() -> None:
    assert days(wish("a", 0, 3), wish("b", 8, 12, early=9)) == [(0, 3), (8, 12)]
    assert days(wish("a", 0, 3), wish("b", 5, 12, early=4)) == [(0, 3), (5, 12)]
    assert days(wish("a", 0, 3), wish("b", 5, 12)) == [(0, 3), (5, 12)]


def test_who_was_called_yesterday_rests_for_three_days() -> None:
    found = days(wish("inspection", 0, 7, late=14), tasks=(called(-1),))
    assert found == [(3, 7)]


def test_what_may_be_late_moves_its_last_day_too_and_no_further_than_it_may() -> None:
    assert days(wish("a", -5, 1, late=9), tasks=(called(-1),)) == [(3, 3)]
    assert days(wish("a", -5, 1, late=1), tasks=(called(-1),)) == [(1, 1)]


def test_the_standard_of_a_fixed_call_is_kept() -> None:
    assert days(wish("day3", -1, 1), tasks=(called(-1),)) == [(-1, 1)]
    assert days(wish("day3", 1, 3), tasks=(called(-1),)) == [(1, 3)]


def test_urgent_work_and_other_roles_are_not_put_off() -> None:
    assert days(wish("birthday", 0, 0, priority=90), tasks=(called(-1),)) == [(0, 0)]
    assert days(wish("a", 0, 7, late=9), tasks=(called(-1, "sales_consultant"),)) == [(0, 7)]


def test_what_an_operator_moved_stays() -> None:
    moved = Task("T", "p.a", "C", "CAR", "1", MONDAY, MONDAY, by_hand=("due",))
    assert days(wish("a", 0, 7, late=9), tasks=(called(-1), moved)) == [(0, 7)]


def test_nought_days_switch_it_off() -> None:
    off = SharingPolicy(rest_days=0, together_days=0)
    wishes = (wish("a", 0, 3), wish("b", 2, 9, early=9, late=9))
    assert days(*wishes, tasks=(called(-2),), policy=off) == [(0, 3), (2, 9)]


WISHES = st.lists(
    st.builds(
        wish,
        st.sampled_from("abcdefgh"),
        st.integers(-20, 30),
        st.integers(31, 40),
        st.integers(0, 10),
        st.integers(0, 10),
    ),
    max_size=6,
    unique_by=lambda each: each.rule,
)


@given(WISHES, st.one_of(st.none(), st.integers(-10, -1)))
def test_moved_days_are_possible_and_stay_where_they_are(
    wishes: list[Planned], talked: int | None
) -> None:
    tasks = () if talked is None else (called(talked),)
    shared = share_conversations({"p": wishes}, tasks, POLICY, ALL_WEEK, MONDAY)["p"]
    for before, after in zip(wishes, shared, strict=True):
        assert isinstance(after, Planned)
        assert after.opens <= after.due
        assert after.expires is not None
        assert after.due <= after.expires
        if before.between is not None:
            assert before.between[0] <= after.opens
        else:
            assert after == before
    again = share_conversations({"p": list(reversed(wishes))}, tasks, POLICY, ALL_WEEK, MONDAY)["p"]
    assert list(reversed(again)) == list(shared)  # order does not matter


def test_what_a_conversation_brings_up_late_is_not_overdue_at_once() -> None:
    (late,) = days(wish("licence", -20, -13, late=15), tasks=(called(0),))
    assert late == (2, 2)
