"""Every key of the interface in one table: its id, where it is pressed by default, and what it does.

Ids are what a dealer's file remaps: below `[keys]` a line `"result.reached" = "f5"`. A key that works while
a text field has the focus is a function or Ctrl key; letters act only where nothing is typed.
"""

from __future__ import annotations

from collections.abc import Mapping

import attrs
from textual.binding import Binding

from dcrc.i18n import t


@attrs.frozen
class Key:
    """One key: `keys` as Textual spells them, comma separated; `says` is a message id."""

    id: str
    keys: str
    action: str
    says: str
    priority: bool = False
    short: str = ""  # what the bottom line says, where room is dear


TABLE = (
    # everywhere
    Key("help", "f1", "app.help", "Keys that work here", priority=True, short="Help"),
    Key("help.letter", "question_mark", "app.help", "Keys that work here"),
    Key("palette", "ctrl+p", "app.palette", "All actions", priority=True, short="All actions"),
    Key("search", "slash", "app.search", "Search a customer", short="Search"),
    Key(
        "search.always", "ctrl+f", "app.search", "Search a customer", priority=True, short="Search"
    ),
    Key("undo", "ctrl+z", "app.undo", "Undo what I did last", short="Undo"),
    Key("today", "ctrl+t", "app.today", "Today's calls", priority=True),
    Key("calendar", "ctrl+l", "app.calendar", "Calendar", priority=True, short="Calendar"),
    Key("new", "n", "app.new_customer", "New customer"),
    Key("new.always", "ctrl+n", "app.new_customer", "New customer", priority=True),
    Key("theme", "f12", "app.toggle_dark", "Light or dark"),
    Key("quit", "ctrl+q", "app.quit", "Leave", priority=True),
    Key("back", "escape", "screen.back", "Back"),
    # lists
    Key("list.up", "up", "cursor(-1)", "Line up"),
    Key("list.down", "down", "cursor(1)", "Line down"),
    Key("list.page_up", "pageup", "page(-1)", "Page up"),
    Key("list.page_down", "pagedown", "page(1)", "Page down"),
    Key("list.first", "home", "first", "First line"),
    Key("list.last", "end", "last", "Last line"),
    Key("list.open", "enter", "open", "Open"),
    Key("row.mark", "space", "mark_row", "Mark or not", short="Mark"),
    # Today
    Key("today.mine", "m", "mine", "Mine or everybody's", short="Mine/all"),
    Key("today.function", "f", "function", "Next function", short="Function"),
    Key("today.overdue", "o", "overdue", "Only overdue", short="Overdue"),
    Key("today.slot", "s", "slot", "Next time of day", short="Time of day"),
    Key("today.all", "x", "clear_filters", "Remove the filters"),
    Key("today.assign", "d", "assign", "Give to somebody, or share out", short="Assign"),
    # one customer
    Key("customer", "ctrl+o", "customer", "Customer page", short="Customer"),
    Key("customer.letter", "c", "customer", "Customer page", short="Customer"),
    Key("edit", "e", "edit", "Edit"),
    Key("sheet", "enter", "sheet", "Call sheet"),
    Key("task.add", "ctrl+g", "add_task", "Add a task", short="Task"),
    Key("task.add.letter", "a", "add_task", "Add a task", short="Task"),
    Key("task.explain", "w", "explain", "Why is it here?", short="Why"),
    Key("task.absent", "v", "explain_absence", "Why is nothing else planned?", short="Why not"),
    Key("history.filter", "f", "filter_history", "Next kind of history", short="Kind"),
    # call sheet
    Key("result.reached", "f2", "result('reached')", "Reached"),
    Key("result.no_answer", "f3", "result('no_answer')", "No answer"),
    Key("result.busy", "f4", "result('busy')", "Busy"),
    Key("result.call_back", "f5", "call_back", "Call back at …", short="Call back"),
    Key("result.other", "f6", "other_result", "Other result …", short="Other"),
    Key("result.empty_number", "f7", "result('empty_number')", "Empty number", short="Empty"),
    Key("result.wrong_number", "f8", "result('wrong_number')", "Wrong number", short="Wrong"),
    Key("sheet.skip", "f9", "skip", "Next, record nothing", short="Next"),
    Key("sheet.snooze", "f10", "snooze", "Put off …", short="Put off"),
    Key("note", "ctrl+r", "note", "Write a note, or back to the questions", short="Note"),
    Key("sheet.explain", "ctrl+y", "explain", "Why is it here?", short="Why"),
    Key("task.mark", "space", "mark", "In this call or not"),
    Key("script.up", "pageup", "turn_script(-1)", "Script: page up"),
    Key("script.down", "pagedown", "turn_script(1)", "Script: page down"),
    # forms
    Key("save", "ctrl+s", "save", "Save"),
    Key("field.next", "enter", "next_field", "Next field"),
    Key("field.up", "up", "step_question(-1)", "Field before"),
    Key("field.down", "down", "step_question(1)", "Field after"),
    Key("field.clear", "delete,backspace", "clear", "Take the answer back"),
    Key("field.less", "left", "step(-1)", "Answer before"),
    Key("field.more", "right", "step(1)", "Answer after"),
    # calendar
    Key("calendar.before", "pageup", "turn(-1)", "Month before", short="Month −"),
    Key("calendar.after", "pagedown", "turn(1)", "Month after", short="Month +"),
    Key("calendar.left", "left", "day(-1)", "Day before"),
    Key("calendar.right", "right", "day(1)", "Day after"),
    Key("calendar.up", "up", "day(-7)", "Week before"),
    Key("calendar.down", "down", "day(7)", "Week after"),
    Key("calendar.span", "w", "span", "Day, next week or next month", short="Day/week/month"),
    # supervision
    Key("proposal.accept", "y", "decide(True)", "Accept"),
    Key("proposal.refuse", "r", "decide(False)", "Refuse"),
    # choosing
    Key("choose.next", "down", "choose_cursor(1)", "Line down"),
    Key("choose.before", "up", "choose_cursor(-1)", "Line up"),
)

