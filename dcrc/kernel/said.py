"""What a customer said in a conversation, in words: for whoever has to act on it without reading exports."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from dcrc.errors import NotFound
from dcrc.i18n import t
from dcrc.kernel.answer_words import answer_word
from dcrc.kernel.forms import Answers, FieldKind
from dcrc.kernel.masking import seen
from dcrc.store import GlobalId

if TYPE_CHECKING:
    from dcrc.kernel.desk import Desk
    from dcrc.kernel.tasks import Task

ANSWERED = "answered"  # the kind of a task's fact that is a conversation


def said_lines(desk: Desk, answers: Answers) -> tuple[str, ...]:
    """The questions that were answered badly with their answers, and what was written down in words.

    As the operator may see it: numbers of people in free texts are hidden as everywhere.
    """
    return tuple(str(seen(desk, line)) for line in _lines(desk, answers))


def said_about(desk: Desk, task: Task) -> tuple[str, ...]:
    """What the dissatisfied customer said in the conversations that a task rests on."""
    told = [fact["ref"] for fact in task.reasons.get("facts", ()) if fact["kind"] == ANSWERED]
    found = desk.answers.get_many([GlobalId(ref) for ref in told]) if told else {}
    conversations = [
        desk.read(Answers, found[GlobalId(ref)]) for ref in told if GlobalId(ref) in found
    ]
    return tuple(
        line for each in conversations if not each.satisfied for line in said_lines(desk, each)
    )


def _lines(desk: Desk, answers: Answers) -> Iterator[str]:
    try:
        form = desk.forms.get(answers.form, answers.version)
    except NotFound:  # its function is switched off: what was written down is told all the same
        texts = (value for value in answers.values.values() if isinstance(value, str))
        yield from (t("the customer said: {text}", text=" ".join(each.split())) for each in texts)
        return
    for field in form.fields:
        value = answers.values.get(field.name)
        if value is None or value == "":
            continue
        if field.name in answers.weak or field.kind is FieldKind.TEXT:
            yield t(
                "{question}: {answer}", question=str(field.title), answer=answer_word(field, value)
            )
