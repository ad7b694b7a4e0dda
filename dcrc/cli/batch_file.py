"""The list of steps that `dcrc batch` runs: a TOML file, or one step per line.

One step per line is `import exports/*.xlsx rejects=rejected.xlsx`: the step's name, what it works on, and
options as name=value. In TOML the same is `[[step]]` with `do = "import"`, `files = [...]`, `rejects = "…"`.
"""

from __future__ import annotations

import shlex
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import attrs

from dcrc.errors import InputError

OPTIONS: Final[Mapping[str, tuple[str, ...]]] = {
    "import": ("files", "profile", "rejects"),
    "plan": ("until",),
    "backup": ("target", "keep"),
    "export": ("what", "target"),
    "verify": (),
}
TOO_MUCH: Final = "?"  # words of a line that are left over; no option is called so


@attrs.frozen
class Step:
    """One step: its name, its options, and where it stands in the file."""

    name: str
    options: Mapping[str, Any]
    line: int


def read_steps(file: Path, plugin_steps: frozenset[str]) -> list[Step]:
    """The steps of `file`; InputError names file and line or step of what cannot be taken."""
    try:
        text = file.read_text("utf-8-sig")
    except UnicodeDecodeError as problem:
        raise InputError("{file} is not UTF-8 text.", file=str(file)) from problem
    steps = _from_toml(file, text) if file.suffix.lower() == ".toml" else _from_lines(file, text)
    for step in steps:
        _check(file, step, plugin_steps)
    return steps


def _from_toml(file: Path, text: str) -> list[Step]:
    try:
        tables = tomllib.loads(text)
    except tomllib.TOMLDecodeError as problem:
        from dcrc.kernel.toml_faults import toml_fault

        line, why = toml_fault(text, problem)
        raise InputError(
            "{file}, line {line}: not valid TOML ({why}).", file=str(file), line=line, why=why
        ) from problem
    steps = tables.pop("step", [])
    if tables or not isinstance(steps, list):
        raise InputError(
            "{file}: {keys} is not known; steps are written as [[step]].",
            file=str(file),
            keys=", ".join(tables) or "step",
        )
    found = []
    for number, options in enumerate(steps, start=1):
        name = options.pop("do", None) if isinstance(options, dict) else None
        if not isinstance(name, str):
            raise InputError(
                '{file}: step {number} does not say what to do; write do = "plan".',
                file=str(file),
                number=number,
            )
        found.append(Step(name, options, number))
    return found


def _from_lines(file: Path, text: str) -> list[Step]:
    steps = []
    for number, line in enumerate(text.splitlines(), start=1):
        try:
            words = shlex.split(line, comments=True)
        except ValueError as problem:
            raise InputError(
                "{file}:{line}: {problem}", file=str(file), line=number, problem=str(problem)
            ) from problem
        if words:
            steps.append(Step(words[0], _options(words[0], words[1:]), number))
    return steps


def _options(name: str, words: list[str]) -> dict[str, Any]:
    known = OPTIONS.get(name, ())
    options: dict[str, Any] = {}
    loose = []
    for word in words:
        option, given, value = word.partition("=")
        if given and option in known:
            options[option] = value
        else:
            loose.append(word)
    if loose and known and known[0] == "files":
        options["files"] = loose
    else:
        free = [option for option in known if option not in options]
        options.update(zip(free, loose, strict=False))
        if len(loose) > len(free):
            options[TOO_MUCH] = " ".join(loose[len(free) :])
    return options


def _check(file: Path, step: Step, plugin_steps: frozenset[str]) -> None:
    if step.name not in OPTIONS and step.name not in plugin_steps:
        raise InputError(
            "{file}: step {line}: there is no step {name}; steps are: {steps}.",
            file=str(file),
            line=step.line,
            name=step.name,
            steps=", ".join([*OPTIONS, *sorted(plugin_steps)]),
        )
    unknown = [option for option in step.options if option not in OPTIONS.get(step.name, ())]
    if unknown:
        raise InputError(
            "{file}: step {line}: {name} does not take {option}; it takes: {options}.",
            file=str(file),
            line=step.line,
            name=step.name,
            option=step.options[TOO_MUCH] if unknown[0] == TOO_MUCH else unknown[0],
            options=", ".join(OPTIONS.get(step.name, ())) or "-",
        )
