"""Help pages in the reader's language, with Chinese widths."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

import click

from dcrc.cli.widths import pad, width, wrap
from dcrc.i18n import t


class HelpFormatter(click.HelpFormatter):
    """Click's formatter, but lines and columns are measured in cells."""

    def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
        super().write_usage(prog, args, prefix or t("Usage:") + " ")

    @contextmanager
    def section(self, name: str) -> Iterator[None]:
        with super().section(t(name)):
            yield

    def write_text(self, text: str) -> None:
        indent = " " * self.current_indent
        for paragraph in text.split("\n\n"):
            for line in wrap(" ".join(paragraph.split()), self.width - self.current_indent):
                self.write(f"{indent}{line}\n")

    def write_dl(
        self, rows: Iterable[tuple[str, str]], col_max: int = 30, col_spacing: int = 2
    ) -> None:
        pairs = list(rows)
        first = min(max((width(term) for term, _ in pairs), default=0), col_max) + col_spacing
        indent = " " * self.current_indent
        for term, meaning in pairs:
            lines = wrap(meaning, max(self.width - first - self.current_indent, 20)) or [""]
            if width(term) + col_spacing > first:
                self.write(f"{indent}{term}\n")
                lines.insert(0, "")
                lines = lines[1:]
                self.write(f"{indent}{' ' * first}{lines[0]}\n")
            else:
                self.write(f"{indent}{pad(term, first)}{lines[0]}\n".rstrip() + "\n")
            for line in lines[1:]:
                self.write(f"{indent}{' ' * first}{line}\n")


class Context(click.Context):
    """A command's context whose help is ours."""

    formatter_class = HelpFormatter


def help_rows(
    parameters: Iterable[click.Parameter], ctx: click.Context
) -> Iterator[tuple[str, str]]:
    """The rows of a help page for `parameters`, their meaning translated."""
    for parameter in parameters:
        if isinstance(parameter, click.Option):
            shown = copy.copy(parameter)
            if "--help" in shown.opts:  # click's own option has click's own words
                shown.help = "Show this message and exit."
            shown.help = t(shown.help) if shown.help else ""
            parameter = shown
        row = parameter.get_help_record(ctx)
        if row is not None and any(row[1:]):
            yield row
