"""Text in terminal cells: Chinese takes two, and what does not fit is cut at a whole character."""

from __future__ import annotations

from rich.cells import cell_len, set_cell_size


def fit(text: str, width: int, *, right: bool = False) -> str:
    """`text` in exactly `width` cells: cut with `…` or filled with blanks (before it when `right`).

    >>> fit("张伟", 6), fit("陆风汽车销售", 7), fit("12", 4, right=True)
    ('张伟  ', '陆风汽…', '  12')
    """
    size = cell_len(text)
    if size == width:
        return text
    if size < width:
        return " " * (width - size) + text if right else text + " " * (width - size)
    return set_cell_size(cut(text, width), width)


def cut(text: str, width: int) -> str:
    """`text` in at most `width` cells, ending in `…` when something was left out.

    >>> cut("陆风汽车销售", 6), cut("ok", 6)
    ('陆风…', 'ok')
    """
    if cell_len(text) <= width:
        return text
    if width <= 0:
        return ""
    return set_cell_size(text, width - 1).rstrip() + "…"


def shares(widths: list[int], flexes: list[int], total: int) -> list[int]:
    """Column widths that fill `total` cells: fixed `widths`, and what is left goes by `flexes`.

    >>> shares([6, 4], [0, 1], 20)
    [6, 14]
    """
    spare = max(0, total - sum(widths))
    parts = sum(flexes)
    if not parts:
        return widths
    grown = [width + spare * flex // parts for width, flex in zip(widths, flexes, strict=True)]
    rest = total - sum(grown)
    if rest > 0:
        last = max(index for index, flex in enumerate(flexes) if flex)
        grown[last] += rest
    return grown
