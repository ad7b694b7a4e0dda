"""On a desk: conversations and what follows from them, withdrawn reminders, failed ones, greetings."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, time, timedelta

import pytest

from dcrc import (
    Customer,
    Desk,
    InputError,
    Reading,
    Remark,
    Task,
    TaskState,
    record_reading,
    t,
    tasks,
)
from dcrc.i18n import speaking
from dcrc.kernel.agenda import agenda
from dcrc.kernel.calendar import record_attempt
from dcrc.kernel.events import events_of
from dcrc.kernel.explain import explain_customer, explain_task
from dcrc.kernel.figures import compute_figure
from dcrc.kernel.history import timeline
from dcrc.kernel.outbox import queued_messages
from dcrc.kernel.planning import plan
from dcrc.kernel.tasks import Result
from dcrc.kernel.vehicles import find_vehicle
from dcrc.testing import (
    a_customer,
    a_vehicle,
    delivered,
    kept_back_wrongly,
    open_tasks,
    reached,
    serviced,
)
from plugins.reminders.lists import failed_list, planned_list, span_of

MakeDesk = Callable[..., Desk]
TODAY = date(2026, 11, 24)  # a Tuesday


def only(desk: Desk, customer: Customer, rule: str) -> Task:
    found = [task for task in open_tasks(desk, customer) if task.rule == f"reminders.{rule}"]
    assert len(found) == 1, found
    return found[0]


def none_of(desk: Desk, customer: Customer, rule: str) -> bool:
    return all(task.rule != f"reminders.{rule}" for task in open_tasks(desk, customer))


def translated(remark: Remark) -> str:
    return t(remark.text, **remark.params)


@pytest.fixture
def desk(desk_on: MakeDesk) -> Desk:
    return desk_on(TODAY)


def test_a_new_reading_from_anywhere_moves_the_reminder(desk: Desk) -> None:
    owner = a_customer(desk)
    car = a_vehicle(desk, owner)
    delivered(desk, car, date(2026, 9, 25))
    assert str(only(desk, owner, "first_service").opens) == "2026-11-25"
    record_reading(desk, car.id, Reading(date(2026, 11, 24), 4800, "desk"))  # 80 a day: 3 days more
    moved = only(desk, owner, "first_service")
    assert str(moved.opens) == "2026-11-20"
    assert any("80" in line for line in explain_task(desk, moved.id).remarks)


def test_a_reminder_is_withdrawn_when_the_service_happened(desk: Desk) -> None:
    owner = a_customer(desk)
    car = a_vehicle(desk, owner)
    delivered(desk, car, date(2026, 9, 10))
    task = only(desk, owner, "first_service")
    serviced(desk, car, date(2026, 11, 23), work="首保", km=3000)
    assert none_of(desk, owner, "first_service")
    gone = next(each for each in tasks(desk, customer=owner.id, limit=0) if each.id == task.id)
    assert gone.state is TaskState.WITHDRAWN
    assert (gone.reason, gone.reason_params) == ("the service was on {day}", {"day": "2026-11-23"})


def test_not_due_plans_the_next_date_from_the_told_kilometres(desk: Desk) -> None:
    owner = a_customer(desk)
    car = a_vehicle(desk, owner)
    delivered(desk, car, date(2026, 1, 8))
    serviced(desk, car, date(2026, 7, 27), work="保养", km=10_000)  # day 200: 50 a day
    task = only(desk, owner, "regular_service")  # 15,000 km after 100 days, on 4 November: overdue
    assert str(task.opens) == "2026-10-28"
    reached(
        desk, task, state="not_due", km=12_000
    )  # day 320: 37.5 a day, so by months on 27 January
    assert find_vehicle(desk, car.id).readings[-1].km == 12_000
    after = tasks(desk, customer=owner.id, state="open", rule="reminders.regular_service")
    assert not [each for each in after if each.occurrence == task.occurrence]
    assert [str(each.opens) for each in after] == ["2027-01-20"]


def test_a_wish_goes_to_the_service_advisor_and_is_withdrawn_when_the_car_comes(desk: Desk) -> None:
    owner = a_customer(desk)
    car = a_vehicle(desk, owner)
    delivered(desk, car, date(2026, 9, 10))
    recorded = reached(
        desk, only(desk, owner, "first_service"), state="nearly_due", booking="wished",
        wish_on="2026-11-28", km=4500,
    )  # fmt: skip
    wish = [each for each in recorded.follow_ups if each.rule == "reminders.booking"]
    assert [(each.role, str(each.due)) for each in wish] == [("service_advisor", "2026-11-25")]
    serviced(desk, car, date(2026, 11, 24), work="首保", km=4500)
    assert none_of(desk, owner, "booking")


@pytest.mark.parametrize(
    ("rule", "said", "wished"),
    [
        ("inspection", {"state": "with_us", "remark": "周末"}, "请本店代办年检或先做检查：周末"),
        ("warranty", {"reaction": "check_wished"}, "要来店检查车辆：-"),
    ],
)
def test_who_asks_for_the_inspection_or_a_check_goes_to_the_service_advisor_too(
    desk: Desk, rule: str, said: dict[str, str], wished: str
) -> None:
    owner = a_customer(desk)
    car = a_vehicle(desk, owner, first_registered=date(2022, 12, 20))
    delivered(desk, car, date(2023, 12, 20))
    reached(desk, only(desk, owner, rule), **said)
    wish = only(desk, owner, "booking")
    assert (wish.role, str(wish.due)) == ("service_advisor", "2026-11-25")
    assert explain_task(desk, wish.id).remarks[0] == wished
    serviced(desk, car, date(2026, 11, 25), work="一般维修", km=4500)
    assert none_of(desk, owner, "booking")


def test_a_mileage_that_cannot_be_is_told_and_noted(desk: Desk) -> None:
    owner = a_customer(desk)
    car = a_vehicle(desk, owner)
    delivered(desk, car, date(2026, 9, 10))
    serviced(desk, car, date(2026, 9, 30), work="一般维修", km=5800)
    task = only(desk, owner, "first_service")
    recorded = reached(
        desk, task, km=580, state="elsewhere", shop="路边店", back="yes", elsewhere_km=93_000
    )
    assert [translated(each) for each in recorded.remarks] == [
        "580 公里低于 2026-09-30 的 5800 公里：两个读数必有一个不对",
        "93000 公里比 2026-09-30（55 天前）多 87200 公里：其中一个读数可能不对",
    ]
    assert find_vehicle(desk, car.id).readings[-1].km == 580


def test_a_mileage_that_fits_is_told_nothing_of(desk: Desk) -> None:
    owner = a_customer(desk)
    delivered(desk, a_vehicle(desk, owner), date(2026, 9, 10))
    assert reached(desk, only(desk, owner, "first_service"), km=4200, state="not_due").remarks == ()


def test_nothing_was_done_elsewhere_tomorrow(desk: Desk) -> None:
    owner = a_customer(desk)
    delivered(desk, a_vehicle(desk, owner), date(2026, 9, 10))
    task = only(desk, owner, "first_service")
    said = {"state": "elsewhere", "shop": "路边店", "back": "yes"}
    with pytest.raises(InputError) as refused:
        reached(desk, task, **said, elsewhere_on="2062-11-20")
    assert refused.value.params["fields"] == ("elsewhere_on",)
    wished = {"state": "nearly_due", "booking": "wished", "wish_on": "2026-12-20"}
    assert reached(desk, task, **wished).task.state is TaskState.DONE


def test_cars_that_may_still_come_are_told_apart_in_the_return_rates(desk: Desk) -> None:
    """Thirty days after the due day are the car's: who is asked before is neither lost nor back."""
    came, waits, lost = (
        delivered(desk, a_vehicle(desk, a_customer(desk)), on)
        for on in (date(2026, 7, 30), date(2026, 7, 28), date(2026, 7, 20))
    )
    serviced(desk, find_vehicle(desk, came.vehicle), date(2026, 11, 5), work="首保", km=4000)
    rows = compute_figure(desk, "reminders.first_return", date(2026, 10, 1))
    assert [(row.label, row.value, row.base, row.target) for row in rows] == [
        ("合计", 0.0, 1, 90),
        ("2026-07", 0.0, 1, 90),
        ("期限未满（截至目前）", 50.0, 2, None),
    ]
    assert rows[0].cases == (lost.id,)
    assert set(rows[-1].cases) == {came.id, waits.id}
    desk.clock.set(date(2026, 11, 30))  # type: ignore[attr-defined]  # 30 October and 31 days
    (all_, _) = compute_figure(desk, "reminders.first_return", date(2026, 10, 1))
    assert (all_.value, all_.base) == (33.3, 3)


