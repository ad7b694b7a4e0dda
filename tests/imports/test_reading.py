"""Files of every kind, and of kinds that only pretend, are read or refused with a clear sentence."""

from __future__ import annotations

import codecs
from collections.abc import Callable
from pathlib import Path

import pytest
from xlsxwriter import Workbook

from dcrc.errors import InOutError, InputError, UsageError
from dcrc.i18n import translate_error
from dcrc.imports import import_files
from dcrc.imports.reading import read_book
from dcrc.kernel.desk import Desk
from dcrc.testing import a_vin

Write = Callable[..., Path]
HEAD = "客户名称,手机,车架号,交车日期"
VIN = a_vin(1)
ROW = f"王小明,13800001234,{VIN},2026-11-01"
TABLE = f"{HEAD}\r\n{ROW}\r\n"
HTML = (
    "<html><meta charset=utf-8><body><table><tr><td colspan=4>销售明细</td></tr>"
    "<tr><th rowspan=1>客户名称</th><th>手机</th><th>车架号</th><th>交车日期</th></tr>"
    f"<tr><td>王小明</td><td>13800001234</td><td>&nbsp;{VIN}</td><td>2026-11-01</td></tr>"
    "</table></body></html>"
)
XML = (
    '<?xml version="1.0" encoding="UTF-8"?><?mso-application progid="Excel.Sheet"?>'
    '<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"'
    ' xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet"><Worksheet ss:Name="销售"><Table>'
    "<Row>" + "".join(f'<Cell><Data ss:Type="String">{h}</Data></Cell>' for h in HEAD.split(",")) +
    '</Row><Row ss:Index="4"><Cell><Data ss:Type="String">王小明</Data></Cell>'
    '<Cell><Data ss:Type="Number">13800001234</Data></Cell>'
    f'<Cell><Data ss:Type="String">{VIN}</Data></Cell>'
    '<Cell><Data ss:Type="DateTime">2026-11-01T00:00:00.000</Data></Cell></Row>'
    "</Table></Worksheet></Workbook>"
)  # fmt: skip


def _came_in(desk: Desk) -> None:
    (owner,) = desk.customers.all()
    assert owner["name"] == "王小明"
    assert owner["phones"] == [{"number": "+8613800001234"}]
    (car,) = desk.vehicles.all()
    assert car["vin"] == VIN
    (event,) = desk.events.all()
    assert event["on"] == "2026-11-01"


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.csv", TABLE.encode()),
        ("b.csv", codecs.BOM_UTF8 + TABLE.encode()),
        ("c.csv", TABLE.encode("gb18030")),
        ("d.csv", TABLE.encode("utf-16")),
        ("e.txt", TABLE.replace(",", "\t").encode("utf-16-le")),
        ("f.xls", TABLE.replace(",", "\t").encode("gb18030")),
        ("g.csv", TABLE.replace(",", ";").encode()),
        ("h.xls", HTML.encode()),
        ("i.xls", XML.encode()),
        ("j.csv", ("\r\n\r\n" + TABLE + "\r\n,,,\r\n").encode()),
    ],
    ids=[
        "utf8",
        "bom",
        "gb18030",
        "utf16",
        "utf16-no-bom",
        "gbk-tsv-as-xls",
        "semicolons",
        "html",
        "xml",
        "blank-lines",
    ],
)
def test_text_in_every_dress(desk: Desk, tmp_path: Path, name: str, data: bytes) -> None:
    path = tmp_path / name
    path.write_bytes(data)
    report = import_files(desk, [path])
    assert report.counts.new == 1, report
    _came_in(desk)


def test_the_row_of_a_remark_is_the_spreadsheet_s(desk: Desk, tmp_path: Path) -> None:
    path = tmp_path / "xml.xls"
    path.write_bytes(XML.replace(VIN, "123").encode())
    (refused,) = import_files(desk, [path]).rejected
    assert refused.row == 4
    assert refused.column == "车架号"


def test_big5_is_read_when_somebody_says_so(desk: Desk, tmp_path: Path) -> None:
    path = tmp_path / "台灣.csv"
    path.write_bytes(
        f"Customer,Mobile,VIN,Delivery Date\n張偉,13800001234,{VIN},2026-11-01\n".encode("big5")
    )
    report = import_files(desk, [path], encoding="big5")
    assert report.files[0].encoding == "big5"
    assert desk.customers.all()[0]["name"] == "張偉"


