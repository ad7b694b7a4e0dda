"""Steps for the daily batch: drafts of care messages, and what was approved goes to the outbox."""

from __future__ import annotations

from dcrc import BatchStep, Desk, Wording, t

from .operations import draft_care, send_care


def _draft(desk: Desk) -> str:
    return t("{count} care messages drafted for review", count=len(draft_care(desk)))


def _send(desk: Desk) -> str:
    sent = send_care(desk)
    return t(
        "{count} care messages queued for {people} customers",
        count=len(sent),
        people=sum(each.count for each in sent),
    )


def batch_steps() -> list[BatchStep]:
    """The steps by name."""
    return [
        BatchStep("draft_care", Wording("拟写关怀短信", "Draft care messages"), _draft),
        BatchStep("send_care", Wording("发送已审关怀短信", "Send approved care messages"), _send),
    ]
