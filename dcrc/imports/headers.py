"""Which row of a sheet holds the headers, which profile they speak of, and which rows are no data."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import attrs

from dcrc.imports.cells import is_empty, text_of
from dcrc.imports.profiles import Profile

SEARCHED_ROWS = 30
_SHORT = 4  # cells of a line below a table
_SIGNS = re.compile(r"[\s*:_\-#!?'\"“”]+")
_BRACKETS = re.compile(r"\(.*?\)|\[.*?\]|【.*?】")
_TOTALS = re.compile(r"(合计|总计|小计|共计|累计|本页|总数|汇总|total|subtotal|sum)")

_FOOTERS = re.compile(
    r"(制表|制单|打印|导出|审核|复核|填表|经办|会计|出纳|统计|第\d+页|共\d+页|page\d)"
)


@attrs.frozen
class Recognised:
    """A sheet that speaks of `profile`: row `header_row` (1-based) has its headers.

    `columns` gives each field its columns (0-based; several only for phones), `unmapped` the headers that
    mean nothing here, `ignored` those that need not mean anything, such as running numbers.
    """

    name: str
    profile: Profile
    header_row: int
    columns: Mapping[str, tuple[int, ...]]
    unmapped: Mapping[int, str]
    ignored: Mapping[int, str]
    missing: tuple[str, ...] = ()
    almost: Recognised | None = (
        None  # another profile that knows more of the headers, but lacks its day
    )


def plain_header(text: str) -> str:
    """A header as it is compared: half-width, lower case, without blanks and signs.

    >>> plain_header("*车架号（VIN）：")
    '车架号(vin)'
    """
    return _SIGNS.sub("", unicodedata.normalize("NFKC", text).lower())


def header_names(profile: Profile) -> dict[str, str]:
    """Comparable header → field of the profile; the first field that claims a header has it."""
    names: dict[str, str] = {}
    for field, spec in profile.fields.items():
        for header in (field, spec.title.zh, spec.title.en):
            names.setdefault(plain_header(header), field)
    for field, spec in profile.fields.items():
        for header in spec.headers:
            names.setdefault(plain_header(header), field)
    names.pop("", None)
    return names


def recognise(rows: Sequence[Sequence[Any]], profiles: Mapping[str, Profile]) -> Recognised | None:
    """What the sheet is: the profile that understands the most headers, among those that fit.

    A profile fits that lacks no required field, or only some beside the day of its fact: a sales ledger
    without a VIN is a faulty sales ledger (`missing` is filled), not a good list of customers. None where no
    row looks like headers at all.
    """
    best: tuple[tuple[bool, int, bool, int], Recognised] | None = None
    richest: Recognised | None = None
    for name, profile in profiles.items():
        names = header_names(profile)
        for number, row in enumerate(rows[:SEARCHED_ROWS]):
            found = _match(name, profile, names, number, row)
            if len(found.columns) < 2:
                continue
            fits = not found.missing or profile.on in found.columns
            score = (fits, len(found.columns), not found.missing, -profile.rank)
            if best is None or score > best[0]:
                best = (score, found)
            if richest is None or len(found.columns) > len(richest.columns):
                richest = found
    if best is None or richest is None:
        return None
    chosen = best[1]
    almost = len(richest.columns) > len(chosen.columns)
    return attrs.evolve(chosen, almost=richest) if almost else chosen


def _match(
    name: str, profile: Profile, names: Mapping[str, str], number: int, row: Sequence[Any]
) -> Recognised:
    columns: dict[str, tuple[int, ...]] = {}
    unmapped: dict[int, str] = {}
    ignored: dict[int, str] = {}
    skip = {plain_header(header) for header in profile.ignore} | {"#", ""}
    for index, cell in enumerate(row):
        if not isinstance(cell, str) or not cell.strip():
            continue
        full = plain_header(cell)
        field = names.get(full) or names.get(_BRACKETS.sub("", full))
        if field is None or (field in columns and profile.fields[field].kind != "phones"):
            (ignored if full in skip else unmapped)[index] = " ".join(cell.split())
        else:
            columns[field] = (*columns.get(field, ()), index)
    missing = tuple(field for field in profile.required if field not in columns)
    return Recognised(name, profile, number + 1, columns, unmapped, ignored, missing)


def aside(row: Sequence[Any], header: Sequence[Any]) -> str | None:
    """Why a row without any required value is no data: `empty`, `total`, `header` or `footer`; None if it is.

    Footers are lines below a table such as who printed it: by their words, or at most two cells.
    """
    filled = [text_of(cell) for cell in row if not is_empty(cell)]
    if not filled:
        return "empty"
    if _TOTALS.match(plain_header(filled[0])):
        return "total"
    if [text_of(cell) for cell in row] == [text_of(cell) for cell in header]:
        return "header"
    return "footer" if len(filled) <= 2 or _FOOTERS.match(plain_header(filled[0])) else None


def beside_data(row: Sequence[Any]) -> str | None:
    """`total` or `footer` for a short row whose first words say that it is one."""
    filled = [text_of(cell) for cell in row if not is_empty(cell)]
    if not filled or len(filled) > _SHORT:
        return None
    first = plain_header(filled[0])
    return "total" if _TOTALS.match(first) else "footer" if _FOOTERS.match(first) else None


_BELOW = re.compile(
    r"^[ \t]*(?:"
    r"(?P<total>(?:合计|总计|小计|共计|累计|本页|总数|汇总)[ :：\d.,]*[人条台行户笔]?"
    r"|(?:total|subtotal|sum)[ :：]*\d[\d.,]*)"  # a family is called Sum
    r"|(?:制表|制单|打印|导出|审核|复核|填表|经办|会计|出纳|统计)[^\s:：]{0,4} *[:：].*)[ \t]*$",
    re.IGNORECASE | re.MULTILINE,
)


def words_below(names: Iterable[str]) -> dict[str, str]:
    """Those of `names` that are no names but a line below a table, `total` or `footer`.

    Stricter than `beside_data`, as firms are called 会计师事务所, too.

    >>> words_below(["王小明", "合计", "合计：5人", "会计师事务所", "制表人：李红"])
    {'合计': 'total', '合计：5人': 'total', '制表人：李红': 'footer'}
    """
    found = _BELOW.finditer("\n".join(names))
    return {each[0]: "total" if each["total"] else "footer" for each in found}


def is_header_again(row: Sequence[Any], header: Sequence[Any], columns: Sequence[int]) -> bool:
    """The headers repeated in the middle, as page-wise exports do."""
    return all(
        index < len(row) and text_of(row[index]) == text_of(header[index]) for index in columns
    )
