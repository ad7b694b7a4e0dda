"""A plugin's wrong file is named, left out and reported, the rest works; the dealer's own must be right."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType

import attrs
import pytest

from dcrc import hookimpl
from dcrc.errors import PolicyError
from dcrc.kernel.forms import Forms
from dcrc.kernel.plugins import PluginHost
from dcrc.kernel.policies import Policies
from dcrc.kernel.references import refuse_broken_references
from dcrc.kernel.scripts import Scripts
from dcrc.testing import isolated_desk
from plugins import new_car_followup, reminders, service_followup

FORM = """
id = "brand_care"
version = 1
title = { zh = "关怀", en = "Care" }
[[fields]]
name = "happy"
title = { zh = "满意吗", en = "Happy?" }
kind = "bool"
"""


def a_pack(folder: Path, policy: str = "", **files: str) -> ModuleType:
    """A brand pack with a policy file, and forms and scripts by their file names (`__` for a dot)."""
    pack = ModuleType("brand")
    (folder / "brand.toml").write_text(policy, "utf-8")
    for name, text in files.items():
        (folder / name.replace("__", ".")).write_text(text, "utf-8")
    scripts = folder / "scripts"
    scripts.mkdir()
    for file in folder.glob("*.txt"):
        file.rename(scripts / file.name)
    forms = folder / "forms"
    forms.mkdir()
    for file in folder.glob("*_form.toml"):
        file.rename(forms / file.name)
    pack.dcrc_policy_files = hookimpl(lambda: [folder / "brand.toml"])  # type: ignore[attr-defined]
    pack.dcrc_form_folders = hookimpl(lambda: [forms])  # type: ignore[attr-defined]
    pack.dcrc_script_folders = hookimpl(lambda: [scripts])  # type: ignore[attr-defined]
    return pack


@pytest.fixture
def pack_folder(tmp_path: Path) -> Path:
    (tmp_path / "pack").mkdir()
    return tmp_path / "pack"


def test_a_pack_s_wrong_key_is_reported_and_its_file_does_not_count(
    tmp_path: Path, pack_folder: Path
) -> None:
    pack = a_pack(pack_folder, "[conversations]\nrest_days = 9\n[contact]\ntrie = 3\n")
    desk = isolated_desk(tmp_path, plugins=[pack], policy="[contact]\ntries = 2\n")
    (problem,) = desk.plugins.problems
    assert (problem.plugin, problem.where) == ("brand", "policy")
    assert "contact.trie" in problem.what
    assert "4" in problem.what  # the line
    assert desk.policies.section("contact").tries == 2
    assert not any(origin.layer == "brand" for origin in desk.policies.origins.values())
    desk.close()


def test_the_dealer_s_own_wrong_key_is_an_error(tmp_path: Path, pack_folder: Path) -> None:
    pack = a_pack(pack_folder, "[contact]\ntries = 5\n")
    with pytest.raises(PolicyError, match=r"contact\.trie"):
        isolated_desk(tmp_path, plugins=[pack], policy="[contact]\ntrie = 2\n")


def test_a_pack_s_broken_form_and_script_leave_the_others(
    tmp_path: Path, pack_folder: Path
) -> None:
    pack = a_pack(
        pack_folder,
        bad_form__toml="id = ",
        good_form__toml=FORM,
        twice_form__toml=FORM,
        bad__zh__txt="您好 {nobody}",
        good__zh__txt="您好",
    )
    desk = isolated_desk(tmp_path, plugins=[pack])
    assert desk.forms.ids() == ["brand_care"]
    assert list(desk.scripts.texts) == ["good"]
    told = [(each.where, each.what) for each in desk.plugins.problems]
    assert [where for where, _ in told] == ["form", "form", "script"]
    assert all(name in what for name, (_, what) in zip(("bad", "twice", "bad"), told, strict=True))
    desk.close()


@attrs.frozen
class Names:
    form: str = attrs.field(default="care", metadata={"refers": "form"})
    script: str = attrs.field(default="", metadata={"refers": "script"})
    asked: str = attrs.field(default="care.happy", metadata={"refers": "question"})


@attrs.frozen
class Naming:
    steps: dict[str, Names] = attrs.field(factory=lambda: {"first": Names()})


@pytest.mark.parametrize("wrong", ['form = "cares"', 'script = "hello"', 'asked = "care.happi"'])
def test_names_of_what_does_not_exist_are_found_with_their_place(
    tmp_path: Path, wrong: str
) -> None:
    (tmp_path / "care.toml").write_text(FORM.replace("brand_care", "care"), "utf-8")
    forms, scripts = Forms.load([tmp_path]), Scripts.load([])
    refuse_broken_references(Policies.load({"naming": Naming}), forms, scripts)
    own = tmp_path / "own" / "dealer.toml"
    own.parent.mkdir()
    own.write_text(f"[naming.steps.first]\n{wrong}\n", "utf-8")
    with pytest.raises(PolicyError, match=r"dealer\.toml:2.*naming\.steps\.first\."):
        refuse_broken_references(
            Policies.load({"naming": Naming}, [("dealer", own)]), forms, scripts
        )


def test_what_is_delivered_names_only_what_exists(tmp_path: Path) -> None:
    host = PluginHost.load([new_car_followup, reminders, service_followup])
    desk = isolated_desk(tmp_path, plugins=[new_car_followup, reminders, service_followup])
    forms, scripts = Forms.load(host.form_folders()), Scripts.load(host.script_folders())
    refuse_broken_references(desk.policies, forms, scripts)
    desk.close()
