from __future__ import annotations

import pytest

from dcrc.errors import InputError
from dcrc.kernel.vins import check_digit, normalise_vin


def test_blanks_case_and_full_width_do_not_matter() -> None:
    assert normalise_vin(" 1m8gdm9a xkp042788 ") == "1M8GDM9AXKP042788"
    assert normalise_vin("１Ｍ８ＧＤＭ９ＡＸＫＰ０４２７８８") == "1M8GDM9AXKP042788"


def test_the_ninth_character_proves_the_others() -> None:
    assert check_digit("1M8GDM9A_KP042788".replace("_", "0")) == "X"
    with pytest.raises(InputError) as refused:
        normalise_vin("1M8GDM9AXKP042789")
    assert refused.value.params["expected"] == "1"


@pytest.mark.parametrize("wrong", ["", "1M8GDM9AXKP04278", "1M8GDM9AXKP0427888"])
def test_seventeen_characters(wrong: str) -> None:
    with pytest.raises(InputError, match="17"):
        normalise_vin(wrong)


def test_no_vin_has_i_o_or_q() -> None:
    with pytest.raises(InputError, match="O"):
        normalise_vin("1M8GDM9AXKPO42788")


def test_two_neighbours_swapped_are_noticed() -> None:
    with pytest.raises(InputError):
        normalise_vin("1M8GDM9AXKP042878")
