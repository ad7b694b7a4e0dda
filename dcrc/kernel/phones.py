"""Phone numbers: written in a hundred ways, kept in one (E.164), shown as people here write them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from enum import StrEnum

import attrs

from dcrc.errors import InputError

_MOBILE = re.compile(r"1[3-9]\d{9}")
_MOBILE_LINE = re.compile(rf"^{_MOBILE.pattern}$", re.ASCII | re.MULTILINE)
_LANDLINE = re.compile(r"(?P<area>10|2\d|[3-9]\d{2})(?P<number>[1-9]\d{6,7})")
_LANDLINE_LINE = re.compile(r"^(0(10|2\d|[3-9]\d{2})-?([1-9]\d{6,7}))$", re.ASCII | re.MULTILINE)
_LOCAL = re.compile(r"[2-9]\d{6,7}")
_SHARED = re.compile(r"[48]00\d{7}")
_SERVICE = re.compile(r"95\d{3,6}|1\d{2,4}")
_FOREIGN = re.compile(r"[1-9]\d{6,14}")
_PLAIN_LANDLINE = re.compile(r"0\d{2,3}-?\d{7,8}", re.ASCII)
_EXTENSION = re.compile(r"^(.*\d{7}.*?)(?:-|转|轉|分机|ext\.?|x|#|;ext=)(\d{1,6})$", re.IGNORECASE)
_PUNCTUATION = str.maketrans("", "", " \t\u00a0\u3000.·()（）[]")
_DASHES = str.maketrans(dict.fromkeys("‐‑‒–—―−－_~", "-"))
_LABEL = re.compile(
    r"^\s*(?:手机|移动电话|电话|座机|固话|联系方式|tel|mobile|phone)[:：.]?\s*", re.I
)
_REMARK = re.compile(r"^(?P<number>.*\d.*?)\s*\((?P<remark>[^()\d][^()]*)\)\s*$")
_BETWEEN = re.compile(r"[/\\、,，;；|\n\r\t]|(?<=\d)\s*(?:和|或|及|&)\s*(?=\+?\d)")


class PhoneState(StrEnum):
    """What is known of a number; `EMPTY` is 空号, `WRONG` reaches somebody else (错号)."""

    UNKNOWN = "unknown"
    VALID = "valid"
    EMPTY = "empty"
    WRONG = "wrong"
    SWITCHED_OFF = "switched_off"


@attrs.frozen
class Phone:
    """One number: E.164 (`+8613800001234`, an extension after `;ext=`) or a short service number."""

    number: str
    kind: str = "mobile"  # mobile, landline, service, foreign
    state: PhoneState = PhoneState.UNKNOWN
    note: str = ""

    @property
    def usable(self) -> bool:
        """May still be dialled: neither empty nor somebody else's."""
        return self.state not in (PhoneState.EMPTY, PhoneState.WRONG)


def plain_mobile(text: str) -> str:
    """The number of a mobile written as nearly all are, eleven digits and nothing else; else ""."""
    return "+86" + text if len(text) == 11 and text.isascii() and _MOBILE.fullmatch(text) else ""


def plain_phones(texts: Iterable[str]) -> Iterator[tuple[str, str, str]]:
    """Those of `texts` that are one number written plainly, found at once, each with number and kind.

    The numbers are those of `split_phones`; a text may have several lines.

    >>> list(plain_phones(["0796-8212345", "138-0000-1234", "13800001234"]))
    [('13800001234', '+8613800001234', 'mobile'), ('0796-8212345', '+867968212345', 'landline')]
    """
    lines = "\n".join(texts)
    for text in _MOBILE_LINE.findall(lines):
        yield text, "+86" + text, "mobile"
    for text, area, number in _LANDLINE_LINE.findall(lines):
        yield text, "+86" + area + number, "landline"


def normalise_phone(text: str, area: str = "") -> Phone:
    """The number in `text` as a `Phone`; `area` (`0796`) completes landline numbers written without theirs.

    >>> normalise_phone("+86 138-0000-1234").number
    '+8613800001234'
    >>> normalise_phone("(0755) 2666 8888 转 123").number
    '+8675526668888;ext=123'

    Raises InputError (field `phone`) for anything that cannot be dialled.
    """
    if mobile := plain_mobile(text):
        return Phone(mobile)
    number = _read(text, area)
    if number is None:
        raise InputError(
            "“{value}” is no phone number: give a mobile (11 digits) or a landline with its area code.",
            field="phone",
            value=text.strip()[:40],
        )
    return number


