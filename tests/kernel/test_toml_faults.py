"""What a slip in a policy file is called in the reader's language."""

from __future__ import annotations

import re
import tomllib

import pytest

from dcrc.i18n import speaking
from dcrc.kernel.toml_faults import toml_fault

SLIPS = (
    "tries 3",
    "[contact\ntries = 3",
    "tries = 3 4",
    "= 3",
    "电话 = 3",
    "tries = three",
    "on = 2026-02-30",
    'script = "hello',
    "slots = [1, 2",
    "slots = {a = 1",
    r'path = "C:\new\yes"',
    r'path = "\uD800"',
    'script = "a\x01b"',
    "tries = 3\ntries = 4",
    "[contact]\n[contact]",
    "slots = {a = 1, a = 2}",
)


@pytest.mark.parametrize("slip", SLIPS)
def test_a_slip_is_named_with_its_line_in_both_languages(slip: str) -> None:
    with pytest.raises(tomllib.TOMLDecodeError) as found:
        tomllib.loads(f"\n{slip}\n")
    for name, letters in (("zh", r"[\u4e00-\u9fff]"), ("en", r"[a-z ]{8}")):
        with speaking(name):
            line, why = toml_fault(f"\n{slip}\n", found.value)
        assert line in (2, 3)
        assert re.search(letters, why), why


def test_no_slip_is_left_in_the_parser_s_words() -> None:
    with speaking("zh"):
        for slip in SLIPS:
            with pytest.raises(tomllib.TOMLDecodeError) as raised:
                tomllib.loads(slip)
            assert not re.search(r"[A-Z][a-z]+ [a-z]", toml_fault(slip, raised.value)[1])


@pytest.mark.parametrize("slip", ["closed = [2027-13-05]", "on = 2027-13-05", "a = {b = 2027-1-5}"])
def test_a_day_that_does_not_exist_is_called_that(slip: str) -> None:
    with pytest.raises(tomllib.TOMLDecodeError) as found:
        tomllib.loads(slip)
    with speaking("en"):
        assert toml_fault(slip, found.value) == (1, "there is no such day or time")
