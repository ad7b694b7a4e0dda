"""An invented dealer: people, cars, deliveries and workshop visits, the same for the same seed.

The ledgers are CSV files as a dealer's system exports them, so that the demo comes to its data by the same
import as everybody. Nobody is real: mobile numbers lie in 1xx0000xxxx blocks.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from pathlib import Path
from random import Random
from typing import Final

import attrs

from dcrc.kernel.vins import check_digit

DEALER: Final = "星河汽车"
SUPERVISOR: Final = "林静"
CONSULTANTS: Final = ("陈浩", "苏婷", "高磊", "许洁")
STAFF: Final = {
    "周岚": "caller",
    "唐欣": "caller",
    "钱蓉": "clerk",
    "罗健": "sales_supervisor",
    **dict.fromkeys(CONSULTANTS, "sales_consultant"),
}
ADVISORS: Final = ("马师傅", "郑涛", "韩冰")

_SURNAMES = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓"
    "曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭"
)
_DOUBLE_SURNAMES = ("欧阳", "司马", "上官", "诸葛")
_GIVEN = (
    "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华建国"
    "文斌玲梅鑫宇浩然轩雨婷欣怡志海燕晓东春俊晨瑞雪琳凯"
)
_MODELS = (
    ("远航", "2.0T 四驱旗舰型", 189_800),
    ("远航", "1.5T 自动尊贵型", 149_800),
    ("新月", "1.5L 手动舒适型", 79_900),
    ("新月", "1.5L 自动豪华型", 94_900),
    ("微风EV", "长续航版", 129_900),
    ("山岚", "1.6T 七座豪华型", 138_800),
)
_COLOURS = ("珍珠白", "曜石黑", "绯红", "钛灰", "月光银", "湖蓝")
_TOWNS = ("城东区", "城西区", "新华区", "开发区", "河口镇", "石桥镇", "南湖镇")
_STREETS = ("人民路", "建设路", "解放大道", "滨河路", "学院街", "花园路", "科技一路")
_PLATE_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ"
_VIN_YEARS = {
    2020: "L",
    2021: "M",
    2022: "N",
    2023: "P",
    2024: "R",
    2025: "S",
    2026: "T",
    2027: "V",
}

SALES_HEADER: Final = (
    "序号", "客户名称", "客户类型", "性别", "出生日期", "手机", "地址", "车架号(VIN)", "发动机号", "车牌号",
    "车型", "配置", "颜色", "成交价(元)", "交车日期", "销售顾问",
)  # fmt: skip
REPAIR_HEADER: Final = (
    "工单号", "车架号", "车牌号", "送修人", "联系电话", "维修类型", "进厂里程", "进厂时间", "出厂时间",
    "服务顾问", "维修金额", "下次保养里程", "下次保养日期",
)  # fmt: skip


@attrs.frozen
class Owner:
    """A customer of the invented dealer."""

    name: str
    kind: str
    sex: str
    born: date | None
    mobile: str
    address: str


@attrs.frozen
class Car:
    """A car the invented dealer delivered."""

    vin: str
    engine: str
    plate: str
    model: str
    trim: str
    colour: str
    price: int
    delivered: date
    consultant: str


@attrs.frozen
class InventedDealer:
    """`customers` invented owners with their cars, delivered in the years before `today`."""

    today: date
    customers: int = 2000
    seed: int = 1

    def write_ledgers(self, folder: Path) -> list[Path]:
        """Write the sales and the repair ledger into `folder`; returns the files."""
        dice = Random(self.seed)
        sold = list(self._sold(dice))
        sales, repairs = folder / "销售台账.csv", folder / "维修台账.csv"
        _write(sales, SALES_HEADER, map(_sales_row, range(1, len(sold) + 1), sold))
        _write(repairs, REPAIR_HEADER, self._repairs(dice, sold))
        return [sales, repairs]

    def _sold(self, dice: Random) -> Iterator[tuple[Owner, Car]]:
        taken: set[str] = set()
        for number in range(self.customers):
            owner = _owner(dice, number)
            for _ in range(2 if dice.random() < 0.06 else 1):
                delivered = self.today - timedelta(days=_age(dice))
                yield owner, _car(dice, delivered, taken)

    def _repairs(self, dice: Random, sold: list[tuple[Owner, Car]]) -> Iterator[tuple[object, ...]]:
        number = 0
        for owner, car in sold:
            owned = (self.today - car.delivered).days
            per_day = dice.uniform(22, 65)
            visit = dice.randrange(70, 110)
            while visit < owned:
                if dice.random() < 0.75:  # some visits happen elsewhere, and some owners are lost
                    number += 1
                    yield _repair_row(dice, number, owner, car, visit, int(per_day * visit))
                visit += dice.randrange(150, 330)


def _age(dice: Random) -> int:
    """Days since the delivery: many in the last weeks, the rest over six years."""
    share = dice.random()
    if share < 0.05:
        return dice.randrange(0, 31)
    return dice.randrange(31, 400) if share < 0.35 else dice.randrange(400, 2100)


def _owner(dice: Random, number: int) -> Owner:
    mobile = f"1{dice.choice('3578')}{dice.randrange(10)}0000{number % 10000:04d}"
    address = f"{dice.choice(_TOWNS)}{dice.choice(_STREETS)}{dice.randrange(1, 300)}号"
    if dice.random() < 0.06:
        words = "".join(dice.sample("恒信达源泰昌盛通隆远安瑞丰", 2))
        firm = f"{words}{dice.choice(('商贸', '物流', '建材'))}有限公司"
        return Owner(firm, "单位", "", None, mobile, address)
    surname = dice.choice(_DOUBLE_SURNAMES) if dice.random() < 0.02 else dice.choice(_SURNAMES)
    name = surname + "".join(dice.choice(_GIVEN) for _ in range(dice.choice((1, 2, 2))))
    born = date(1956, 1, 1) + timedelta(days=dice.randrange(18_000))
    return Owner(name, "个人", dice.choice(("男", "女")), born, mobile, address)


def _car(dice: Random, delivered: date, taken: set[str]) -> Car:
    model, trim, price = dice.choice(_MODELS)
    while True:
        year = _VIN_YEARS.get(delivered.year, "T")
        body = f"LDC{dice.choice('ABD')}13{dice.choice('BEF')}40{year}A{dice.randrange(10**6):06d}"
        vin = body[:8] + check_digit(body) + body[9:]
        if vin not in taken:
            taken.add(vin)
            break
    plate = f"云A{dice.choice(_PLATE_LETTERS)}{dice.randrange(10**4):04d}"
    return Car(
        vin=vin,
        engine=f"XH{dice.randrange(10**7):07d}",
        plate=plate,
        model=model,
        trim=trim,
        colour=dice.choice(_COLOURS),
        price=price - dice.randrange(0, 9) * 1000,
        delivered=delivered,
        consultant=dice.choice(CONSULTANTS),
    )


def _sales_row(number: int, sold: tuple[Owner, Car]) -> tuple[object, ...]:
    owner, car = sold
    return (
        number, owner.name, owner.kind, owner.sex, owner.born or "", owner.mobile, owner.address, car.vin,
        car.engine, car.plate, car.model, car.trim, car.colour, car.price, car.delivered, car.consultant,
    )  # fmt: skip


def _repair_row(
    dice: Random, number: int, owner: Owner, car: Car, visit: int, km: int
) -> tuple[object, ...]:
    out = car.delivered + timedelta(days=visit)
    came_in = datetime.combine(
        out, time(dice.randrange(8, 16), dice.choice((0, 10, 20, 30, 40, 50)))
    )
    left = came_in + timedelta(hours=dice.randrange(1, 5))
    work = "首保" if visit < 110 else dice.choice(("定期保养", "定期保养", "一般维修", "事故车"))
    return (
        f"RO{out:%Y%m%d}{number:05d}", car.vin, car.plate, owner.name, owner.mobile, work, km,
        f"{came_in:%Y-%m-%d %H:%M}", f"{left:%Y-%m-%d %H:%M}", dice.choice(ADVISORS),
        dice.randrange(120, 4800), (km // 5000 + 1) * 5000, out + timedelta(days=180),
    )  # fmt: skip


def _write(file: Path, header: tuple[str, ...], rows: Iterator[tuple[object, ...]]) -> None:
    with file.open("w", encoding="utf-8-sig", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(header)
        writer.writerows(rows)
