"""A customer's history as list rows."""

from __future__ import annotations

from collections.abc import Sequence

from dcrc.i18n import t
from dcrc.kernel.desk import Desk
from dcrc.kernel.history import Entry
from dcrc.tui.record_list import Column, Row


def kind_title(kind: str) -> str:
    """What a kind of history entries is called."""
    titles = {
        "event": t("facts"),
        "attempt": t("calls"),
        "answers": t("answers"),
        "task": t("closed tasks"),
        "proposal": t("proposals"),
        "merge": t("merges"),
        "edit": t("changes of data"),
    }
    return titles.get(kind, kind)


def history_columns() -> list[Column]:
    """When, what, and what was said."""
    return [
        Column(t("When"), 16),
        Column(t("What"), 18),
        Column(t("Details"), 16, 1),
    ]


def history_rows(desk: Desk, entries: Sequence[Entry]) -> list[Row]:
    """One row for each entry; times are shown in the dealer's time zone."""
    rows = []
    for number, entry in enumerate(entries):
        when = entry.at.astimezone(desk.zone).strftime("%Y-%m-%d %H:%M")
        when = when.removesuffix(" 00:00")
        rows.append(
            Row(f"{number}:{entry.ref}", (when, str(entry.title), str(entry.detail)), entry)
        )
    return rows
