"""Today's call sheets as list rows: who, how urgent, which calls, and why he comes first."""

from __future__ import annotations

from collections.abc import Sequence

from dcrc.i18n import listed, t
from dcrc.kernel.agenda import Sheet
from dcrc.kernel.desk import Desk
from dcrc.tui.record_list import Column, Row
from dcrc.tui.task_titles import task_title


def sheet_columns(whose: bool) -> tuple[Column, ...]:
    """Who, until when, which calls, why first; in everybody's list also whose they are."""
    return (
        Column(t("Customer"), 12, 1),
        Column(t("Due"), 10),
        *([Column(t("Who"), 8)] if whose else []),
        Column(t("Calls"), 18, 3),
        Column(t("Why first"), 20),
    )


def sheet_rows(desk: Desk, sheets: Sequence[Sheet], whose: bool) -> list[Row]:
    """One row for each customer, in the order they are to be called; `whose` as in `sheet_columns`."""
    return [
        Row(
            sheet.customer.id,
            (
                sheet.customer.name,
                _due(sheet),
                *(
                    [listed(dict.fromkeys(filter(None, (task.owner for task in sheet.tasks))))]
                    if whose
                    else []
                ),
                listed(dict.fromkeys(task_title(desk, task) for task in sheet.tasks)),
                str(sheet.why),
            ),
            sheet,
            "late" if sheet.overdue_days > 0 else "",
        )
        for sheet in sheets
    ]


def _due(sheet: Sheet) -> str:
    if sheet.overdue_days > 0:
        return t("{days} d late", days=sheet.overdue_days)
    return sheet.due.strftime("%m-%d")
