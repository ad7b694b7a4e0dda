"""`dcrc figures`: the rates and shares that plugins compute for a month."""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING

import click

from dcrc.cli.commands import Command
from dcrc.cli.harmless import one_line
from dcrc.cli.seat import pass_desk
from dcrc.cli.showing import Column, Table, show
from dcrc.errors import InputError, NotFound
from dcrc.i18n import t

if TYPE_CHECKING:
    from dcrc.kernel.desk import Desk
    from dcrc.kernel.figures import Figure, FigureRow


@click.command(cls=Command)
@click.argument("name", required=False)
@click.option("--month", metavar="YYYY-MM", help="The month; the present one if not given.")
@pass_desk
def figures(desk: Desk, name: str | None, month: str | None) -> None:
    """Print all figures of a month, or one."""
    from dcrc.kernel.figures import compute_figure
    from dcrc.kernel.figures import figures as known_figures

    desk.require("customers.view")
    day = parse_month(month) if month else desk.today().replace(day=1)
    known = known_figures(desk)
    chosen = [figure for figure in known if name in (None, figure.name)]
    if name is not None and not chosen:
        raise NotFound(
            "There is no figure {name}; known are: {names}.",
            name=name,
            names=", ".join(figure.name for figure in known) or "-",
        )
    computed = [(figure, compute_figure(desk, figure.name, day)) for figure in chosen]
    show(
        {
            "month": f"{day:%Y-%m}",
            "figures": [
                {
                    "name": figure.name,
                    "title": str(figure.title),
                    "unit": figure.unit,
                    "rows": [
                        {
                            "label": row.label,
                            "value": row.value,
                            "base": row.base,
                            "target": row.target,
                            "cases": list(row.cases),
                        }
                        for row in rows
                    ],
                }
                for figure, rows in computed
            ],
        },
        *(line for figure, rows in computed for line in _lines(figure, rows)),
        *([] if computed else [t("No plugin computes figures.")]),
    )


def parse_month(text: str) -> date:
    """The first day of a month written as `2026-11`."""
    found = re.fullmatch(r"(\d{4})-(\d{1,2})", text.strip())
    if not found or not 1 <= int(found[2]) <= 12 or not int(found[1]):
        raise InputError("{text!r} is no month; write 2026-11.", field="month", text=text)
    return date(int(found[1]), int(found[2]), 1)


def _lines(figure: Figure, rows: list[FigureRow]) -> list[str | Table]:
    columns = [
        Column(one_line(str(figure.title)), flexible=True),
        Column(t("Amount"), right=True),
        Column(t("Of"), right=True),
        Column(t("Target"), right=True),
        Column(""),
    ]
    body = [
        (
            row.label,
            _number(row.value, figure.unit),
            _number(row.base),
            _number(row.target, figure.unit),
            t("below target") if row.missed else "",
        )
        for row in rows
    ]
    return [figure.name, Table(columns, body), ""]


def _number(value: float | None, unit: str = "") -> str:
    if value is None:
        return "–"
    number = f"{round(value, 2):,}".removesuffix(".0")
    return f"{number}{unit}" if unit in ("", "%") else f"{number} {t(unit)}"
