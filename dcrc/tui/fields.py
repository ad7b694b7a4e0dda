"""One question of a form on the screen: digits answer it, Enter or Tab moves on."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from datetime import date
from typing import Any, ClassVar

from rich.cells import cell_len
from textual import events
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.content import Content
from textual.geometry import Offset
from textual.message import Message
from textual.visual import VisualType
from textual.widget import Widget
from textual.widgets import Static

from dcrc.errors import InputError
from dcrc.i18n import listed, t
from dcrc.kernel.forms import Field, FieldKind
from dcrc.tui.cards import day_name
from dcrc.tui.keys import bindings, key_name
from dcrc.tui.text_field import TextField
from dcrc.tui.when import read_day
from dcrc.wording import plain

YES, NO = "yes", "no"


class Answered(Message):
    """A question was answered (or its answer taken back); `move_on` when the next one should come."""

    def __init__(self, question: Question, value: Any, move_on: bool) -> None:
        super().__init__()
        self.question = question
        self.value = value
        self.move_on = move_on


class Stepped(Message):
    """The question `step` further is wanted, or before."""

    def __init__(self, step: int) -> None:
        super().__init__()
        self.step = step


class Question(Widget):
    """One question: `about` is the task it belongs to, `answer` what was said so far."""

    def __init__(self, about: str, field: Field, number: int, answer: Any = None) -> None:
        super().__init__(classes="question")
        self.about, self.field, self.number, self.answer = about, field, number, answer
        self.wrong = False
        self.doubted = ""

    def put(self, value: Any) -> None:
        """Show `value` as the answer without telling anybody."""
        self.answer = value

    def told(self, value: Any) -> str:
        """How `value` would be shown as the answer."""
        return "" if value is None else str(value)

    @property
    def told_doubt(self) -> Content:
        """What is said against the answer, as it stands beside it."""
        return Content(f" ! {plain(self.doubted)}" if self.doubted else "").stylize("bold $warning")

    def mark_wrong(self, wrong: bool) -> None:
        """Show that this question is why the form was not taken."""
        self.wrong = wrong

    def doubt(self, why: str) -> None:
        """Say what is against the answer, which counts nevertheless; "" for nothing."""
        if why != self.doubted:
            self.doubted = why
            self.set_class(bool(why), "-doubted")
            self.refresh(layout=True)

    def renumber(self, number: int) -> None:
        """Be the question with that number among those that are asked."""
        if number != self.number:
            self.number = number
            self.refresh()

    def take_focus(self) -> None:
        """Put the cursor where the answer is given, at once: the next key may be waiting already."""
        self.screen.set_focus(self)


class OptionQuestion(Question, can_focus=True):
    """Scale, choice, yes/no and checklist: the options are read out below the question that is asked."""

    BINDINGS: ClassVar[list[BindingType]] = [
        *bindings("field.next", "field.up", "field.down", "field.clear", "field.less", "field.more")
    ]
    ALLOW_SELECT = False

    @property
    def options(self) -> Sequence[tuple[str, str]]:
        """Key and wording of each possible answer."""
        if self.field.kind is FieldKind.BOOL and not self.field.options:
            return ((YES, t("yes")), (NO, t("no")))
        return tuple((option.key, str(option.title)) for option in self.field.options)

    @property
    def chosen(self) -> list[str]:
        """The keys that are answered."""
        return _keys(self.answer)

    def told(self, value: Any) -> str:
        chosen = _keys(value)
        return listed(title for key, title in self.options if key in chosen)

    @property
    def cursor_screen_offset(self) -> Offset:
        """Where the terminal's cursor belongs: before the question."""
        return self.content_region.offset

    # -- drawing ---------------------------------------------------------------------------------

    def render(self) -> VisualType:
        lines = [self._line()]
        if self.has_focus:
            lines.append(self._choices())
            hint = str(self.field.hint)
            if hint:
                lines.append(Content("   " + plain(hint)).stylize("$quiet"))
        return Content("\n").join(lines)

    def _line(self) -> Content:
        told = self.told(self.answer)
        mark = "✗" if self.wrong else ("*" if self.field.required and not self.chosen else " ")
        question = Content(f"{mark}{self.number} {plain(str(self.field.title))}")
        if self.has_focus:
            question = question.stylize("bold")
        answer = Content(f" → {plain(told)}").stylize("bold $success") if told else Content("")
        return question + answer + self.told_doubt

    def _choices(self) -> Content:
        chosen = self.chosen
        parts = []
        for number, (key, title) in enumerate(self.options, start=1):
            digit = str(number % 10) if number <= 10 else " "
            picked = key in chosen
            text = Content(f"{'●' if picked else '○'}{digit} {plain(title)}")
            parts.append(text.stylize("bold $success" if picked else "$key-name"))
        width = max(20, self.size.width or 40)
        lines, line, used = [], [Content("  ")], 2
        for part in parts:
            size = cell_len(part.plain) + 2
            if used + size > width and used > 2:
                lines.append(Content("").join(line))
                line, used = [Content("  ")], 2
            line += [part, Content("  ")]
            used += size
        lines.append(Content("").join(line))
        return Content("\n").join(lines)

    def on_focus(self) -> None:
        self.refresh(layout=True)

    def on_blur(self) -> None:
        self.refresh(layout=True)

    def on_click(self) -> None:
        self.focus()

    # -- answering -------------------------------------------------------------------------------

    def put(self, value: Any) -> None:
        super().put(value)
        self.refresh(layout=True)

    def mark_wrong(self, wrong: bool) -> None:
        super().mark_wrong(wrong)
        self.refresh(layout=True)

    def on_key(self, event: events.Key) -> None:
        character = event.character or ""
        if len(character) == 1 and (digit := unicodedata.digit(character, -1)) >= 0:
            event.stop()
            self.pick((digit or 10) - 1)
        elif event.key == "space" and self.field.kind is FieldKind.CHECKLIST:
            event.stop()
        elif character.isprintable() and character.strip():
            self._say_what_works(event.key)

    def _say_what_works(self, key: str) -> None:
        """A letter was typed that does nothing here."""
        active = self.screen.active_bindings
        if key in active or key.lower() in active:
            return
        note = next((k for k, each in active.items() if each.binding.id == "note"), "")
        said = t("Digits answer here; Enter or ↓ goes on.")
        if note:
            said = t("Digits answer here; {key} writes a note.", key=key_name(note))
        house_say(self, said)

    def pick(self, index: int) -> None:
        """Answer with the option at `index` (from 0); in a checklist, tick it or take the tick away."""
        if index >= len(self.options):
            house_say(self, t("This question has the answers 1 to {most}.", most=len(self.options)))
            return
        key = self.options[index][0]
        if self.field.kind is FieldKind.CHECKLIST:
            ticked = self.chosen
            kept = [k for k, _ in self.options if (k in ticked) != (k == key)]
            self._give(kept or None, move_on=False)
        elif self.field.kind is FieldKind.BOOL:
            self._give(key == YES, move_on=True)
        else:
            self._give(key, move_on=True)

    def _give(self, value: Any, *, move_on: bool) -> None:
        self.wrong = False
        self.put(value)
        self.post_message(Answered(self, value, move_on))

    def action_step(self, step: int) -> None:
        if self.field.kind is FieldKind.CHECKLIST or not self.options:
            return
        keys = [key for key, _ in self.options]
        here = keys.index(self.chosen[0]) if self.chosen and self.chosen[0] in keys else -1
        there = 0 if here < 0 else max(0, min(len(keys) - 1, here + step))
        value: Any = keys[there]
        self._give(value == YES if self.field.kind is FieldKind.BOOL else value, move_on=False)

    def action_step_question(self, step: int) -> None:
        self.post_message(Stepped(step))

    def action_clear(self) -> None:
        self._give(None, move_on=False)

    def action_next_field(self) -> None:
        self.post_message(Answered(self, self.answer, True))


