"""Rows that nobody else speaks of give the same records as rows that are compared one by one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from types import ModuleType
from typing import Any

import attrs
import pytest

from dcrc.imports import Counts, ImportReport, import_files
from dcrc.imports.naming import Named
from dcrc.imports.newcomers import Heard
from dcrc.kernel.desk import Desk
from dcrc.kernel.vehicles import edit_vehicle, get_vehicle
from dcrc.testing import a_vin, isolated_desk

Write = Callable[..., Path]
HEAD = [
    "客户名称", "客户类型", "手机", "电话", "地址", "车架号", "车牌号", "行驶里程", "交车日期", "成交价",
    "赠品",
]  # fmt: skip
SERVICE = ["委托书号", "VIN码", "送修人", "联系电话", "结算日期"]
ADDRESSES = ["客户姓名", "手机", "车架号", "车牌号"]


def a_row(number: int, **given: Any) -> list[Any]:
    said = {
        "name": f"王小{'明红刚丽'[number % 4]}",
        "kind": "",
        "mobile": f"1380000{number:04d}",
        "phone": "",
        "address": "",
        "vin": a_vin(number),
        "plate": "",
        "km": "",
        "on": date(2026, 10, 1 + number % 28),
        "price": "",
        "gift": "",
    } | given
    return list(said.values())


def everything(desk: Desk) -> dict[str, list[dict[str, Any]]]:
    """All records without ids: who is meant stands in their place."""
    names = {
        str(one.doc_id): f"{one['name']} {one.get('phones', ())}" for one in desk.customers
    } | {str(one.doc_id): one["vin"] for one in desk.vehicles}
    found = {}
    for table in ("customers", "vehicles", "events"):
        records = []
        for document in desk.table(table):
            tail = str(document.doc_id)[-6:].lower()
            record = {
                field: names.get(value, value) if isinstance(value, str) else value
                for field, value in document.items()
            }
            if "terms" in record:
                assert tail in record["terms"]
                record["terms"] = [term for term in record["terms"] if term != tail]
            records.append(dict(sorted(record.items())))
        found[table] = sorted(records, key=repr)
    return found


def imported(
    folder: Path, files: Sequence[Path], before: Callable[[Desk], Any]
) -> tuple[ImportReport, dict[str, Any]]:
    folder.mkdir()
    desk = isolated_desk(folder)
    try:
        before(desk)
        report = import_files(desk, files)
        assert desk.db.verify().ok
        return report, everything(desk)
    finally:
        desk.close()


def both_ways(
    folder: Path,
    files: Sequence[Path],
    monkeypatch: pytest.MonkeyPatch,
    before: Callable[[Desk], Any] = lambda desk: None,
) -> tuple[ImportReport, int]:
    """The report of an import after what was `before`, and how many rows were newcomers.

    Rows that are compared one by one tell the same.
    """
    new: list[bool] = []
    told = Heard.newcomers

    def counted(heard: Heard, named: Named) -> list[bool]:
        new.extend(found := told(heard, named))
        return found

    def told_before(desk: Desk) -> None:
        before(desk)
        new.clear()

    monkeypatch.setattr(Heard, "newcomers", counted)
    report, records = imported(folder / "newcomers", files, told_before)
    found = sum(new)
    monkeypatch.setattr(Heard, "newcomers", lambda heard, named: [False] * len(named))
    compared, same = imported(folder / "compared", files, before)
    assert records == same
    assert (report.counts, report.rejected, report.warnings) == (
        compared.counts,
        compared.rejected,
        compared.warnings,
    )
    assert report.records == compared.records
    return report, found


def test_cells_that_are_empty_here_and_there(
    tmp_path: Path, book: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [
        a_row(1),
        a_row(2, kind="个人", address="新村1号", plate="赣D12345", km=12, price=61900, gift="脚垫"),
        a_row(3, phone="0796-8212345", km=30),
        a_row(4, name="吉安市某某建材有限公司", mobile="0796-8212346"),
        a_row(5, kind="单位", gift="贴膜"),
        a_row(6, mobile="", name="无号"),
        a_row(7, mobile="13800000077", phone="0796-8212347"),
        a_row(8, mobile="13800000078", phone="13800000078"),
        a_row(9, mobile="13800000079/13800000079", phone="0796-8212348/13800000080"),
    ]
    report, new = both_ways(tmp_path, [book([HEAD, *rows])], monkeypatch)
    assert report.counts == Counts(new=9)
    assert new == 9


def test_people_with_and_without_a_car(
    tmp_path: Path, book: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [
        ["王小明", "13800000001", a_vin(1), "赣D10001"],
        ["李红", "13800000002", "", ""],
        ["张刚", "", "", ""],
        ["赵丽", "13800000004", a_vin(4), ""],
    ]
    report, new = both_ways(tmp_path, [book([ADDRESSES, *rows])], monkeypatch)
    assert report.counts.new == new == 4


def test_who_and_what_is_named_twice_is_compared(
    tmp_path: Path, book: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [
        a_row(1),
        a_row(2, name="李红", mobile="13800000900"),
        a_row(3, name="李红", mobile="13800000900", address="新村1号"),  # his second car
        a_row(4),
        a_row(4, price=50000),  # told twice
        a_row(5, name="张刚", mobile=""),
        a_row(6, name="张刚", mobile=""),  # nobody knows whether it is he
        a_row(7, vin=a_vin(7)[:-1]),  # a character short
    ]
    report, new = both_ways(tmp_path, [book([HEAD, *rows])], monkeypatch)
    assert new == 1
    assert (report.counts.new, report.counts.duplicate, report.counts.rejected) == (6, 1, 1)


@pytest.mark.parametrize(("cars", "seed"), [(60, 21), (300, 22)])
def test_whole_exports_of_several_sources(
    tmp_path: Path, dms: ModuleType, cars: int, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    dms.make_ledgers(tmp_path, cars, seed)
    files = [tmp_path / name for name in ("销售.xlsx", "维修.xlsx", "保险.csv")]
    _, new = both_ways(tmp_path, files, monkeypatch)
    assert new > 0


def test_one_order_of_two_cars_is_told_twice(
    tmp_path: Path, book: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [
        ["RO1", a_vin(1), "王小明", "13800000001", date(2026, 10, 1)],
        ["RO1", a_vin(2), "李红", "13800000002", date(2026, 10, 2)],
        ["RO2", a_vin(3), "张刚", "13800000003", date(2026, 10, 3)],
    ]
    report, new = both_ways(tmp_path, [book([SERVICE, *rows])], monkeypatch)
    assert (report.counts.new, report.counts.duplicate, new) == (2, 1, 1)


def test_a_stored_car_that_somebody_new_brings_is_compared(
    tmp_path: Path, book: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    sales = book([HEAD, a_row(1)], "先.xlsx")
    orders = [
        ["RO1", a_vin(1), "李红", "13800000900", date(2026, 11, 1)],
        ["RO2", a_vin(2), "张刚", "13800000901", date(2026, 11, 1)],
    ]
    _, new = both_ways(
        tmp_path, [book([SERVICE, *orders])], monkeypatch, lambda desk: import_files(desk, [sales])
    )
    assert new == 1


def test_a_stored_person_who_is_told_of_a_new_car_is_compared(
    tmp_path: Path, book: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = book([HEAD, a_row(1, name="李红", mobile="13800000900")], "先.xlsx")
    then = book([HEAD, a_row(2, name="李红", mobile="13800000900"), a_row(3)])
    _, new = both_ways(tmp_path, [then], monkeypatch, lambda desk: import_files(desk, [first]))
    assert new == 1


def test_a_stored_order_that_is_told_of_a_new_car_is_compared(
    tmp_path: Path, book: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    order = ["RO1", a_vin(1), "王小明", "13800000001", date(2026, 10, 1)]
    first = book([SERVICE, order], "先.xlsx")
    then = book([SERVICE, ["RO1", a_vin(2), "李红", "13800000002", date(2026, 10, 1)]])
    report, new = both_ways(tmp_path, [then], monkeypatch, lambda desk: import_files(desk, [first]))
    assert new == 0
    assert report.counts.new == 0


def test_a_car_whose_vin_was_corrected_is_found_by_the_old_one(
    tmp_path: Path, book: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    sales = book([HEAD, a_row(1)], "先.xlsx")
    order = ["RO1", a_vin(1), "李红", "13800000900", date(2026, 11, 1)]

    def corrected(desk: Desk) -> None:
        import_files(desk, [sales])
        car = get_vehicle(desk, a_vin(1))
        edit_vehicle(desk, car, attrs.evolve(car, vin=a_vin(50)))

    report, new = both_ways(tmp_path, [book([SERVICE, order])], monkeypatch, corrected)
    assert (report.counts.new, new) == (1, 0)
    assert report.records["vehicles"] == (0, 0)


def test_two_sources_of_one_kind_of_fact_are_compared(
    tmp_path: Path, book: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    body_shop = """
