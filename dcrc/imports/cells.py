"""Cells become values: what a dealer's clerk meant by what stands in a cell, strictly or not at all.

Each kind is a function from a cell to the value as documents keep it (dates as `YYYY-MM-DD`, money as fen),
None for an empty cell; it raises InputError for a cell that cannot be understood.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime, tzinfo
from decimal import Decimal, InvalidOperation
from functools import partial
from typing import Any, NamedTuple

import attrs

from dcrc.errors import InputError
from dcrc.imports.dates import read_day, read_moment
from dcrc.kernel.facts import is_ahead, still_to_come
from dcrc.kernel.phones import plain_mobile, plain_phones, split_phones
from dcrc.kernel.terms import plate_form
from dcrc.kernel.vins import normalise_vin, plain_vins

_EMPTY = frozenset(
    ("", "-", "--", "---", "—", "——", "/", "//", "\\", "无", "暂无", "没有", "空", "未知", "不详")
) | {"null", "none", "nan", "n/a", "#n/a", "na", "nil", "#ref!", "#value!", "#div/0!", "#name?"}
_LONGEST_EMPTY = max(map(len, _EMPTY))
_BLANKS = re.compile(r"\s+")
_PLATE = re.compile(r"[\u4e00-\u9fff][A-Z][A-Z0-9]{5,6}")
_PLATE_LINE = re.compile(rf"^{_PLATE.pattern}$", re.MULTILINE)
_CODE_LINE = re.compile(r"^(?=[0-9]*[A-Z])[0-9A-Z]{8,}$", re.MULTILINE)  # longer than what is empty
_NO_PLATE = re.compile(r"(未上|没上|待上|无|临时?|暂无|新车).{0,4}")
_UNITS = re.compile(r"人民币|rmb|cny|¥|￥|公里|千米|kms?|元整?|左右|约|,|，|\s", re.IGNORECASE)
_VIN_LENGTH = 17
_LARGEST = 10**12  # no amount, mileage or count of a dealer is larger
_ID_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_ID_DIGITS = "10X98765432"


def text_of(cell: Any) -> str:
    """What stands in a cell, as a person would read it; numbers without a needless `.0`."""
    if isinstance(cell, str):
        return cell.strip()
    if cell is None:
        return ""
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e16 else repr(cell)
    if isinstance(cell, datetime):
        return cell.isoformat(" ", "seconds")
    if isinstance(cell, date):
        return cell.isoformat()
    return str(cell)


def is_empty(cell: Any) -> bool:
    """Nothing stands there, or one of the words by which people say so."""
    return cell is None or (isinstance(cell, str) and cell.strip().lower() in _EMPTY)


def read_text(cell: Any) -> str | None:
    text = cell.strip() if type(cell) is str else text_of(cell)
    return None if len(text) <= _LONGEST_EMPTY and text.lower() in _EMPTY else text


def read_name(cell: Any) -> str | None:
    """A name with single blanks between its words; letters and marks stay as they were written."""
    text = read_text(cell)
    return _BLANKS.sub(" ", text) if text else None


def read_code(cell: Any) -> str | None:
    """An engine number or the like: half-width capitals without blanks."""
    text = read_text(cell)
    if text is None or (text.isascii() and text.isalnum() and text.isupper()):
        return text
    return _BLANKS.sub("", unicodedata.normalize("NFKC", text)).upper() or None


def read_plate(cell: Any) -> str | None:
    """A plate without dots and blanks; words that say there is none yet are no plate."""
    if type(cell) is str and _PLATE.fullmatch(cell):
        return cell
    text = read_text(cell)
    if text is None or _NO_PLATE.fullmatch(text):
        return None
    return plate_form(text) or None


def read_vin(cell: Any) -> str | None:
    text = cell if type(cell) is str and len(cell) == _VIN_LENGTH else read_text(cell)
    return normalise_vin(text) if text else None


def read_id_number(cell: Any) -> str | None:
    """A resident's or an organisation's number; one that a spreadsheet rounded is refused."""
    if isinstance(cell, (int, float)) and abs(cell) >= 10**15:
        raise InputError(
            "The number was stored as a figure, so its last digits are lost: format the column as text "
            "and export again."
        )
    text = read_code(cell)
    if text is None:
        return None
    if re.fullmatch(r"\d(\.\d+)?E\+?\d+", text):
        raise InputError(
            "The number was stored as a figure, so its last digits are lost: format the column as text "
            "and export again."
        )
    if re.fullmatch(r"\d{17}[\dX]", text):
        total = sum(int(digit) * weight for digit, weight in zip(text, _ID_WEIGHTS, strict=False))
        if _ID_DIGITS[total % 11] != text[17]:
            raise InputError("The ID number has a typing error: its last digit does not fit.")
    return text


def read_number(cell: Any) -> Decimal | None:
    """A number, also as text with thousands separators, units or 万."""
    if isinstance(cell, (bool, date)):
        raise InputError("“{value}” is no number.", value=text_of(cell))
    if isinstance(cell, (int, float)) and abs(cell) < _LARGEST:
        return Decimal(str(cell))
    text = read_text(cell)
    if text is None:
        return None
    plain = _UNITS.sub("", unicodedata.normalize("NFKC", text))
    times = 10_000 if plain.endswith(("万", "w", "W")) else 1
    try:
        number = Decimal(plain.rstrip("万wW")) * times
    except InvalidOperation:
        raise InputError("“{value}” is no number.", value=text[:40]) from None
    if not number.is_finite() or abs(number) >= _LARGEST:
        raise InputError("“{value}” is no number.", value=text[:40])
    return number


def read_money(cell: Any) -> int | None:
    """An amount in yuan, kept as fen."""
    if type(cell) is float and abs(cell) < _LARGEST:
        return round(cell * 100)
    number = read_number(cell)
    return None if number is None else int((number * 100).to_integral_value())


def read_km(cell: Any) -> int | None:
    """Kilometres, never negative, below three million."""
    number = read_number(cell)
    if number is None:
        return None
    if not 0 <= number < 3_000_000:
        raise InputError("“{value}” cannot be a mileage.", value=text_of(cell)[:40])
    return int(number.to_integral_value())


def read_count(cell: Any) -> int | None:
    number = read_number(cell)
    return None if number is None else int(number.to_integral_value())


@attrs.frozen
class Choice:
    """Words that mean one of a few values: `{"male": ["男", "先生"]}`."""

    values: Mapping[str, str]

    @classmethod
    def of(cls, words: Mapping[str, tuple[str, ...]]) -> Choice:
        return cls(
            {_plain(word): value for value, said in words.items() for word in (value, *said)}
        )

    def __call__(self, cell: Any) -> str | None:
        text = read_text(cell)
        if text is None:
            return None
        value = self.values.get(_plain(text))
        if value is None:
            raise InputError(
                "“{value}” is not one of the words known here: {known}.",
                value=text[:40],
                known=", ".join(sorted(set(self.values)))[:200],
            )
        return value


def _plain(text: str) -> str:
    return _BLANKS.sub("", unicodedata.normalize("NFKC", text)).lower()


class Phones(NamedTuple):
    """The numbers of one cell as documents, in their order, and the pieces that are none."""

    numbers: tuple[dict[str, str], ...]
    refused: tuple[str, ...] = ()


def each_once(parts: Iterable[Iterable[dict[str, str]]]) -> tuple[dict[str, str], ...]:
    """The numbers of several cells or rows in their order, each as it is told first."""
    numbers: dict[str, dict[str, str]] = {}
    for part in parts:
        for number in part:
            numbers.setdefault(number["number"], number)
    return tuple(numbers.values())


@attrs.frozen
class Kinds:
    """The kinds of cells as they are read on `today` in the dealer's zone and telephone area.

    `latest` is the last day on which something can have happened; today unless given.
    """

    today: date
    zone: tzinfo
    area: str = ""
    latest: date = attrs.field(default=attrs.Factory(lambda self: self.today, takes_self=True))

    def reader(self, kind: str, past: bool = False) -> Callable[[Any], Any]:
        """The function that reads cells of `kind`; raises KeyError for a kind that does not exist.

        With `past` it refuses a day on which nothing can have happened yet.
        """
        read = self._reader(kind)
        return partial(self._read_past, read) if past else read

    def _reader(self, kind: str) -> Callable[[Any], Any]:
        return {
            "text": read_text,
            "name": read_name,
            "code": read_code,
            "plate": read_plate,
            "vin": read_vin,
            "id": read_id_number,
            "money": read_money,
            "km": read_km,
            "count": read_count,
            "day": self.read_day,
            "birthday": self.read_birthday,
            "moment": self.read_moment,
            "phones": self.read_phones,
        }[kind]

    def _read_past(self, read: Callable[[Any], Any], cell: Any) -> Any:
        value = read(cell)
        day = value[0] if isinstance(value, tuple) else value
        if is_ahead(day, self.latest):
            raise still_to_come(day, "")
        return value

    def read_day(self, cell: Any) -> str | None:
        if is_empty(cell):
            return None
        return read_day(cell, self.today, self.zone).isoformat()

    def read_birthday(self, cell: Any) -> str | None:
        day = self.read_day(cell)
        if day is not None and day > self.today.isoformat():
            raise InputError("A birthday cannot lie in the future: {value}.", value=day)
        return day

    def read_moment(self, cell: Any) -> tuple[str, str] | None:
        """The local day, and the instant in UTC where the cell has a time of day (else "")."""
        if is_empty(cell):
            return None
        return read_moment(cell, self.today, self.zone)

    def read_phones(self, cell: Any) -> Phones | None:
        if type(cell) is str and (mobile := plain_mobile(cell)):
            return Phones(({"number": mobile},))
        text = read_text(cell)
        if text is None:
            return None
        found, refused = split_phones(text, self.area)
        numbers = tuple(
            {"number": phone.number}
            | ({"kind": phone.kind} if phone.kind != "mobile" else {})
            | ({"note": phone.note} if phone.note else {})
            for phone in found
        )
        return Phones(numbers, tuple(refused))


def read_plain(kind: str, cells: Sequence[Any]) -> Mapping[str, Any]:
    """The values of those cells that hold nothing but what they should, for kinds where each differs.

    The same values as the kind's reader gives, many at once.
    """
    match kind:
        case "vin":
            return _themselves(plain_vins(_texts_of(cells)))
        case "phones":
            return {
                text: Phones(
                    ({"number": number} if of == "mobile" else {"number": number, "kind": of},)
                )
                for text, number, of in plain_phones(_texts_of(cells))
            }
        case "code" | "plate":
            lines = _CODE_LINE if kind == "code" else _PLATE_LINE
            return _themselves(lines.findall("\n".join(_texts_of(cells))))
    return {}


def _themselves(texts: Sequence[str]) -> dict[str, str]:
    return dict(zip(texts, texts, strict=True))


def _texts_of(cells: Sequence[Any]) -> list[str]:
    return [cell for cell in cells if type(cell) is str]


DATED = frozenset(("day", "moment", "birthday"))
KINDS = frozenset(("text", "name", "code", "plate", "vin", "id", "money", "km", "count")) | {
    "day",
    "birthday",
    "moment",
    "phones",
    "choice",
}
