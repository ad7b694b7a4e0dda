"""What people read and type for states and results."""

from __future__ import annotations

from dcrc.errors import InputError
from dcrc.i18n import LANGUAGES, speaking, t
from dcrc.kernel.phones import PhoneState
from dcrc.kernel.tasks import Result, TaskState

RESULTS = {
    Result.REACHED: "reached",
    Result.NO_ANSWER: "no answer",
    Result.BUSY: "busy",
    Result.SWITCHED_OFF: "switched off",
    Result.NOT_IN_SERVICE: "not in service",
    Result.EMPTY_NUMBER: "empty number",
    Result.WRONG_NUMBER: "wrong number",
    Result.REFUSED: "refused",
    Result.CALL_BACK: "call back",
    Result.NOT_THE_OWNER: "not the owner",
}
STATES = {
    TaskState.OPEN: "open",
    TaskState.DONE: "done",
    TaskState.FAILED: "failed",
    TaskState.WITHDRAWN: "withdrawn",
    TaskState.EXPIRED: "expired",
}
PHONE_STATES = {
    PhoneState.UNKNOWN: "",
    PhoneState.VALID: "valid",
    PhoneState.EMPTY: "empty number",
    PhoneState.WRONG: "wrong number",
    PhoneState.SWITCHED_OFF: "switched off",
}


def parse_result(text: str) -> Result:
    """The result that `text` names: `no_answer`, `no-answer`, or its word in either language."""
    said = text.strip().lower().replace("-", "_")
    for result, word in RESULTS.items():
        words = {result.value, word}
        for name in LANGUAGES:
            with speaking(name):
                words.add(t(word))
        if said in words:
            return result
    raise InputError(
        "{text!r} is no result of a call. Results: {results}.",
        field="result",
        text=text,
        results=", ".join(result.value for result in Result),
    )
