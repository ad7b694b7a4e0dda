"""Drafts: what was typed but not yet recorded, kept so that Esc, a crash or a lost line loses nothing."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import attrs
from tinydb.table import Document

from dcrc.kernel.desk import Desk
from dcrc.store import GlobalId


@attrs.frozen
class SheetDraft:
    """A call sheet half filled in: answers by task and question, tasks left out, and the note."""

    answers: Mapping[str, Mapping[str, Any]] = attrs.field(factory=dict)
    left_out: tuple[str, ...] = ()
    note: str = ""

    @property
    def empty(self) -> bool:
        """Nothing that would be missed."""
        return not self.note and not any(self.answers.values())


def _draft_id(desk: Desk, kind: str, about: str) -> GlobalId:
    return GlobalId(f"{kind}:{desk.operator.id}:{about}")


def read_draft(desk: Desk, kind: str, about: str) -> dict[str, Any]:
    """The operator's draft of that kind about that record, empty when there is none."""
    found = desk.drafts.get(doc_id=_draft_id(desk, kind, about))
    return dict(found) if isinstance(found, Document) else {}


def keep_draft(desk: Desk, kind: str, about: str, values: Mapping[str, Any], at: datetime) -> None:
    """Keep `values` as the operator's draft; empty values drop it."""
    if not values:
        drop_draft(desk, kind, about)
        return
    document = {"kind": kind, "about": about, "at": at.isoformat(), **values}
    desk.drafts.put(_draft_id(desk, kind, about), document)


def drop_draft(desk: Desk, kind: str, about: str) -> None:
    """Forget the operator's draft: it was recorded."""
    doc_id = _draft_id(desk, kind, about)
    if desk.drafts.contains(doc_id=doc_id):
        desk.drafts.remove(doc_ids=[doc_id])


def read_sheet_draft(desk: Desk, customer_id: str) -> SheetDraft:
    """The operator's draft of this customer's call sheet."""
    found = read_draft(desk, "sheet", customer_id)
    return SheetDraft(
        found.get("answers", {}), tuple(found.get("left_out", ())), found.get("note", "")
    )


def keep_sheet_draft(desk: Desk, customer_id: str, draft: SheetDraft) -> None:
    """Keep the operator's draft of this customer's call sheet."""
    values: dict[str, Any] = {}
    if not draft.empty:
        values = {
            "answers": {task: dict(given) for task, given in draft.answers.items()},
            "left_out": list(draft.left_out),
            "note": draft.note,
        }
    keep_draft(desk, "sheet", customer_id, values, desk.now())
