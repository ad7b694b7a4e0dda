"""Everything about one customer in one list, newest first."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime

import attrs
import pytest

from dcrc.errors import NotAllowed
from dcrc.i18n import speaking
from dcrc.kernel.customers import Customer, Phone, edit_customer
from dcrc.kernel.desk import Desk
from dcrc.kernel.events import Event, record_event
from dcrc.kernel.forms import Answers
from dcrc.kernel.history import operations_log, timeline
from dcrc.kernel.operations_log import changes_of
from dcrc.kernel.tasks import Attempt, Result, Task, TaskState
from dcrc.kernel.vehicles import change_owner, edit_vehicle, find_vehicle
from dcrc.testing import TestClock, a_customer, a_vehicle, a_vin

Seat = Callable[..., Desk]
DAY = date(2026, 11, 20)


@pytest.fixture
def told(desk: Desk) -> tuple[Desk, str]:
    """A customer with a visit, a call, its answers, a closed task and a new number."""
    owner = a_customer(desk, "王小明", "+8613800001111")
    car = a_vehicle(desk, owner)
    data = {"advisor": "马师傅", "amount": 123_456, "sent_phone": "+8613800009999"}
    record_event(desk, Event("", "serviced", owner.id, DAY, vehicle=car.id, key="RO1", data=data))
    at = datetime(2026, 11, 21, 1, 0, tzinfo=UTC)
    task = Task("t1", "x.day3", owner.id, owner.id, "1", DAY, DAY, state=TaskState.DONE,
                closed_at=at, closed_on=at.date(), closed_by="王敏")  # fmt: skip
    attempt = Attempt("", "t1", owner.id, at, at.date(), Result.REACHED, "王敏",
                      number="+8613800001111", note="很满意")  # fmt: skip
    with desk.operation("record attempt", "calls"):
        desk.insert(desk.tasks, task)
        desk.insert(desk.attempts, attempt)
        desk.insert(desk.answers, Answers("", "care", 1, owner.id, at.date(), at=at, points=90))
    assert isinstance(desk.clock, TestClock)
    desk.clock.advance(days=1)
    new = attrs.evolve(owner, phones=(Phone("+8613800002222"),), note="老客户")
    edit_customer(desk, owner, new)
    return desk, owner.id


def test_the_newest_comes_first(told: tuple[Desk, str]) -> None:
    desk, owner = told
    entries = timeline(desk, owner)
    assert (entries[0].kind, entries[-1].kind) == ("edit", "event")
    assert {entry.kind for entry in entries} == {"edit", "task", "attempt", "answers", "event"}
    assert all(entry.at.tzinfo for entry in entries)
    assert [entry.at for entry in entries] == sorted((e.at for e in entries), reverse=True)
    visit = entries[-1]
    assert visit.title == "维修出厂"
    assert "马师傅" in visit.detail
    assert "1,234.56" in visit.detail
    edit = entries[0]
    assert edit.detail == "13800001111 → 13800002222 · 王敏"


def test_it_can_be_filtered_and_cut(told: tuple[Desk, str]) -> None:
    desk, owner = told
    assert [entry.title for entry in timeline(desk, owner, kinds={"attempt"})] == ["已接通"]
    assert [entry.kind for entry in timeline(desk, owner, kinds={"serviced"})] == ["event"]
    assert timeline(desk, owner, kinds={"delivered"}) == []
    assert len(timeline(desk, owner, limit=2)) == 2
    with speaking("en"):
        assert timeline(desk, owner, kinds={"attempt"})[0].title == "Reached"


def test_those_who_need_no_numbers_see_none(told: tuple[Desk, str], seat: Seat) -> None:
    _, owner = told
    lounge = seat("吧台", "lounge")
    shown = str(timeline(lounge, owner))
    for number in ("13800001111", "13800002222", "13800009999"):
        assert number not in shown
    auditor = seat("审计员", "auditor")
    for line in operations_log(auditor):
        shown += str(changes_of(auditor, line.number))
    assert "13800001111" not in shown
    assert "138****1111" in shown


def test_a_wrong_number_is_told_in_words_and_masked(desk: Desk, seat: Seat) -> None:
    owner = a_customer(desk, "王小明", "+8613800001111")
    data = {"number": "+8613800001111", "result": "empty_number"}
    record_event(desk, Event("", "wrong_contact", owner.id, DAY, data=data))
    assert timeline(desk, owner.id)[0].detail == "号码 13800001111 · 结果 空号"
    assert "138****1111" in timeline(seat("吧台", "lounge"), owner.id)[0].detail


def test_a_caller_s_log_is_his_own(told: tuple[Desk, str], seat: Seat) -> None:
    desk, _ = told
    caller = seat("周岚", "caller")
    assert operations_log(caller) == []
    with pytest.raises(NotAllowed):
        operations_log(caller, operator="王敏")
    with pytest.raises(NotAllowed):
        changes_of(caller, operations_log(desk)[0].number)
    titles = [line.title for line in operations_log(desk)]
    assert titles[:2] == ["新增人员", "修改客户"]


def test_a_car_that_changes_hands_is_named_and_the_other_person_is_not(desk: Desk) -> None:
    people = [
        a_customer(desk, name, f"+861380000{number}")
        for name, number in (("王小明", 7001), ("孙悦", 7002), ("李静", 7003))
    ]
    wang, sun, li = people
    car = a_vehicle(desk, wang, model="CS75", plate="赣D12345")
    record_event(desk, Event("", "serviced", wang.id, DAY, vehicle=car.id, key="RO7"))
    change_owner(desk, car.id, sun.id)
    record_event(desk, Event("", "serviced", sun.id, DAY, vehicle=car.id, key="RO8"))
    known = find_vehicle(desk, car.id)
    edit_vehicle(desk, known, attrs.evolve(known, customer=li.id, plate="赣A88888"))

    def told(who: Customer) -> list[str]:
        return [f"{each.title} {each.detail}" for each in timeline(desk, who.id, kinds=["edit"])]

    assert told(wang) == ["修改：车主 赣D12345 CS75 已转给他人 · 王敏"]
    assert told(sun) == [
        "修改：车主 赣D12345 CS75 已转给他人 · 王敏",
        "修改：车主 赣D12345 CS75 由他人转来 · 王敏",
    ]
    assert told(li) == ["修改：车主 赣A88888 CS75 由他人转来 · 王敏"]
    for who in people:
        page = str(timeline(desk, who.id))
        assert "– → –" not in page
        assert not [each.name for each in people if each != who and each.name in page]
        assert not [each for each in ("7001", "7002", "7003") if each in page]


@pytest.fixture
def bought_back(desk: Desk) -> tuple[Desk, Customer, Customer]:
    """A car of two owners in turn, who give it plates and correct its VIN; the first one buys it back."""
    wang, sun = (
        a_customer(desk, name, f"+861380000{number}")
        for name, number in (("王小明", 7001), ("孙悦", 7002))
    )
    car = a_vehicle(desk, wang, model="CS75", plate="赣A11111")

    def edit(**fields: str) -> None:
        assert isinstance(desk.clock, TestClock)
        desk.clock.advance(days=1)
        known = find_vehicle(desk, car.id)
        edit_vehicle(desk, known, attrs.evolve(known, **fields))

    record_event(desk, Event("", "serviced", wang.id, DAY, vehicle=car.id, key="RO7"))
    edit(plate="赣A22222", vin=a_vin(901))
    edit(customer=sun.id)
    record_event(desk, Event("", "serviced", sun.id, DAY, vehicle=car.id, key="RO8"))
    edit(plate="赣B33333")
    edit(plate="赣B44444", vin=a_vin(902))
    edit(customer=wang.id, plate="赣A55555")
    edit(plate="赣A66666")
    return desk, wang, sun


def test_plates_and_vins_are_told_to_who_had_the_car_then(
    bought_back: tuple[Desk, Customer, Customer],
) -> None:
    desk, wang, sun = bought_back

    def told(who: Customer) -> list[str]:
        entries = reversed(timeline(desk, who.id, kinds=["edit"]))
        return [f"{each.title} {each.detail}".removesuffix(" · 王敏") for each in entries]

    assert sorted(told(wang)[:2]) == sorted(
        [f"修改：车架号 {a_vin(0)} → {a_vin(901)}", "修改：车牌 赣A11111 → 赣A22222"]
    )
    assert told(wang)[2:] == [
        "修改：车主 赣A22222 CS75 已转给他人",
        "修改：车主 赣A55555 CS75 由他人转来",
        "修改：车牌 赣A55555 → 赣A66666",
    ]
    assert told(sun)[0] == "修改：车主 赣A22222 CS75 由他人转来"
    assert told(sun)[1] == "修改：车牌 赣A22222 → 赣B33333"
    assert sorted(told(sun)[2:4]) == sorted(
        [f"修改：车架号 {a_vin(901)} → {a_vin(902)}", "修改：车牌 赣B33333 → 赣B44444"]
    )
    assert told(sun)[4:] == ["修改：车主 赣B44444 CS75 已转给他人"]


def test_no_owner_reads_a_plate_of_the_other_s_time(
    bought_back: tuple[Desk, Customer, Customer],
) -> None:
    desk, wang, sun = bought_back
    page = str(timeline(desk, wang.id))
    assert not [plate for plate in ("赣B33333", "赣B44444") if plate in page]
    page = str(timeline(desk, sun.id))
    assert not [plate for plate in ("赣A11111", "赣A55555", "赣A66666") if plate in page]
