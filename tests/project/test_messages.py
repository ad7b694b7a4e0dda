"""Every text a person sees is in the catalogue, in both languages, with the same blanks."""

from __future__ import annotations

import ast
import string
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

ROOT = Path(__file__).resolve().parents[2]
POSITION = {
    "t": 0,
    "mark": 0,
    "Remark": 0,
    "NotPlanned": 2,
    "report": 3,
    "Problem": 3,
    "__init__": 0,
}


def blanks(text: str) -> set[str]:
    return {name.split(".")[0] for _, name, _, _ in string.Formatter().parse(text) if name}


def messages() -> Iterator[tuple[str, str]]:
    """(where, msgid) of every message in the code: arguments of `t`, of errors, of what `verify` reports."""
    for part in ("dcrc", "plugins"):
        for file in (ROOT / part).rglob("*.py"):
            for node in ast.walk(ast.parse(file.read_text("utf-8"))):
                if not isinstance(node, ast.Call):
                    continue
                name = ast.unparse(node.func).rsplit(".", 1)[-1]
                position = POSITION.get(name, 0 if name in ERRORS else 99)
                if len(node.args) <= position:
                    continue
                for text in alternatives(node.args[position]):
                    if isinstance(text, ast.Constant) and isinstance(text.value, str):
                        yield f"{file.relative_to(ROOT)}:{node.lineno}", text.value


def alternatives(node: ast.expr) -> Iterator[ast.expr]:
    """Both sentences of `"one" if … else "other"`."""
    if isinstance(node, ast.IfExp):
        yield from alternatives(node.body)
        yield from alternatives(node.orelse)
    else:
        yield node


def error_names() -> set[str]:
    """Names of every class that descends from `DcrcError`, by their definitions."""
    known = {"DcrcError"}
    classes = [
        node
        for part in ("dcrc", "plugins")
        for file in (ROOT / part).rglob("*.py")
        for node in ast.walk(ast.parse(file.read_text("utf-8")))
        if isinstance(node, ast.ClassDef)
    ]
    for _ in range(4):
        known |= {c.name for c in classes if {ast.unparse(b) for b in c.bases} & known}
    return known


ERRORS = error_names()


def chinese() -> dict[str, str]:
    catalogue: dict[str, str] = {}
    for part in ("dcrc", "plugins"):
        for file in (ROOT / part).rglob("zh_CN/LC_MESSAGES/*.po"):
            with file.open("rb") as stream:
                for message in read_po(stream, abort_invalid=True):
                    if message.id:
                        assert not message.fuzzy, f"{file}: {message.id}"
                        catalogue[str(message.id)] = str(message.string)
    return catalogue


def test_every_message_is_translated() -> None:
    known = chinese()
    missing = [f"{where}: {text!r}" for where, text in messages() if not known.get(text)]
    assert not missing, "\n".join(sorted(set(missing)))


def test_a_translation_has_the_blanks_of_its_message() -> None:
    wrong = {
        text: translation
        for text, translation in chinese().items()
        if blanks(text) != blanks(translation)
    }
    assert not wrong


def test_no_translation_without_a_message() -> None:
    used = {text for _, text in messages()}
    source = "\n".join(
        file.read_text("utf-8")
        for part in ("dcrc", "plugins")
        for file in (ROOT / part).rglob("*.py")
    )
    idle = [text for text in chinese() if text not in used and text[:40] not in source]
    assert not idle, "\n".join(idle)


@pytest.mark.parametrize("suffix", ["*.toml"])
def test_wordings_in_data_have_both_languages(suffix: str) -> None:
    import tomllib

    def walk(value: object, where: str) -> Iterator[str]:
        if isinstance(value, dict):
            if set(value) & {"zh", "en"} and not {"zh", "en"} <= set(value):
                yield where
            for key, inner in value.items():
                yield from walk(inner, f"{where}.{key}")
        elif isinstance(value, list):
            for number, inner in enumerate(value):
                yield from walk(inner, f"{where}[{number}]")

    halves = [
        half
        for part in ("dcrc", "plugins")
        for file in (ROOT / part).rglob(suffix)
        for half in walk(tomllib.loads(file.read_text("utf-8")), str(file.relative_to(ROOT)))
    ]
    assert not halves
