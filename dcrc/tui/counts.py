"""The counts of the day's functions above the list, in as many lines as there is room for."""

from __future__ import annotations

from collections.abc import Sequence

from textual.content import Content

from dcrc.i18n import t
from dcrc.kernel.agenda import Agenda
from dcrc.wording import plain

LINES = 4
GAP = 3  # cells between two counts


def counts_of(found: Agenda, rule: str) -> list[Content]:
    """What is due, overdue and done, function by function; `rule` is the one that is filtered by."""
    parts = []
    for count in found.counts:
        text = Content(plain(str(count.title))).stylize("bold")
        if count.due or not count.overdue:
            text += Content(" " + t("{due} due", due=count.due))
        if count.overdue:
            text += Content(" " + t("{count} overdue", count=count.overdue)).stylize("$error")
        if count.done:
            text += Content(" " + t("{done} done", done=count.done)).stylize("$success")
        if count.rule == rule:
            text = Content("▸").stylize("bold") + text
        parts.append(text)
    if found.blocked:
        waiting = t("{count} wait for a right number", count=found.blocked)
        parts.append(Content(waiting).stylize("$quiet"))
    return parts or [Content(t("No call is planned yet."))]


def laid_out(parts: Sequence[Content], width: int) -> Content:
    """`parts` in at most four lines of `width` cells; `… +N` says how many are left out."""
    rows = _rows(parts, width)
    if len(rows) > LINES:
        rows = rows[:LINES]
        last = rows[-1]
        while True:
            left = len(parts) - sum(len(row) for row in rows)
            more = Content(f"… +{left}").stylize("$quiet")
            if len(last) < 2 or _width([*last, more]) <= width:
                break
            last.pop()
        last.append(more)
    return Content("\n").join(Content(" " * GAP).join(row) for row in rows)


def _rows(parts: Sequence[Content], width: int) -> list[list[Content]]:
    rows: list[list[Content]] = [[]]
    for part in parts:
        if rows[-1] and _width([*rows[-1], part]) > width:
            rows.append([])
        rows[-1].append(part)
    return rows


def _width(row: Sequence[Content]) -> int:
    return sum(part.cell_length for part in row) + GAP * (len(row) - 1)
