"""Vehicle identification numbers (GB 16735): seventeen characters, the ninth proves the others."""

from __future__ import annotations

import re
import struct
import unicodedata
from collections.abc import Iterable
from operator import mul

from dcrc.errors import InputError

_VALUES = {character: int(character) for character in "0123456789"} | dict(
    zip("ABCDEFGHJKLMNPRSTUVWXYZ", (1, 2, 3, 4, 5, 6, 7, 8, 1, 2, 3, 4, 5, 7, 9, 2, 3, 4, 5, 6, 7, 8, 9),
        strict=True)
)  # fmt: skip
_WEIGHTS = (8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2)
_AS_VALUES = bytes.maketrans("".join(_VALUES).encode(), bytes(_VALUES.values()))
_DIGITS = "0123456789X"
_VIN = re.compile(r"[0-9A-HJ-NPR-Z]{17}")
_VIN_LINE = re.compile(rf"^{_VIN.pattern}$", re.MULTILINE)


def check_digit(vin: str) -> str:
    """What the ninth character of `vin` must be: 0–9 or X.

    >>> check_digit("LGBH52E01AY000001")
    '5'
    """
    return _DIGITS[sum(map(mul, vin.encode("ascii").translate(_AS_VALUES), _WEIGHTS)) % 11]


def plain_vins(texts: Iterable[str]) -> list[str]:
    """The VINs among `texts` that stand as they are kept, found at once; a text may have several lines.

    >>> plain_vins(["LGBH52E05AY000001", "LGBH52E02AY000001", "lgbh52e05ay000001"])
    ['LGBH52E05AY000001']
    """
    vins = _VIN_LINE.findall("\n".join(texts))
    values = "".join(vins).encode("ascii").translate(_AS_VALUES)
    # the sums of all VINs are added up together, side by side in one large number, sixteen bits each
    sums, column = 0, bytearray(2 * len(vins))
    for place, weight in enumerate(_WEIGHTS):
        column[::2] = values[place :: len(_WEIGHTS)]
        sums += weight * int.from_bytes(column, "little")
    each = struct.unpack(f"<{len(vins)}H", sums.to_bytes(len(column), "little"))
    return [vin for vin, total in zip(vins, each, strict=True) if vin[8] == _DIGITS[total % 11]]


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
