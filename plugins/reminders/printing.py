"""A list as a page that a browser prints: one table, its head repeated, room to write in each line."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from dcrc import t

from .lists import Line, headers

STYLE = """
@page { size: A4 landscape; margin: 12mm; }
body { font: 10pt "Noto Sans CJK SC", "Microsoft YaHei", "PingFang SC", sans-serif; color: #000; }
h1 { font-size: 14pt; margin: 0 0 2mm; }
p { margin: 0 0 3mm; }
table { border-collapse: collapse; width: 100%; }
thead { display: table-header-group; }
tr { break-inside: avoid; }
th, td { border: 0.3pt solid #666; padding: 1mm 1.5mm; text-align: left; vertical-align: top; }
th { background: #eee; }
td.result { min-width: 35mm; }
@media print { .screen { display: none; } }
"""


def page(title: str, dealer: str, lines: Sequence[Line], language: str) -> str:
    """The list as HTML that stands alone."""
    head = "".join(f"<th>{escape(each)}</th>" for each in (*headers(), t("Result")))
    body = "\n".join(_row(line) for line in lines)
    count = escape(t("{count} contacts", count=len(lines)))
    return (
        f'<!doctype html>\n<html lang="{escape(language)}">\n<head><meta charset="utf-8">'
        f"<title>{escape(title)}</title>\n<style>{STYLE}</style></head>\n<body>\n"
        f"<h1>{escape(title)}</h1>\n<p>{escape(dealer)} · {count}</p>\n"
        f"<table>\n<thead><tr>{head}</tr></thead>\n<tbody>\n{body}\n</tbody>\n</table>\n"
        "</body>\n</html>\n"
    )


def _row(line: Line) -> str:
    cells = "".join(f"<td>{escape(str(cell))}</td>" for cell in line.cells())
    return f'<tr>{cells}<td class="result"></td></tr>'
