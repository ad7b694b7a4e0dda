"""Policies in layers: where each value comes from, and errors that say where to look."""

from __future__ import annotations

from datetime import time
from pathlib import Path

import attrs
import pytest

from dcrc.errors import PolicyError
from dcrc.kernel.policies import Policies
from dcrc.kernel.policy_files import key_lines


@attrs.frozen
class Step:
    due_day: int
    enabled: bool = True


@attrs.frozen
class FollowUp:
    tries: int = attrs.field(
        default=3, validator=attrs.validators.ge(1), metadata={"unit": "tries"}
    )
    opens: time = time(9)
    target: float = 80.0
    steps: dict[str, Step] = attrs.field(factory=lambda: {"day3": Step(3), "day7": Step(7)})


@attrs.frozen
class Roles:
    roles: dict[str, Step] = attrs.field(factory=dict, metadata={"rest": True})


def load(folder: Path, *texts: str) -> Policies:
    files = []
    for number, text in enumerate(texts):
        path = folder / f"layer{number}.toml"
        path.write_text(text, "utf-8")
        files.append((("brand", "dealer")[number], path))
    return Policies.load({"follow_up": FollowUp, "roles": Roles}, files)


def refused(folder: Path, text: str) -> str:
    with pytest.raises(PolicyError) as error:
        load(folder, text)
    return str(error.value)


def test_the_dealer_counts_over_the_brand_over_the_default(tmp_path: Path) -> None:
    policies = load(
        tmp_path,
        "[follow_up]\ntries = 2\ntarget = 90\n[follow_up.steps]\nday3 = {due_day = 4}\n",
        '[follow_up]\n# the dealer\'s own\ntries = 5\nopens = "08:30"\n',
    )
    section = policies.section("follow_up")
    assert (section.tries, section.target, section.opens) == (5, 90.0, time(8, 30))
    assert section.steps == {"day3": Step(4), "day7": Step(7)}
    assert str(policies.origin("follow_up.tries")) == "dealer (layer1.toml:3)"
    assert str(policies.origin("follow_up.steps.day3.due_day")) == "brand (layer0.toml:5)"
    assert str(policies.origin("follow_up.steps.day7.due_day")) == "default"
    assert policies.value("follow_up.steps.day3.due_day") == 4


def test_a_step_is_switched_off_or_added_by_its_key(tmp_path: Path) -> None:
    policies = load(
        tmp_path, "[follow_up.steps.day7]\nenabled = false\n[follow_up.steps.month]\ndue_day = 30\n"
    )
    assert policies.section("follow_up").steps == {
        "day3": Step(3),
        "day7": Step(7, enabled=False),
        "month": Step(30),
    }


def test_keys_of_ones_own_where_a_section_takes_them(tmp_path: Path) -> None:
    policies = load(tmp_path, "[roles.night]\ndue_day = 1\n")
    assert policies.section("roles").roles == {"night": Step(1)}
    assert policies.value("roles.night.due_day") == 1


def test_every_value_is_listed_with_layer_and_unit(tmp_path: Path) -> None:
    rows = {row.key: row for row in load(tmp_path, "[follow_up]\ntries = 2").rows()}
    assert (rows["follow_up.tries"].value, rows["follow_up.tries"].unit) == (2, "tries")
    assert rows["follow_up.tries"].origin.line == 2
    assert rows["follow_up.steps.day7.enabled"].value is True


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[follow_up]\n\ntrys = 2", "line 3: there is no follow_up.trys; did you mean tries?"),
        ("[folow_up]\ntries = 2", "line 1: there is no folow_up; did you mean follow_up?"),
        ("[follow_up]\ntries = '2'", "line 2: follow_up.tries must be 整数, not '2'"),
        ("[follow_up]\ntries = true", "line 2: follow_up.tries must be 整数, not true"),
        ("[follow_up]\ntries = 0", "line 2: follow_up.tries is wrong"),
        ("[follow_up]\nopens = '25:00'", "line 2: follow_up.opens must be 时间"),
        ("[follow_up]\nsteps = 3", "line 2: follow_up.steps must be"),
        ("[follow_up.steps.new]\nenabled = true", "line 1: follow_up.steps.new needs due_day"),
        ("[follow_up.steps]\nday3 = {due = 1}", "line 2: there is no follow_up.steps.day3.due"),
        ("[follow_up\ntries = 2", "line 1: not valid TOML"),
        ("xyzzy = 1", "there is no xyzzy; possible here: follow_up, roles"),
    ],
)
def test_errors_say_where_and_what(tmp_path: Path, text: str, said: str) -> None:
    message = refused(tmp_path, text)
    assert said in message
    assert "layer0.toml" in message


def test_a_file_that_is_not_utf8_says_so_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "dealer.toml"
    path.write_bytes("[follow_up]\n# 标准\n".encode("gb18030"))
    with pytest.raises(PolicyError, match="line 2: the text is not UTF-8"):
        Policies.load({"follow_up": FollowUp}, [("dealer", path)])


def test_sections_of_functions_that_are_off_may_stay_in_the_file(tmp_path: Path) -> None:
    path = tmp_path / "dealer.toml"
    path.write_text("[winback]\ndays = 90\n", "utf-8")
    assert Policies.load({}, [("dealer", path)], ignored=["winback"]).rows() == []


def test_the_digest_tells_other_values_apart(tmp_path: Path) -> None:
    assert load(tmp_path).digest() == load(tmp_path, "[follow_up]\ntries = 3").digest()
    changed = load(tmp_path, "[follow_up]\ntries = 4")
    assert changed.digest() != load(tmp_path).digest()
    assert changed.digest_of("roles") == load(tmp_path).digest_of("roles")


def test_lines_are_found_past_texts_and_lists_over_several_lines() -> None:
    text = 'a = """\nb = 1\n"""\n[t] # [no]\nc = [\n  "d = 1", # e = 2\n]\n"f g".h = 1\n'
    assert key_lines(text) == {"a": 1, "t": 4, "t.c": 5, "t.f g.h": 8, "t.f g": 8}
