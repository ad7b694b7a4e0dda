"""Reads `docs/json.md` and tells where a command's output is not what the page promises."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any

PAGE = Path(__file__).resolve().parents[2] / "docs" / "json.md"
Fields = dict[str, str]


@cache
def shapes() -> dict[str, Fields]:
    """Heading → field → type; a heading that names several commands stands once for each."""
    found: dict[str, Fields] = {}
    headings: list[str] = []
    for line in PAGE.read_text("utf-8").splitlines():
        if line.startswith("### "):
            title = line.removeprefix("### ")
            headings = re.findall(r"`([^`]+)`", title) or [title]
        elif line.startswith("#"):
            headings = []
        elif headings and line.startswith("| ") and not line.startswith("| field | type"):
            name, kind = (cell.strip() for cell in line.strip("|").split("|")[:2])
            for heading in headings:
                found.setdefault(heading, {})[name] = kind
    return found


def mismatches(value: Any, kind: str, where: str = "$") -> Iterator[str]:
    """Every place in `value` that is not of the kind the page gives."""
    if kind.endswith(" or null"):
        if value is not None:
            yield from mismatches(value, kind.removesuffix(" or null"), where)
    elif kind.startswith("list of "):
        if not isinstance(value, list):
            yield f"{where}: a list was promised"
            return
        for number, item in enumerate(value):
            yield from mismatches(item, kind.removeprefix("list of "), f"{where}[{number}]")
    elif kind in _SIMPLE:
        if not _SIMPLE[kind](value):
            yield f"{where}: {value!r} is no {kind}"
    else:
        yield from _object_mismatches(value, shapes()[kind], where)


def _object_mismatches(value: Any, fields: Fields, where: str) -> Iterator[str]:
    if not isinstance(value, dict):
        yield f"{where}: an object was promised"
        return
    yield from (f"{where}.{name}: not on the page" for name in value if name not in fields)
    for name, kind in fields.items():
        if name not in value:
            yield f"{where}.{name}: missing"
        else:
            yield from mismatches(value[name], kind, f"{where}.{name}")


def _is_date(value: Any) -> bool:
    return isinstance(value, str) and date.fromisoformat(value).isoformat() == value


def _is_instant(value: Any) -> bool:
    return isinstance(value, str) and datetime.fromisoformat(value).tzinfo is not None


_SIMPLE = {
    "text": lambda value: isinstance(value, str),
    "integer": lambda value: isinstance(value, int) and not isinstance(value, bool),
    "number": lambda value: isinstance(value, (int, float)) and not isinstance(value, bool),
    "boolean": lambda value: isinstance(value, bool),
    "date": _is_date,
    "instant": _is_instant,
    "object": lambda value: isinstance(value, dict),
    "any": lambda value: True,
}