def test_a_regular_service_that_may_still_be_made_is_told_apart(desk: Desk) -> None:
    car = a_vehicle(desk, a_customer(desk))
    visit = serviced(desk, car, date(2026, 5, 20), work="保养", km=4000)  # due on 20 November
    (row,) = compute_figure(desk, "reminders.regular_return", date(2026, 11, 1))
    assert (row.value, row.base, row.target, row.cases) == (0.0, 1, None, (visit.id,))
    desk.clock.set(date(2026, 12, 20))  # type: ignore[attr-defined]  # the last of its 30 days
    assert compute_figure(desk, "reminders.regular_return", date(2026, 11, 1)) == [row]
    desk.clock.set(date(2026, 12, 21))  # type: ignore[attr-defined]
    over = compute_figure(desk, "reminders.regular_return", date(2026, 11, 1))
    assert [(each.value, each.base, each.target) for each in over] == [(0.0, 1, 60)] * 2


def test_done_elsewhere_is_noted_and_marks_for_win_back(desk: Desk) -> None:
    owner = a_customer(desk)
    car = a_vehicle(desk, owner)
    delivered(desk, car, date(2026, 9, 10))
    reached(
        desk, only(desk, owner, "first_service"), state="elsewhere", shop="路边店", place="城南",
        price=260, why="price", back="no", elsewhere_on="2026-11-20", km=4700,
    )  # fmt: skip
    marks = [event for event in events_of(desk, owner.id) if event.kind == "marked_lost"]
    assert [event.data for event in marks] == [
        {"because": "elsewhere", "why": "price", "shop": "路边店", "place": "城南", "price": 26000}
    ]
    assert none_of(desk, owner, "first_service")


