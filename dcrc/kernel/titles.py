"""What states and results are called, in the current language; said in this place only."""

from __future__ import annotations

from dcrc.i18n import t
from dcrc.kernel.phones import PhoneState
from dcrc.kernel.tasks import Result, TaskState


def state_title(state: TaskState) -> str:
    """The state of a task."""
    return {
        TaskState.OPEN: t("open"),
        TaskState.DONE: t("done"),
        TaskState.FAILED: t("failed"),
        TaskState.WITHDRAWN: t("withdrawn"),
        TaskState.EXPIRED: t("expired"),
    }[state]


def result_title(result: Result) -> str:
    """What came of a try."""
    return {
        Result.REACHED: t("Reached"),
        Result.NO_ANSWER: t("No answer"),
        Result.BUSY: t("Busy"),
        Result.SWITCHED_OFF: t("Switched off"),
        Result.NOT_IN_SERVICE: t("Not in service"),
        Result.EMPTY_NUMBER: t("Empty number"),
        Result.WRONG_NUMBER: t("Wrong number"),
        Result.REFUSED: t("Refused"),
        Result.CALL_BACK: t("Call back"),
        Result.NOT_THE_OWNER: t("Not the owner"),
    }[result]


def phone_state_title(state: PhoneState) -> str:
    """What is known of a number; empty where nothing is."""
    return {
        PhoneState.UNKNOWN: "",
        PhoneState.VALID: t("valid"),
        PhoneState.EMPTY: t("empty number"),
        PhoneState.WRONG: t("wrong number"),
        PhoneState.SWITCHED_OFF: t("switched off"),
    }[state]
