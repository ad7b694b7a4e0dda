"""The hook page: everything a plugin or brand pack may do, one line each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pluggy

if TYPE_CHECKING:
    import click

    from dcrc.kernel.desk import Desk
    from dcrc.kernel.doubts import Doubt
    from dcrc.kernel.events import Event, EventKind
    from dcrc.kernel.faces import CustomerBlock, ScreenEntry
    from dcrc.kernel.figures import Figure
    from dcrc.kernel.forms import Answers
    from dcrc.kernel.planner import Planner
    from dcrc.kernel.plugins import BatchStep, RecordKind
    from dcrc.kernel.tasks import Attempt, Task

hookspec = pluggy.HookspecMarker("dcrc")
hookimpl = pluggy.HookimplMarker("dcrc")


@hookspec
def dcrc_event_kinds() -> Iterable[EventKind]:
    """Kinds of dated facts this plugin records or plans from."""


@hookspec
def dcrc_record_kinds() -> Iterable[RecordKind]:
    """Document tables this plugin owns, each with its attrs class and indexes."""


@hookspec
def dcrc_policy_section() -> tuple[str, type]:
    """The plugin's section of the policy files: its name and the attrs class with the defaults."""


@hookspec
def dcrc_policy_files() -> Iterable[Path]:
    """Policy files of a brand pack: they count over plugin defaults and under the dealer's own file."""


@hookspec
def dcrc_form_folders() -> Iterable[Path]:
    """Folders with form files (`*.toml`): questionnaires, record sheets, checklists."""


@hookspec
def dcrc_script_folders() -> Iterable[Path]:
    """Folders with scripts (`<script>.zh.txt`, `<script>.en.txt`) that operators read out."""


@hookspec
def dcrc_locale_folder() -> Path:
    """The folder with the plugin's message catalogues."""


@hookspec
def dcrc_planners() -> Iterable[Planner]:
    """Pure functions from a customer's dossier to the tasks that should exist."""


@hookspec
def dcrc_attempted(desk: Desk, task: Task, attempt: Attempt) -> None:
    """A try at a task was recorded; called inside the same operation."""


@hookspec
def dcrc_task_closed(desk: Desk, task: Task, answers: Answers | None) -> None:
    """A task was closed by what a person did (done, failed, withdrawn); called inside the same operation."""


@hookspec
def dcrc_doubts(desk: Desk, task: Task, values: Mapping[str, Any]) -> Iterable[Doubt]:
    """What may be wrong in answers to a task's form: the operator is told, nothing is refused or written."""


@hookspec
def dcrc_event_recorded(desk: Desk, event: Event) -> None:
    """A fact was recorded by an operation of a person; imports are seen by the planner alone."""


@hookspec
def dcrc_figures() -> Iterable[Figure]:
    """Figures this plugin computes: rates and shares by month and person."""


@hookspec
def dcrc_batch_steps() -> Iterable[BatchStep]:
    """Steps that `dcrc batch` can run by name."""


@hookspec
def dcrc_import_profiles() -> Iterable[Path]:
    """Mapping files (`*.toml`) that teach the import a source's headers and values."""


@hookspec
def dcrc_commands(cli: click.Group) -> None:
    """Add commands to the command line."""


@hookspec
def dcrc_customer_blocks() -> Iterable[CustomerBlock]:
    """Blocks this plugin shows on the customer page."""


@hookspec
def dcrc_screens() -> Iterable[ScreenEntry]:
    """Screens this plugin adds to the interface, imported only when they are opened."""
