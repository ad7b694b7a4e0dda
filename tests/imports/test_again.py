"""A source speaks again: what it says anew counts, what people changed meanwhile stays, undo restores."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import attrs
import pytest
from tinydb import where

from dcrc.errors import ConflictError, NotAllowed
from dcrc.imports import import_files
from dcrc.kernel.confirmation import confirm_owner
from dcrc.kernel.customers import Customer, edit_customer, get_customer
from dcrc.kernel.desk import Desk, open_desk
from dcrc.kernel.duplicates import merge_customers
from dcrc.kernel.operators import add_operator
from dcrc.kernel.phones import Phone
from dcrc.kernel.planning import plan
from dcrc.kernel.undoing import undo
from dcrc.kernel.vehicles import change_owner, edit_vehicle, get_vehicle
from dcrc.testing import a_customer, a_vehicle, a_vin, isolated_desk, open_tasks, reached
from plugins import new_car_followup

Write = Callable[..., Path]
HEAD = ["客户名称", "手机", "地址", "车架号", "车牌号", "交车日期", "成交价"]
CAR = a_vin(1)
CONFIRM = "contact_data.confirm_owner"


def ledger(book: Write, *rows: list[Any], name: str = "销售.xlsx") -> Path:
    return book([HEAD, *rows], name)


def row(**given: Any) -> list[Any]:
    said = {
        "name": "王小明",
        "phone": "13800001234",
        "address": "某某路1号",
        "vin": CAR,
        "plate": "赣D10001",
        "on": date(2026, 11, 1),
        "price": 60000,
    } | given
    return list(said.values())


def owner(desk: Desk) -> Customer:
    return get_customer(desk, CAR)


def test_what_the_source_says_anew_counts(desk: Desk, book: Write) -> None:
    import_files(desk, [ledger(book, row())])
    report = import_files(
        desk, [ledger(book, row(address="新村2号", price=61000, on=date(2026, 11, 2)))]
    )
    assert (report.counts.new, report.counts.changed) == (0, 1)
    assert report.records == {"customers": (0, 1), "vehicles": (0, 0), "events": (0, 1)}
    assert owner(desk).address == "新村2号"
    (event,) = desk.events.all()
    assert (event["on"], event["data"]["price"]) == ("2026-11-02", 6_100_000)


def test_what_a_person_changed_stays_until_the_source_says_something_new(
    desk: Desk, book: Write
) -> None:
    first = ledger(book, row(), name="旧.xlsx")
    import_files(desk, [first])
    before = owner(desk)
    edit_customer(desk, before, attrs.evolve(before, address="客户自己说的地址"))
    again = import_files(desk, [first])
    assert again.batch == ""
    assert [one.field for one in again.warnings] == ["address"]
    assert owner(desk).address == "客户自己说的地址"
    import_files(desk, [ledger(book, row(address="系统里改了"), name="新.xlsx")])
    assert owner(desk).address == "系统里改了"


def test_an_undone_import_can_be_imported_again(desk: Desk, book: Write) -> None:
    import_files(desk, [ledger(book, row())])
    before = {name: desk.table(name).all() for name in ("customers", "vehicles", "events")}
    changed = ledger(book, row(address="新村2号", plate="赣D20002"), row(vin=a_vin(2)))
    report = import_files(desk, [changed])
    assert (report.counts.new, report.counts.changed) == (1, 1)
    undo(desk, batch=report.batch)
    assert {name: desk.table(name).all() for name in before} == before
    assert import_files(desk, [changed]).counts == report.counts
    assert owner(desk).address == "新村2号"
    assert get_vehicle(desk, CAR).plate == "赣D20002"
    assert [found.vin for found in [get_vehicle(desk, "赣D20002")]] == [CAR]


def test_an_import_whose_undoing_was_undone_is_the_source_s_word_again(
    desk: Desk, book: Write
) -> None:
    old, new = ledger(book, row()), ledger(book, row(address="新村2号"), name="新.xlsx")
    import_files(desk, [old])
    taken_back = undo(desk, batch=import_files(desk, [new]).batch)
    undo(desk, taken_back.operation)
    assert owner(desk).address == "新村2号"
    report = import_files(desk, [old])
    assert (report.counts.changed, report.warnings) == (1, [])
    assert owner(desk).address == "某某路1号"


def test_a_delivery_about_which_somebody_has_called_is_not_taken_back(
    tmp_path: Path, book: Write
) -> None:
    desk = isolated_desk(tmp_path, plugins=[new_car_followup], today=date(2026, 11, 4))
    person = a_customer(desk, "王小明", phone="+8613800001234")
    a_vehicle(desk, person, vin=CAR)
    batch = import_files(desk, [ledger(book, row())]).batch
    call = next(task for task in open_tasks(desk, person) if task.rule.endswith("day3"))
    reached(desk, call)
    with pytest.raises(ConflictError, match="answers"):
        undo(desk, batch=batch)
    assert desk.events.count(where("kind") == "delivered") == 1
    undo(desk)
    undo(desk, batch=batch)
    assert desk.events.count() == 0
    desk.close()


def test_a_corrected_number_does_not_come_back(desk: Desk, book: Write) -> None:
    old = ledger(book, row())
    import_files(desk, [old])
    before = owner(desk)
    edit_customer(desk, before, attrs.evolve(before, phones=(Phone("+8613900005678"),)))
    report = import_files(desk, [old])
    assert report.batch == ""
    assert desk.customers.count() == 1
    assert [phone.number for phone in owner(desk).phones] == ["+8613900005678"]


def test_a_corrected_name_is_still_the_same_person(desk: Desk, book: Write) -> None:
    old = ledger(book, row())
    import_files(desk, [old])
    before = owner(desk)
    renamed = attrs.evolve(before, name="王晓明", phones=(Phone("+8613900005678"),))
    edit_customer(desk, before, renamed)
    import_files(desk, [old])
    assert desk.customers.count() == 1
    assert owner(desk).name == "王晓明"


def test_a_car_that_was_sold_on_stays_with_its_new_owner(desk: Desk, book: Write) -> None:
    old = ledger(book, row())
    import_files(desk, [old])
    buyer = a_customer(desk, "李四")
    change_owner(desk, get_vehicle(desk, CAR).id, buyer.id)
    report = import_files(desk, [old])
    assert report.batch == ""
    assert owner(desk).id == buyer.id


def test_a_corrected_vin_is_still_the_same_car_and_the_same_delivery(
    tmp_path: Path, book: Write
) -> None:
    desk = isolated_desk(tmp_path, plugins=[new_car_followup], today=date(2026, 11, 3))
    old = ledger(book, row())
    import_files(desk, [old])
    plan(desk)
    car, calls = get_vehicle(desk, CAR), desk.tasks.all()
    confirm_owner(desk, owner(desk).id, car.id, {"vin": "corrected"}, {"vin": a_vin(9)})
    plan(desk)
    again = import_files(desk, [old])
    assert (again.batch, again.counts.unchanged) == ("", 1)
    assert [(one.row, one.field) for one in again.warnings] == [(2, "vin")]
    corrected_there = ledger(book, row(vin=a_vin(9), price=61000), name="更正.xlsx")
    assert import_files(desk, [corrected_there]).counts.changed == 1
    plan(desk)
    (event,) = desk.events.search(where("kind") == "delivered")
    assert (event["key"], event["vehicle"], event["data"]["price"]) == (CAR, car.id, 6_100_000)
    assert [found["vin"] for found in desk.vehicles.all()] == [a_vin(9)]
    now = {task.doc_id: task.get("state") for task in desk.tasks.search(where("rule") != CONFIRM)}
    assert now == {task.doc_id: task.get("state") for task in calls if task["rule"] != CONFIRM}
    assert len(now) > 3
    desk.close()


def test_orders_and_policies_under_the_old_vin_are_of_the_corrected_car(
    desk: Desk, book: Write
) -> None:
    import_files(desk, [ledger(book, row())])
    car = get_vehicle(desk, CAR)
    edit_vehicle(desk, car, attrs.evolve(car, vin=a_vin(9)))
    on = date(2026, 11, 9)
    head = ["工单号", "车架号", "送修人", "出厂时间"]
    orders = book([head, ["W1", CAR, "李师傅", on], ["W2", a_vin(9), "李师傅", on]], "维修.xlsx")
    policies = book(
        [["车架号", "被保险人", "到期日期"], [CAR, "王小明", date(2027, 11, 1)]], "保险.xlsx"
    )
    report = import_files(desk, [orders, policies])
    assert report.records["customers"] == report.records["vehicles"] == (0, 0)
    assert {event["vehicle"] for event in desk.events.all()} == {car.id}
    assert import_files(desk, [orders, policies]).batch == ""


def test_a_vin_that_was_first_given_to_the_wrong_car_is_not_taken_for_it(
    desk: Desk, book: Write
) -> None:
    head = ["姓名", "联系电话", "车架号"]
    import_files(desk, [book([head, ["王小明", "13800001234", CAR]], "旧.xlsx")])
    wrong = get_vehicle(desk, CAR)
    edit_vehicle(desk, wrong, attrs.evolve(wrong, vin=a_vin(9)))
    import_files(desk, [book([head, ["李四", "13700000001", CAR]], "新.xlsx")])
    assert get_customer(desk, CAR).name == "李四"
    assert get_customer(desk, a_vin(9)).name == "王小明"


def test_a_sale_under_a_corrected_vin_to_another_person_is_left_to_people(
    desk: Desk, book: Write
) -> None:
    import_files(desk, [ledger(book, row())])
    car = get_vehicle(desk, CAR)
    edit_vehicle(desk, car, attrs.evolve(car, vin=a_vin(9)))
    report = import_files(desk, [ledger(book, row(name="李四", phone="13700000001"))])
    assert [(one.row, one.field) for one in report.rejected] == [(2, "vin")]
    assert a_vin(9) in report.rejected[0].reason
    assert report.batch == ""
    assert get_customer(desk, a_vin(9)).name == "王小明"


def test_a_vin_corrected_and_taken_back_is_the_old_one(desk: Desk, book: Write) -> None:
    old = ledger(book, row())
    import_files(desk, [old])
    car = get_vehicle(desk, CAR)
    edit_vehicle(desk, car, attrs.evolve(car, vin=a_vin(9)))
    undo(desk)
    import_files(desk, [old, ledger(book, row(name="李四", vin=a_vin(9)), name="新.xlsx")])
    assert get_customer(desk, CAR).name == "王小明"
    assert get_customer(desk, a_vin(9)).name == "李四"


def test_merged_customers_stay_merged(desk: Desk, book: Write) -> None:
    old = ledger(book, row(), row(name="王小民", phone="13700004321", vin=a_vin(2)))
    import_files(desk, [old])
    kept, gone = owner(desk), get_customer(desk, a_vin(2))
    merge_customers(desk, kept.id, gone.id)
    head = desk.db.head()
    import_files(desk, [old])
    assert get_customer(desk, a_vin(2)).id == kept.id
    assert desk.customers.count() == 2
    assert desk.db.head() == head


def test_sources_that_disagree_do_not_quarrel_at_every_import(desk: Desk, book: Write) -> None:
    sales = ledger(book, row(plate="临赣D0001"))
    orders = book(
        [["工单号", "车架号", "车牌号", "出厂时间"], ["W1", CAR, "赣D33333", date(2026, 11, 9)]],
        "维修.xlsx",
    )
    import_files(desk, [sales, orders])
    assert get_vehicle(desk, CAR).plate == "赣D33333"
    head = desk.db.head()
    for files in ([sales], [orders], [orders, sales], [sales, orders]):
        import_files(desk, files)
        assert desk.db.head() == head
    import_files(desk, [ledger(book, row(plate="赣D44444"), name="更正.xlsx")])
    assert get_vehicle(desk, CAR).plate == "赣D44444"


def test_a_person_s_second_car_and_second_number(desk: Desk, book: Write) -> None:
    import_files(desk, [ledger(book, row())])
    import_files(desk, [ledger(book, row(vin=a_vin(2), phone="13800001234/0796-8212345"))])
    assert desk.customers.count() == 1
    assert [phone.number for phone in owner(desk).phones] == ["+8613800001234", "+867968212345"]
    assert len(desk.vehicles.search(where("customer") == owner(desk).id)) == 2
    assert get_customer(desk, "0796-8212345").id == owner(desk).id


def test_mileage_readings_accumulate_once(desk: Desk, book: Write) -> None:
    head = ["工单号", "车架号", "送修人", "联系电话", "进厂里程", "进厂时间", "出厂时间"]
    rows = [
        ["W1", CAR, "王小明", "13800001234", 5000, date(2026, 5, 1), date(2026, 5, 2)],
        ["W2", CAR, "李师傅", "13700000000", 9800, date(2026, 9, 1), date(2026, 9, 1)],
    ]
    file = book([head, *rows], "维修.xlsx")
    import_files(desk, [file])
    import_files(desk, [file])
    car = get_vehicle(desk, CAR)
    assert [(str(one.on), one.km) for one in car.readings] == [
        ("2026-05-01", 5000),
        ("2026-09-01", 9800),
    ]
    assert owner(desk).name == "王小明"
    assert desk.events.search(where("key") == "W2")[0]["data"]["sent_by"] == "李师傅"


def test_a_repair_order_of_an_unknown_car_without_a_person_is_refused(
    desk: Desk, book: Write
) -> None:
    file = book([["工单号", "车架号", "出厂时间"], ["W1", CAR, date(2026, 5, 2)]], "维修.xlsx")
    report = import_files(desk, [file])
    assert [(one.row, one.field) for one in report.rejected] == [(2, "name")]
    assert report.counts.rejected == 1
    assert report.batch == ""


def test_the_same_car_told_twice_with_another_owner_is_reported(desk: Desk, book: Write) -> None:
    report = import_files(desk, [ledger(book, row(), row(name="李四", phone="13700000001"))])
    assert (report.counts.new, report.counts.duplicate) == (1, 1)
    (warning,) = report.warnings
    assert warning.row == 3
    assert "客户名称" in warning.reason
    assert desk.customers.count() == 1


def test_what_a_repeated_row_says_otherwise_is_reported_by_its_columns(
    desk: Desk, book: Write
) -> None:
    head = [*HEAD, "内部批注", "车身颜色"]
    rows = [
        [*row(), "甲", "白"],
        [*row(phone="13900005678", address="别处9号", plate="赣D99999"), "乙", None],
        [*row(), "甲", "白"],
        [*row(on=date(2026, 11, 2), price=61000), "甲", "白"],
    ]
    report = import_files(desk, [book([head, *rows])])
    assert (report.counts.new, report.counts.duplicate) == (1, 3)
    first, second = report.warnings
    assert (first.row, first.value, second.row) == (3, CAR, 5)
    assert "手机, 地址, 车牌号, 内部批注不同" in first.reason
    assert "交车日期, 成交价不同" in second.reason
    assert [phone.number for phone in owner(desk).phones] == ["+8613800001234"]


def test_an_order_in_two_sheets_is_one_and_what_they_share_is_no_difference(
    desk: Desk, book: Write
) -> None:
    import_files(desk, [ledger(book, row())])
    on = date(2026, 11, 9)
    sheets = {
        "机修": [["工单号", "车架号", "送修人", "出厂时间"], ["W1", CAR, "李师傅", on]],
        "钣喷": [["工单号", "车架号", "出厂时间", "金额"], ["W1", CAR, on, 300]],
    }
    report = import_files(desk, [book(sheets, "维修.xlsx")])
    assert (report.counts.new, report.counts.duplicate) == (1, 1)
    (warning,) = report.warnings
    assert "机修!2" in warning.reason
    assert "金额" in warning.reason
    assert "送修人" not in warning.reason


def test_stopped_in_the_middle_nothing_is_written(desk: Desk, book: Write) -> None:
    rows = [row(vin=a_vin(n), phone=f"1380000{n:04d}") for n in range(1, 300)]
    file = ledger(book, *rows)
    seen: list[tuple[int, int]] = []
    calls = iter(range(100))
    report = import_files(
        desk,
        [file],
        progress=lambda done, total: seen.append((done, total)),
        cancelled=lambda: next(calls) > 3,
    )
    assert report.cancelled
    assert desk.customers.count() == 0
    assert all(done <= total for done, total in seen)
    report = import_files(desk, [file], progress=lambda done, total: seen.append((done, total)))
    assert seen[-1][0] == seen[-1][1]
    assert report.counts.new == 299


def test_two_imports_at_once_wait_for_each_other(desk: Desk, book: Write) -> None:
    from threading import Thread

    rows = [row(vin=a_vin(n), phone=f"1380000{n:04d}") for n in range(1, 120)]
    file = ledger(book, *rows)
    other = open_desk(desk.db.path, operator=desk.operator.name, clock=desk.clock, plugins=[])
    found: list[int] = []

    def run(seat: Desk) -> None:
        found.append(import_files(seat, [file]).counts.new)

    threads = [Thread(target=run, args=(seat,)) for seat in (desk, other)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    other.close()
    assert sorted(found) == [0, 119]
    assert desk.vehicles.count() == 119
    assert desk.db.verify().ok


def test_who_may_not_import(desk: Desk, book: Write) -> None:
    add_operator(desk, "周岚", "caller")
    caller = open_desk(desk.db.path, operator="周岚", clock=desk.clock, plugins=[])
    with pytest.raises(NotAllowed):
        import_files(caller, [ledger(book, row())], dry_run=True)
    caller.close()


def test_a_car_that_a_list_gives_to_somebody_else_is_told_of_and_goes_back(
    desk: Desk, book: Write
) -> None:
    import_files(desk, [ledger(book, row())])
    plan(desk)
    before = owner(desk)
    report = import_files(
        desk,
        [ledger(book, row(name="李红", phone="13800009999", on=date(2026, 11, 20)))],
    )
    assert owner(desk).name == "李红"
    (warning,) = report.warnings
    assert (warning.row, warning.field) == (2, "vin")
    assert "王小明" in warning.reason
    assert "李红" in warning.reason
    plan(desk)
    undo(desk, batch=report.batch)
    assert owner(desk) == before
    assert desk.customers.count() == 1
    (delivery,) = desk.events.all()
    assert (delivery["customer"], delivery["on"]) == (before.id, "2026-11-01")
    assert desk.db.verify().ok
