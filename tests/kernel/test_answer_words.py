"""Answers as people read them: the same words wherever an answer is shown."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from attrs import evolve

from dcrc.i18n import speaking
from dcrc.kernel.answer_words import answer_word, event_word
from dcrc.kernel.events import EventKind
from dcrc.kernel.forms import Field, FieldKind, Option
from dcrc.testing import isolated_desk
from dcrc.wording import Wording

ASKED = Wording("", "")
LED = Field(
    "led",
    ASKED,
    FieldKind.BOOL,
    options=(Option("yes", Wording("亮", "lit")), Option("no", Wording("不亮", "dark"))),
)
PLAIN = Field("plain", ASKED, FieldKind.BOOL)
KM = Field("km", ASKED, FieldKind.NUMBER, unit=Wording("公里", "km"))
POINTS = Field("points", ASKED, FieldKind.SCALE, options=(Option("5", Wording("五分", "five")),))
WHY = Field("why", ASKED)


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        pytest.param(LED, False, "dark", id="a yes or no that the form words itself"),
        pytest.param(PLAIN, True, "yes", id="a plain yes or no"),
        pytest.param(KM, 12_000, "12000 km", id="a number with its unit"),
        pytest.param(POINTS, 5, "five", id="an option that is a number"),
        pytest.param(LED, ["yes", "no"], "lit, dark", id="several"),
        pytest.param(WHY, "too dear\r\n too\tfar", "too dear too far", id="lines are folded"),
        pytest.param(POINTS, "9", "9", id="an option that is there no more"),
        pytest.param(None, "9\n0", "9 0", id="a question that is there no more"),
        pytest.param(None, True, "yes", id="a yes to it"),
    ],
)
def test_an_answer_in_words(field: Field | None, value: Any, words: str) -> None:
    with speaking("en"):
        assert answer_word(field, value) == words


def test_money_of_a_kind_that_names_none_is_known_by_its_usual_names(tmp_path: Path) -> None:
    amount = {"amount": Wording("金额", "Amount"), "paid": Wording("实收", "Paid")}
    silent = EventKind("accessory", Wording("精品", "Accessory"), amount)
    saying = evolve(silent, money=("paid",))
    desk = isolated_desk(tmp_path)
    told = [
        str(event_word(desk, kind, field, 128_000))
        for kind in (silent, saying, None)
        for field in ("amount", "paid")
    ]
    desk.close()
    assert told == ["1,280.00", "128000", "128000", "1,280.00", "1,280.00", "128000"]