_ALWAYS = (
    *("help", "help.letter", "palette", "search", "search.always", "undo", "today", "calendar"),
    *("new", "new.always", "theme", "quit", "back"),
)
_LISTS = tuple(key.id for key in TABLE if key.id.startswith("list."))
_FIELDS = tuple(key.id for key in TABLE if key.id.startswith("field."))
_CUSTOMER = ("customer", "customer.letter")
_TASK = ("task.add", "task.add.letter")

PLACES: Mapping[str, tuple[str, ...]] = {
    "Today's calls": (
        *_ALWAYS,
        *_LISTS,
        *_CUSTOMER,
        *_TASK,
        "row.mark",
        *(key.id for key in TABLE if key.id.startswith("today.")),
    ),
    "Customer page": (
        *(*_ALWAYS, *_LISTS, *_TASK, "sheet", "edit"),
        *("task.explain", "task.absent", "history.filter"),
    ),
    "Call sheet": (
        *(*_ALWAYS, *_LISTS, *_FIELDS, "customer", "task.add", "task.mark", "note"),
        *(key.id for key in TABLE if key.id.startswith(("result.", "sheet.", "script."))),
    ),
    "Edit": (*_ALWAYS, *_FIELDS, "save"),
    "Calendar": (
        *(*_ALWAYS, *_LISTS, *_CUSTOMER, "today.mine", "task.explain"),
        *(key.id for key in TABLE if key.id.startswith("calendar.")),
    ),
    "Supervision: the team's day and proposals": (
        *(*_ALWAYS, *_LISTS, *_CUSTOMER, "proposal.accept", "proposal.refuse"),
    ),
}
"""Which keys work in the same place; its name is a message id."""

BY_ID: Mapping[str, Key] = {key.id: key for key in TABLE}


def bindings(*ids: str) -> list[Binding]:
    """Textual bindings of the keys `ids`, for a `BINDINGS` class variable."""
    return [
        Binding(key.keys, key.action, key.says, show=False, priority=key.priority, id=key.id)
        for key in (BY_ID[name] for name in ids)
    ]


def says(binding: Binding) -> str:
    """What `binding` does, in the current language."""
    return t(binding.description) if binding.description else ""


def short_for(name: str) -> str:
    """What the key `name` does, as the bottom line says it."""
    key = BY_ID[name]
    return t(key.short or key.says)


def key_name(key: str) -> str:
    """How people write a key: `F2`, `Ctrl+S`, `Enter`; the space bar has a word in each language.

    >>> key_name("ctrl+s"), key_name("f2"), key_name("question_mark")
    ('Ctrl+S', 'F2', '?')
    """
    names = {**_NAMES, "space": t("Space")}
    return "+".join(names.get(part, part.capitalize()) for part in key.split("+"))


_NAMES = {
    "pageup": "PgUp",
    "pagedown": "PgDn",
    "escape": "Esc",
    "delete": "Del",
    "slash": "/",
    "question_mark": "?",
    "up": "↑",
    "down": "↓",
    "left": "←",
    "right": "→",
}
