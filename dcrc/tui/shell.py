"""What every screen has: a title line, its body, the line for messages, and the keys below."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, ClassVar, TypeVar, cast

from textual import events
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.content import Content
from textual.screen import ModalScreen, Screen
from textual.widget import Widget
from textual.widgets import Static

from dcrc.kernel.desk import Desk
from dcrc.tui.key_bar import KeyBar
from dcrc.tui.keys import bindings
from dcrc.wording import plain

if TYPE_CHECKING:
    from dcrc.tui.app import DcrcApp

T = TypeVar("T")
R = TypeVar("R")

LINES = {"information": 2, "hint": 2, "warning": 2, "error": 3}  # so many at most
MARKS = {"information": "", "hint": "", "warning": "!", "error": "✗"}


def house(widget: Widget) -> DcrcApp:
    """The interface that `widget` belongs to."""
    return cast("DcrcApp", widget.app)


class MessageLine(Static):
    """The last thing the interface said; kept while screens change. An ellipsis says that it goes on."""

    def on_mount(self) -> None:
        self.tell(*house(self).said)

    def on_resize(self) -> None:
        self._lay_out()

    def tell(self, text: str, tone: str) -> None:
        """Show `text`; `tone` is information, hint, warning or error."""
        self._said, self._most = Content(MARKS[tone] + plain(text) if text else ""), LINES[tone]
        self.set_classes(f"-{tone}")
        self._lay_out()

    def _lay_out(self) -> None:
        width = (self.size.width or self.app.size.width - 2) or 1
        lines = self._said.wrap(width)
        if len(lines) > self._most:
            last = Content(" ").join(lines[self._most - 1 : self._most + 1])
            lines[self._most - 1 :] = [last.truncate(width, ellipsis=True)]
        self.update(Content("\n").join(lines))


class DeskScreen(Screen[None]):
    """A whole screen: subclasses give `heading`, `body`, and `load_data`, which shows what is true now."""

    AUTO_FOCUS = ""
    FOOTER: ClassVar[tuple[str, ...]] = ()
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("back")]

    def compose(self) -> ComposeResult:
        yield Static(Content(self.heading()), id="title")
        yield from self.body()
        yield MessageLine(id="message")
        yield KeyBar(self.FOOTER, id="keys")

    def body(self) -> ComposeResult:
        """The widgets between title and message line."""
        raise TypeError(f"{type(self).__name__} shows nothing")

    def heading(self) -> str:
        """The title line."""
        return ""

    def set_heading(self) -> None:
        """Show the title line anew."""
        self.query_one("#title", Static).update(Content(plain(self.heading())))

    def load_data(self) -> None:
        """Fetch what this screen shows; called when it opens, returns, and when data changed elsewhere."""

    def on_screen_resume(self) -> None:
        house(self).came_to(self)
        self.load_data()

    def set_focus(
        self, widget: Widget | None, scroll_visible: bool = True, from_app_focus: bool = False
    ) -> None:
        """Give `widget` the cursor; forms and lists bring it into view themselves, at once and wholly."""
        super().set_focus(widget, scroll_visible=False, from_app_focus=from_app_focus)

    def fetch(
        self,
        work: Callable[[Desk], T],
        show: Callable[[T], None],
        *,
        topic: str = "",
    ) -> None:
        """Run `work(desk)` in the desk's thread, then `show` its result; the newest of a `topic` wins."""
        house(self).perform(work, show, on=self, topic=topic or type(self).__name__)

    async def on_key(self, event: events.Key) -> None:
        """A letter does the same with Shift or Caps Lock as without."""
        if len(event.key) == 1 and event.key.isupper():
            meant = self.active_bindings.get(event.key.lower())
            if meant is not None and event.key not in self.active_bindings:
                event.stop()
                await self.app.run_action(meant.binding.action, meant.node)

    def action_back(self) -> None:
        house(self).go_back()


class Dialog(ModalScreen[R]):
    """A small screen over another one; Esc closes it with `None`."""

    BINDINGS: ClassVar[list[BindingType]] = [*bindings("back")]

    def action_back(self) -> None:
        self.dismiss(None)
