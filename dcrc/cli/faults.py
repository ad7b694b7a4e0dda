"""How a command ends badly: one translated line on stderr (an object with --json) and an exit code."""

from __future__ import annotations

import os
import re
import traceback
from pathlib import Path
from typing import Any

import click

from dcrc.errors import DcrcError
from dcrc.errors import UsageError as WrongUse
from dcrc.i18n import t, translate_error
from dcrc.system_faults import why

INTERRUPTED = 130
_EXTRA_WORDS = re.compile(r"Got unexpected extra arguments? \((.*)\)$", re.DOTALL)


def ending_of(problem: BaseException) -> int:
    """The exit code that `problem` ends the process with."""
    if isinstance(problem, DcrcError):
        return problem.exit_code
    if isinstance(problem, click.ClickException):
        return WrongUse.exit_code
    if isinstance(problem, (KeyboardInterrupt, click.Abort)):
        return INTERRUPTED
    if isinstance(problem, SystemExit):
        return problem.code if isinstance(problem.code, int) else int(problem.code is not None)
    return 8 if isinstance(problem, OSError) else 1


def report(problem: BaseException, *, as_json: bool) -> None:
    """Say on stderr what went wrong."""
    if isinstance(problem, SystemExit):
        return
    if os.environ.get("DCRC_TRACEBACK") and not isinstance(
        problem, (DcrcError, click.ClickException)
    ):
        traceback.print_exception(problem)
    if as_json:
        from dcrc.cli.showing import json_text

        click.echo(json_text({"error": error_document(problem)}), err=True)
    else:
        from dcrc.cli.harmless import one_line

        click.echo(f"dcrc: {one_line(sentence_of(problem))}", err=True)


def error_document(problem: BaseException) -> dict[str, Any]:
    """The JSON object of an error (`docs/json.md`, "error")."""
    from dcrc.cli.showing import json_value

    params = problem.params if isinstance(problem, DcrcError) else {}
    return {
        "kind": _kind(problem),
        "code": ending_of(problem),
        "message": sentence_of(problem),
        "params": {name: json_value(value) for name, value in params.items()},
    }


def _kind(problem: BaseException) -> str:
    """The name of the error's class in `dcrc.errors`, whatever subclass the problem is."""
    for cls in type(problem).__mro__:
        if cls.__module__ == "dcrc.errors":
            return cls.__name__
    if isinstance(problem, click.ClickException):
        return "UsageError"
    if isinstance(problem, (KeyboardInterrupt, click.Abort)):
        return "Interrupted"
    return "InOutError" if isinstance(problem, OSError) else "DefectError"


def sentence_of(problem: BaseException) -> str:
    """What the operator reads of `problem`, in the current language."""
    if isinstance(problem, DcrcError):
        return translate_error(problem)
    if isinstance(problem, click.ClickException):
        return _usage_sentence(problem)
    if isinstance(problem, (KeyboardInterrupt, click.Abort)):
        return t("Interrupted; what was not finished has been taken back.")
    if isinstance(problem, OSError):
        reason = why(problem)
        if problem.filename:
            return t("{path}: {reason}.", path=problem.filename, reason=reason)
        return t("The system refused: {reason}.", reason=reason)
    where = traceback.extract_tb(problem.__traceback__)[-1:]
    place = f"{Path(where[0].filename).name}:{where[0].lineno}" if where else "?"
    return t(
        "A defect in dcrc ({kind} at {place}); nothing half-done was kept."
        " Please report it with the output under DCRC_TRACEBACK=1.",
        kind=type(problem).__name__,
        place=place,
    )


def _usage_sentence(problem: click.ClickException) -> str:
    hint = ""
    if isinstance(problem, click.UsageError) and problem.ctx is not None:
        hint = " " + t("Help: {command} --help", command=problem.ctx.command_path)
    if isinstance(problem, click.exceptions.NoArgsIsHelpError):
        return t("A command is missing.") + hint
    if isinstance(problem, click.NoSuchOption):
        said = t("There is no option {name}.", name=problem.option_name)
        return said + _meant(problem.possibilities) + hint
    if isinstance(problem, click.exceptions.NoSuchCommand):
        said = t("There is no command {name}.", name=problem.command_name)
        return said + _meant(problem.possibilities) + hint
    if isinstance(problem, click.MissingParameter) and problem.param is not None:
        name = _wanted(problem.param, problem.ctx)
        return t("{name} is missing.", name=name) + hint
    if isinstance(problem, click.BadParameter) and problem.param is not None:
        name = problem.param.get_error_hint(problem.ctx).strip("'")
        if isinstance(problem.param.type, click.Choice):
            choices = ", ".join(str(choice) for choice in problem.param.type.choices)
            return t("{name} must be one of: {choices}.", name=name, choices=choices) + hint
        if isinstance(problem.param.type, click.types.IntParamType):
            return (
                t("{name} must be a whole number{range}.", name=name, range=_range(problem)) + hint
            )
        return t("{name} cannot be that: {what}", name=name, what=problem.message) + hint
    if isinstance(problem, click.BadOptionUsage):
        return t("{name} needs a value.", name=problem.option_name) + hint
    if extra := _EXTRA_WORDS.match(problem.message):
        return t("There are too many words: {words}.", words=extra[1]) + hint
    return problem.format_message() + hint


# fmt: off
ARGUMENTS = frozenset((
    "CUSTOMER", "FILE", "FILES", "FILE…", "GONE", "KEEP", "KM", "NAME", "OPERATOR", "PROPOSAL",
    "REASON", "REF", "RESULT", "ROLE", "SOURCE", "TARGET", "TASK", "TASKS", "TASK[,TASK…]",
    "TASK|CUSTOMER", "TEXT", "TITLE", "UNTIL", "VEHICLE", "DAY", "WHAT",
))
# fmt: on
"""Arguments as help pages write them; the catalogue says what each is."""


def _wanted(param: click.Parameter, ctx: click.Context | None) -> str:
    """An option or argument that is missing: its name, what that means, and what it may be."""
    if not isinstance(param, click.Argument):
        return param.get_error_hint(ctx).strip("'")
    name = param.metavar or (param.name or "").upper()
    said = t(name) if name in ARGUMENTS else name
    if isinstance(param.type, click.Choice):
        choices = ", ".join(str(choice) for choice in param.type.choices)
        return t("{name} (one of: {choices})", name=said, choices=choices)
    return said


def _range(problem: click.BadParameter) -> str:
    kind = problem.param.type if problem.param is not None else None
    if not isinstance(kind, click.IntRange) or kind.min is None:
        return ""
    if kind.max is None:
        return t(" from {least}", least=kind.min)
    return t(" from {least} to {most}", least=kind.min, most=kind.max)


def _meant(possibilities: list[str] | None) -> str:
    if not possibilities:
        return ""
    return " " + t("Did you mean {names}?", names=", ".join(sorted(possibilities)))
