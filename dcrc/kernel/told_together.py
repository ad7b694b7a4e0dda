"""Answers that belong together: what is said twice in one conversation is one matter, not two. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dcrc.kernel.forms import Answers
    from dcrc.kernel.planner import Dossier


def told_together(
    dossier: Dossier, rule: str, answered: Sequence[Answers]
) -> list[tuple[Answers, ...]]:
    """Answers that ask for action, those of one conversation together: each is one task of `rule`.

    `rule` is the full name. Answers about the same event (else car) on the same day are one conversation,
    until the task that the first of them is the subject of was closed: what is said after that is new.
    """
    found: list[list[Answers]] = []
    latest: dict[tuple[str, str], list[Answers]] = {}
    for answers in answered:
        about = answers.event or answers.vehicle or answers.id
        key = about, answers.on.isoformat()
        talk = latest.get(key)
        if talk is None or _closed_before(dossier, rule, talk[0], answers):
            talk = latest[key] = []
            found.append(talk)
        talk.append(answers)
    return [tuple(talk) for talk in found]


def _closed_before(dossier: Dossier, rule: str, first: Answers, later: Answers) -> bool:
    closed = [task.closed_at for task in dossier.tasks_of(rule, first.id) if task.closed_by]
    return any(at is not None and later.at is not None and at < later.at for at in closed)
