"""The new-owner confirmation as a form of the call sheet: each item is right, corrected or unusable."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dcrc.kernel.confirmation import CHECKED_FIELDS, Verdict
from dcrc.kernel.contact_data import CONFIRM_OWNER, NAME
from dcrc.kernel.forms import Field, FieldKind, Form, Option
from dcrc.wording import Wording

RULE = f"{NAME}.{CONFIRM_OWNER}"

_TITLES = {
    "name": Wording("姓名", "Name"),
    "phone": Wording("电话", "Phone"),
    "address": Wording("地址", "Address"),
    "vin": Wording("车架号", "VIN"),
}
_VERDICTS = (
    Option(Verdict.RIGHT.value, Wording("正确", "right")),
    Option(Verdict.CORRECTED.value, Wording("已更正", "corrected")),
    Option(Verdict.UNUSABLE.value, Wording("无法使用", "unusable")),
)
_CORRECTED = (Verdict.CORRECTED.value,)


def confirmation_form() -> Form:
    """One question for each checked item; a correction is asked for where there is one."""
    fields = []
    for name in CHECKED_FIELDS:
        title = _TITLES[name]
        fields.append(Field(name, title, FieldKind.CHOICE, required=True, options=_VERDICTS))
        fields.append(
            Field(
                f"right_{name}",
                Wording(f"正确的{title.zh}", f"The right {title.en}"),
                FieldKind.TEXT,
                required=True,
                show_if={name: _CORRECTED},
            )
        )
    return Form(
        "confirm_owner", 1, Wording("新车主信息确认", "New-owner confirmation"), tuple(fields)
    )


def verdicts_of(values: Mapping[str, Any]) -> tuple[dict[str, str], dict[str, str]]:
    """Verdicts and corrections by item, as `confirm_owner` takes them."""
    verdicts = {name: str(values[name]) for name in CHECKED_FIELDS if name in values}
    corrections = {
        name: str(values[f"right_{name}"])
        for name in CHECKED_FIELDS
        if values.get(f"right_{name}") and verdicts.get(name) in _CORRECTED
    }
    return verdicts, corrections
