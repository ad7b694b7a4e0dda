"""What an operator may see of a value: secret codes never, numbers of people only with `phones.view`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from dcrc.kernel.operators import may_see_phones
from dcrc.kernel.phones import masked
from dcrc.kernel.vehicles import HIDDEN

if TYPE_CHECKING:
    from dcrc.kernel.desk import Desk

_CODES = frozenset({"key_code", "audio_code"})
_NUMBERS = ("phone", "phones")  # endings of the fields that hold numbers and nothing else
_NUMBER_FIELDS = frozenset({"number", "to"})
_ID_FIELD = "id_number"
_PHONE = (
    r"\+\d[\d -]{6,18}\d(?:;ext=\d+)?"  # as it is stored, foreign ones too
    r"|(?:(?:\+|00)?86[ -]?)?1[3-9]\d[ -]?\d{4}[ -]?\d{4}"
    r"|0[1-9]\d{1,2}[ -]?\d{7,8}"
)
_ID = r"[1-9]\d{5}(?:19|20)\d\d[01]\d[0-3]\d\d{3}[\dXx]"
# letters or digits around it: part of a VIN, of an id or of an order's number
_SHAPES = re.compile(
    rf"(?<![0-9A-Za-z.])(?:(?P<id>{_ID})|(?P<phone>{_PHONE}))(?![0-9A-Za-z])", re.ASCII
)


def seen(desk: Desk, value: Any, field: str = "") -> Any:
    """`value` (plain JSON of any depth, held by `field`) as the operator of `desk` may see it.

    Key and audio codes are hidden from everybody: `reveal_codes` tells and notes them. Without the permission
    `phones.view` the middle of phone and ID numbers is hidden: in the fields that hold them, and by their
    shape in every text.
    """
    return _seen(value, field, may_see_phones(desk))


def _seen(value: Any, field: str, whole: bool) -> Any:
    if _is_secret(field) and value:
        return HIDDEN
    if isinstance(value, dict):
        return {_seen(key, "", whole): _seen(each, str(key), whole) for key, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [_seen(each, field, whole) for each in value]
    if whole or isinstance(value, bool):
        return value
    if isinstance(value, str):
        return _seen_text(value, field)
    if isinstance(value, int) and _SHAPES.fullmatch(str(value)):
        return _seen_text(str(value), field)
    return value


def _is_secret(field: str) -> bool:
    return field in _CODES or "密码" in field


def _seen_text(text: str, field: str) -> str:
    if field == _ID_FIELD:
        return masked_id_number(text)
    if field in _NUMBER_FIELDS or field.endswith(_NUMBERS):
        return " / ".join(masked(part) for part in text.split(" / "))
    return _SHAPES.sub(_hidden, text)


def _hidden(found: re.Match[str]) -> str:
    return masked_id_number(found[0]) if found["id"] else masked(found[0])


def masked_id_number(number: str) -> str:
    """An ID number with its middle hidden: the first three and last four characters are left.

    >>> masked_id_number("360102198001011234"), masked_id_number("")
    ('360***********1234', '')
    """
    if not number:
        return ""
    return number[:3] + "*" * max(4, len(number) - 7) + number[-4:] if len(number) > 7 else "****"
