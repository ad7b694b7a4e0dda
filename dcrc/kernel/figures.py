"""Figures: rates, shares and counts that plugins compute, each openable to the cases behind it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date
from typing import TYPE_CHECKING, Any

import attrs

from dcrc.errors import NotFound
from dcrc.wording import Wording

if TYPE_CHECKING:
    from dcrc.kernel.desk import Desk


@attrs.frozen
class FigureRow:
    """One line of a figure. `value` is a count, or a share in percent of `base` where there is a base.

    `target` is what the policy asks for, in the same unit; `cases` are the ids of the tasks, events or
    answers that were counted.
    """

    label: str
    value: float | None
    base: int | None = None
    target: float | None = None
    cases: tuple[str, ...] = ()

    @property
    def missed(self) -> bool:
        """Whether the value is under its target."""
        return self.value is not None and self.target is not None and self.value < self.target


@attrs.frozen
class Figure:
    """What a plugin can compute: `compute(desk, month, **filters)`; `month` is any day of the month."""

    name: str
    title: Wording
    compute: Callable[..., Iterable[FigureRow]]
    unit: str = ""


def share(part: int, base: int) -> float | None:
    """`part` of `base` in percent to one decimal; None of nothing."""
    return round(100 * part / base, 1) if base else None


def figures(desk: Desk) -> list[Figure]:
    """The figures of all plugins, in the order of their names."""
    return list(desk.plugins.figures())


def compute_figure(desk: Desk, name: str, month: date, **filters: Any) -> list[FigureRow]:
    """The rows of one figure for the month in which `month` lies; raises NotFound."""
    for figure in figures(desk):
        if figure.name == name:
            return list(figure.compute(desk, month, **filters))
    raise NotFound(
        "There is no figure {name}; known are: {names}.",
        name=name,
        names=", ".join(figure.name for figure in figures(desk)) or "-",
    )
