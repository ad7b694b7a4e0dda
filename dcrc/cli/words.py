"""What people type for results and roles."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dcrc.errors import InputError
from dcrc.i18n import LANGUAGES, speaking
from dcrc.kernel.tasks import Result
from dcrc.kernel.titles import result_title

if TYPE_CHECKING:
    from dcrc.kernel.desk import Desk


def parse_result(text: str) -> Result:
    """The result that `text` names: `no_answer`, `no-answer`, or its word in either language."""
    said = text.strip().lower().replace("-", "_")
    for result in Result:
        words = {result.value}
        for name in LANGUAGES:
            with speaking(name):
                words.add(result_title(result).lower())
        if said in words:
            return result
    raise InputError(
        "{text!r} is no result of a call. Results: {results}.",
        field="result",
        text=text,
        results=", ".join(f"{result.value} ({result_title(result)})" for result in Result),
    )


def parse_role(desk: Desk, text: str) -> str:
    """The role that `text` names: its code, its title in either language, or the only title so begun.

    What names none is given back, so that the kernel refuses it with its own words.
    """
    said = text.strip().lower()
    roles = desk.policies.section("roles").roles
    titles = {
        name: (name, role.title.zh.lower(), role.title.en.lower()) for name, role in roles.items()
    }
    exact = [name for name, words in titles.items() if said in words]
    begun = [name for name, words in titles.items() if any(word.startswith(said) for word in words)]
    fitting = exact or begun
    return fitting[0] if len(fitting) == 1 and len(said) > 1 else text.strip()
