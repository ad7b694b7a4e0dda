"""Writes the skeleton of a third-party plugin: package, policy, rule, form, script, catalogue, tests."""

from __future__ import annotations

import keyword
import re
from importlib.resources import files
from pathlib import Path
from typing import Final

from dcrc import __version__
from dcrc.errors import InputError

FILES: Final = {
    "pyproject.toml": "pyproject.toml",
    "README.md": "README.md",
    "hatch_build.py": "hatch_build.py",
    "{{package}}/__init__.py": "__init__.py",
    "{{package}}/policy.py": "policy.py",
    "{{package}}/rules.py": "rules.py",
    "{{package}}/forms/{{name}}_call.toml": "form.toml",
    "{{package}}/scripts/{{name}}_call.zh.txt": "script.zh.txt",
    "{{package}}/scripts/{{name}}_call.en.txt": "script.en.txt",
    "{{package}}/locale/zh_CN/LC_MESSAGES/{{name}}.po": "messages.po",
    "tests/conftest.py": "conftest.py",
    "tests/test_{{name}}.py": "test_plugin.py",
}


def write_skeleton(name: str, folder: Path) -> list[Path]:
    """Write a plugin called `name` into the new `folder`; returns the files.

    Raises InputError when the name is no module's name or the folder has something in it.
    """
    if not re.fullmatch(r"[a-z][a-z0-9_]{1,39}", name) or keyword.iskeyword(name):
        raise InputError(
            "{name!r} cannot be a plugin's name; use lower-case letters, digits and _.",
            field="name",
            name=name,
        )
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise InputError(
            "{path} exists already; choose another folder with --into.",
            field="into",
            path=str(folder),
        )
    blanks = {"{{name}}": name, "{{package}}": f"dcrc_{name}", "{{version}}": __version__}
    written = []
    for place, template in FILES.items():
        text = (files("dcrc.cli") / "skeleton" / f"{template}.tmpl").read_text("utf-8")
        target = folder / _filled(place, blanks)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(_filled(text, blanks), encoding="utf-8", newline="\n")
        written.append(target)
    return written


def _filled(text: str, blanks: dict[str, str]) -> str:
    for blank, value in blanks.items():
        text = text.replace(blank, value)
    return text
