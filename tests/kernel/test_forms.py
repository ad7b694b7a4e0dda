"""Forms: answers are checked field by field, scored, and keep their version."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from dcrc.errors import InputError, NotFound, PolicyError
from dcrc.kernel.forms import Form, Forms, check_answers, read_form, score

FORM = """
id = "satisfaction"
version = {version}
title = {{ zh = "满意度", en = "Satisfaction" }}
[[fields]]
name = "overall"
kind = "scale"
title = {{ zh = "总体", en = "Overall" }}
required = true
weight = 3
options = [
  {{ key = "very", title = {{ zh = "非常满意", en = "very satisfied" }}, score = 100 }},
  {{ key = "ok", title = {{ zh = "满意", en = "satisfied" }}, score = 60 }},
]
[[fields]]
name = "why"
title = {{ zh = "原因", en = "Why" }}
required = true
show_if = {{ overall = ["ok"] }}
[[fields]]
name = "explained"
kind = "bool"
title = {{ zh = "是否说明", en = "Explained?" }}
options = [
  {{ key = "yes", title = {{ zh = "是", en = "yes" }}, score = 100 }},
  {{ key = "no", title = {{ zh = "否", en = "no" }}, score = 0 }},
]
satisfied_from = 0
[[fields]]
name = "km"
kind = "number"
least = 0
most = 999999
title = {{ zh = "里程", en = "Mileage" }}
[[fields]]
name = "items"
kind = "checklist"
title = {{ zh = "已核对", en = "Checked" }}
options = [
  {{ key = "name", title = {{ zh = "姓名", en = "name" }}, score = 1 }},
  {{ key = "phone", title = {{ zh = "电话", en = "phone" }}, score = 1 }},
]
[[fields]]
name = "on"
kind = "date"
past = true
title = {{ zh = "日期", en = "Day" }}
"""


@pytest.fixture
def form(tmp_path: Path) -> Form:
    path = tmp_path / "satisfaction.toml"
    path.write_text(FORM.format(version=1), "utf-8")
    return read_form(path)


@pytest.mark.parametrize(
    ("field", "given", "kept"),
    [
        ("overall", "1", "very"),
        ("overall", "非常满意", "very"),
        ("overall", "VERY", "very"),
        ("explained", "否", False),
        ("explained", "y", True),
        ("explained", "2", False),
        ("km", "12,000", 12000),
        ("items", "电话，name", ["name", "phone"]),
        ("items", ["2"], ["phone"]),
        ("on", "2026年3月9日", "2026-03-09"),
        ("on", "2026/3/9", "2026-03-09"),
    ],
)
def test_answers_as_people_give_them(form: Form, field: str, given: Any, kept: Any) -> None:
    assert check_answers(form, {"overall": "very", field: given})[field] == kept


def test_every_wrong_field_is_named_at_once(form: Form) -> None:
    given = {"overall": "2", "km": "-3", "on": "31.2.2026", "colour": "red"}
    with pytest.raises(InputError) as error:
        check_answers(form, given)
    assert set(error.value.params["fields"]) == {"colour", "why", "km", "on"}


def test_a_day_of_what_has_happened_is_no_later_than_today(form: Form) -> None:
    given = {"overall": "very", "on": "2026-11-22"}
    assert check_answers(form, given, date(2026, 11, 22))["on"] == "2026-11-22"
    with pytest.raises(InputError, match="2026-11-22 还没到") as refused:
        check_answers(form, given, date(2026, 11, 21))
    assert refused.value.params["fields"] == ("on",)


def test_a_question_that_is_not_asked_is_neither_needed_nor_kept(form: Form) -> None:
    assert check_answers(form, {"overall": "very", "why": "慢"}) == {"overall": "very"}


def test_the_score_is_weighted_and_names_weak_answers(form: Form) -> None:
    assert score(
        form, {"overall": "very", "explained": False}
    ).satisfied  # any answer will do there
    found = score(form, {"overall": "ok", "explained": True, "items": ["name"]})
    assert (found.points, found.satisfied, found.weak) == (66, False, ("overall", "items"))
    assert score(form, {"km": 3}).points is None


def test_versions_live_side_by_side_and_the_newest_is_used(tmp_path: Path) -> None:
    for version in (1, 2):
        (tmp_path / f"satisfaction-{version}.toml").write_text(
            FORM.format(version=version), "utf-8"
        )
    forms = Forms.load([tmp_path])
    assert forms.get("satisfaction").version == 2
    assert forms.get("satisfaction", 1).version == 1
    with pytest.raises(NotFound):
        forms.get("satisfaction", 3)
    with pytest.raises(PolicyError, match="higher version"):
        Forms.load([tmp_path, tmp_path])


@pytest.mark.parametrize(
    ("was", "becomes", "said"),
    [
        ('kind = "scale"', 'kind = "scales"', "line 7: .*scale"),
        ('show_if = { overall = ["ok"] }', 'show_if = { later = ["ok"] }', "原因|why|show_if"),
        ("required = true", "requird = true", "line 9: .*did you mean required"),
    ],
)
def test_a_wrong_form_says_where(tmp_path: Path, was: str, becomes: str, said: str) -> None:
    path = tmp_path / "satisfaction.toml"
    path.write_text(FORM.format(version=1).replace(was, becomes, 1), "utf-8")
    with pytest.raises(PolicyError, match=said):
        read_form(path)
