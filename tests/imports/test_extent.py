"""Sheets that reach further than any memory are refused before they are read."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from zipfile import ZipFile

import pytest
from xlsxwriter import Workbook

from dcrc.errors import InputError
from dcrc.i18n import translate_error
from dcrc.imports.reading import read_book

LAST = (1_048_575, 16_383)  # XFD1048576


def workbook(path: Path, fill: Callable[[Workbook], None], says: str | None = None) -> Path:
    """A workbook with an explanation and a table; `says` is what the table says of its extent."""
    whole = path.with_name("whole.xlsx")
    book = Workbook(str(whole))
    book.add_worksheet("说明").write(0, 0, "导出说明")
    table = book.add_worksheet("销售台账")
    for column, header in enumerate(("客户名称", "车架号", "交车日期")):
        table.write(0, column, header)
    fill(book)
    book.close()
    with ZipFile(whole) as source, ZipFile(path, "w") as target:
        for part in source.infolist():
            data = source.read(part)
            if says is not None and part.filename.endswith("sheet2.xml"):
                data = re.sub(rb"<dimension [^>]*>", says.encode(), data)
            target.writestr(part, data)
    return path


def a_stray_cell(book: Workbook) -> None:
    book.worksheets()[1].write(*LAST, " ")


def nothing_but_looks(book: Workbook) -> None:
    table, bold = book.worksheets()[1], book.add_format({"bold": True})
    table.write_blank(*LAST, None, bold)
    table.set_row(LAST[0] - 1, None, bold)


@pytest.mark.parametrize("says", [None, "", '<dimension ref="A1"/>', '<dimension ref="A1:R900"/>'])
def test_a_stray_cell_in_the_last_corner_is_refused_whatever_the_sheet_says(
    tmp_path: Path, says: str | None
) -> None:
    path = workbook(tmp_path / "销售.xlsx", a_stray_cell, says)
    with pytest.raises(InputError) as refused:
        read_book(path)
    text = translate_error(refused.value)
    assert "销售.xlsx" in text
    assert "销售台账" in text
    assert "XFD1048576" in text


@pytest.mark.parametrize("says", [None, '<dimension ref="A1:XFD1048576"/>'])
def test_formats_without_cells_do_not_hinder_anybody(tmp_path: Path, says: str | None) -> None:
    path = workbook(tmp_path / "销售.xlsx", nothing_but_looks, says)
    assert [len(sheet.rows) for sheet in read_book(path).sheets] == [1, 1]


def test_long_and_wide_tables_are_read(tmp_path: Path) -> None:
    def far_down_or_far_right(book: Workbook) -> None:
        table = book.worksheets()[1]
        table.write(20_000, 0, "王敏")
        table.write(0, 100, "备注")

    path = workbook(tmp_path / "销售.xlsx", far_down_or_far_right)
    assert [len(sheet.rows) for sheet in read_book(path).sheets] == [1, 20_001]
