"""What a ledger says has happened cannot lie in the future; what is agreed or planned may."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, time
from pathlib import Path
from typing import Any

import pytest
from python_calamine import load_workbook
from tinydb import where

from dcrc.errors import PolicyError
from dcrc.imports import import_files
from dcrc.imports.profiles import load_profiles
from dcrc.kernel.desk import Desk
from dcrc.testing import a_vin, isolated_desk

Write = Callable[..., Path]
SALES = ["客户名称", "手机", "车架号", "交车日期", "订车日期", "上牌日期"]
ORDERS = [
    "工单号",
    "车架号",
    "车主",
    "车主手机",
    "进厂里程",
    "进厂时间",
    "出厂时间",
    "下次保养日期",
]
TODAY = date(2026, 11, 21)


def sale(number: int, delivered: Any, ordered: Any = None, registered: Any = None) -> list[Any]:
    return [f"客户{number}", f"1380000{number:04d}", a_vin(number), delivered, ordered, registered]


def order(number: int, left: Any, came: Any = None, next_on: Any = None) -> list[Any]:
    return [f"RO{number}", a_vin(1), "客户1", "13800000001", 5000 + number, came, left, next_on]


@pytest.mark.parametrize("delivered", [date(2062, 11, 1), "2026年11月24日", 46350, "20270101"])
def test_a_delivery_that_is_still_to_come_is_refused_and_given_back(
    desk: Desk, book: Write, tmp_path: Path, delivered: Any
) -> None:
    rejects = tmp_path / "退回.xlsx"
    report = import_files(
        desk, [book([SALES, sale(1, delivered), sale(2, TODAY)])], rejects=rejects
    )
    (refused,) = report.rejected
    assert (refused.row, refused.column, refused.field) == (2, "交车日期", "delivered")
    assert "还没到" in refused.reason
    assert refused.value
    assert [event["key"] for event in desk.events] == [a_vin(2)]
    with load_workbook(rejects) as sheets:
        rows = sheets.get_sheet_by_index(0).to_python()
    assert rows[1][3] == "交车日期"
    assert rows[1][6] == "客户1"


def test_a_visit_typed_as_2062_silences_nobody(desk: Desk, book: Write) -> None:
    report = import_files(
        desk,
        [book([ORDERS, order(1, "2062-03-05 17:00"), order(2, "2026-03-05 17:00")])],
    )
    assert [(one.row, one.field) for one in report.rejected] == [(2, "left")]
    assert [event["on"] for event in desk.events] == ["2026-03-05"]
    assert [reading["km"] for reading in desk.vehicles.all()[0]["readings"]] == [5002]


def test_a_car_that_leaves_the_workshop_tomorrow_comes_in_with_this_evening_s_list(
    desk: Desk, book: Write
) -> None:
    report = import_files(desk, [book([ORDERS, order(1, "2026-11-22 20:15")])])
    assert report.counts.new == 1


def test_the_dealer_says_how_far_ahead_is_believed(tmp_path: Path, book: Write) -> None:
    desk = isolated_desk(tmp_path, policy="[facts]\ndays_ahead = 0\n")
    rows = [SALES, sale(1, date(2026, 11, 22)), sale(2, TODAY)]
    assert import_files(desk, [book(rows)]).counts.rejected == 1
    desk.close()


def test_the_day_is_the_dealer_s_and_not_greenwich_s(tmp_path: Path, book: Write) -> None:
    """At half past seven in the morning in China it is still yesterday in UTC."""
    desk = isolated_desk(tmp_path, policy="[facts]\ndays_ahead = 0\n")
    desk.clock.set(TODAY, time(7, 30))  # type: ignore[attr-defined]
    assert import_files(desk, [book([SALES, sale(1, TODAY)])]).counts.new == 1
    desk.close()


def test_other_days_that_cannot_be_are_left_out_and_the_row_counts(desk: Desk, book: Write) -> None:
    report = import_files(
        desk,
        [
            book([SALES, sale(1, TODAY, date(2062, 1, 1), date(2062, 1, 2))], "s.xlsx"),
            book([ORDERS, order(1, TODAY, "2062-01-01 09:00")], "o.xlsx"),
        ],
    )
    assert report.counts.rejected == 0
    assert {one.field for one in report.warnings} == {"ordered", "first_registered", "came_in"}
    (car,) = desk.vehicles.all()
    assert "first_registered" not in car
    assert [reading["on"] for reading in car["readings"]] == [TODAY.isoformat()]


def test_next_services_and_policies_lie_ahead(desk: Desk, book: Write) -> None:
    policies = [
        ["车架号", "被保险人", "联系电话", "保单号", "起保日期", "到期日期"],
        [a_vin(1), "客户1", "13800000001", "P1", date(2027, 1, 1), date(2028, 1, 1)],
        [a_vin(1), "客户1", "13800000001", "P2", None, date(2028, 3, 1)],
    ]
    report = import_files(
        desk,
        [
            book([ORDERS, order(1, TODAY, None, date(2027, 5, 21))], "o.xlsx"),
            book(policies, "p.xlsx"),
        ],
    )
    assert not report.rejected
    assert not report.warnings
    insured = desk.events.search(where("kind") == "insured")
    assert sorted(event["on"] for event in insured) == ["2027-01-01", "2027-03-01"]


def test_a_source_of_the_dealer_s_own_has_the_same_rule(tmp_path: Path, book: Write) -> None:
    (tmp_path / "profiles").mkdir()
    (tmp_path / "profiles" / "own.toml").write_text(
        "[checks]\ntitle = { zh = '检测', en = 'Checks' }\n"
        'event = "checked"\non = "day"\nkey = ["vin", "day"]\nowner = "vehicle"\n'
        '[checks.fields.vin]\nto = "vehicle.vin"\nkind = "vin"\nrequired = true\nheaders = ["大架号"]\n'
        '[checks.fields.day]\nto = "event.on"\nkind = "day"\nrequired = true\nheaders = ["检测日"]\n'
        '[checks.fields.name]\nto = "customer.name"\nkind = "name"\nheaders = ["送检人"]\n'
        '[checks.fields.valid]\nto = "event.until"\nkind = "day"\nheaders = ["有效期"]\n',
        "utf-8",
    )
    desk = isolated_desk(tmp_path)
    rows = [
        ["大架号", "检测日", "送检人", "有效期"],
        [a_vin(1), date(2062, 11, 3), "王小明", date(2064, 11, 3)],
        [a_vin(2), date(2026, 11, 3), "李静", date(2028, 11, 3)],
    ]
    report = import_files(desk, [book(rows)])
    assert [(one.row, one.field) for one in report.rejected] == [(2, "day")]
    assert report.counts.new == 1
    desk.close()


def test_only_days_can_be_past(tmp_path: Path) -> None:
    file = tmp_path / "wrong.toml"
    file.write_text(
        '[list.fields.name]\nto = "customer.name"\nkind = "name"\npast = true\n', "utf-8"
    )
    with pytest.raises(PolicyError, match=r"wrong\.toml"):
        load_profiles([file])
