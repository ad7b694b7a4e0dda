"""Words of the reminders that several faces say."""

from __future__ import annotations

from dcrc import t


def care_state(state: str) -> str:
    """A care message's state in the current language."""
    return {
        "drafted": t("waits for review"),
        "approved": t("approved"),
        "refused": t("refused"),
        "sent": t("queued"),
        "lapsed": t("lapsed"),
    }.get(state, state)
