"""Duplicates: found, made one without losing history, and parted again."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import attrs
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dcrc.errors import ConflictError, InputError, NotAllowed, NotFound
from dcrc.kernel.agenda import tasks
from dcrc.kernel.customers import (
    Contact,
    Customer,
    Phone,
    PhoneState,
    add_customer,
    archive_customer,
    edit_customer,
    find_customer,
    get_customer,
    set_phone_state,
)
from dcrc.kernel.desk import Desk
from dcrc.kernel.duplicates import (
    find_duplicates,
    merge_customers,
    same_number_line,
    unmerge_customer,
    with_same_number,
)
from dcrc.kernel.events import Event, events_of, record_event
from dcrc.kernel.history import timeline
from dcrc.kernel.planning import plan
from dcrc.kernel.terms import short_id
from dcrc.kernel.undoing import undo
from dcrc.kernel.vehicles import change_owner, vehicles_of
from dcrc.testing import a_customer, a_vehicle, delivered

Seat = Callable[..., Desk]


def reasons(desk: Desk) -> list[tuple[str, list[str]]]:
    return [(each.reason, sorted(c.name for c in each.customers)) for each in find_duplicates(desk)]


def everything(desk: Desk) -> dict[str, dict[str, Any]]:
    """All records as they stand, but for the notes of merging itself and tasks that planning took back."""
    return {
        name: {
            str(document.doc_id): dict(document)
            for document in desk.table(name).all()
            if name != "tasks" or document.get("state") != "withdrawn"
        }
        for name in ("customers", "vehicles", "events", "tasks", "attempts", "answers")
    }


def test_duplicates_are_found_the_surest_first(desk: Desk) -> None:
    a_customer(desk, "王小明", "+8613800001111", id_number="362401198001010011")
    a_customer(desk, "王明", "+8613800002222", id_number="362401198001010011")
    a_customer(desk, "张伟", "+8613800003333")
    a_customer(desk, "章伟", "+8613800003333")  # typed by ear
    a_customer(desk, "李强", "+8613800004444")
    a_customer(desk, "李强之妻", "+8613800004444")
    a_customer(desk, "赵敏", "+8613800005555", birthday=date(1980, 2, 3))
    a_customer(desk, "赵敏", "+8613800006666", birthday=date(1980, 2, 3))
    a_customer(desk, "赵敏", "+8613800007777", birthday=date(1990, 2, 3))
    assert reasons(desk) == [
        ("id_number", ["王小明", "王明"]),
        ("name_and_phone", ["张伟", "章伟"]),
        ("phone", ["李强", "李强之妻"]),
        ("name", ["赵敏", "赵敏"]),
    ]


def test_the_same_name_in_one_car_s_history_is_one_person(desk: Desk) -> None:
    buyer = a_customer(desk, "王小明", "+8613800001111")
    car = a_vehicle(desk, buyer)
    visitor = a_customer(desk, "王小明", "+8613800002222")
    other = a_customer(desk, "李强", "+8613800003333")  # the next owner is nobody's duplicate
    for who, key in ((visitor, "RO1"), (other, "RO2")):
        fact = Event("", "serviced", who.id, date(2026, 11, 1), vehicle=car.id, key=key)
        record_event(desk, fact)
    assert reasons(desk) == [("vin", ["王小明", "王小明"])]


def test_wrong_numbers_and_archived_customers_make_no_duplicates(desk: Desk) -> None:
    one = a_customer(desk, "王小明", "+8613800001111")
    two = a_customer(desk, "李强", "+8613800001111")
    set_phone_state(desk, two, "13800001111", PhoneState.WRONG)
    assert reasons(desk) == []
    three = a_customer(desk, "王小明", "+8613800001111")
    assert reasons(desk) == [("name_and_phone", ["王小明", "王小明"])]
    archive_customer(desk, three.id)
    assert reasons(desk) == []
    assert find_customer(desk, one.id) == one


def test_merging_keeps_all_history_under_one_customer(desk: Desk) -> None:
    keep = a_customer(desk, "王小明", "+8613800001111", address="吉州区1号")
    gone = a_customer(desk, "王晓明", "+8613800002222", wechat="wxm", do_not_contact=True)
    car = a_vehicle(desk, gone, plate="赣D12345")
    delivered(desk, car, date(2026, 11, 20))
    merge_customers(desk, keep.id, gone.id)
    one = get_customer(desk, "赣D12345")
    assert (one.id, one.address, one.wechat) == (keep.id, "吉州区1号", "wxm")
    assert [phone.number for phone in one.phones] == ["+8613800001111", "+8613800002222"]
    assert one.do_not_contact  # where wishes differ the careful one counts
    assert [event.kind for event in events_of(desk, keep.id)] == ["delivered"]
    assert get_customer(desk, gone.id).id == keep.id
    assert get_customer(desk, "13800002222").id == keep.id
    assert "merge" in {entry.kind for entry in timeline(desk, keep.id)}
    assert reasons(desk) == []


def test_merging_is_refused_where_it_makes_no_sense(desk: Desk, seat: Seat) -> None:
    one, two = a_customer(desk, "王小明"), a_customer(desk, "王晓明")
    with pytest.raises(InputError):
        merge_customers(desk, one.id, one.id)
    with pytest.raises(NotAllowed):
        merge_customers(seat("审计员", "auditor"), one.id, two.id)
    merge_customers(desk, one.id, two.id)
    with pytest.raises(InputError, match="王晓明"):
        merge_customers(desk, one.id, two.id)
    with pytest.raises(NotFound):
        unmerge_customer(desk, one.id)


def test_parting_after_later_edits_keeps_what_was_learned(desk: Desk) -> None:
    keep = a_customer(desk, "王小明", "+8613800001111")
    gone = a_customer(desk, "王晓明", "+8613800002222", wechat="wxm", hobbies=("钓鱼",))
    first, second = a_vehicle(desk, gone), a_vehicle(desk, gone)
    merge_customers(desk, keep.id, gone.id)
    one = find_customer(desk, keep.id)
    edit_customer(desk, one, attrs.evolve(one, wechat="neu", address="吉州区1号"))
    set_phone_state(desk, keep.id, "13800002222", PhoneState.EMPTY)
    buyer = a_customer(desk, "李强", "+8613800003333")
    change_owner(desk, second.id, buyer.id)
    unmerge_customer(desk, short_id(gone.id))
    back, kept = find_customer(desk, gone.id), find_customer(desk, keep.id)
    assert (back.merged_into, back.archived, back.wechat) == ("", False, "wxm")
    assert [(p.number, p.state) for p in back.phones] == [("+8613800002222", PhoneState.EMPTY)]
    assert [phone.number for phone in kept.phones] == ["+8613800001111"]
    assert (kept.wechat, kept.address, kept.hobbies) == ("neu", "吉州区1号", ())
    assert [car.id for car in vehicles_of(desk, gone.id)] == [first.id]
    assert [car.id for car in vehicles_of(desk, buyer.id)] == [second.id]


def test_parting_from_one_who_was_merged_himself(desk: Desk) -> None:
    first, second, third = (a_customer(desk, name) for name in ("王一", "王二", "王三"))
    car = a_vehicle(desk, first)
    merge_customers(desk, second.id, first.id)
    merge_customers(desk, third.id, second.id)
    assert get_customer(desk, first.id).id == third.id
    unmerge_customer(desk, first.id)
    assert [each.id for each in vehicles_of(desk, first.id)] == [car.id]
    unmerge_customer(desk, second.id)
    assert vehicles_of(desk, second.id) == []


NUMBERS = st.sampled_from(["+8613800001111", "+8613800002222", "+867968212345"])
PHONES = st.lists(
    st.builds(Phone, NUMBERS, state=st.sampled_from(PhoneState)),
    max_size=3,
    unique_by=lambda phone: phone.number,
).map(tuple)
WORDS = st.sampled_from(["", "甲", "乙"])
PEOPLE = st.builds(
    Customer,
    id=st.just(""),
    name=st.sampled_from(["王小明", "单雄信"]),
    phones=PHONES,
    sex=WORDS,
    address=WORDS,
    note=WORDS,
    birthday=st.none() | st.just(date(1980, 2, 3)),
    hobbies=st.lists(st.sampled_from(["钓鱼", "下棋"]), max_size=2, unique=True).map(tuple),
    contacts=st.lists(st.builds(Contact, WORDS), max_size=2).map(tuple),
    do_not_contact=st.booleans(),
    marketing_consent=st.booleans(),
    archived=st.booleans(),
    extra=st.dictionaries(WORDS, WORDS, max_size=2),
)


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(PEOPLE, PEOPLE, st.booleans())
def test_merge_then_unmerge_gives_the_state_before(
    desk: Desk, keep: Customer, gone: Customer, by_undo: bool
) -> None:
    kept, other = add_customer(desk, keep), add_customer(desk, gone)
    for number, owner in enumerate((kept, other)):
        car = a_vehicle(desk, owner)
        key = f"{other.id}{number}"
        record_event(
            desk,
            Event("", "serviced", owner.id, date(2026, 11, 1), vehicle=car.id, key=key),
        )
    plan(desk)
    before = everything(desk)
    merge_customers(desk, kept.id, other.id)
    if by_undo:
        undo(desk)
    else:
        unmerge_customer(desk, other.id)
    plan(desk)
    assert everything(desk) == before


def test_one_of_two_tasks_about_the_same_goes_with_the_merge(desk: Desk) -> None:
    """Both had the wrong number; it needs to be corrected once, and nobody waits for the next plan."""
    numbers = (Phone("+8613800001111", state=PhoneState.WRONG),)
    one, other = (add_customer(desk, Customer("", "王小明", phones=numbers)) for _ in range(2))
    plan(desk)
    assert len(tasks(desk, state="open")) == 2
    merge_customers(desk, one.id, other.id)
    (left,) = tasks(desk, state="open")
    assert left.subject == one.id
    unmerge_customer(desk, other.id)
    assert {task.subject for task in tasks(desk, state="open")} == {one.id, other.id}


def test_an_edit_that_began_before_a_merge_is_told_of_it(desk: Desk) -> None:
    kept, gone = (add_customer(desk, Customer("", name)) for name in ("王小明", "王晓明"))
    merge_customers(desk, kept.id, gone.id)
    with pytest.raises(ConflictError, match="merged"):
        edit_customer(desk, gone, attrs.evolve(gone, note="喜欢钓鱼"))
    assert find_customer(desk, gone.id).note == ""


def test_who_has_the_same_number_is_told_of_a_new_customer(desk: Desk) -> None:
    known = a_customer(desk, "潘梅", phone="+8615100001646")
    a_customer(desk, "李红", phone="+8615100001647")
    gone = a_customer(desk, "张旧", phone="+8615100001646")
    archive_customer(desk, gone.id)
    new = a_customer(desk, "张新", phone="+8615100001646")
    assert with_same_number(desk, new) == [known]
    assert "潘梅 (" in same_number_line(desk, new)
    assert same_number_line(desk, a_customer(desk, "王一", phone="+8615100001648")) == ""
    set_phone_state(desk, known.id, "+8615100001646", PhoneState.WRONG)  # given to somebody else
    assert with_same_number(desk, new) == []
