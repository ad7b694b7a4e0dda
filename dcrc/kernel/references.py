"""Names in policies of what stands elsewhere: forms, their questions, scripts."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from dcrc.errors import PolicyError
from dcrc.kernel.forms import Forms
from dcrc.kernel.policies import Policies, leaves
from dcrc.kernel.scripts import Scripts


def refuse_broken_references(policies: Policies, forms: Forms, scripts: Scripts) -> None:
    """Raise PolicyError for the first value that names a form, script or question that does not exist.

    Which values are such names is said by their fields' metadata `refers`; an empty text names nothing.
    """
    known: dict[str, Callable[[str], bool]] = {
        "form": set(forms.ids()).__contains__,
        "script": scripts.texts.__contains__,
        "question": partial(_is_asked, forms),
    }
    for section, values in policies.sections.items():
        for key, name, metadata in leaves(section, values):
            kind = metadata.get("refers")
            if kind is None or not name or known[kind](name):
                continue
            names = ", ".join(scripts.texts if kind == "script" else forms.ids())
            raise _missing(
                kind, origin=str(policies.origin(key)), key=key, name=name, names=names or "-"
            )


def _missing(kind: str, **told: str) -> PolicyError:
    if kind == "form":
        return PolicyError(
            "{origin}: {key} names the form {name}, which does not exist; there are: {names}.",
            **told,
        )
    if kind == "script":
        return PolicyError(
            "{origin}: {key} names the script {name}, which does not exist; there are: {names}.",
            **told,
        )
    return PolicyError(
        "{origin}: {key} names the question {name}, which does not exist; write form.question of "
        "one of the forms {names}.",
        **told,
    )


def _is_asked(forms: Forms, name: str) -> bool:
    form, _, question = name.partition(".")
    return form in forms.ids() and question in {field.name for field in forms.get(form).fields}
