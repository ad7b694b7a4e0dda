"""What the guides show is accepted as it stands there: policies, keys, mapping files, commands."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import click
import pytest

from dcrc.cli.program import program
from dcrc.imports.profiles import profiles_of
from dcrc.kernel.faces import FACE_SECTIONS
from dcrc.kernel.plugins import PluginHost
from dcrc.kernel.policies import Policies
from dcrc.kernel.sections import kernel_sections
from dcrc.testing import isolated_desk
from dcrc.tui import wrong_keys
from plugins import new_car_followup, reminders, service_followup

ROOT = Path(__file__).resolve().parents[2]
GUIDES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
FUNCTIONS = (new_car_followup, reminders, service_followup)


def blocks(kind: str, *names: str) -> list[tuple[str, str]]:
    """(guide, text) of the fenced blocks of one kind."""
    return [
        (guide.name, text)
        for guide in GUIDES
        if not names or guide.name in names
        for text in re.findall(rf"```{kind}\n(.*?)```", guide.read_text("utf-8"), re.DOTALL)
    ]


@pytest.mark.parametrize(
    ("guide", "text"), blocks("toml", "policies.md", "operator.md", "operator.zh.md", "data.md")
)
def test_policies_in_the_guides_are_accepted(tmp_path: Path, guide: str, text: str) -> None:
    file = tmp_path / "dealer.toml"
    file.write_text(text, "utf-8")
    host = PluginHost.load(FUNCTIONS)
    sections = {**kernel_sections(), **host.policy_sections(), **FACE_SECTIONS}
    policies = Policies.load(sections, [("dealer", file)])
    assert not wrong_keys(policies.section("keys").keys, host)


def test_mapping_files_in_the_guides_are_accepted(tmp_path: Path) -> None:
    desk = isolated_desk(tmp_path, plugins=FUNCTIONS)
    folder = tmp_path / "profiles"
    folder.mkdir()
    texts = [text for _, text in blocks("toml", "importing.md") if ".fields." in text]
    assert texts
    for number, text in enumerate(texts):
        (folder / f"own{number}.toml").write_text(text, "utf-8")
    assert profiles_of(desk)
    desk.close()


def test_commands_in_the_guides_exist_with_their_options() -> None:
    seen = 0
    for guide, text in blocks("sh"):
        for line in text.splitlines():
            words = shlex.split(line, comments=True)
            if "dcrc" not in words[:2]:
                continue
            words = words[words.index("dcrc") + 1 :]
            command: click.Command = program
            while words and not words[0].startswith("-") and isinstance(command, click.Group):
                found = command.get_command(click.Context(command), words[0])
                assert found is not None, f"{guide}: {line}"
                command, words = found, words[1:]
            options = {name for option in command.params for name in option.opts}
            shared = {"--db", "--json", "--today", "--operator", "--lang", "--policy", "--help"}
            given = {word.split("=")[0] for word in words if word.startswith("--")}
            assert given <= options | shared, f"{guide}: {line}"
            seen += 1
    assert seen > 15