def _read(text: str, area: str) -> Phone | None:
    plain = unicodedata.normalize("NFKC", text).translate(_DASHES).strip()
    plain = re.sub(r"\.0+$", "", plain).translate(_PUNCTUATION)
    extension = ""
    foreign = None
    if plain.startswith(("+", "00")):
        digits = plain.lstrip("+").replace("-", "")
        digits = digits[2:] if digits.startswith("00") else digits
        if not digits.startswith("86"):
            foreign = digits
    if foreign is not None:
        return Phone("+" + foreign, "foreign") if _FOREIGN.fullmatch(foreign) else None
    found = _EXTENSION.match(plain)
    if found and _parse(found[1], area):
        plain, extension = found[1], f";ext={found[2]}"
    phone = _parse(plain, area)
    if phone is None or (extension and phone.kind == "mobile"):
        return None
    return Phone(phone.number + extension, phone.kind)


def _parse(plain: str, area: str) -> Phone | None:
    digits = plain.replace("-", "")
    if not (digits.removeprefix("+").isascii() and digits.removeprefix("+").isdigit()):
        return None
    short = digits
    for prefix in ("+86", "0086", "86"):
        if digits.startswith(prefix) and len(digits) > len(prefix) + 8:
            digits = digits[len(prefix) :]
            break
    national = digits.removeprefix("0")
    if _MOBILE.fullmatch(national):
        return Phone("+86" + national)
    if _SHARED.fullmatch(digits):
        return Phone("+86" + digits, "service")
    if (digits.startswith("0") or digits != short) and _LANDLINE.fullmatch(national):
        return Phone("+86" + national, "landline")
    if _SERVICE.fullmatch(short):
        return Phone(short, "service")
    if area and _LOCAL.fullmatch(digits):
        return Phone("+86" + area.removeprefix("0") + digits, "landline")
    return None


def split_phones(cell: str, area: str = "") -> tuple[list[Phone], list[str]]:
    """The numbers of a cell in their order, each once, and the pieces that are none.

    A remark in brackets after a number becomes its `note`.

    >>> split_phones("13800001234/0796-8212345")[1]
    []
    """
    if mobile := plain_mobile(cell):
        return [Phone(mobile)], []
    if _PLAIN_LANDLINE.fullmatch(cell) and (phone := _parse(cell, area)) is not None:
        return [phone], []
    phones: dict[str, Phone] = {}
    rejected: list[str] = []
    for piece in _BETWEEN.split(unicodedata.normalize("NFKC", cell)):
        found = _REMARK.match(piece)
        remark = found["remark"].strip() if found else ""
        words = _LABEL.sub("", found["number"] if found else piece).split()
        while words:
            for end in range(len(words), 0, -1):
                phone = _read(" ".join(words[:end]), area)
                if phone is not None:
                    noted = attrs.evolve(phone, note=remark) if remark else phone
                    phones.setdefault(phone.number, noted)
                    words = words[end:]
                    break
            else:
                rejected.append(words.pop(0))
    return list(phones.values()), rejected


def local_phone(number: str) -> str:
    """`number` as it is written and dialled here.

    >>> local_phone("+8613800001234"), local_phone("+8675526668888;ext=123")
    ('13800001234', '0755-26668888-123')
    """
    if not number.startswith("+86"):
        return number
    digits, _, extension = number[3:].partition(";ext=")
    tail = f"-{extension}" if extension else ""
    if _MOBILE.fullmatch(digits):
        return digits
    if _SHARED.fullmatch(digits):
        return f"{digits[:3]}-{digits[3:6]}-{digits[6:]}{tail}"
    found = _LANDLINE.fullmatch(digits)
    return f"0{found['area']}-{found['number']}{tail}" if found else digits + tail


def masked(number: str) -> str:
    """`number` with its middle hidden, for those who need not know it.

    >>> masked("+8613800001234")
    '138****1234'
    """
    local = local_phone(number.partition(";ext=")[0])
    if not local:
        return ""
    return local[:3] + "****" + local[-4:] if len(local) > 7 else "****" + local[-2:]
