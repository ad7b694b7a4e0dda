"""What a change wrote, as people read it: codes in words, instants in the dealer's time, all in one line."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from dcrc.i18n import t
from dcrc.kernel.answer_words import answers_in_words, field_titles, form_title
from dcrc.kernel.instants import local_text
from dcrc.kernel.operators import role_title
from dcrc.kernel.titles import code_word
from dcrc.record_words import field_title

if TYPE_CHECKING:
    from dcrc.kernel.desk import Desk
    from dcrc.kernel.operations_log import FieldChange

UNTOLD = frozenset(("reasons", "reason_params"))  # `dcrc explain` tells them; JSON has them here


def changes_in_words(
    desk: Desk, changes: Iterable[FieldChange]
) -> list[tuple[FieldChange, str, str]]:
    """Each change with what was and what became of it in words; what is only for planners is left out."""
    found = list(changes)
    was: dict[tuple[str, str], dict[str, Any]] = {}
    became: dict[tuple[str, str], dict[str, Any]] = {}
    for each in found:
        was.setdefault((each.table, each.record), {})[each.field] = each.was
        became.setdefault((each.table, each.record), {})[each.field] = each.became
    return [
        (
            each,
            _told(desk, each, each.was, was[each.table, each.record]),
            _told(desk, each, each.became, became[each.table, each.record]),
        )
        for each in found
        if not (each.table == "tasks" and each.field in UNTOLD)
    ]


def _told(desk: Desk, change: FieldChange, value: Any, record: Mapping[str, Any]) -> str:
    """A value of a record of which the fields that changed with it are known."""
    form = str(record.get("form") or "")
    if change.table == "answers" and change.field == "values" and isinstance(value, Mapping):
        return ", ".join(answers_in_words(desk, form, value))
    if change.table == "answers" and change.field == "weak" and isinstance(value, list):
        titles = field_titles(desk, form)
        return "; ".join(titles.get(str(each), str(each)) for each in value)
    if change.table == "tasks" and change.field == "reason" and isinstance(value, str):
        return _reason(value, record.get("reason_params") or {})
    return _word(desk, value, change.field)


def _reason(text: str, params: Any) -> str:
    try:
        return t(text, **params)
    except (TypeError, ValueError, KeyError, IndexError, AttributeError):
        return text  # stored by another version, or not as a text with blanks


def _word(desk: Desk, value: Any, field: str = "") -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return t("yes") if value else t("no")
    if isinstance(value, dict):
        words = {field_title(name): _word(desk, each, name) for name, each in value.items()}
        return ", ".join(f"{name} {word}" for name, word in words.items() if word)
    if isinstance(value, list):
        return "; ".join(_word(desk, each, field) for each in value)
    if not isinstance(value, str):
        return str(value)
    if field == "slot" and value in (slots := desk.policies.section("contact").slots):
        return str(slots[value].title)
    if field == "role":
        return role_title(desk, value)
    if field == "form":
        return form_title(desk, value)
    if field == "rule":
        return desk.rule_title(value)
    return str(code_word(field, local_text(value, desk.zone)))
