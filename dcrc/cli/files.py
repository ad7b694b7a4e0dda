"""The database file itself: made, proved, copied, brought back."""

from __future__ import annotations

from pathlib import Path

import click

from dcrc.cli.commands import Command
from dcrc.cli.progress import progress
from dcrc.cli.seat import clock_of, desk_at, refuse_without_terminal, settings
from dcrc.cli.showing import show
from dcrc.errors import DamagedData, InOutError, NotFound, UsageError
from dcrc.i18n import t

FILE = click.Path(readable=False, path_type=Path)


@click.command(cls=Command)
@click.argument("file", type=FILE, required=False)
def init(file: Path | None) -> None:
    """Make a database; who does it is its first supervisor."""
    from dcrc.kernel.desk import init_database

    chosen = settings()
    path = file or chosen.path
    if not chosen.operator:
        raise UsageError("Say who you are with --operator NAME; you become the first supervisor.")
    if file is None and chosen.db is None:
        path.parent.mkdir(parents=True, exist_ok=True)
    desk = init_database(
        path,
        operator=chosen.operator,
        clock=clock_of(chosen),
        entropy=chosen.entropy,
        policy_file=chosen.policy,
        plugins=chosen.plugins,
    )
    try:
        show(
            {
                "path": str(path),
                "operator": desk.operator.name,
                "installation": desk.db.installation,
            },
            t("Made {path}; {name} is its supervisor.", path=path, name=desk.operator.name),
            t("Next: dcrc import FILE…, then dcrc plan."),
        )
    finally:
        desk.close()


@click.command(cls=Command)
def verify() -> None:
    """Check file, journal and documents against each other; needs no operator."""
    from dcrc.store import Database

    chosen = settings()
    path = chosen.path
    if not path.exists():
        raise NotFound("There is no file {path}.", path=str(path))
    db = Database(path, clock=chosen.clock, entropy=chosen.entropy, read_only=True)
    try:
        with progress(t("Verifying")) as advance:
            found = db.verify(advance)
    finally:
        db.close()
    show(
        {
            "path": str(path),
            "ok": found.ok,
            "entries": found.entries,
            "documents": found.documents,
            "head": found.head,
            "problems": [
                {
                    "table": bad.table,
                    "id": None if bad.doc_id is None else str(bad.doc_id),
                    "number": bad.number,
                    "what": bad.what,
                }
                for bad in found.problems
            ],
        },
        *([_verified(found.documents, found.entries)] if found.ok else []),
        *(
            f"{bad.table} {bad.doc_id} #{bad.number}: {t(bad.msgid, **bad.params)}"
            for bad in found.problems
        ),
    )
    if not found.ok:
        raise DamagedData(
            "{path} is not whole: {count} problems. Restore the newest backup that verifies.",
            path=str(path),
            count=len(found.problems),
        )


def _verified(documents: int, entries: int) -> str:
    return t(
        "Whole: {documents} documents agree with {entries} journal entries.",
        documents=documents,
        entries=entries,
    )


@click.command(cls=Command)
@click.argument("target", type=FILE, required=False)
@click.option("--overwrite", is_flag=True, help="Replace a file that is there.")
def backup(target: Path | None, overwrite: bool) -> None:
    """Copy the database while it is in use; the copy is verified."""
    chosen = settings()
    with desk_at(chosen) as desk:
        desk.require("backup")
        stamp = desk.now().astimezone(desk.zone).strftime("%Y%m%d-%H%M%S")
        goal = target or chosen.path.with_name(f"{chosen.path.stem}-{stamp}.dcrc")
        with progress(t("Copying")) as advance:
            found = desk.db.backup(goal, progress=advance, overwrite=overwrite)
    show(
        {"path": str(goal), "documents": found.documents, "entries": found.entries},
        t("Wrote {path}.", path=goal),
        _verified(found.documents, found.entries),
    )


@click.command(cls=Command)
@click.argument("source", type=FILE)
@click.option("--yes", is_flag=True, help="Replace the present database without asking.")
def restore(source: Path, yes: bool) -> None:
    """Put a backup, after verifying it, in the place of the database."""
    from dcrc.store import restore as bring_back

    target = settings().path
    if not source.exists():
        raise InOutError("There is no file {path}.", path=str(source))
    if target.exists() and not yes:
        refuse_without_terminal("--yes")
        question = t(
            "Replace {path} by {source}? What was entered since is lost.",
            path=target,
            source=source,
        )
        if not click.confirm(question, err=True):
            raise click.Abort
    target.parent.mkdir(parents=True, exist_ok=True)
    found = bring_back(source, target, overwrite=yes or target.exists())
    show(
        {
            "source": str(source),
            "path": str(target),
            "documents": found.documents,
            "entries": found.entries,
        },
        t("Restored {path} from {source}.", path=target, source=source),
        _verified(found.documents, found.entries),
    )