def test_a_birthday_is_called_once_then_written_to(desk_on: MakeDesk) -> None:
    desk = desk_on(TODAY, '[dealer]\nname = "吉安某店"\n')
    owner = a_customer(desk, "李雷", birthday=date(1980, 11, 24), sex="male")
    task = only(desk, owner, "birthday")
    assert agenda(desk).sheets[0].tasks[0].id == task.id
    recorded = record_attempt(desk, task.id, Result.NO_ANSWER)
    assert recorded.task.state is TaskState.FAILED
    sent = queued_messages(desk)
    assert [message.text for message in sent] == [
        "李雷先生：生日快乐！吉安某店全体同事祝您身体健康、家庭和美、行车平安。"
    ]
    assert [line.task.id for line in failed_list(desk, TODAY, TODAY)] == [task.id]
    assert none_of(desk, owner, "birthday")


def test_a_birthday_call_counts_within_two_hours_of_opening(desk_on: MakeDesk) -> None:
    desk = desk_on(TODAY)
    for name, at in (("李雷", time(9, 5)), ("韩梅", time(10, 55)), ("林涛", time(11, 5))):
        owner = a_customer(desk, name, birthday=date(1980, 11, 24))
        desk.clock.set(TODAY, at)  # type: ignore[attr-defined]
        record_attempt(desk, only(desk, owner, "birthday").id, Result.NO_ANSWER)
    only(desk, a_customer(desk, "王芳", birthday=date(1980, 11, 24)), "birthday")  # nobody calls
    desk.clock.set(date(2026, 12, 1))  # type: ignore[attr-defined]
    plan(desk)
    rows = compute_figure(desk, "reminders.greetings", TODAY)
    assert [(row.value, row.base) for row in rows] == [(50.0, 4)]


def test_three_slots_then_a_message_and_a_line_on_the_failed_list(desk: Desk) -> None:
    owner = a_customer(desk)
    delivered(desk, a_vehicle(desk, owner), date(2026, 9, 10))
    task = only(desk, owner, "first_service")
    for at in (time(9, 30), time(15), time(18)):
        desk.clock.set(TODAY, at)  # type: ignore[attr-defined]
        record_attempt(desk, task.id, Result.NO_ANSWER)
    (line,) = failed_list(desk, TODAY, TODAY)
    assert line.task.state is TaskState.FAILED
    assert "3" in line.note
    assert [message.task for message in queued_messages(desk)] == [task.id]


