"""How one answer is read: by key, number or wording of an option, or as the field's kind says."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Mapping
from datetime import date
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dcrc.kernel.forms import Field

UNREADABLE: Any = object()
_YES = {"yes", "y", "true", "1", "是", "有", "对"}
_NO = {"no", "n", "false", "0", "2", "否", "没有", "无", "不是"}


def read_answer(field: Field, given: Any) -> Any:
    """`given` in its stored form, or UNREADABLE."""
    return _READERS[field.kind.value](field, given)


def _plain(given: Any) -> str:
    return unicodedata.normalize("NFKC", str(given)).strip().lower()


def _choice(field: Field, given: Any) -> Any:
    text = _plain(given)
    for option in field.options:
        if text == option.key.lower():
            return option.key
    for number, option in enumerate(field.options, start=1):
        if text in (str(number), _plain(option.title.zh), _plain(option.title.en)):
            return option.key
    return UNREADABLE


def _checklist(field: Field, given: Any) -> Any:
    parts = given if isinstance(given, (list, tuple)) else str(given).replace("，", ",").split(",")
    keys = [_choice(field, part) for part in parts if _plain(part)]
    if UNREADABLE in keys:
        return UNREADABLE
    return [option.key for option in field.options if option.key in keys]


def _bool(field: Field, given: Any) -> Any:
    if isinstance(given, bool):
        return given
    if field.options and (key := _choice(field, given)) is not UNREADABLE:
        return key == "yes"
    text = _plain(given)
    return True if text in _YES else False if text in _NO else UNREADABLE


def _text(field: Field, given: Any) -> Any:
    return given if isinstance(given, str) else str(given)


def _number(field: Field, given: Any) -> Any:
    try:
        value = float(_plain(given).replace(",", ""))
    except ValueError:
        return UNREADABLE
    if value != value or abs(value) == float("inf"):
        return UNREADABLE
    if (field.least is not None and value < field.least) or (
        field.most is not None and value > field.most
    ):
        return UNREADABLE
    return int(value) if value.is_integer() else value


def _date(field: Field, given: Any) -> Any:
    if isinstance(given, date):
        return given.isoformat()[:10]
    text = _plain(given).replace("年", "-").replace("月", "-").replace("日", "")
    parts = text.replace("/", "-").replace(".", "-").split("-")
    try:
        year, month, day = (int(part) for part in parts)
        return date(year, month, day).isoformat()
    except ValueError:
        return UNREADABLE


_READERS: Mapping[str, Callable[[Field, Any], Any]] = {
    "scale": _choice,
    "choice": _choice,
    "checklist": _checklist,
    "bool": _bool,
    "text": _text,
    "number": _number,
    "date": _date,
}
