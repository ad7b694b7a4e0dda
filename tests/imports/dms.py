"""An invented dealer's system and the ledgers it exports: clean records, soiled as clerks and programs do.

`make_ledgers(folder, cars, seed)` writes a sales ledger (xlsx), a workshop ledger of two sheets (xlsx) and an
insurance list (CSV in GB18030), and returns the truth about them. Mobiles are of the 1xx0000xxxx blocks.
"""

from __future__ import annotations

import csv
import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import xlsxwriter

from dcrc.kernel.vins import check_digit

TODAY = date(2026, 11, 21)
SALES = (
    "序号", "车主姓名", "客户性质", "身份证号码", "联系手机", "固定电话", "通讯地址", "底盘号", "牌照号码",
    "车系", "车身颜色", "开票价", "提车日期", "销售顾问", "内部批注",
)  # fmt: skip
SERVICE = (
    "委托书号", "VIN码", "送修人", "联系电话", "行驶里程(公里)", "接车时间", "结算日期", "服务顾问", "总金额"
)  # fmt: skip
INSURANCE = ("保单号码", "底盘号", "被保人", "承保公司", "保险起期", "保险止期", "总保费")


@dataclass
class Truth:
    """What a right import of the ledgers ends with; `refused` are (file, row as shown, field)."""

    owners: set[tuple[str, str]] = field(default_factory=set)
    cars: dict[str, tuple[str, str]] = field(default_factory=dict)
    delivered: dict[str, date] = field(default_factory=dict)
    repair_orders: int = 0
    policies: int = 0
    duplicates: int = 0
    refused: set[tuple[str, str, str]] = field(default_factory=set)


def write_book(path: Path, sheets: dict[str, Sequence[Sequence[Any]]]) -> Path:
    """A workbook with the given rows; dates and numbers typed, texts as texts."""
    book = xlsxwriter.Workbook(str(path), {"strings_to_formulas": False, "strings_to_urls": False})
    day = book.add_format({"num_format": 'yyyy"年"m"月"d"日"'})
    moment = book.add_format({"num_format": "yyyy-mm-dd hh:mm"})
    for name, rows in sheets.items():
        sheet = book.add_worksheet(name)
        for number, row in enumerate(rows):
            for column, cell in enumerate(row):
                if isinstance(cell, datetime):
                    sheet.write_datetime(number, column, cell, moment)
                elif isinstance(cell, date):
                    sheet.write_datetime(number, column, cell, day)
                elif isinstance(cell, str):
                    sheet.write_string(number, column, cell)
                elif cell is not None:
                    sheet.write_number(number, column, cell)
    book.close()
    return path


def a_vin(number: int) -> str:
    """An invented VIN whose check digit is right."""
    body = f"LJ1EBA2B0K{number:07d}"
    return body[:8] + check_digit(body) + body[9:]


def written_date(day: date, chance: random.Random) -> Any:
    """A day in one of the ways in which it stands in ledgers."""
    return chance.choice(
        [
            day,
            datetime.combine(day, time(16, 30)),
            day.isoformat(),
            f"{day.year}/{day.month}/{day.day}",
            f"{day.year}.{day.month:02d}.{day.day:02d}",
            f"{day.year}年{day.month}月{day.day}日",
            f"{day:%Y%m%d}",
            int(f"{day:%Y%m%d}"),
            (day - date(1899, 12, 30)).days,
            f"{(day - date(1899, 12, 30)).days}.0",
            f" {day:%Y-%m-%d} 09:05:00",
        ]
    )


def written_phone(number: str, chance: random.Random) -> Any:
    """A mobile in one of the ways in which it stands in ledgers."""
    landline = f"0796-82{chance.randrange(10**5):05d}"
    return chance.choice(
        [
            number,
            number,
            float(number),
            int(number),
            f"+86 {number[:3]}-{number[3:7]}-{number[7:]}",
            f"0086{number}",
            f"{number}、{landline}",
            f"{number}/{landline}",
            number.translate({ord(str(d)): chr(0xFF10 + d) for d in range(10)}),
            f"\t{number}",
        ]
    )


def written_vin(vin: str, chance: random.Random) -> str:
    """A VIN in one of the ways in which it stands in ledgers."""
    wide = "".join(chr(ord(sign) + 0xFEE0) for sign in vin)
    return chance.choice([vin, vin, vin.lower(), f" {vin} ", f"{vin[:8]} {vin[8:]}", wide])


def make_ledgers(folder: Path, cars: int, seed: int) -> Truth:
    """Write the three ledgers of a dealer who sold about `cars` cars."""
    chance, truth = random.Random(seed), Truth()
    _sales(folder / "销售.xlsx", cars, chance, truth)
    _service(folder / "维修.xlsx", cars, chance, truth)
    _insurance(folder / "保险.csv", chance, truth)
    return truth