def test_who_was_called_yesterday_is_not_called_today(desk: Desk) -> None:
    owner = a_customer(desk)
    a_vehicle(desk, owner, first_registered=date(2024, 12, 26))
    delivered(desk, a_vehicle(desk, owner), date(2026, 9, 10))  # first service since 10 November
    inspection = only(desk, owner, "inspection")
    assert inspection.opens == date(2026, 11, 30)
    reached(
        desk, only(desk, owner, "first_service"), state="nearly_due", booking="himself", km=4000
    )
    desk.clock.advance(days=1)  # type: ignore[attr-defined]
    plan(desk)
    assert agenda(desk).total_sheets == 0
    desk.clock.set(date(2026, 12, 1))  # type: ignore[attr-defined]
    plan(desk)
    assert [task.rule for sheet in agenda(desk).sheets for task in sheet.tasks] == [
        "reminders.inspection"
    ]


def test_what_was_spoken_of_before_its_day_comes_again_the_next_time(desk_on: MakeDesk) -> None:
    """The inspection joined the warranty's conversation before its day; nothing else is known."""
    desk = desk_on(TODAY, "[reminders.first_service]\nenabled = false\n"
                   "[reminders.regular_service]\nenabled = false\n")  # fmt: skip
    owner = a_customer(desk)
    car = a_vehicle(desk, owner, first_registered=date(2022, 12, 26))
    delivered(desk, car, date(2023, 12, 25))
    reached(desk, only(desk, owner, "inspection"), state="undecided")
    reached(desk, only(desk, owner, "warranty"), reaction="knows")
    assert open_tasks(desk, owner) == []
    for day in (date(2026, 12, 1), date(2028, 11, 27)):
        desk.clock.set(day)  # type: ignore[attr-defined]
        plan(desk)
    assert str(only(desk, owner, "inspection").opens) == "2028-11-30"


def test_reminders_of_the_coming_days_are_one_conversation(desk: Desk) -> None:
    owner = a_customer(desk)
    car = a_vehicle(desk, owner)
    delivered(
        desk, car, date(2023, 12, 30)
    )  # warranty ends on 30 December: called from 30 November
    serviced(desk, car, date(2026, 6, 1), work="保养")  # the next on 1 December: called from today
    assert {task.rule: str(task.opens) for task in open_tasks(desk, owner)} == {
        "reminders.regular_service": "2026-11-24",
        "reminders.warranty": "2026-11-24",
    }
    assert len(agenda(desk).sheets[0].tasks) == 2


def test_the_list_of_next_week_and_next_month(desk: Desk) -> None:
    owner = a_customer(desk)
    car = a_vehicle(desk, owner, plate="赣D12345")
    delivered(desk, car, date(2023, 12, 30))
    plan(desk)
    assert span_of("week", TODAY) == (date(2026, 11, 30), date(2026, 12, 6))
    assert span_of("month", TODAY) == (date(2026, 12, 1), date(2026, 12, 31))
    lines = planned_list(desk, *span_of("month", TODAY))
    assert [(str(line.task.due), line.title) for line in lines] == [("2026-12-07", "质保到期提醒")]
    assert lines[0].cells()[4] == "赣D12345"


def test_who_was_reminded_and_did_not_come_is_asked_three_weeks_after_it_was_due(
    desk: Desk,
) -> None:
    owner = a_customer(desk)
    car = a_vehicle(desk, owner)
    delivered(desk, car, date(2026, 9, 10))  # due on 10 December
    reached(desk, only(desk, owner, "first_service"), state="nearly_due", booking="himself")
    missed = only(desk, owner, "missed_service")
    assert (str(missed.opens), missed.expires) == ("2026-12-31", date(2027, 1, 30))
    desk.clock.set(date(2026, 12, 20))  # type: ignore[attr-defined]
    serviced(desk, car, date(2026, 12, 20), work="首保", km=4000)
    assert none_of(desk, owner, "missed_service")


