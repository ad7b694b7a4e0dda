"""The calendar: a month with the count of calls on each day, and the list behind a day, a week or a month."""

from __future__ import annotations

import calendar
from collections.abc import Mapping
from datetime import date, timedelta
from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal
from textual.content import Content
from textual.message import Message
from textual.visual import VisualType
from textual.widget import Widget

from dcrc.i18n import language, t
from dcrc.kernel.agenda import day_counts
from dcrc.kernel.desk import Desk
from dcrc.tui.cards import WEEKDAYS, day_name
from dcrc.tui.cells import fit
from dcrc.tui.keys import bindings
from dcrc.tui.planned_list import planned_columns, planned_rows, planned_total
from dcrc.tui.record_list import PAGE, RecordList, Row
from dcrc.tui.shell import DeskScreen, house

CELL = 7
SHORT_CELL = 11
TALL = 30  # lines from which a week takes two
SPANS = ("day", "week", "month")


class MonthGrid(Widget, can_focus=True):
    """A month, Monday first; each day with its count of planned calls."""

    BINDINGS: ClassVar[list[BindingType]] = [
        *bindings(
            "calendar.left",
            "calendar.right",
            "calendar.up",
            "calendar.down",
            "calendar.before",
            "calendar.after",
            "list.open",
        )
    ]
    ALLOW_SELECT = False

    class Picked(Message):
        """Another day has the cursor; `opened` when Enter was pressed on it."""

        def __init__(self, day: date, opened: bool) -> None:
            super().__init__()
            self.day = day
            self.opened = opened

    def __init__(self, today: date) -> None:
        super().__init__(id="month")
        self.today = today
        self.day = today
        self._counts: Mapping[date, int] = {}

    @property
    def weeks(self) -> list[list[date]]:
        """The weeks that the month of the cursor is shown in."""
        return calendar.Calendar().monthdatescalendar(self.day.year, self.day.month)

    def show(self, counts: Mapping[date, int]) -> None:
        """Show these counts."""
        self._counts = counts
        self.refresh(layout=True)

    def render(self) -> VisualType:
        names = (
            WEEKDAYS if language() == "zh" else ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
        )
        width = SHORT_CELL if self.short else CELL
        lines = [
            Content(f" {self.day.year}-{self.day.month:02d}").stylize("bold"),
            Content("".join(fit(f" {name}", width) for name in names)).stylize("$quiet"),
        ]
        for week in self.weeks:
            if self.short:
                both = [each for day in week for each in (self._number(day), self._count(day))]
                lines.append(Content("").join(both))
                continue
            lines.append(Content("").join([self._number(day, CELL) for day in week]))
            lines.append(Content("").join([self._count(day, CELL) for day in week]))
        return Content("\n").join(lines)

    @property
    def short(self) -> bool:
        """On a small screen a week takes one line, the counts beside the days."""
        return self.app.size.height < TALL

    def _number(self, day: date, width: int = 5) -> Content:
        mark = "*" if day == self.today else " "
        here = day == self.day
        text = f"[{day.day:2d}]{mark}" if here else f" {day.day:2d} {mark}"
        content = Content(fit(text, width))
        if here:
            return content.stylize("bold reverse" if self.has_focus else "bold")
        return content if day.month == self.day.month else content.stylize("$quiet")

    def _count(self, day: date, width: int = SHORT_CELL - 5) -> Content:
        count = self._counts.get(day, 0)
        text = Content(fit(f" {count}" if count else "", width))
        return text.stylize("$accent" if day >= self.today else "$error")

    def go_to(self, day: date) -> None:
        """Put the cursor on `day`."""
        self._move(day)

    def _move(self, day: date, opened: bool = False) -> None:
        self.day = day
        self.refresh(layout=True)
        self.post_message(self.Picked(day, opened))

    def action_day(self, step: int) -> None:
        self._move(self.day + timedelta(days=step))

    def action_turn(self, step: int) -> None:
        months = self.day.year * 12 + self.day.month - 1 + step
        year, month = divmod(months, 12)
        last = calendar.monthrange(year, month + 1)[1]
        self._move(date(year, month + 1, min(self.day.day, last)))

    def action_open(self) -> None:
        self._move(self.day, opened=True)

    def on_click(self, event: events.Click) -> None:
        self.focus()
        week = (event.y - 2) // (1 if self.short else 2)
        column = event.x // (SHORT_CELL if self.short else CELL)
        if 0 <= week < len(self.weeks) and 0 <= column < 7:
            self._move(self.weeks[week][column])

    def on_resize(self) -> None:
        self.refresh(layout=True)

    def on_focus(self) -> None:
        self.refresh()

    def on_blur(self) -> None:
        self.refresh()


