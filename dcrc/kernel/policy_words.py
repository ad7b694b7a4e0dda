"""Policy values as people read them: yes and no, several in a row, the unit behind."""

from __future__ import annotations

import re
from datetime import time
from typing import Any

import attrs

from dcrc.i18n import language, listed, t
from dcrc.wording import Wording


def value_words(value: Any, unit: str = "") -> str:
    """A value in the current language with its unit.

    >>> value_words((2, 4)), value_words(True)
    ('2、4', '是')
    """
    return f"{_words(value)} {_unit(unit, value) if unit else ''}".strip()


def _unit(unit: str, value: Any) -> str:
    """The unit in the current language; English has another word for one."""
    if value == 1 and language() == "en":
        return re.sub("ies$", "y", unit) if unit.endswith("ies") else unit.removesuffix("s")
    return t(unit)


def _words(value: Any) -> str:
    if isinstance(value, bool):
        return t("yes") if value else t("no")
    if value is None:
        return "–"
    if isinstance(value, time):
        return value.strftime("%H:%M")
    if isinstance(value, (list, tuple, set, frozenset)):
        return listed(map(_words, value))
    kind = type(value)
    if attrs.has(kind) and not isinstance(value, Wording) and kind.__str__ is object.__str__:
        return "–".join(_words(getattr(value, field.name)) for field in attrs.fields(kind))
    return str(value)
