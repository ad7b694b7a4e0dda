"""Search while typing: whatever the caller on the line says leads to his page."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date

import pytest

from dcrc.errors import NotAllowed
from dcrc.kernel.customers import Customer, Phone, archive_customer, prepare_customer
from dcrc.kernel.desk import Desk
from dcrc.kernel.documents import to_document
from dcrc.kernel.duplicates import merge_customers
from dcrc.kernel.events import Event, record_event
from dcrc.kernel.search import search_customers
from dcrc.kernel.vehicles import Vehicle, prepare_vehicle
from dcrc.testing import a_customer, a_vehicle, a_vin

Seat = Callable[..., Desk]


def names(desk: Desk, text: str) -> list[str]:
    return [found.customer.name for found in search_customers(desk, text)]


@pytest.fixture
def dealer(desk: Desk) -> Desk:
    shan = a_customer(desk, "单雄信", "+8613800001234")
    a_vehicle(desk, shan, plate="赣D12345", vin=a_vin(654321))
    record_event(desk, Event("", "serviced", shan.id, date(2026, 11, 20), key="RO2026-0042"))
    a_customer(desk, "张伟", "+8613900005678")
    a_customer(desk, "章伟民", "+867968266666")
    a_customer(desk, "吉安长安汽车销售有限公司", "+8613700009999")
    return desk


@pytest.mark.parametrize(
    "typed",
    [
        *("单雄信", "单雄", "雄信", "sxx", "shanxiong", "danxiong", "SXX"),
        *("1234", "00001234", "13800001234", "1380000", "138 0000 1234"),
        *("赣D123", "d12345", "12345", "2345", "654321", "RO2026-0042", "ro2026"),
        *("shan 1234", "单 12345"),
    ],
)
def test_one_customer_is_found_by(dealer: Desk, typed: str) -> None:
    assert names(dealer, typed) == ["单雄信"]


def test_initials_find_all_who_have_them_and_whole_hits_come_first(dealer: Desk) -> None:
    assert names(dealer, "zw") == ["张伟", "章伟民"]
    assert names(dealer, "长安汽车") == ["吉安长安汽车销售有限公司"]


def test_what_fitted_is_told_with_the_vehicles(dealer: Desk) -> None:
    (found,) = search_customers(dealer, "d12345")
    assert (found.matched, [car.plate for car in found.vehicles]) == ("赣D12345", ["赣D12345"])
    (found,) = search_customers(dealer, "1234")
    assert found.matched == "13800001234"


@pytest.mark.parametrize("typed", ["", "  ", "%", "'", "nobody", "\x00", "99999999", "zw 1234"])
def test_nothing_fits(dealer: Desk, typed: str) -> None:
    assert names(dealer, typed) == []


def test_numbers_are_masked_and_permission_is_asked(dealer: Desk, seat: Seat) -> None:
    (found,) = search_customers(seat("吧台", "lounge"), "1234")
    assert found.matched == "138****1234"
    nobody = seat("离职", "caller")
    nobody.operator = type(nobody.operator)("", "离职", "caller", active=False)
    with pytest.raises(NotAllowed):
        search_customers(nobody, "1234")


def test_archived_customers_leave_the_lists_and_merged_ones_lead_on(dealer: Desk) -> None:
    zhang = search_customers(dealer, "张伟")[0].customer
    shan = search_customers(dealer, "sxx")[0].customer
    archive_customer(dealer, zhang.id)
    assert names(dealer, "张伟") == []
    assert len(search_customers(dealer, "张伟", archived=True)) == 1
    zhangmin = search_customers(dealer, "章伟民")[0].customer
    merge_customers(dealer, shan.id, zhangmin.id)
    assert names(dealer, "章伟民") == ["单雄信"]


MANY = 4_000


def test_a_keystroke_never_walks_through_the_table(desk: Desk) -> None:
    """Times stand in benchmarks; here SQLite's steps are counted: far fewer than there are customers."""
    with desk.operation("import", "import"):
        people, cars = [], []
        for number in range(MANY):
            who = Customer(desk.new_id(), "张王李赵"[number % 4] + "伟芳娜敏"[number // 4 % 4])
            phones = (Phone(f"+861380000{number % 10_000:04d}"),)
            person = prepare_customer(Customer(who.id, who.name, phones=phones))
            car = Vehicle(desk.new_id(), a_vin(number), who.id, plate=f"赣D{number:05d}")
            people.append((person.id, to_document(person)))
            cars.append((car.id, to_document(prepare_vehicle(car))))
        desk.customers.put_many(people)
        desk.vehicles.put_many(cars)
    search_customers(desk, "warm")
    for typed in ("z", "zw", "zhang", "张", "1", "138", "1234", "赣", "赣D", "LS4", "01999"):
        with steps_counted(desk) as steps:
            found = search_customers(desk, typed)
        assert found, typed
        assert len(steps) * STEP < 2 * MANY, (typed, len(steps) * STEP)


STEP = 100


@contextmanager
def steps_counted(desk: Desk) -> Iterator[list[None]]:
    """One entry for every hundred steps of SQLite's machine."""
    steps: list[None] = []
    with desk.db.storage.explained() as link:
        link.connection.set_progress_handler(lambda: steps.append(None), STEP)
        try:
            yield steps
        finally:
            link.connection.set_progress_handler(None, 0)


@pytest.mark.parametrize("typed", ["d3516", "3516", "12345f", "345f", "DD3516"])
def test_a_plate_is_found_by_what_callers_say_of_it(desk: Desk, typed: str) -> None:
    owner = a_customer(desk, "卢强春", "+8613800007001")
    a_vehicle(desk, owner, plate="赣D12345F" if "f" in typed else "赣DD3516")
    (found,) = search_customers(desk, typed)
    assert found.matched.startswith("赣D")
