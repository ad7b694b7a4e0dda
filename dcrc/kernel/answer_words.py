"""Answers as people read them: the questions as the form asks them, the options as it words them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from dcrc.i18n import listed, t
from dcrc.wording import Coded, Fen

if TYPE_CHECKING:
    from dcrc.kernel.desk import Desk
    from dcrc.kernel.events import EventKind
    from dcrc.kernel.forms import Field


_MONEY = ("price", "discount", "amount", "premium")  # of kinds that do not say which fields are


def form_title(desk: Desk, form: str) -> str:
    """What a form is called; its id where it is here no more."""
    return str(desk.forms.get(form).title) if form in desk.forms.ids() else form


def field_titles(desk: Desk, form: str) -> dict[str, str]:
    """The questions of a form by their names; none where it is here no more."""
    return {name: str(field.title) for name, field in _fields(desk, form).items()}


def answers_in_words(desk: Desk, form: str, values: Mapping[str, Any]) -> Iterator[str]:
    """`question: answer`, one after the other; what the form does not know (any more) as it is stored."""
    fields = _fields(desk, form)
    for name, value in values.items():
        field = fields.get(name)
        yield f"{field.title if field else name}: {answer_word(field, value)}"


def answer_word(field: Field | None, value: Any) -> str:
    """One answer in one line: an option as the form words it, a number with its unit."""
    if isinstance(value, (list, tuple)):
        return listed(answer_word(field, each) for each in value)
    key = ("no", "yes")[value] if isinstance(value, bool) else str(value)
    option = field.option(key) if field is not None else None
    if option is not None:
        return str(option.title)
    if isinstance(value, bool):
        return t("yes") if value else t("no")
    unit = str(field.unit) if field is not None and isinstance(value, (int, float)) else ""
    return " ".join([*key.split(), *unit.split()])


def event_word(desk: Desk, kind: EventKind | None, field: str, value: Any) -> Any:
    """A value of an event's data: a code that its kind or a form words as a `Coded`, money as `Fen`, others
    as they are."""
    money = kind.money if kind is not None and kind.money else _MONEY
    if field in money and type(value) is int:
        return Fen(value)
    if kind is None or not isinstance(value, str):
        return value
    form, _, question = kind.asked_in.get(field, "").partition(".")
    asked = _fields(desk, form).get(question)
    option = asked.option(value) if asked is not None else None
    said = kind.codes.get(field, {}).get(value) or (option.title if option is not None else None)
    return value if said is None else Coded(value, said)


def _fields(desk: Desk, form: str) -> dict[str, Field]:
    found = desk.forms.get(form).fields if form in desk.forms.ids() else ()
    return {field.name: field for field in found}
