"""The interface as a whole: it holds the desk, the screens, what was said, and looks for others' changes."""

from __future__ import annotations

import asyncio
import gc
import os
import traceback
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any, ClassVar, TypeVar

from textual.app import App
from textual.binding import BindingType
from textual.geometry import Offset
from textual.screen import Screen
from textual.timer import Timer
from textual.widget import Widget
from textual.worker import WorkType

from dcrc.errors import DcrcError
from dcrc.i18n import listed, t, translate_error
from dcrc.kernel.desk import Desk
from dcrc.store import Conflict
from dcrc.tui.desk_lane import DeskLane
from dcrc.tui.drafts import SheetDraft
from dcrc.tui.filters import Filters
from dcrc.tui.keys import BY_ID, bindings, key_name
from dcrc.tui.places import Places
from dcrc.tui.planning_run import PlanningRun
from dcrc.tui.shell import DeskScreen, MessageLine
from dcrc.tui.themes import DARK, LIGHT

T = TypeVar("T")

LOOK_EVERY = 1.0  # seconds between looks for other people's changes
WARM_AFTER = 0.3  # seconds after the start
SAID_FOR = 15.0  # seconds a message stays
OURS = ("dcrc", "plugins")
FAULT = "The program failed here: {what} at {place}. What was recorded is safe; please report this line."


def place_of(error: BaseException) -> str:
    """File and line where `error` arose: the last place in dcrc or a plugin, else in a library."""
    frames = list(traceback.walk_tb(error.__traceback__))
    names = [str(frame.f_globals.get("__name__", "")).split(".")[0] for frame, _ in frames]
    ours = [each for each, name in zip(frames, names, strict=True) if name in OURS]
    if not frames:
        return "?"
    frame, line = (ours or frames)[-1]
    return f"{Path(frame.f_code.co_filename).name}:{line}"