def test_an_xlsx_under_the_name_of_an_xls(desk: Desk, book: Write) -> None:
    path = book([HEAD.split(","), ROW.split(",")])
    renamed = path.with_suffix(".xls")
    path.rename(renamed)
    import_files(desk, [renamed])
    _came_in(desk)


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "空"),
        (b"\x00" * 300, "空"),
        (b"%PDF-1.7 \n1 0 obj", "PDF"),
        (b"PK\x03\x04 no workbook at all", "xlsx"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600, "xlsx"),
        (
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
            + b"\x00" * 600
            + "EncryptedPackage".encode("utf-16-le"),
            "密码",
        ),
        (b"\x00\x01\x02\xff" * 50, "UTF-8"),
        ("天气很好\n心情不错\n".encode(), "表头"),
        (HEAD.encode(), "没有数据"),
        ("客户名称,手机,交车日期\n王小明,13800001234,2026-11-01\n".encode(), "车架号"),
        (XML.replace("<Workbook", "<!DOCTYPE x [<!ENTITY a 'aaa'>]><Workbook").encode(), "损坏"),
        (XML[:-60].encode(), "损坏"),
    ],
    ids=[
        "empty",
        "zeros",
        "pdf",
        "zip",
        "ole",
        "password",
        "binary",
        "prose",
        "header-only",
        "no-vin",
        "entities",
        "cut-xml",
    ],
)
def test_what_cannot_be_taken_says_why_and_writes_nothing(
    desk: Desk, tmp_path: Path, data: bytes, says: str
) -> None:
    path = tmp_path / "送来的.xls"
    path.write_bytes(data)
    head = desk.db.head()
    with pytest.raises(InputError) as refused:
        import_files(desk, [path])
    assert says in translate_error(refused.value)
    assert "送来的.xls" in translate_error(refused.value)
    assert desk.db.head() == head


def test_empty_sheets_and_explanations_are_passed_over_and_said(desk: Desk, book: Write) -> None:
    rows = [HEAD.split(","), ROW.split(",")]
    report = import_files(desk, [book({"空表": [], "销售": rows, "说明": [["导出说明"]]})])
    assert len(report.notes) == 2
    _came_in(desk)


def test_hidden_sheets_are_passed_over_and_said(desk: Desk, tmp_path: Path) -> None:
    path = tmp_path / "隐藏.xlsx"
    with Workbook(path) as workbook:
        for name in ("上月", "底稿", "本月"):
            sheet = workbook.add_worksheet(name)
            sheet.write_row(0, 0, HEAD.split(","))
            mine = [ROW.split(","), ["李四", "13800004321", a_vin(2), "2026-11-02"]][name != "本月"]
            sheet.write_row(1, 0, mine)
        workbook.get_worksheet_by_name("本月").activate()
        workbook.get_worksheet_by_name("本月").set_first_sheet()
        workbook.get_worksheet_by_name("上月").hide()
        workbook.get_worksheet_by_name("底稿").very_hidden()
    report = import_files(desk, [path])
    assert [sheet.sheet for sheet in report.files[0].sheets] == ["本月"]
    said = list(map(translate_error, report.notes))
    assert said == [f"隐藏.xlsx：隐藏的工作表 {name} 未导入。" for name in ("上月", "底稿")]
    _came_in(desk)


def test_a_binary_workbook_of_old_excel(desk: Desk) -> None:
    """Two invented sales under a title and over a total, and a hidden sheet, in BIFF8."""
    report = import_files(desk, [Path(__file__).with_name("data") / "sales.xls"])
    assert (report.files[0].format, report.counts.new, report.counts.total) == ("xls", 2, 2)
    (sheet,) = report.files[0].sheets
    assert (sheet.sheet, sheet.header_row, sheet.aside) == ("销售台账", 2, {"total": [5]})
    assert len(report.notes) == 1
    assert "内部" in translate_error(report.notes[0])
    known = [(one["name"], one["phones"]) for one in desk.customers.all()]
    assert known == [
        ("王小明", [{"number": "+8613800001234"}]),  # a text
        ("李四", [{"number": "+8613800004321"}]),  # a number
    ]
    facts = [(one["key"], one["on"], one["data"]["price"]) for one in desk.events.all()]
    assert facts == [
        (a_vin(1), "2026-11-01", 6_190_000),  # a day, and a price as text
        (a_vin(2), "2024-02-29", 6_200_050),  # a day with its time
    ]
    assert [car["plate"] for car in desk.vehicles.all()] == ["赣D10001", "赣D10002"]


def test_a_missing_file_and_a_folder(desk: Desk, tmp_path: Path) -> None:
    for path in (tmp_path / "没有.xlsx", tmp_path):
        with pytest.raises(InOutError):
            import_files(desk, [path])
    with pytest.raises(UsageError):
        import_files(desk, [])


def test_merged_cells_of_a_web_page_keep_their_columns(tmp_path: Path) -> None:
    path = tmp_path / "网页.xls"
    path.write_text(
        "<table><tr><td rowspan=2>甲<td colspan=2>乙</tr><tr><td>丙<td>丁</tr></table>", "utf-8"
    )
    assert read_book(path).sheets[0].rows == [["甲", "乙", ""], ["", "丙", "丁"]]
