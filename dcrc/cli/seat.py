"""Where a command sits: which database, which day, which operator, in which language."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from functools import update_wrapper
from pathlib import Path
from typing import TYPE_CHECKING, Concatenate, ParamSpec, TypeVar

import attrs
import click

from dcrc.clock import Clock, clock_on, system_clock
from dcrc.errors import ConflictError, NotFound

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from dcrc.kernel.desk import Desk

FILE_NAME = "dealer.dcrc"

P = ParamSpec("P")
R = TypeVar("R")


@attrs.define
class Settings:
    """What the options that every command takes were set to; `plugins` None means the installed ones."""

    db: Path | None = None
    day: str = ""
    operator: str = ""
    language: str = ""
    policy: Path | None = None
    json: bool = False
    clock: Clock = system_clock
    entropy: Callable[[int], bytes] = os.urandom
    plugins: Sequence[object] | None = None

    @property
    def path(self) -> Path:
        """The database file: the one named, else `dealer.dcrc` here, else in the user's data folder."""
        if self.db is not None:
            return self.db if self.db.name else self.db.absolute()
        here = Path(FILE_NAME)
        return here if here.exists() else user_data_folder() / FILE_NAME

    @property
    def policy_file(self) -> Path:
        """The dealer's file: the one named, else the database's name with .toml."""
        path = self.path
        return self.policy or (path.with_suffix(".toml") if path.name else path)


def user_data_folder() -> Path:
    """The folder where the system keeps a user's data (not created)."""
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local") / "dcrc"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Application Support" / "dcrc"
    return Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share") / "dcrc"


@attrs.define
class DayClock:
    """The clock of `--today`: the time of day runs on, the date stays.

    The zone is known once a desk is open.
    """

    clock: Clock
    day: str
    zone: ZoneInfo
    _shifted: Clock | None = None

    def __call__(self) -> datetime:
        if self._shifted is None:
            self._shifted = clock_on(self.date(), self.clock, self.zone)
        return self._shifted()

    def date(self) -> date:
        """The day that was given, relative to the real one (`明天`, `+3d`)."""
        from dcrc.cli.times import parse_day

        return parse_day(self.day, self.clock().astimezone(self.zone).date())

    def move_to(self, zone: ZoneInfo) -> None:
        """Let the day be a day in `zone`."""
        if zone != self.zone:
            self.zone, self._shifted = zone, None


def settings() -> Settings:
    """The settings of the command that runs."""
    return click.get_current_context().ensure_object(Settings)


def clock_of(chosen: Settings) -> Clock:
    """The clock that `chosen` asks for; raises InputError where `--today` is no day."""
    if not chosen.day:
        return chosen.clock
    from zoneinfo import ZoneInfo

    clock = DayClock(chosen.clock, chosen.day, ZoneInfo("Asia/Shanghai"))
    clock.date()
    return clock


@contextmanager
def desk_at(chosen: Settings) -> Iterator[Desk]:
    """Open the desk that `chosen` describes and close it afterwards.

    A file that may only be read is opened for reading: lists work, changes are refused.
    """
    from dcrc.kernel.desk import open_desk

    path = chosen.path
    if not path.exists():
        raise NotFound(
            "There is no database {path}. Go to the folder where the file lies or name it with --db;"
            " `dcrc init` makes one, `dcrc demo` shows one.",
            path=path,
        )
    clock = clock_of(chosen)
    desk = open_desk(
        path,
        operator=chosen.operator or None,
        clock=clock,
        entropy=chosen.entropy,
        policy_file=chosen.policy,
        plugins=chosen.plugins,
        read_only=path.is_file() and not os.access(path, os.W_OK),
    )
    if isinstance(clock, DayClock):
        clock.move_to(desk.zone)
    try:
        yield desk
    finally:
        desk.db.close()


def pass_desk(command: Callable[Concatenate[Desk, P], R]) -> Callable[P, R]:
    """Decorator: open the desk for a command, pass it first, close it afterwards."""

    def with_desk(*args: P.args, **kwargs: P.kwargs) -> R:
        with desk_at(settings()) as desk:
            try:
                return command(desk, *args, **kwargs)
            except ConflictError as conflict:
                raise _in_words(desk, conflict) from conflict

    return update_wrapper(with_desk, command)


def _in_words(desk: Desk, conflict: ConflictError) -> ConflictError:
    """A conflict of the store by the name of whose record it is, not by an id."""
    from dcrc.kernel.conflicts import in_words
    from dcrc.store import Conflict

    return in_words(desk, conflict) if isinstance(conflict, Conflict) else conflict


def refuse_without_terminal(flag: str) -> None:
    """For questions that need an answer: without a terminal say which flag answers instead of waiting."""
    from dcrc.errors import UsageError

    if not sys.stdin.isatty():
        raise UsageError(
            "This cannot be undone and nobody can be asked here; add {flag} to do it.", flag=flag
        )


def now_here(desk: Desk) -> datetime:
    """The present instant in the dealer's time zone."""
    return desk.now().astimezone(desk.zone)
