"""Importing a sales ledger of 18 columns, beside only reading it with the fastest reader, in one run.

    python -m benchmarks.importing [--rows 50000] [--write]

Everything is included: reading, normalising, duplicates, three documents a row with what they are found by,
and the journal. `--write` puts the table under this benchmark's heading in `benchmarks/RESULTS.md`.
"""

from __future__ import annotations

import argparse
import random
import resource
import tempfile
import time
from collections.abc import Callable
from datetime import date, timedelta
from functools import partial
from pathlib import Path

import xlsxwriter
from python_calamine import load_workbook

from dcrc.clock import system_clock
from dcrc.imports import ImportReport, import_files
from dcrc.kernel.desk import Desk, init_database
from dcrc.testing import a_vin

HEADING = "## Importing"
_TIMES = 5  # imports, each into a database of its own
HEADERS = (
    "序号", "客户名称", "客户类型", "性别", "出生日期", "手机", "电话", "地址",
    "车架号(VIN)", "发动机号", "车牌号", "车型", "配置", "颜色", "成交价(元)", "交车日期", "销售顾问", "备注",
)  # fmt: skip
SURNAMES = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗"
GIVEN = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平"


def write_ledger(path: Path, rows: int) -> None:
    """An invented ledger: every cell filled, some owners with a second car, dates typed and as text."""
    dice = random.Random(7)
    book = xlsxwriter.Workbook(str(path), {"constant_memory": True, "strings_to_urls": False})
    sheet = book.add_worksheet("销售台账")
    day = book.add_format({"num_format": "yyyy-mm-dd"})
    sheet.write_row(0, 0, HEADERS)
    people: list[tuple[str, str]] = []
    for number in range(1, rows + 1):
        if people and dice.random() < 0.05:
            name, mobile = dice.choice(people)
        else:
            name = dice.choice(SURNAMES) + "".join(dice.choices(GIVEN, k=dice.choice((1, 2))))
            mobile = f"1{dice.choice('3578')}{number // 10_000 % 10}0000{number % 10_000:04d}"
            people.append((name, mobile))
        delivered = date(2026, 11, 1) - timedelta(days=dice.randrange(2000))
        cells = (
            number,
            name,
            "个人",
            dice.choice("男女"),
            date(1960, 1, 1) + timedelta(days=dice.randrange(15_000)),
            mobile,
            f"0796-82{dice.randrange(10**5):05d}" if number % 4 == 0 else "无",
            f"江西省吉安市吉州区{dice.randrange(1, 9999)}号",
            a_vin(number) if number % 10 else f" {a_vin(number).lower()} ",
            f"JL{number:07d}",
            f"赣D{dice.choice('ABCDE')}{dice.randrange(10**4):04d}",
            dice.choice(("CS75", "逸动", "悦翔", "CS35")),
            dice.choice(("1.5T 自动尊贵型", "1.6L 手动豪华型")),
            dice.choice(("珍珠白", "星空黑", "魅力红")),
            dice.randrange(49, 150) * 1000 - 100,
            delivered if number % 3 else f"{delivered.year}年{delivered.month}月{delivered.day}日",
            dice.choice(("刘洋", "陈晓", "黄丽", "赵敏")),
            dice.choice(("", "老客户介绍", "按揭")),
        )
        for column, cell in enumerate(cells):
            if isinstance(cell, date):
                sheet.write_datetime(number, column, cell, day)
            else:
                sheet.write(number, column, cell)
    book.close()


def only_read(path: Path) -> int:
    """The rows of the ledger, read by python-calamine and nothing else."""
    with load_workbook(path) as book:
        return len(book.get_sheet_by_index(0).to_python())


Took = tuple[float, float]
"""Seconds of processor time, and by the clock on the wall; the store writes beside what Python does."""


def timed(work: Callable[[], object]) -> Took:
    """What `work` takes."""
    start, busy = time.perf_counter(), time.process_time()
    work()
    return time.process_time() - busy, time.perf_counter() - start


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=50_000)
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        table = measured(Path(folder), options.rows)
    print("\n".join(table))
    if options.write:
        write(options.rows, table)


def measured(folder: Path, rows: int) -> list[str]:
    """The table of results; reading is measured before, between and after, and its best counts."""
    ledger = folder / "销售台账.xlsx"
    write_ledger(ledger, rows)
    only_read(ledger)
    reading = [timed(lambda: only_read(ledger))]
    imports, first_dry = [], []
    for number in range(_TIMES):
        desk = init_database(
            folder / f"{number}.dcrc", operator="王敏", clock=system_clock, plugins=[]
        )
        first_dry.append(timed(partial(import_files, desk, [ledger], dry_run=True)))
        imports.append(timed(partial(_all_new, desk, ledger, rows)))
        reading.append(timed(lambda: only_read(ledger)))
        if number < _TIMES - 1:
            desk.close()
    again = timed(lambda: import_files(desk, [ledger]))
    dry = timed(lambda: import_files(desk, [ledger], dry_run=True))
    batch = desk.imports.all()[0]["batch"]
    undone = timed(lambda: desk.db.undo(batch=batch))
    desk.close()
    best, base = _best(imports), _best(reading)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return [
        "| what | processor | of reading | wall | of reading |",
        "|---|---|---|---|---|",
        *(
            f"| {what} | {busy:.2f} s | {busy / base[0]:.1f} × | {wall:.2f} s | {wall / base[1]:.1f} × |"
            for what, (busy, wall) in (
                ("only reading the file (python-calamine)", base),
                ("importing it into an empty database", best),
                ("a dry run of that", _best(first_dry)),
                ("importing it again, nothing changed", again),
                ("a dry run of that", dry),
                ("undoing the import", undone),
            )
        ),
        f"| memory at most | {memory:,.0f} MB | | | |",
    ]


def _best(tries: list[Took]) -> Took:
    """The least processor time and the least time by the clock."""
    return min(busy for busy, _ in tries), min(wall for _, wall in tries)


def _all_new(desk: Desk, ledger: Path, rows: int) -> ImportReport:
    report = import_files(desk, [ledger])
    if report.counts.new != rows or report.rejected:
        raise SystemExit(f"expected {rows} new rows, not {report.counts}")
    return report


def write(rows: int, table: list[str]) -> None:
    """Replace this benchmark's section of the results."""
    file = Path(__file__).with_name("RESULTS.md")
    text = file.read_text("utf-8") if file.exists() else "# Measured\n"
    before, found, after = text.partition(HEADING)
    rest = after.partition("\n## ")[2] if found else ""
    section = (
        f"{HEADING}\n\n`python -m benchmarks.importing --write`: {rows:,} rows of 18 columns.\n\n"
    )
    section += "\n".join(table) + "\n"
    parts = [before.rstrip(), section.rstrip(), *([f"## {rest}".rstrip()] if rest else [])]
    file.write_text("\n\n".join(parts) + "\n", "utf-8")


if __name__ == "__main__":
    main()