def rarely_tidy_memory() -> None:
    """Let the garbage collector leave what stays for good alone: its whole rounds take 50 to 150 ms,
    in which no key is painted."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 1_000)


class DcrcApp(Places, App[None]):
    """One operator at one desk. Screens ask it to do work, to say things and to go somewhere."""

    CSS_PATH = "dcrc.tcss"
    TITLE = "DCRC"
    ENABLE_COMMAND_PALETTE = False
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (104, "-wide")]  # noqa: RUF012 - Textual declares it so
    BINDINGS: ClassVar[list[BindingType]] = [
        *bindings(
            "help",
            "help.letter",
            "palette",
            "search",
            "search.always",
            "undo",
            "today",
            "calendar",
            "new",
            "new.always",
            "theme",
            "quit",
        )
    ]

    def __init__(self, desk: Desk, *, plan_first: bool = True) -> None:
        self._caret = Offset(0, 0)
        self.desk = desk
        self.lane = DeskLane(desk)
        self.said: tuple[str, str] = ("", "information")
        self._said_on: DeskScreen | None = None  # the screen that stood there then
        self.filters = Filters()
        self.passed: set[str] = set()  # customers put aside for this round
        self.recorded_last: tuple[str, SheetDraft] | None = None
        self.planning = PlanningRun(self)
        self.faults: list[Exception] = []
        self._said_timer: Timer | None = None
        self._plan_first = plan_first
        super().__init__()

    # -- start and end ---------------------------------------------------------------------------

    def on_load(self) -> None:
        self.register_theme(DARK)
        self.register_theme(LIGHT)
        light = self.desk.policies.section("interface").theme == "light"
        self.theme = LIGHT.name if light else DARK.name
        wished = self.desk.policies.section("keys").keys
        plugins = self.desk.plugins.names()
        ours = [n for n in wished if n in BY_ID or n.partition(".")[0] in plugins]
        self.set_keymap({name: wished[name] for name in ours})
        unknown = sorted(set(wished) - set(ours))
        if unknown:
            text = t("The policy file maps keys that do not exist: {names}", names=listed(unknown))
            self.said = (text, "warning")

    def get_default_screen(self) -> Screen[Any]:
        from dcrc.tui.today import Today

        return Today()

    def on_mount(self) -> None:
        self.call_after_refresh(self._look)
        self.set_interval(LOOK_EVERY, self._look)
        self.set_timer(WARM_AFTER, self._warm)
        if self._plan_first:
            self.call_after_refresh(self.plan_calendar)

    async def _warm(self) -> None:
        """Import the screens that are likely next, so that their first opening waits for nothing."""
        await asyncio.to_thread(import_module, "dcrc.tui.call_sheet")
        await asyncio.to_thread(import_module, "dcrc.tui.customer_page")
        await asyncio.to_thread(import_module, "dcrc.tui.search")
        if not self.is_headless:
            rarely_tidy_memory()

    def on_unmount(self) -> None:
        self.planning.stop()
        self.lane.close()

    # -- work ------------------------------------------------------------------------------------

    def perform(
        self,
        work: Callable[[Desk], T],
        show: Callable[[T], None],
        *,
        on: Widget | None = None,
        topic: str = "",
        failed: Callable[[DcrcError], None] | None = None,
    ) -> None:
        """Run `work(desk)` in the desk's thread and hand the result to `show`; errors are told, not raised.

        With a `topic` only the newest request of it is shown, on whichever widget `on` it was asked.
        """

        async def run() -> None:
            try:
                result = await self.lane.do(work)
            except Conflict as conflict:
                (failed or self.complain)(await self._in_words(conflict))
            except DcrcError as error:
                (failed or self.complain)(error)
            except Exception as error:  # noqa: BLE001 - said, kept and raised by tests; never a traceback
                self.own_fault(error, failed)
            else:
                if self._shows(on):
                    show(result)

        owner = on or self
        job: WorkType[None] = run
        owner.run_worker(job, group=topic or "default", exclusive=bool(topic), exit_on_error=True)

    async def _in_words(self, conflict: Conflict) -> DcrcError:
        """What somebody else has changed meanwhile, with the person's name."""
        from dcrc.tui.conflicts import in_operators_words

        return await self.lane.do(lambda desk: in_operators_words(desk, conflict))

    def _shows(self, on: Widget | None) -> bool:
        """Whether `on` is still there to show a result; a screen that was left is not, nor any at the end."""
        if not self.is_running:
            return False
        if isinstance(on, Screen):
            return on in self.screen_stack
        return on is None or on.is_attached

    async def _look(self) -> None:
        if await self.lane.do(lambda desk: desk.db.changed()):
            self.show_changes()

    def show_changes(self) -> None:
        """Let the screen in front show what is in the database now; cursors and forms stay."""
        screen = self._desk_screen()
        if screen is not None:
            screen.load_data()

    def _desk_screen(self) -> DeskScreen | None:
        """The whole screen in front; a dialog may stand over it."""
        whole = (each for each in reversed(self.screen_stack) if isinstance(each, DeskScreen))
        return next(whole, None)

    def key(self, name: str) -> str:
        """How the key with the id `name` is called as it is mapped now."""
        return key_name(self._keymap.get(name, BY_ID[name].keys).split(",")[0])

    # -- speech ----------------------------------------------------------------------------------

    def say(self, text: str, tone: str = "information") -> None:
        """Show `text` in the message line of every screen; `tone` is information, hint, warning or error.

        Information is what came of a deed: it stays. The others are about the screen they were said on.
        """
        self.said, self._said_on = (text, tone), self._desk_screen()
        for screen in self.screen_stack:
            for line in screen.query(MessageLine):
                line.tell(text, tone)
        if self._said_timer is not None:
            self._said_timer.stop()
        self._said_timer = self.set_timer(SAID_FOR, lambda: self.say("")) if text else None

    def unsay(self) -> None:
        """Take back what was said about something that has changed; what came of a deed stays."""
        if self.said[0] and self.said[1] != "information":
            self.say("")

    def came_to(self, screen: DeskScreen) -> None:
        """Take back what was said about another screen than `screen`, which is in front now."""
        if self._said_on not in (None, screen):
            self.unsay()

    def complain(self, error: DcrcError) -> None:
        """Tell the operator what is wrong, where, and how to go on."""
        self.say(translate_error(error), "error")

    def own_fault(
        self, error: Exception, failed: Callable[[DcrcError], None] | None = None
    ) -> None:
        """Tell of a fault of the program itself by its kind and place; customer data stay out of it."""
        self.faults.append(error)
        fault = DcrcError(FAULT, what=type(error).__name__, place=place_of(error))
        (failed or self.complain)(fault)

    def _handle_exception(self, error: Exception) -> None:
        if self.is_headless:  # tests see everything
            super()._handle_exception(error)
            return
        self.faults.append(error)
        self.exit(return_code=1)

    def raise_fault(self) -> None:
        """After the end: raise what ended the interface, as an error that a person can read.

        Under `DCRC_TRACEBACK=1` the tracebacks of all its faults go to stderr first.
        """
        if os.environ.get("DCRC_TRACEBACK"):
            for fault in self.faults:
                traceback.print_exception(fault)
        if self.return_code:
            error = self.faults[-1] if self.faults else RuntimeError()
            raise DcrcError(FAULT, what=type(error).__name__, place=place_of(error)) from error

    # -- the terminal's cursor -------------------------------------------------------------------

    @property
    def cursor_position(self) -> Offset:
        """Where the real cursor stands: at the caret, so that input methods open their window there."""
        focused = self.screen.focused if self._screen_stacks.get(self._current_mode) else None
        caret: Offset = getattr(focused, "cursor_screen_offset", self._caret)
        return caret

    @cursor_position.setter
    def cursor_position(self, place: Offset) -> None:
        self._caret = place
