"""`dcrc policy`: every value of the standards with the layer it comes from; checking a file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from dcrc.cli.commands import Group
from dcrc.cli.harmless import one_line
from dcrc.cli.plugged import plugin_host
from dcrc.cli.seat import settings
from dcrc.cli.showing import json_value, show
from dcrc.errors import NotFound, PolicyError
from dcrc.i18n import t
from dcrc.kernel.policies import origin_text
from dcrc.kernel.policy_words import value_words

if TYPE_CHECKING:
    from dcrc.kernel.plugins import PluginHost
    from dcrc.kernel.policies import Policies, PolicyRow


@click.group(cls=Group)
def policy() -> None:
    """Policies."""


def dealer_file() -> Path:
    """The dealer's policy file: the one named, else the one beside the database."""
    chosen = settings()
    return chosen.policy_file


@policy.command("show", help="Every value with the layer it comes from; a section or key narrows.")
@click.argument("key", required=False)
def show_values(key: str | None) -> None:
    """Print the policies that count here."""
    policies = _counting()
    rows = [
        row
        for row in policies.rows()
        if key is None or row.key == key or row.key.startswith(f"{key}.")
    ]
    if not rows:
        raise NotFound(
            "There is no policy value {key}; sections are: {sections}.",
            key=key,
            sections=", ".join(policies.sections),
        )
    show(
        {
            "policies": [
                {
                    "key": row.key,
                    "value": json_value(row.value),
                    "unit": row.unit or None,
                    "meaning": str(row.doc),
                    "layer": row.origin.layer,
                    "file": str(row.origin.file) if row.origin.file else None,
                    "line": row.origin.line,
                }
                for row in rows
            ]
        },
        *(_line(row) for row in rows),
    )


def _line(row: PolicyRow) -> str:
    said = f"{row.key} = {value_words(row.value, row.unit)}  [{origin_text(row.origin)}]"
    return one_line(f"{said}  {row.doc}")


def _counting() -> Policies:
    """The policies of the desk where there is one, else those that files and plugins give."""
    from dcrc.cli.seat import desk_at

    chosen = settings()
    if not chosen.path.exists():
        from dcrc.kernel.sections import load_policies

        file = dealer_file()
        wanted = file if chosen.policy or file.exists() else None
        return load_policies(plugin_host(chosen), wanted)
    with desk_at(chosen) as desk:
        desk.require("policy.view")
        return desk.policies


@policy.command(help="Check a policy file (yours if none is named), all forms and scripts.")
@click.argument("file", type=click.Path(readable=False, path_type=Path), required=False)
def check(file: Path | None) -> None:
    """Load policies, forms and scripts; the first thing that is wrong is the error."""
    from dcrc.kernel.forms import Forms
    from dcrc.kernel.references import refuse_broken_references
    from dcrc.kernel.scripts import Scripts
    from dcrc.kernel.sections import load_policies

    chosen = file or dealer_file()
    if not chosen.exists() and (file is not None or settings().policy is not None):
        raise NotFound("There is no policy file {path}.", path=str(chosen))
    host = plugin_host(settings())
    policies = load_policies(host, chosen if chosen.exists() else None, strictly=True)
    forms, scripts = Forms.load(host.form_folders()), Scripts.load(host.script_folders())
    refuse_broken_references(policies, forms, scripts)
    _refuse_wrong_keys(policies, host)
    show(
        {
            "file": str(chosen) if chosen.exists() else None,
            "values": len(policies.rows()),
            "own_values": len(policies.origins),
            "forms": len(forms.forms),
            "scripts": len(scripts.texts),
        },
        t(
            "In order: {own} values of {file}, {forms} forms, {scripts} scripts.",
            own=len(policies.origins),
            file=chosen if chosen.exists() else "-",
            forms=len(forms.forms),
            scripts=len(scripts.texts),
        ),
    )


def _refuse_wrong_keys(policies: Policies, host: PluginHost) -> None:
    """Raise PolicyError for the first key of the interface that is mapped wrongly, with file and line."""
    from dcrc.tui import wrong_keys

    for name, why in wrong_keys(policies.section("keys").keys, host):
        origin = policies.origin(f"keys.{name}")
        raise PolicyError(
            "{file}, line {line}: keys.{key}: {why}.",
            file=str(origin.file or "-"),
            line=origin.line or 0,
            key=name,
            why=why,
        )
