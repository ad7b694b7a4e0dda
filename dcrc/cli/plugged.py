"""`dcrc plugins`: what is switched on, what failed to load, and a skeleton for a new one."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from dcrc.cli.commands import Group, adopt
from dcrc.cli.seat import Settings, settings
from dcrc.cli.showing import Column, Table, show
from dcrc.i18n import t

if TYPE_CHECKING:
    from dcrc.kernel.plugins import PluginHost


def plugin_host(chosen: Settings) -> PluginHost:
    """The plugins that the dealer's file leaves switched on; needs no database."""
    from dcrc.kernel.plugins import PluginHost, disabled_plugins

    return PluginHost.load(chosen.plugins, disabled_plugins([chosen.policy_file]))


def plugin_commands(chosen: Settings) -> dict[str, click.Command]:
    """The commands that plugins add, by name."""
    group = Group("plugins")
    plugin_host(chosen).ask("dcrc_commands", cli=group)
    for command in group.commands.values():
        adopt(command)
    return dict(group.commands)


@click.group(cls=Group, invoke_without_command=True)
@click.pass_context
def plugins(ctx: click.Context) -> None:
    """List the plugins when nothing else is asked for."""
    if ctx.invoked_subcommand is None:
        ctx.invoke(list_all)


@plugins.command("list", help="Every installed plugin: on, off or failed.")
def list_all() -> None:
    """Print the plugins."""
    from dcrc.kernel.forms import load_forms
    from dcrc.kernel.scripts import load_scripts
    from dcrc.kernel.sections import load_policies

    host = plugin_host(settings())
    # so that a hook that raises and a file that is wrong are among the failures
    host.event_kinds(), host.planners(), host.figures()
    load_policies(host), load_forms(host), load_scripts(host)
    infos = host.infos()
    words = {"on": t("on"), "off": t("off"), "failed": t("failed")}
    columns = [Column(t("Plugin")), Column(t("State")), Column(t("What it is"), flexible=True)]
    rows = [
        (info.name, words.get(info.state, info.state), t(info.about) if info.about else "")
        for info in infos
    ]
    show(
        {
            "plugins": [
                {
                    "name": info.name,
                    "state": info.state,
                    "about": info.about,
                    "hooks": list(info.hooks),
                }
                for info in infos
            ],
            "problems": [
                {"plugin": problem.plugin, "where": problem.where, "what": problem.what}
                for problem in host.problems
            ],
        },
        *([Table(columns, rows)] if rows else [t("No plugins are installed.")]),
        *(
            t("{plugin}: {where}: {what}", plugin=bad.plugin, where=bad.where, what=bad.what)
            for bad in host.problems
        ),
    )


@plugins.command(help="Write the skeleton of a new plugin, with tests that pass.")
@click.argument("name")
@click.option(
    "--into",
    type=click.Path(readable=False, path_type=Path),
    metavar="FOLDER",
    help="The folder to make; dcrc-NAME here if not given.",
)
def new(name: str, into: Path | None) -> None:
    """Start a third-party plugin."""
    from dcrc.cli.skeleton_writer import write_skeleton

    folder = into or Path(f"dcrc-{name}")
    written = write_skeleton(name, folder)
    show(
        {"name": name, "folder": str(folder), "files": [str(file) for file in written]},
        t("Wrote {count} files to {folder}. Next:", count=len(written), folder=folder),
        f"  cd {folder} && python3 -m pip install -e '.[dev]' && python3 -m pytest",
    )
