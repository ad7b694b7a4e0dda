"""Scripts are filled from the customer; a blank that nothing fills is found when they are read."""

from __future__ import annotations

from pathlib import Path

import attrs
import pytest

from dcrc.errors import NotFound, PolicyError
from dcrc.i18n import speaking
from dcrc.kernel.desk import Desk
from dcrc.kernel.scripts import EMPTY, Scripts
from dcrc.testing import a_customer, a_vehicle


def scripts(folder: Path, zh: str, en: str = "") -> Scripts:
    (folder / "care.zh.txt").write_text(zh, "utf-8")
    (folder / "care.en.txt").write_text(en, "utf-8")
    return Scripts.load([folder])


def test_a_script_is_read_to_this_customer(tmp_path: Path, desk: Desk) -> None:
    owner = a_customer(desk, "王小明", sex="female")
    car = a_vehicle(desk, owner, model="CS75")
    said = scripts(
        tmp_path,
        "{customer}{title}，您的{model}（尾号{vin_tail}），{operator}",
        "{title} {customer}",
    )
    assert (
        said.fill("care", owner, car, None, desk)
        == f"王小明女士，您的CS75（尾号{car.vin[-6:]}），王敏"
    )
    with speaking("en"):
        assert said.fill("care", attrs.evolve(owner, sex=""), car, None, desk).strip() == "王小明"


def test_what_is_not_known_is_seen_as_a_gap(tmp_path: Path, desk: Desk) -> None:
    said = scripts(tmp_path, "{customer}{title}，车牌{plate}")
    assert said.fill("care", a_customer(desk, "李静"), None, None, desk) == f"李静，车牌{EMPTY}"


def test_a_customers_text_is_never_a_blank(tmp_path: Path, desk: Desk) -> None:
    said = scripts(tmp_path, "{customer}，您好")
    assert said.fill("care", a_customer(desk, "{operator}"), None, None, desk) == "{operator}，您好"


def test_unknown_blanks_and_names_are_refused(tmp_path: Path) -> None:
    with pytest.raises(
        PolicyError, match=r"care.zh.txt, line 2: nothing fills the blank \{colour\}"
    ):
        scripts(tmp_path, "您好\n{colour}")
    (tmp_path / "care.zh.txt").write_text("您好", "utf-8")
    (tmp_path / "care.txt").write_text("hello", "utf-8")
    with pytest.raises(PolicyError, match="is named"):
        Scripts.load([tmp_path])


def test_a_script_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(NotFound):
        scripts(tmp_path, "您好").get("other")