class CalendarScreen(DeskScreen):
    """Days with counts left, the planned calls of the chosen day, week or month right."""

    FOOTER: ClassVar[tuple[str, ...]] = (
        "calendar.span",
        "calendar.before",
        "calendar.after",
        "list.open",
        "customer.letter",
        "search",
        "back",
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        *bindings("calendar.span", "customer", "customer.letter", "today.mine", "task.explain")
    ]

    def __init__(self) -> None:
        super().__init__()
        self._span = "day"
        self._mine = False
        self._total = 0

    def body(self) -> ComposeResult:
        with Horizontal(id="work"):
            yield MonthGrid(house(self).desk.today())
            yield RecordList(planned_columns(), empty=t("Nothing is planned here."), id="planned")

    @property
    def grid(self) -> MonthGrid:
        """The month on the screen."""
        return self.query_one(MonthGrid)

    def range(self) -> tuple[date, date]:
        """First and last day that are listed: the cursor's day, its week, or its month."""
        day = self.grid.day
        if self._span == "week":
            first = day - timedelta(days=day.weekday())
            return first, first + timedelta(days=6)
        if self._span == "month":
            last = calendar.monthrange(day.year, day.month)[1]
            return day.replace(day=1), day.replace(day=last)
        return day, day

    def heading(self) -> str:
        if not self.is_mounted:
            return " " + t("Calendar")
        first, last = self.range()
        shown = day_name(first) if first == last else f"{first.isoformat()} … {last.isoformat()}"
        shown = " ".join(part for part in (self._span_name(), shown) if part)
        whose = t("mine") if self._mine else t("everybody's")
        planned = t("{count} planned", count=self._total)
        return f" {t('Calendar')} · {shown} · {whose} · {planned}"

    def load_data(self) -> None:
        weeks = self.grid.weeks
        first, last, mine = weeks[0][0], weeks[-1][-1], self._mine
        self.fetch(
            lambda desk: day_counts(desk, first, last, mine=mine), self.grid.show, topic="counts"
        )
        self._load_list()
        if self.focused is None:
            self.grid.focus()

    def _load_list(self) -> None:
        first, last = self.range()
        mine = self._mine

        def work(desk: Desk) -> tuple[int, list[Row]]:
            return planned_total(desk, first, last, mine), planned_rows(
                desk, first, last, mine, 0, PAGE
            )

        def show(found: tuple[int, list[Row]]) -> None:
            self._total = found[0]
            self.query_one("#planned", RecordList).show(found[0], found[1], self._load_page)
            self.set_heading()

        self.fetch(work, show, topic="planned")

    def _load_page(self, offset: int, limit: int) -> None:
        (first, last), mine = self.range(), self._mine
        lines = self.query_one("#planned", RecordList)
        self.fetch(
            lambda desk: planned_rows(desk, first, last, mine, offset, limit),
            lambda rows: lines.fill(offset, rows),
            topic=f"planned {offset}",
        )

    def on_month_grid_picked(self, event: MonthGrid.Picked) -> None:
        self.query_one("#planned", RecordList).move_to(0)
        self.load_data()
        if event.opened:
            self.query_one("#planned", RecordList).focus()

    def on_record_list_opened(self, event: RecordList.Opened) -> None:
        house(self).open_sheet(event.row.value.customer, event.row.key)

    def action_customer(self) -> None:
        row = self.query_one("#planned", RecordList).current
        if row is not None:
            house(self).open_customer(row.value.customer)

    def action_explain(self) -> None:
        row = self.query_one("#planned", RecordList).current
        if row is not None:
            house(self).explain(row.key)

    def action_span(self) -> None:
        """On to next week, to next month, and back to today; the arrows go on from there."""
        self._span = SPANS[(SPANS.index(self._span) + 1) % len(SPANS)]
        self.grid.go_to(self._start(self._span))

    def _start(self, span: str) -> date:
        """Where `span` begins, seen from today: today, next Monday, or the first of next month."""
        today = self.grid.today
        if span == "week":
            return today + timedelta(days=7 - today.weekday())
        if span == "month":
            return today.replace(day=1) + timedelta(
                days=calendar.monthrange(today.year, today.month)[1]
            )
        return today

    def _span_name(self) -> str:
        """What the listed days are called, where they have a name."""
        if self._span == "day" or self.range()[0] != self._start(self._span):
            return ""
        return t("next week") if self._span == "week" else t("next month")

    def action_mine(self) -> None:
        self._mine = not self._mine
        self.load_data()