[body_shop]
title = { zh = "钣喷台账", en = "Body shop" }
event = "serviced"
on = "day"
key = ["order"]
[body_shop.fields.order]
to = "event.order"
required = true
headers = ["钣喷单号"]
[body_shop.fields.vin]
to = "vehicle.vin"
kind = "vin"
required = true
headers = ["车架号"]
[body_shop.fields.day]
to = "event.on"
kind = "day"
required = true
headers = ["完工日期"]
[body_shop.fields.name]
to = "customer.name"
kind = "name"
headers = ["送修人"]
"""

    def with_profile(desk: Desk) -> None:
        folder = desk.db.path.parent / "profiles"
        folder.mkdir()
        (folder / "body_shop.toml").write_text(body_shop, "utf-8")

    files = [
        book([SERVICE, ["RO1", a_vin(1), "王小明", "13800000001", date(2026, 10, 1)]], "机修.xlsx"),
        book(
            [
                ["钣喷单号", "车架号", "送修人", "完工日期"],
                ["RO1", a_vin(2), "李红", date(2026, 10, 2)],
            ],
            "钣喷.xlsx",
        ),
    ]
    _, new = both_ways(tmp_path, files, monkeypatch, with_profile)
    assert new == 0


def test_the_stored_are_no_newcomers(tmp_path: Path, book: Write) -> None:
    desk = isolated_desk(tmp_path)
    import_files(desk, [book([HEAD, a_row(1), a_row(2)])])
    report = import_files(desk, [book([HEAD, a_row(1), a_row(2, plate="赣D10002"), a_row(3)])])
    assert report.counts == Counts(new=1, changed=1, unchanged=1)
    assert desk.vehicles.count() == 3
    desk.close()