def test_who_was_not_even_reminded_in_time_is_asked_too(desk: Desk) -> None:
    """Due on 1 December, of use until the 31st: nobody called, so he is asked from the day after."""
    owner = a_customer(desk)
    serviced(desk, a_vehicle(desk, owner), date(2026, 6, 1), work="保养")
    assert str(only(desk, owner, "regular_service").expires) == "2026-12-31"
    for day in (date(2027, 1, 1), date(2027, 1, 2)):
        desk.clock.set(day)  # type: ignore[attr-defined]
        plan(desk)
    assert str(only(desk, owner, "missed_service").expires) == "2027-01-21"
    with speaking("zh"):
        rows = compute_figure(desk, "reminders.failed", date(2027, 1, 1))
        assert [(row.label, row.value) for row in rows] == [("有效期内没有拨打", 1)]


def test_who_refused_a_late_reminder_rests_and_is_not_overdue_at_once(desk: Desk) -> None:
    """Due on 26 October, refused on 24 November: spoken to, so he has three weeks as others have."""
    owner = a_customer(desk)
    delivered(desk, a_vehicle(desk, owner), date(2026, 7, 26))
    recorded = record_attempt(desk, only(desk, owner, "first_service").id, Result.REFUSED)
    assert all(each.due >= TODAY for each in recorded.follow_ups)
    missed = only(desk, owner, "missed_service")
    assert missed.opens == date(2026, 12, 15)
    assert missed.due == date(2026, 12, 21)
    assert plan(desk).changes == 0
    assert kept_back_wrongly(desk) == []


def test_who_was_tried_in_vain_is_asked_after_the_days_of_rest(desk: Desk) -> None:
    owner = a_customer(desk)
    delivered(desk, a_vehicle(desk, owner), date(2026, 7, 26))
    task = only(desk, owner, "first_service")
    for hours in (5, 4, 20):
        record_attempt(desk, task.id, Result.NO_ANSWER)
        desk.clock.advance(hours=hours)  # type: ignore[attr-defined]
    last = desk.today()
    missed = only(desk, owner, "missed_service")
    assert missed.opens >= last + timedelta(days=3)
    assert missed.due >= missed.opens


def test_who_named_a_day_is_not_asked_before_it_why_he_did_not_come(desk: Desk) -> None:
    """Due on 29 October, spoken to on 24 November, wishes to come on the 28th: three weeks from then."""
    owner = a_customer(desk)
    car = a_vehicle(desk, owner)
    delivered(desk, car, date(2026, 7, 29))
    reached(
        desk, only(desk, owner, "first_service"), state="overdue", booking="wished",
        wish_on="2026-11-28",
    )  # fmt: skip
    missed = only(desk, owner, "missed_service")
    assert date(2026, 12, 18) <= missed.opens <= date(2026, 12, 21)  # the 19th is a Saturday


def test_who_said_that_he_will_not_come_is_not_asked_again_why(desk: Desk) -> None:
    owner = a_customer(desk)
    car = a_vehicle(desk, owner)
    delivered(desk, car, date(2026, 9, 10))
    reached(desk, only(desk, owner, "first_service"), state="overdue", booking="never", why="price")
    assert none_of(desk, owner, "missed_service")
    (said,) = explain_customer(desk, owner.id, "reminders.missed_service")
    assert "不再来本店" in said.outcome
    assert events_of(desk, owner.id)[-1].kind == "marked_lost"
    with speaking("zh"):
        (told,) = timeline(desk, owner.id, kinds=["marked_lost"])
    assert told.detail == "原因类别 去了别家 · 原因 价格"


def test_an_open_reminder_is_explained_without_reasons_why_earlier_ones_went(desk: Desk) -> None:
    owner = a_customer(desk)
    car = a_vehicle(desk, owner)
    delivered(desk, car, date(2025, 9, 10))
    serviced(desk, car, date(2026, 5, 24), work="保养", km=5000)
    task = only(desk, owner, "regular_service")
    said = explain_customer(desk, owner.id, "reminders.regular_service")
    assert said[0].task == task
    assert not any("2026-05-24" in each.outcome for each in said)
    (why,) = explain_customer(desk, owner.id, "reminders.first_service")
    assert "2026-05-24" in why.outcome
    assert len(explain_customer(desk, owner.id, "reminders.missed_service")) == 1
