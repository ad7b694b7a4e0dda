"""What a command prints: tables and sentences for people, JSON for scripts."""

from __future__ import annotations

import re
import shutil
import sys
from collections.abc import Iterable, Sequence
from typing import Any

import attrs
import click

from dcrc.cli.harmless import one_line
from dcrc.cli.seat import settings
from dcrc.cli.widths import clip, pad, width
from dcrc.i18n import t
from dcrc.wording import Coded, Wording, plain

GAP = "  "
PAGE_WITHOUT_TERMINAL = 50
LINES_AROUND_A_LIST = 6


_STEERING = re.compile("[\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")


def json_text(document: Any) -> str:
    """`document` as JSON: UTF-8, two blanks of indent, keys in the documented order.

    What a terminal would obey is escaped, so are halves of characters, which UTF-8 cannot hold.
    """
    import orjson

    try:
        text = orjson.dumps(document, option=orjson.OPT_INDENT_2).decode()
    except orjson.JSONEncodeError:  # halves of characters
        import json

        text = json.dumps(document, ensure_ascii=False, indent=2, default=str)
    return _STEERING.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def json_value(value: Any) -> Any:
    """`value` as JSON can hold it: dates, enums and records become their texts."""
    if value is None or isinstance(value, (bool, int, float)) or type(value) is str:
        return value
    if isinstance(value, Coded):
        return value.code
    if isinstance(value, (list, tuple, set, frozenset)):
        return [json_value(each) for each in value]
    if attrs.has(type(value)) and not isinstance(value, Wording):
        return {
            field.name: json_value(getattr(value, field.name))
            for field in attrs.fields(type(value))
        }
    return str(value)


def say(text: str = "") -> None:
    """Print a sentence for a person; nothing when JSON was asked for."""
    if not settings().json:
        click.echo(plain(text))


def show(document: Any, *lines: str | Table) -> None:
    """Print `document` where JSON was asked for, else the `lines` and tables."""
    if settings().json:
        click.echo(json_text(document))
        return
    for line in lines:
        for text in line.lines(screen_width()) if isinstance(line, Table) else (plain(line),):
            click.echo(text)


def on_terminal() -> bool:
    """A person reads this as it is printed."""
    return sys.stdout.isatty()


def screen_width() -> int | None:
    """Cells of the terminal's line, or None where lines may have any length (a pipe, a file)."""
    return shutil.get_terminal_size().columns if on_terminal() else None


def page(limit: int | None) -> int | None:
    """How many rows to list: as many as asked for, a screenful on a terminal, all (None) for 0."""
    if limit is None:
        if settings().json or not on_terminal():
            return PAGE_WITHOUT_TERMINAL
        return max(shutil.get_terminal_size().lines - LINES_AROUND_A_LIST, 10)
    return limit or None


def more_line(shown: int, total: int) -> list[str]:
    """The line below a list that says how much of it is not there; none where all is."""
    if shown >= total:
        return []
    return [t("{count} more of {total}; --limit 0 shows all.", count=total - shown, total=total)]


limit_option = click.option(
    "--limit",
    type=click.IntRange(min=0),
    metavar="N",
    help="How many at most; 0 for all. Without it as many as fit.",
)


@attrs.frozen
class Column:
    """One column: its heading, whether it stands right, and whether it may be clipped on narrow screens."""

    title: str
    right: bool = False
    flexible: bool = False


@attrs.frozen
class Table:
    """Rows under headings. Every cell is made harmless and takes one line, so no text breaks the table."""

    columns: Sequence[Column]
    rows: Sequence[Sequence[object]]

    def lines(self, cells: int | None) -> Iterable[str]:
        """The table's lines, at most `cells` wide where the flexible columns allow it."""
        body = [[one_line(str(value)) for value in row] for row in self.rows]
        titles = [column.title for column in self.columns]
        widths = [max(width(text) for text in column) for column in zip(titles, *body, strict=True)]
        if cells is not None:
            self._narrow(widths, cells)
        for row in (titles, *body):
            fitted = (
                pad(clip(text, size), size, column.right)
                for text, size, column in zip(row, widths, self.columns, strict=True)
            )
            yield GAP.join(fitted).rstrip()

    def _narrow(self, widths: list[int], cells: int) -> None:
        flexible = [at for at, column in enumerate(self.columns) if column.flexible]
        excess = sum(widths) + len(GAP) * (len(widths) - 1) - cells
        while excess > 0 and flexible:
            widest = max(flexible, key=lambda at: widths[at])
            if widths[widest] <= 8:
                return
            widths[widest] -= 1
            excess -= 1
