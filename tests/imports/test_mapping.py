"""Headers find their meaning; a dealer or brand teaches new ones; what has no meaning is kept and said."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date
from pathlib import Path
from types import SimpleNamespace

import pytest
from python_calamine import load_workbook

from dcrc import hookimpl
from dcrc.errors import InOutError, PolicyError, UsageError
from dcrc.i18n import translate_error
from dcrc.imports import import_files
from dcrc.imports.profiles import OWN, load_profiles
from dcrc.kernel.desk import Desk
from dcrc.testing import a_vin, isolated_desk

Write = Callable[..., Path]
CAR = a_vin(1)
ROW = ["王小明", "13800001234", CAR, date(2026, 11, 1)]


def test_title_total_footer_and_repeated_headers_are_no_rows(desk: Desk, book: Write) -> None:
    head = ["客户名称", "手机", "车架号(VIN)", "交车日期"]
    rows = [
        ["某某汽车销售服务有限公司"],
        ["打印日期", "2026-11-21"],
        [],
        [" *客户名称 ", "手机：", "车架号（VIN）", "交车 日期"],
        ROW,
        ["小计", None, None, 1],
        [" *客户名称 ", "手机：", "车架号（VIN）", "交车 日期"],
        ["李四", "13800004321", a_vin(2), "2026年11月2日"],
        ["合 计：", 2],
        ["制表：张三", None, "审核：李四"],
    ]
    report = import_files(desk, [book(rows)])
    (sheet,) = report.files[0].sheets
    assert sheet.header_row == 4
    assert sheet.counts.new == 2
    assert sheet.counts.total == 2
    assert sheet.aside == {"total": [6, 9], "header": [7], "footer": [10]}
    assert len(head) == len(sheet.mapping)


def test_columns_without_a_meaning_are_said_and_kept(desk: Desk, book: Write) -> None:
    head = ["序号", "客户名称", "手机", "车架号", "交车日期", "内部代号", "内部代号", ""]
    report = import_files(desk, [book([head, [1, *ROW, "甲7", "乙", None]])])
    (sheet,) = report.files[0].sheets
    assert sheet.kept == ("内部代号", "内部代号")
    assert sheet.ignored == ("序号",)
    (event,) = desk.events.all()
    assert event["data"]["extra"] == {"内部代号": "甲7", "内部代号 2": "乙"}


def test_a_dealer_may_want_them_dropped(tmp_path: Path, book: Write) -> None:
    desk = isolated_desk(tmp_path, policy="[imports]\nkeep_unmapped = false\n")
    file = book([["客户名称", "手机", "车架号", "交车日期", "内部代号"], [*ROW, "甲7"]])
    report = import_files(desk, [file])
    assert report.files[0].sheets[0].kept == ("内部代号",)
    assert "extra" not in desk.events.all()[0].get("data", {})
    desk.close()


def test_the_policy_file_teaches_headers(tmp_path: Path, book: Write) -> None:
    file = book([["购车贵宾", "手机", "车身大架号", "交车日期"], ROW])
    policy = '[imports.headers.sales]\nname = ["购车贵宾"]\nvin = ["车身大架号"]\n'
    desk = isolated_desk(tmp_path, policy=policy)
    assert import_files(desk, [file]).counts.new == 1
    desk.close()


def test_a_mapping_file_beside_the_database_adds_words_and_profiles(
    tmp_path: Path, book: Write
) -> None:
    folder = tmp_path / "profiles"
    folder.mkdir()
    (folder / "own.toml").write_text(
        '[sales.fields.kind.values]\nperson = ["散客"]\n'
        "[checks]\ntitle = { zh = '检测', en = 'Checks' }\n"
        'event = "checked"\non = "day"\nkey = ["vin", "day"]\nowner = "vehicle"\n'
        '[checks.fields.vin]\nto = "vehicle.vin"\nkind = "vin"\nrequired = true\nheaders = ["大架号"]\n'
        '[checks.fields.day]\nto = "event.on"\nkind = "day"\nrequired = true\nheaders = ["检测日"]\n'
        '[checks.fields.name]\nto = "customer.name"\nkind = "name"\nheaders = ["送检人"]\n',
        "utf-8",
    )
    desk = isolated_desk(tmp_path)
    sales = book([["客户名称", "手机", "车架号", "交车日期", "客户类型"], [*ROW, "散客"]], "s.xlsx")
    checks = book([["大架号", "检测日", "送检人"], [CAR, date(2026, 11, 3), "王小明"]], "c.xlsx")
    report = import_files(desk, [checks, sales])
    assert not report.warnings
    assert [sheet.profile for file in report.files for sheet in file.sheets] == ["checks", "sales"]
    assert {event["kind"] for event in desk.events} == {"delivered", "checked"}
    assert desk.customers.count() == 1
    desk.close()


def test_a_brand_pack_brings_its_profiles(tmp_path: Path, book: Write) -> None:
    mapping = tmp_path / "brand.toml"
    mapping.write_text('[sales.fields.vin]\nheaders = ["TACT车号"]\n', "utf-8")

    @hookimpl
    def dcrc_import_profiles() -> Iterable[Path]:
        return [mapping]

    brand = SimpleNamespace(__name__="brand", dcrc_import_profiles=dcrc_import_profiles)
    desk = isolated_desk(tmp_path, plugins=[brand])
    assert import_files(
        desk, [book([["客户名称", "手机", "TACT车号", "交车日期"], ROW])]
    ).counts.new
    desk.close()


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('[sales.fields.vin]\nto = "vehicle.wheels"\n', "vehicle.wheels"),
        ('[sales.fields.vin]\nkind = "vni"\n', "vni"),
        ('[sales.fields.new]\nto = "event.new"\nknid = "text"\n', "knid"),
        ("[sales]\nrank = 'first'\n", "rank"),
    ],
)
def test_a_wrong_mapping_file_is_named_with_its_line(tmp_path: Path, text: str, says: str) -> None:
    file = tmp_path / "wrong.toml"
    file.write_text(text, "utf-8")
    with pytest.raises(PolicyError) as refused:
        load_profiles([*sorted(OWN.glob("*.toml")), file])
    message = str(refused.value)
    assert "wrong.toml" in message
    assert says in message or says in str(refused.value.params)


def test_profiles_are_one_for_each_header(desk: Desk) -> None:
    """No header of a profile means two of its fields: the first would silently win."""
    from dcrc.imports.headers import plain_header

    for name, profile in load_profiles(sorted(OWN.glob("*.toml"))).items():
        seen: dict[str, str] = {}
        for field, spec in profile.fields.items():
            for header in {plain_header(each) for each in (spec.title.zh, *spec.headers)}:
                assert seen.setdefault(header, field) == field, (name, header)


def test_a_forced_profile_and_an_unknown_one(desk: Desk, book: Write) -> None:
    file = book([["客户名称", "手机", "车架号", "交车日期"], ROW])
    with pytest.raises(UsageError, match="sales"):
        import_files(desk, [file], profile="sale")
    report = import_files(desk, [file], profile="customers")
    assert desk.events.count() == 0
    assert desk.vehicles.count() == 1
    assert report.files[0].sheets[0].kept == ("交车日期",)


def test_a_list_of_customers_without_cars(desk: Desk, book: Write) -> None:
    rows = [
        ["姓名", "联系电话", "家庭住址"],
        ["王小明", "13800001234", "某某路1号"],
        ["李四", None, "2号"],
    ]
    assert import_files(desk, [book(rows)]).counts.new == 2
    assert import_files(desk, [book(rows)]).counts.unchanged == 2


def test_refused_rows_go_out_with_place_reason_and_their_whole_row(
    desk: Desk, book: Write, tmp_path: Path
) -> None:
    head = ["客户名称", "手机", "车架号", "交车日期", "性别"]
    bad = ["=cmd|'/c calc'!A1", "13800001234", "LS4AAB3D0HA00000X", "2026-02-30", "男"]
    odd = ["李四", "12", a_vin(3), date(2026, 11, 2), "?"]
    rejects = tmp_path / "退回.xlsx"
    report = import_files(desk, [book([["标题"], head, bad, odd])], rejects=rejects)
    assert [(one.row, one.field) for one in report.rejected] == [(3, "vin"), (3, "delivered")]
    assert report.counts.rejected == 1
    assert {one.field for one in report.warnings} == {"mobile", "sex"}
    with load_workbook(rejects) as sheets:
        refused, left_out = [
            sheets.get_sheet_by_name(name).to_python() for name in sheets.sheet_names
        ]
    assert refused[0] == ["文件", "工作表", "行", "列", "内容", "原因", *head]
    assert refused[1][:5] == ["台账.xlsx", "台账", 3.0, "车架号", "LS4AAB3D0HA00000X"]
    assert refused[1][6:] == bad
    assert refused[2][3] == "交车日期"
    assert len(left_out) == 3
    again = import_files(desk, [rejects], dry_run=True)
    assert again.counts.rejected == 2


@pytest.mark.parametrize("name", ["没有/退回.xlsx", "退回.doc", "文件夹.xlsx"])
def test_refused_rows_that_have_no_place_stop_the_import_before_it_writes(
    desk: Desk, book: Write, tmp_path: Path, name: str
) -> None:
    (tmp_path / "文件夹.xlsx").mkdir()
    file = book([["客户名称", "手机", "车架号", "交车日期"], ROW, ["李四", None, "X", None]])
    before = sorted(tmp_path.iterdir())
    with pytest.raises((InOutError, UsageError), match=Path(name).name):
        import_files(desk, [file], rejects=tmp_path / name)
    assert desk.customers.count() == 0
    assert sorted(tmp_path.iterdir()) == before


def test_refused_rows_that_cannot_be_written_after_all_leave_the_report(
    desk: Desk, book: Write, tmp_path: Path
) -> None:
    rejects = tmp_path / "退回.xlsx"
    file = book([["客户名称", "手机", "车架号", "交车日期"], ROW, ["李四", None, "X", None]])
    report = import_files(
        desk, [file], rejects=rejects, progress=lambda *_: rejects.mkdir(exist_ok=True)
    )
    assert (report.counts.new, report.counts.rejected, report.rejects_file) == (1, 1, "")
    assert [found["batch"] for found in desk.imports.all()] == [report.batch]
    note = translate_error(*report.notes)
    assert str(rejects) in note
    assert "其余内容已导入" in note


def test_no_rejects_no_file(desk: Desk, book: Write, tmp_path: Path) -> None:
    rejects = tmp_path / "退回.xlsx"
    import_files(desk, [book([["客户名称", "手机", "车架号", "交车日期"], ROW])], rejects=rejects)
    assert not rejects.exists()


def test_rows_that_are_shorter_than_the_headers_are_refused_one_by_one(
    desk: Desk, tmp_path: Path
) -> None:
    file = tmp_path / "销售.csv"
    file.write_text(
        "客户名称,手机,车架号,交车日期\n王小明,13800000001\n李红,13800000002\n", "utf-8"
    )
    report = import_files(desk, [file])
    assert (report.counts.new, report.counts.rejected) == (0, 2)
    assert {(one.row, one.field) for one in report.rejected} == {
        (row, field) for row in (2, 3) for field in ("vin", "delivered")
    }


def test_only_rows_that_count_are_warned_about(desk: Desk, book: Write) -> None:
    rows = [
        ["客户名称", "手机", "车架号", "交车日期", "成交价"],
        ["王小明", "13800000001", a_vin(1), date(2026, 11, 1), "面议"],
        ["李红", "不详号", a_vin(2)[:-1], date(2026, 11, 2), "面议"],
        ["合计", "2台", "", "", "面议"],
    ]
    report = import_files(desk, [book(rows)])
    assert [(one.row, one.field) for one in report.rejected] == [(3, "vin")]
    assert [(one.row, one.field) for one in report.warnings] == [(2, "price")]


def test_of_two_columns_for_one_field_the_later_of_the_profile_counts(
    tmp_path: Path, book: Write
) -> None:
    desk = isolated_desk(tmp_path)
    folder = tmp_path / "profiles"
    folder.mkdir()
    columns = {"old_number": "旧编号", "number": "检验编号"}
    fields = {
        "vin": ("vehicle.vin", "vin", "车架号"),
        "day": ("event.on", "day", "检验日期"),
        "old_number": ("event.number", "text", columns["old_number"]),
        "number": ("event.number", "text", columns["number"]),
        "name": ("customer.name", "name", "送检人"),
    }
    text = '[inspections]\nevent = "serviced"\non = "day"\nkey = ["number"]\n'
    for name, (to, kind, header) in fields.items():
        text += (
            f'[inspections.fields.{name}]\nto = "{to}"\nkind = "{kind}"\nheaders = ["{header}"]\n'
        )
    (folder / "inspections.toml").write_text(text, "utf-8")
    rows = [
        ["车架号", "检验日期", "旧编号", "检验编号", "送检人"],
        [a_vin(1), date(2026, 10, 1), "A1", "B1", "王小明"],
    ]
    import_files(desk, [book(rows)], profile="inspections")
    (event,) = desk.events.all()
    assert (event["key"], event["data"]["number"]) == ("B1", "B1")
    desk.close()


def test_a_sales_ledger_without_a_known_day_is_not_taken_as_a_list_of_customers_in_silence(
    desk: Desk, book: Write
) -> None:
    head = ["客户名称", "手机", "车架号", "车型", "提车那天", "销售顾问", "成交价"]
    file = book([head, ["王小明", "13800000001", CAR, "CS75", date(2026, 11, 1), "刘洋", 60000]])
    report = import_files(desk, [file], dry_run=True)
    assert report.files[0].sheets[0].profile == "customers"
    said = translate_error(*report.notes)
    assert "销售" in said
    assert "交车日期" in said
    plain = book([["姓名", "手机", "地址"], ["李红", "13800000002", "新村1号"]], "客户.xlsx")
    assert import_files(desk, [plain], dry_run=True).notes == []


def test_a_row_with_a_number_and_no_name_is_refused_not_taken_for_a_footer(
    desk: Desk, book: Write
) -> None:
    rows = [["姓名", "手机"], ["王小明", "13800000001"], ["", "13912345672"], ["制表人：李红", ""]]
    report = import_files(desk, [book(rows)])
    assert (report.counts.new, [one.row for one in report.rejected]) == (1, [3])
    assert report.files[0].sheets[0].aside == {"footer": [4]}


def test_totals_of_a_list_of_customers_are_none_and_who_is_called_like_one_is(
    desk: Desk, book: Write
) -> None:
    rows = [
        ["姓名", "手机", "地址"],
        ["王小明", "13800000001", "新村1号"],
        ["Sum", "", "新村2号"],
        ["会计师事务所", "", "新村3号"],
        ["合计", 3, ""],
        ["制表人：李红", "打印：2026-11-20", ""],
        ["", "2026-11-20", ""],
    ]
    report = import_files(desk, [book(rows)])
    assert {each["name"] for each in desk.customers} == {"王小明", "Sum", "会计师事务所"}
    assert report.files[0].sheets[0].aside == {"total": [5], "footer": [6, 7]}
    assert report.rejected == []


def test_a_number_that_stands_in_several_columns_is_one(desk: Desk, book: Write) -> None:
    head = ["姓名", "手机", "手机号", "电话"]
    file = book([head, ["王小明", "13800000001", "13800000001", "0796-8212345/13800000001"]])
    import_files(desk, [file])
    (customer,) = desk.customers.all()
    assert [each["number"] for each in customer["phones"]] == ["+8613800000001", "+867968212345"]
