"""Tyre storage (轮胎寄存): whose tyres lie in our rack, and when he is called to change them."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from dcrc import (
    Answers,
    Attempt,
    BatchStep,
    CustomerBlock,
    Desk,
    Event,
    EventKind,
    Figure,
    Planner,
    RecordKind,
    ScreenEntry,
    Task,
    hookimpl,
)

from . import operations, reports, rules
from .policy import TyreStoragePolicy
from .records import BROUGHT_BACK, STORED, Set

if TYPE_CHECKING:
    import click

HERE = Path(__file__).parent


@hookimpl
def dcrc_policy_section() -> tuple[str, type]:
    return "tyre_storage", TyreStoragePolicy


@hookimpl
def dcrc_policy_files() -> Iterable[Path]:
    """A brand pack ships policy files; this one has none of its own."""
    return []


@hookimpl
def dcrc_event_kinds() -> Iterable[EventKind]:
    return [STORED, BROUGHT_BACK]


@hookimpl
def dcrc_record_kinds() -> Iterable[RecordKind]:
    return [Set.kind()]


@hookimpl
def dcrc_planners() -> Iterable[Planner]:
    return [rules.planner]


@hookimpl
def dcrc_form_folders() -> Iterable[Path]:
    return [HERE / "forms"]


@hookimpl
def dcrc_script_folders() -> Iterable[Path]:
    return [HERE / "scripts"]


@hookimpl
def dcrc_import_profiles() -> Iterable[Path]:
    return sorted((HERE / "profiles").glob("*.toml"))


@hookimpl
def dcrc_locale_folder() -> Path:
    return HERE / "locale"


@hookimpl
def dcrc_event_recorded(desk: Desk, event: Event) -> None:
    operations.keep_rack_in_step(desk, event)


@hookimpl
def dcrc_attempted(desk: Desk, task: Task, attempt: Attempt) -> None:
    operations.count_try(desk, task, attempt)


@hookimpl
def dcrc_task_closed(desk: Desk, task: Task, answers: Answers | None) -> None:
    operations.note_wish(desk, task, answers)


@hookimpl
def dcrc_figures() -> Iterable[Figure]:
    return [reports.rack]


@hookimpl
def dcrc_batch_steps() -> Iterable[BatchStep]:
    return [reports.count_step]


@hookimpl
def dcrc_customer_blocks() -> Iterable[CustomerBlock]:
    return [reports.block]


@hookimpl
def dcrc_screens() -> Iterable[ScreenEntry]:
    return [reports.screen]


@hookimpl
def dcrc_commands(cli: click.Group) -> None:
    from .commands import tyres

    cli.add_command(tyres)