def _keys(answer: Any) -> list[str]:
    """The keys of the options that `answer` says."""
    if answer is None:
        return []
    if isinstance(answer, bool):
        return [YES if answer else NO]
    if isinstance(answer, (list, tuple)):
        return [str(key) for key in answer]
    return [str(answer)]


class AnswerLine(TextField):
    """The line of a question to type in; the arrows leave it for the question before or after."""

    BINDINGS: ClassVar[list[BindingType]] = [*bindings("field.up", "field.down")]

    def action_step_question(self, step: int) -> None:
        self.post_message(Stepped(step))


class TextQuestion(Question):
    """Text, number and date: a line to type in under the question.

    With `today` a day can be named as people say it (`明天`, `周六`, `11-28`); what it means stands beside
    the question.
    """

    def __init__(
        self,
        about: str,
        field: Field,
        number: int,
        answer: Any = None,
        today: date | None = None,
    ) -> None:
        super().__init__(about, field, number, answer)
        self._today = today if field.kind is FieldKind.DATE else None
        self._meant = ""
        self._heading = Static(self._label(), classes="label")
        shown = "" if answer is None else str(answer)
        self.line = AnswerLine(shown, placeholder=self._placeholder())  # what is typed in

    def compose(self) -> ComposeResult:
        yield self._heading
        yield self.line

    def _label(self) -> Content:
        mark = "✗" if self.wrong else ("*" if self.field.required else " ")
        unit = f" ({self.field.unit})" if str(self.field.unit) else ""
        heading = Content(f"{mark}{self.number} {plain(str(self.field.title))}{unit}")
        if self._meant:
            heading += Content(f" → {self._meant}").stylize("bold $success")
        return heading + self.told_doubt

    def _placeholder(self) -> str:
        if self._today is not None:
            if self.field.past:
                return t("for example 11-28, Sat, yesterday")
            return t("for example 11-28, Sat, +3, 2027-03-05")
        if self.field.kind is FieldKind.DATE:
            return t("for example {day}", day="1985-06-18")
        return plain(str(self.field.hint))

    def put(self, value: Any) -> None:
        super().put(value)
        self.line.start("" if value is None else str(value))

    def renumber(self, number: int) -> None:
        super().renumber(number)
        self._heading.update(self._label())

    def take_focus(self) -> None:
        self.screen.set_focus(self.line)

    def mark_wrong(self, wrong: bool) -> None:
        super().mark_wrong(wrong)
        self._heading.update(self._label())

    def doubt(self, why: str) -> None:
        super().doubt(why)
        self._heading.update(self._label())

    def on_text_field_typed(self, event: TextField.Typed) -> None:
        event.stop()
        self.answer = self._said(event.text.strip()) or None
        self._heading.update(self._label())
        self.post_message(Answered(self, self.answer, False))

    def on_text_field_left(self, event: TextField.Left) -> None:
        event.stop()
        self.post_message(Answered(self, self.answer, True))

    def _said(self, text: str) -> str:
        """The answer that `text` is: a day in words becomes the day."""
        self._meant = ""
        if self._today is None or not text:
            return text
        try:
            day = read_day(text, self._today, past=True, gone=self.field.past)
        except InputError:  # not yet, or never: the form says so when it is recorded
            return text
        if day.isoformat() != text:
            self._meant = day_name(day)
        return day.isoformat()


def house_say(widget: Widget, text: str) -> None:
    """Say `text` in the message line of the interface that `widget` belongs to."""
    from dcrc.tui.shell import house

    house(widget).say(text, "warning")


def question(
    about: str, field: Field, number: int, answer: Any = None, today: date | None = None
) -> Question:
    """The widget that asks `field`; with `today` days can be named in words."""
    if field.kind in _WITH_OPTIONS:
        return OptionQuestion(about, field, number, answer)
    return TextQuestion(about, field, number, answer, today)


_WITH_OPTIONS = (FieldKind.SCALE, FieldKind.CHOICE, FieldKind.CHECKLIST, FieldKind.BOOL)
