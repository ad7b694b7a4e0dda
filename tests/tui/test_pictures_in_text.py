"""Whole screens, compared cell by cell with the texts in `screens/`.

`DCRC_DRAW=1 pytest tests/tui/test_pictures_in_text.py` draws them anew.
"""

from __future__ import annotations

import os
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from dcrc.i18n import speaking
from dcrc.kernel.calendar import add_task
from dcrc.kernel.desk import Desk
from dcrc.testing import a_customer, a_vehicle, isolated_desk

SCREENS = Path(__file__).with_name("screens")
KEYS = {
    "today": (),
    "sheet": ("enter",),
    "call-back": ("enter", "f5"),
    "customer": ("ctrl+o",),
    "search": ("slash", "w", "x", "m"),
    "help": ("f1",),
    "new-customer": ("n",),
}


@pytest.fixture
def quiet_desk(tmp_path: Path) -> Any:
    """A desk without functions: two customers, three tasks made by hand."""
    (tmp_path / "quiet").mkdir()
    desk = isolated_desk(tmp_path / "quiet")
    first = a_customer(desk, "王小明", sex="male", address="南昌市红谷滩区丰和中大道1号")
    a_vehicle(desk, first, plate="赣A12345", model="陆风X7", colour="珍珠白")
    second = a_customer(desk, "江铃汽车销售服务有限公司南昌红谷滩分公司")
    add_task(desk, first, "试驾邀请", date(2026, 11, 18), owner="王敏")
    add_task(desk, first, "寄送保养手册", date(2026, 11, 21), owner="王敏")
    add_task(desk, second, "车队续保报价", date(2026, 11, 23), owner="王敏")
    yield desk
    desk.close()


@pytest.mark.repeats
@pytest.mark.parametrize(
    ("size", "language"),
    [((80, 24), "zh"), ((80, 24), "en"), ((120, 40), "zh")],
    ids=["80x24-zh", "80x24-en", "120x40-zh"],
)
@pytest.mark.parametrize("name", KEYS)
async def test_screen(
    opened: Any, quiet_desk: Desk, name: str, size: tuple[int, int], language: str
) -> None:
    with speaking(language):
        async with opened(at=quiet_desk, size=size, plan_first=False) as seat:
            await seat.press(*KEYS[name])
            drawn = seat.text + "\n"
    file = SCREENS / f"{name}-{size[0]}x{size[1]}-{language}.txt"
    if os.environ.get("DCRC_DRAW"):
        SCREENS.mkdir(exist_ok=True)
        file.write_text(drawn, "utf-8")
    assert drawn == file.read_text("utf-8")
