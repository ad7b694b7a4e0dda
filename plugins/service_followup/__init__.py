"""Service follow-up (维修回访): the call after each workshop visit, and what comes of it."""

from __future__ import annotations

from pathlib import Path

from dcrc import Figure, Planner, hookimpl

from .policy import NAME, ServiceFollowupPolicy
from .rules import planner

HERE = Path(__file__).parent


@hookimpl
def dcrc_policy_section() -> tuple[str, type]:
    return NAME, ServiceFollowupPolicy


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
def dcrc_figures() -> tuple[Figure, ...]:
    from .reports import figures

    return figures


@hookimpl
def dcrc_locale_folder() -> Path:
    return HERE / "locale"
