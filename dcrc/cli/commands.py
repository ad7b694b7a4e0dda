"""What all commands have in common: the options that each takes before or after its name, and its help."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from dcrc.cli.helping import Context, HelpFormatter, help_rows
from dcrc.cli.seat import Settings
from dcrc.i18n import LANGUAGES, set_language, t


def _set(field: str) -> Callable[[click.Context, click.Parameter, Any], None]:
    def remember(ctx: click.Context, parameter: click.Parameter, value: Any) -> None:
        if value is not None and value is not False:
            setattr(ctx.ensure_object(Settings), field, value)
            if field == "language":
                set_language(value)

    return remember


def common_options(environment: bool = False) -> list[click.Option]:
    """The options that every command takes; only the outermost set reads the `environment`."""

    def option(
        flags: tuple[str, ...], field: str, help: str, variable: str | None = None, **more: Any
    ) -> click.Option:
        return click.Option(
            flags,
            callback=_set(field),
            expose_value=False,
            help=help,
            envvar=variable if environment else None,
            is_eager=True,
            **more,
        )

    return [
        option(("--json", "_json"), "json", "Print JSON for scripts.", is_flag=True),
        option(
            ("--db", "_db"),
            "db",
            "The database file (DCRC_DB).",
            type=click.Path(readable=False, path_type=Path),
            metavar="FILE",
            variable="DCRC_DB",
        ),
        option(
            ("--today", "_today"),
            "day",
            "Act as on this day (DCRC_TODAY).",
            metavar="DATE",
            variable="DCRC_TODAY",
        ),
        option(
            ("--operator", "_operator"),
            "operator",
            "Who you are (DCRC_OPERATOR).",
            metavar="NAME",
            variable="DCRC_OPERATOR",
        ),
        option(
            ("--lang", "_lang"),
            "language",
            "The language of texts (DCRC_LANG).",
            type=click.Choice(LANGUAGES),
            variable="DCRC_LANG",
        ),
        option(
            ("--policy", "_policy"),
            "policy",
            "The dealer's policy file (DCRC_POLICY).",
            type=click.Path(readable=False, path_type=Path),
            metavar="FILE",
            variable="DCRC_POLICY",
        ),
    ]


COMMON = frozenset(option.name for option in common_options())


class Command(click.Command):
    """A command that takes the common options and speaks the reader's language."""

    context_class = Context

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _add_common(self)

    def get_short_help_str(self, limit: int = 45) -> str:
        return t(self.help) if self.help else ""

    def format_help_text(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        _format_help_text(self, formatter)

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        _format_options(self, ctx, formatter)


class Group(click.Group):
    """A group of commands (`customer`, `policy` …)."""

    context_class = Context
    command_class = Command
    reads_environment = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _add_common(self, self.reads_environment)

    def get_short_help_str(self, limit: int = 45) -> str:
        return t(self.help) if self.help else ""

    def format_help_text(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        _format_help_text(self, formatter)

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        _format_options(self, ctx, formatter)
        self.format_commands(ctx, formatter)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        rows = []
        for name in self.list_commands(ctx):
            command = self.get_command(ctx, name)
            if command is not None and not command.hidden:
                rows.append((name, command.get_short_help_str()))
        if rows:
            with formatter.section("Commands"):
                formatter.write_dl(rows)


Group.group_class = Group


def adopt(command: click.Command) -> None:
    """Let a command made by click's own decorators take the common options and speak as ours do."""
    if type(command) is click.Group:
        command.__class__ = Group
    elif type(command) is click.Command:
        command.__class__ = Command
    _add_common(command)
    if isinstance(command, click.Group):
        for inner in command.commands.values():
            adopt(inner)


def _add_common(command: click.Command, environment: bool = False) -> None:
    taken = {flag for parameter in command.params for flag in parameter.opts}
    command.params += [
        option for option in common_options(environment) if not taken & set(option.opts)
    ]


def _format_help_text(command: click.Command, formatter: click.HelpFormatter) -> None:
    if command.help:
        formatter.write_paragraph()
        with formatter.indentation():
            formatter.write_text(t(command.help))


def _format_options(
    command: click.Command, ctx: click.Context, formatter: click.HelpFormatter
) -> None:
    parameters = command.get_params(ctx)
    own = [parameter for parameter in parameters if parameter.name not in COMMON]
    for title, listed in (
        ("Options", own),
        ("Options of every command", [p for p in parameters if p.name in COMMON]),
    ):
        rows = list(help_rows(listed, ctx))
        if rows:
            with formatter.section(title):
                formatter.write_dl(rows)


__all__ = ["COMMON", "Command", "Group", "HelpFormatter", "common_options"]
