"""Vehicle identification numbers (GB 16735): seventeen characters, the ninth proves the others."""

from __future__ import annotations

import re
import unicodedata
from operator import mul

from dcrc.errors import InputError

_VALUES = {character: int(character) for character in "0123456789"} | dict(
    zip("ABCDEFGHJKLMNPRSTUVWXYZ", (1, 2, 3, 4, 5, 6, 7, 8, 1, 2, 3, 4, 5, 7, 9, 2, 3, 4, 5, 6, 7, 8, 9),
        strict=True)
)  # fmt: skip
_WEIGHTS = (8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2)
_AS_VALUES = bytes.maketrans("".join(_VALUES).encode(), bytes(_VALUES.values()))
_VIN = re.compile(r"[0-9A-HJ-NPR-Z]{17}")


def check_digit(vin: str) -> str:
    """What the ninth character of `vin` must be: 0–9 or X.

    >>> check_digit("LGBH52E01AY000001")
    '5'
    """
    rest = sum(map(mul, vin.encode("ascii").translate(_AS_VALUES), _WEIGHTS)) % 11
    return "X" if rest == 10 else str(rest)


def normalise_vin(text: str) -> str:
    """`text` as a VIN: half-width, upper case, without blanks; raises InputError (field `vin`) otherwise."""
    vin = text
    if not (len(vin) == 17 and _VIN.fullmatch(vin)):
        vin = re.sub(r"[\s\-]", "", unicodedata.normalize("NFKC", text)).upper()
        _check_letters(vin)
    expected = check_digit(vin)
    if vin[8] != expected:
        raise InputError(
            "The VIN {vin} has a typing error: its ninth character should be {expected}, not {got}.",
            field="vin",
            vin=vin,
            expected=expected,
            got=vin[8],
        )
    return vin


def _check_letters(vin: str) -> None:
    if len(vin) != 17:
        raise InputError(
            "A VIN has 17 characters; “{vin}” has {count}.",
            field="vin",
            vin=vin[:40],
            count=len(vin),
        )
    wrong = sorted({character for character in vin if character not in _VALUES})
    if wrong:
        raise InputError(
            "The VIN {vin} has {wrong}, which no VIN has: only digits and letters except I, O and Q.",
            field="vin",
            vin=vin,
            wrong=", ".join(wrong),
        )
