"""The `dcrc` command itself: names its commands, imports only the one that runs."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from contextlib import ExitStack
from importlib import import_module
from typing import Any, Final

import click

from dcrc import __version__
from dcrc.cli.commands import Group
from dcrc.cli.faults import ending_of, report
from dcrc.cli.seat import Settings, settings
from dcrc.errors import UsageError
from dcrc.i18n import language_of_environment, set_language, t

SECTIONS: Final[dict[str, dict[str, tuple[str, str]]]] = {
    "The day's work": {
        "today": ("days:today", "What is due today, one line per customer."),
        "tasks": ("days:tasks", "Tasks by due date, rule, state and owner."),
        "task": ("days:task", "One task with its script and questions."),
        "add": ("calls:add", "Put a task of your own on the calendar."),
        "attempt": ("calls:attempt", "Record what came of a call."),
        "snooze": ("calls:snooze", "Move a task to another day."),
        "assign": ("assigning:assign", "Give tasks to somebody, or share a list out."),
        "withdraw": ("withdrawing:withdraw", "Take tasks off the calendar, with the reason."),
        "explain": ("explaining:explain", "Why a task is there, or why a rule planned none."),
        "plan": ("days:plan", "Bring the calendar up to date."),
    },
    "Customers and vehicles": {
        "customer": ("customers:customer", "Find, show, add, edit, merge and archive customers."),
        "vehicle": ("vehicles:vehicle", "Show, add and edit vehicles, note mileages."),
        "duplicates": ("customers:duplicates", "Customers who are probably the same."),
        "proposals": ("proposals:proposals", "Changes that wait for a supervisor."),
        "figures": ("figures:figures", "Rates and shares of a month."),
    },
    "What happened": {
        "log": ("past:log", "The operations of the journal, newest first."),
        "undo": ("past:undo", "Take back your last operation, another one, or a whole import."),
    },
    "Files": {
        "init": ("files:init", "Make a new database."),
        "import": ("importing:import_", "Take in sales and repair ledgers from spreadsheets."),
        "export": ("importing:export", "Write a table to a spreadsheet, CSV or JSON file."),
        "backup": ("files:backup", "Write a verified copy of the database."),
        "restore": ("files:restore", "Bring a backup back."),
        "verify": ("files:verify", "Prove that the file is whole and the journal unchanged."),
        "batch": ("batches:batch", "Run a list of steps, for cron or a timer."),
    },
    "Settings": {
        "operators": ("staff:operators", "Who works here and in which role."),
        "policy": ("policies:policy", "The numbers of the standards and where each comes from."),
        "plugins": ("plugged:plugins", "The functions that are switched on; write a new one."),
        "demo": ("demo:demo", "An invented dealer to try everything on."),
    },
}

COMMANDS: Final = {name: entry for section in SECTIONS.values() for name, entry in section.items()}


class Program(Group):
    """The outermost group. Commands of plugins are looked up only when the name is not one of ours."""

    reads_environment = True

    def list_commands(self, ctx: click.Context) -> list[str]:
        return [*COMMANDS, *sorted(self._plugin_commands(ctx))]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return self._plugin_commands(ctx).get(cmd_name)
        place, help = COMMANDS[cmd_name]
        module, _, attribute = place.partition(":")
        command: click.Command = getattr(import_module(f"dcrc.cli.{module}"), attribute)
        command.help = help
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        try:
            return super().resolve_command(ctx, args)
        except click.exceptions.NoSuchCommand as problem:
            known = self.list_commands(ctx)
            raise click.exceptions.NoSuchCommand(
                problem.command_name, possibilities=known, ctx=ctx
            ) from None

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; a reader who stopped reading (`| head`) is no fault."""
        try:
            outcome = super().invoke(ctx)
            sys.stdout.flush()
        except BrokenPipeError:
            sys.stdout = open(os.devnull, "w")  # noqa: SIM115 - python flushes it while ending
            ctx.exit(0)
        return outcome

    def _plugin_commands(self, ctx: click.Context) -> dict[str, click.Command]:
        from dcrc.cli.plugged import plugin_commands

        return plugin_commands(ctx.ensure_object(Settings))

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        for title, entries in SECTIONS.items():
            with formatter.section(title):
                formatter.write_dl([(name, t(help)) for name, (_, help) in entries.items()])
        added = self._plugin_commands(ctx)
        if added:
            with formatter.section("From plugins"):
                rows = [(name, added[name].get_short_help_str()) for name in sorted(added)]
                formatter.write_dl(rows)

    def main(  # type: ignore[override]  # ends by sys.exit as click's does, with our codes
        self, args: Any = None, prog_name: str | None = None, **extra: Any
    ) -> Any:
        """Run the command line; every refusal becomes one line on stderr and an exit code."""
        set_language(language_of_environment())
        for stream in (sys.stdout, sys.stderr):
            if hasattr(stream, "reconfigure"):
                stream.reconfigure(errors="backslashreplace")
        words = list(sys.argv[1:] if args is None else args)
        chosen = extra.pop("obj", None) or Settings()
        extra["standalone_mode"] = False
        try:
            outcome = super().main(words, prog_name or "dcrc", obj=chosen, **extra)
        except BaseException as problem:  # noqa: BLE001 - the last place that can say what went wrong
            code = ending_of(problem)
            report(problem, as_json=chosen.json or "--json" in words)
            sys.exit(code)
        sys.exit(outcome if isinstance(outcome, int) else 0)


@click.command(
    cls=Program,
    name="dcrc",
    invoke_without_command=True,
    help="Customers and their calls for a car dealer. Without a command it opens the interface.",
)
@click.version_option(
    __version__, prog_name="dcrc", message="%(prog)s %(version)s", help="Print the version."
)
@click.pass_context
def program(ctx: click.Context) -> None:
    """Open the interface when no command was given; print the help where there is no terminal."""
    if ctx.invoked_subcommand is not None:
        return
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        click.echo(ctx.get_help())
        return
    from dcrc.cli.seat import desk_at
    from dcrc.tui import run

    chosen = settings()
    with ExitStack() as stack:
        try:
            desk = stack.enter_context(desk_at(chosen))
        except UsageError as problem:
            names = problem.params.get("operators")
            if not names:
                raise
            chosen.operator = ask_who(names)
            desk = stack.enter_context(desk_at(chosen))
        run(desk)


def ask_who(names: Sequence[str]) -> str:
    """Which of the staff sits here; he answers with the number before his name, or the name."""
    from dcrc.cli.harmless import one_line

    for number, name in enumerate(names, start=1):
        click.echo(f"{number:>3}  {one_line(name)}")
    numbered = {str(number): name for number, name in enumerate(names, start=1)}
    while True:
        said = str(click.prompt(t("Who are you? (number or name)"))).strip()
        if said in names:
            return said
        if said in numbered:
            return numbered[said]
        click.echo(t("Nobody here has the number or name {said}.", said=one_line(said)))
