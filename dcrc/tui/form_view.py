"""The one form renderer: the questions of one or several tasks, one under the other."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

import attrs
from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.geometry import Region, Size
from textual.message import Message
from textual.widget import Widget
from textual.widgets import Static

from dcrc.errors import InputError
from dcrc.i18n import t
from dcrc.kernel.forms import Form
from dcrc.tui.fields import Answered, Question, Stepped, question
from dcrc.tui.shell import house
from dcrc.wording import plain


@attrs.frozen
class AskedForm:
    """A form to be answered for a task; `title` heads it, `values` are answers so far (a draft's).

    With `today` its days can be named in words.
    """

    task: str
    title: str
    form: Form
    values: Mapping[str, Any] = attrs.field(factory=dict)
    today: date | None = None


class FormTitle(Static):
    """The line over a task's questions."""

    def __init__(self, about: str, title: str) -> None:
        super().__init__(Content(plain(title)), classes="form-title")
        self.about = about


class FormView(VerticalScroll, can_focus=False):
    """Questions of `asked`, numbered through each form; unasked ones are hidden as answers come in.

    The question that has the cursor stands wholly in view, whatever comes and goes above it: after each
    layout that moved it, not only when it gets the cursor, for lines of the question before vanish later.
    """

    class Changed(Message):
        """An answer changed."""

    class Finished(Message):
        """The last question was left forwards."""

    def __init__(self, asked: Sequence[AskedForm], **kwargs: Any) -> None:
        self.asked = tuple(asked)
        self.values: dict[str, dict[str, Any]] = {a.task: dict(a.values) for a in asked}
        self._included = {a.task for a in asked}
        self._lines: list[Widget] = [each for a in asked for each in _asking(a)]
        self._composed = False
        self._wanted: Question | None = None  # gets the cursor when its lines stand
        self._seen: tuple[Question, Region, Size] | None = None  # where it was brought into view
        super().__init__(**kwargs)

    def compose(self) -> ComposeResult:
        self._composed = True
        yield from self._lines

    def add(self, asked: AskedForm) -> None:
        """Ask another form below the others; it is not yet included."""
        self.asked = (*self.asked, asked)
        self.values[asked.task] = dict(asked.values)
        lines = list(_asking(asked))
        self._lines += lines
        if not self._composed:
            return
        mounted = self.mount_all(lines)

        async def show() -> None:
            await mounted
            self._begin()

        self.call_later(show)

    def on_mount(self) -> None:
        self.screen.screen_layout_refresh_signal.subscribe(
            self, lambda _: self._keep_in_view(), immediate=True
        )
        self._begin()

    def _begin(self) -> None:
        self._show_asked()
        if self._wanted is not None:
            self._focus(self._wanted)

    @property
    def questions(self) -> list[Question]:
        """All question widgets, in order; they are known before they stand on the screen."""
        return [line for line in self._lines if isinstance(line, Question)]

    def include(self, task: str, included: bool) -> None:
        """Ask the questions of `task`, or leave them out."""
        (self._included.add if included else self._included.discard)(task)
        if self.is_mounted:
            self._show_asked()

    def answers(self, task: str) -> dict[str, Any]:
        """The answers to the questions of `task` that are asked now."""
        return {
            each.field.name: each.answer
            for each in self.questions
            if each.about == task and each.answer is not None and self._is_asked(each)
        }

    def has_form(self, task: str) -> bool:
        """Whether there is a form for `task`."""
        return task in self.values

    def mark_wrong(self, task: str, names: Sequence[str]) -> None:
        """Mark the questions `names` and put the cursor on the first of them."""
        wrong = [e for e in self.questions if e.about == task and e.field.name in names]
        for each in self.questions:
            each.mark_wrong(each in wrong)
        if wrong:
            self._focus(wrong[0])

    def put(self, task: str, name: str, value: Any) -> None:
        """Show `value` as the answer to a question; None takes the answer back."""
        for each in self.questions:
            if each.about == task and each.field.name == name and each.answer != value:
                each.put(value)
                self.values[task].pop(name, None)
                if value is not None:
                    self.values[task][name] = value
        self._show_asked()

    def show_doubts(self, doubts: Mapping[tuple[str, str], str]) -> None:
        """Say beside each answer what is against it, by (task, question); nothing beside the others."""
        for each in self.questions:
            each.doubt(doubts.get((each.about, each.field.name), ""))

    def focus_first(self, *, unanswered: bool = True) -> bool:
        """Put the cursor on the first question, or the first unanswered one; False when none is asked."""
        open_ = [q for q in self.questions if self._is_asked(q)]
        for each in [q for q in open_ if q.answer is None and unanswered] or open_[:1]:
            self._focus(each)
            return True
        return False

    def on_answered(self, event: Answered) -> None:
        event.stop()
        asked = event.question
        self._bring_into_view()
        values = self.values[asked.about]
        before = values.get(asked.field.name)
        if event.value is None:
            values.pop(asked.field.name, None)
        else:
            values[asked.field.name] = event.value
        if before != event.value:
            house(self).unsay()
            self._show_asked()
            self.post_message(self.Changed())
        if event.move_on:
            self._next_after(asked)

    def on_stepped(self, event: Stepped) -> None:
        """Go on, or back; at either end the cursor stays."""
        event.stop()
        here, step = self._in_hand(), event.step
        open_ = [q for q in self.questions if self._is_asked(q)]
        if here in open_:
            there = open_.index(here) + step
            if 0 <= there < len(open_):
                self._focus(open_[there])

    def _next_after(self, asked: Question) -> None:
        after = self.questions[self.questions.index(asked) + 1 :]
        for each in after:
            if self._is_asked(each):
                self._focus(each)
                return
        self.post_message(self.Finished())

    def _focus(self, asked: Question) -> None:
        if not asked.is_mounted:
            self._wanted = asked
            return
        self._wanted = None
        asked.take_focus()

    # -- what is in view -------------------------------------------------------------------------

    def on_descendant_focus(self) -> None:
        self._bring_into_view()

    def _bring_into_view(self) -> None:
        """Show the question with the cursor again, though nothing moved it (the wheel may have)."""
        self._seen = None
        self.call_after_refresh(self._keep_in_view)

    def _keep_in_view(self) -> None:
        """Scroll to the question with the cursor if it is not where it was brought into view."""
        asked = self._in_hand()
        if asked is None or not asked.display:
            return
        seen = (asked, asked.virtual_region, self.size)
        if seen == self._seen:
            return
        self._seen = seen
        top, bottom, room = seen[1].y, seen[1].bottom, self.size.height
        above = self._lines.index(asked) - 1
        if isinstance(self._lines[above], FormTitle) and bottom - top < room:
            top -= int(self._lines[above].display)
        here = self.scroll_offset.y
        there = min(top, max(here, bottom - room))  # its first lines if it is too long
        if there != here:
            self.scroll_to(y=there, animate=False, force=True, immediate=True)
            if self.scroll_offset.y != there:  # the layout that makes room for it is still to come
                self._seen = None

    def _in_hand(self) -> Question | None:
        """The question that has the cursor."""
        focused = self.screen.focused
        for node in focused.ancestors_with_self if focused is not None else ():
            if isinstance(node, Question) and node.parent is self:
                return node
        return None

    def _is_asked(self, asked: Question) -> bool:
        return asked.about in self._included and asked.field.asked(self.values[asked.about])

    def _show_asked(self) -> None:
        number = 0
        for child in self._lines:
            if isinstance(child, Question):
                child.display = self._is_asked(child)
                number += child.display
                child.renumber(number)
            elif isinstance(child, FormTitle):
                number = 0
                child.display = child.about in self._included and len(self.asked) > 1


def _asking(asked: AskedForm) -> Iterator[Widget]:
    yield FormTitle(asked.task, asked.title)
    for number, field in enumerate(asked.form.fields, start=1):
        yield question(asked.task, field, number, asked.values.get(field.name), asked.today)


def without_ids(error: InputError) -> InputError:
    """The refusal of a form's answers as operators read it: without the names of fields in files, and with
    the language's own signs between them."""
    problems = error.params.get("problems")
    if not isinstance(problems, str):
        return error
    for name in error.params.get("fields", ()):
        problems = problems.replace(f" ({name}) – ", " – ")
    problems = problems.replace("; ", t("; "))
    return type(error)(error.msgid, **{**error.params, "problems": problems})
