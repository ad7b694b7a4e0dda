"""What people type for results."""

from __future__ import annotations

from dcrc.errors import InputError
from dcrc.i18n import LANGUAGES, speaking
from dcrc.kernel.tasks import Result
from dcrc.kernel.titles import result_title


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
        results=", ".join(result.value for result in Result),
    )
