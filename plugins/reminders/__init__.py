"""Reminders and care (提醒与关怀): services, warranty, inspection, licence, birthdays, greetings."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from dcrc import (
    Answers,
    BatchStep,
    CustomerBlock,
    Desk,
    Doubt,
    EventKind,
    Figure,
    Planner,
    RecordKind,
    ScreenEntry,
    Task,
    Wording,
    hookimpl,
)

from .policy import RemindersPolicy
from .records import CARE_MESSAGES, EVENT_KINDS
from .reminding import NAME
from .rules import planner

HERE = Path(__file__).parent


@hookimpl
def dcrc_policy_section() -> tuple[str, type]:
    return NAME, RemindersPolicy


@hookimpl
def dcrc_event_kinds() -> Iterable[EventKind]:
    return EVENT_KINDS


@hookimpl
def dcrc_record_kinds() -> Iterable[RecordKind]:
    return [CARE_MESSAGES]


@hookimpl
def dcrc_planners() -> list[Planner]:
    return [planner]


@hookimpl
def dcrc_form_folders() -> list[Path]:
    return [HERE / "forms"]


@hookimpl
def dcrc_script_folders() -> list[Path]:
    return [HERE / "scripts"]


@hookimpl
def dcrc_locale_folder() -> Path:
    return HERE / "locale"


@hookimpl
def dcrc_task_closed(desk: Desk, task: Task, answers: Answers | None) -> None:
    from .operations import note_conversation

    note_conversation(desk, task, answers)


@hookimpl
def dcrc_doubts(desk: Desk, task: Task, values: Mapping[str, Any]) -> Iterable[Doubt]:
    from .operations import doubtful_mileages

    return doubtful_mileages(desk, task, values)


@hookimpl
def dcrc_figures() -> tuple[Figure, ...]:
    from .reports import figures

    return figures


@hookimpl
def dcrc_batch_steps() -> list[BatchStep]:
    from .steps import batch_steps

    return batch_steps()


@hookimpl
def dcrc_commands(cli: Any) -> None:
    from .commands import reminders

    cli.add_command(reminders)


@hookimpl
def dcrc_customer_blocks() -> list[CustomerBlock]:
    from .blocks import service_lines

    return [CustomerBlock(NAME, Wording("保养与到期", "Services and deadlines"), service_lines)]


@hookimpl
def dcrc_screens() -> list[ScreenEntry]:
    return [ScreenEntry(NAME, Wording("提醒名单", "Reminder lists"), _lists)]


def _lists() -> type[Any]:
    from .screens import ReminderLists

    return ReminderLists