def _sales(path: Path, cars: int, chance: random.Random, truth: Truth) -> None:
    rows: list[list[Any]] = [["某某汽车销售服务有限公司"], ["制表日期：2026-11-21"], list(SALES)]
    people = []
    for number in range(cars):
        if people and chance.random() < 0.06:
            who = chance.choice(people)
        else:
            name = (
                chance.choice("赵钱孙李周吴郑王")
                + chance.choice("伟芳娜敏静丽强磊")
                + chance.choice(["", "军", "洋"])
            )
            if chance.random() < 0.07:
                name = f"吉安{chance.choice('恒信达源')}{chance.choice('盛通隆远')}商贸有限公司"
            who = (name, f"13{chance.randrange(10)}0000{number % 10000:04d}")
        delivered = TODAY - timedelta(days=chance.randrange(1, 1500))
        vin = a_vin(seed_number := number + chance.randrange(3) * 100_000)
        row = [
            number + 1,
            f" {who[0]}",
            "公司" if who[0].endswith("公司") else "私人",
            None,
            written_phone(who[1], chance),
            None,
            f"吉州区某某路{number}号\n{'甲乙'[seed_number % 2]}单元",
            written_vin(vin, chance),
            f"赣D·{chance.choice('ABC')}{chance.randrange(10**4):04d}",
            chance.choice(["逸动", "悦翔"]),
            "珍珠白",
            chance.choice([61900, "61,900.00", "6.19万", "¥61900元"]),
            written_date(delivered, chance),
            "刘洋",
            "" if number % 3 else "老客户介绍",
        ]
        fate = chance.random()
        place = ("销售.xlsx", str(len(rows) + 1))
        if fate < 0.03:
            row[7] = vin[:8] + ("7" if vin[8] != "7" else "6") + vin[9:]
            truth.refused.add((*place, "vin"))
        elif fate < 0.05:
            row[12] = chance.choice(["2026-02-30", "26/11/12", "待定中", "2026-13-01"])
            truth.refused.add((*place, "delivered"))
        elif fate < 0.07:
            row[1] = chance.choice([None, "  ", "无"])
            truth.refused.add((*place, "name"))
        else:
            people.append(who)
            truth.owners.add(who)
            truth.cars[vin] = who
            truth.delivered[vin] = delivered
        rows.append(row)
        if chance.random() < 0.03 and rows[-1] and fate >= 0.07:
            rows.append(list(row))
            truth.duplicates += 1
        if number % 40 == 39:  # page-wise print: subtotal and headers again
            rows.append(["小计", *[None] * 10, 123456.0])
            rows.append([])
            rows.append(list(SALES))
    rows.append(["合计：", *[None] * 10, 9999999.0])
    rows.append(["制表：张会计", None, "审核：王经理"])
    write_book(path, {"销售台账": rows, "说明": [["本表由系统导出"]]})


def _service(path: Path, cars: int, chance: random.Random, truth: Truth) -> None:
    sheets: dict[str, list[list[Any]]] = {}
    known = sorted(truth.cars)
    for sheet, count in (("机修", cars), ("钣喷", cars // 5)):
        rows = sheets[sheet] = [list(SERVICE)]
        for number in range(count):
            vin = chance.choice(known)
            out = min(truth.delivered[vin] + timedelta(days=chance.randrange(1, 300)), TODAY)
            came = datetime.combine(out, time(9, 30))
            row = [
                f"W{sheet == '钣喷':d}{number:06d}",
                written_vin(vin, chance),
                truth.cars[vin][0],
                truth.cars[vin][1],
                chance.choice([1200 + number, f"{1200 + number}公里", "1.2万", None]),
                came,
                came + timedelta(hours=3),
                "周强",
                880.5,
            ]
            if chance.random() < 0.02:
                row[1] = chance.choice(["LXXXXXXXXXXXXXXX1", "12345", None])
                truth.refused.add(("维修.xlsx", f"{sheet}!{len(rows) + 1}", "vehicle"))
            else:
                truth.repair_orders += 1
            rows.append(row)
    write_book(path, sheets)


def _insurance(path: Path, chance: random.Random, truth: Truth) -> None:
    chosen = chance.sample(sorted(truth.cars), len(truth.cars) // 2)
    with path.open("w", encoding="gb18030", newline="") as file:
        writer = csv.writer(file, lineterminator="\r\n")
        writer.writerow(INSURANCE)
        for number, vin in enumerate(chosen):
            ends = TODAY + timedelta(days=chance.randrange(-30, 300))
            begins = "" if number % 4 == 0 else (ends - timedelta(days=365)).isoformat()
            policy = f'="{number:012d}"' if number % 2 else f"{number:012d}\t"
            owner = truth.cars[vin][0]
            writer.writerow([policy, vin, owner, "某某财险", begins, ends.isoformat(), "2,345.60"])
    truth.policies = len(chosen)
