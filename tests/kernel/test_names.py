from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dcrc.kernel.names import fold, name_terms, spellings


@pytest.mark.parametrize(
    ("name", "typed"),
    [
        ("张伟", ["张伟", "zhangwei", "zw"]),
        ("王小明", ["王小明", "小明", "wangxiaoming", "wxm"]),
        ("单雄信", ["shanxiongxin", "sxx", "danxiongxin"]),
        ("曾国藩", ["zengguofan", "cengguofan"]),
        ("覃乐", ["qinle", "tanle"]),
        ("尉迟恭", ["yuchigong", "ycg"]),
        ("吕布", ["lvbu"]),
        (
            "重庆长安汽车股份有限公司",
            ["chongqingchanganqichegufenyouxiangongsi", "长安汽车股份有限公司"],
        ),
        ("John Smith", ["johnsmith", "smith"]),
        ("ＡＢＣ", ["abc"]),
    ],
)
def test_a_name_is_found_as_people_type_it(name: str, typed: list[str]) -> None:
    assert set(typed) <= name_terms(name)


def test_rare_characters_stand_for_themselves() -> None:
    assert "𠮷田" in name_terms("𠮷田")


def test_names_that_sound_alike() -> None:
    assert spellings("张伟") & spellings("章伟")
    assert not spellings("张伟") & spellings("张薇薇")


@given(st.text(max_size=80))
def test_any_text_has_terms_that_are_short_and_folded(name: str) -> None:
    terms = name_terms(name)
    assert all(term and len(term) <= 64 * 6 for term in terms)
    if fold(name):
        assert fold(name)[:64] in terms
