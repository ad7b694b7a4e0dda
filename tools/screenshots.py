"""Pictures of the screens for the operator's guide, made from the invented dealer.

    python tools/screenshots.py [--into docs/pictures] [--language zh] [--only NAME …]

Each picture is a session of keys in a terminal of a given size. Needs `rsvg-convert` and a font with Chinese.
"""

from __future__ import annotations

import argparse
import asyncio
import html
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import attrs
from rich.cells import cell_len

from dcrc.i18n import set_language
from dcrc.kernel.desk import open_desk
from dcrc.tui.app import DcrcApp

DAY = date(2026, 11, 20)
OPERATOR = "林静"
WIDE, SMALL = (120, 40), (80, 24)
FONTS = "DejaVu Sans Mono, Noto Sans Mono CJK SC, Noto Sans CJK SC, WenQuanYi Micro Hei, monospace"
_TEXT = re.compile(
    r'<text class="(?P<style>[^"]*)" x="(?P<x>[\d.]+)" y="(?P<y>[\d.]+)" '
    r'textLength="(?P<length>[\d.]+)"(?P<rest>[^>]*)>(?P<text>[^<]*)</text>'
)


@attrs.frozen
class Picture:
    """A screen to show: the keys that lead there from the start, and the size of the terminal."""

    name: str
    keys: tuple[str, ...] = ()
    size: tuple[int, int] = WIDE
    light: bool = False


PICTURES = (
    Picture("today"),
    Picture("today-small", size=SMALL),
    Picture("today-light", light=True),
    Picture("call-sheet", ("enter", "1", "1")),
    Picture("call-sheet-small", ("enter", "1"), SMALL),
    Picture("call-back", ("enter", "f5"), SMALL),
    Picture("search", ("slash", "z", "h", "a", "n", "g")),
    Picture("customer", ("ctrl+o",)),
    Picture("customer-small", ("ctrl+o",), SMALL),
    Picture("calendar", ("ctrl+l", "w")),
    Picture("share-out", ("d", "end", "enter"), SMALL),
    Picture("help", ("f1",), SMALL),
    Picture("why", ("ctrl+o", "w")),
    Picture("supervision", ("ctrl+p", *"主管", "enter")),
    Picture("new-customer", ("n",), SMALL),
)


def demo_dealer(folder: Path) -> Path:
    """The invented dealer as `dcrc demo` makes him."""
    command = [
        sys.executable,
        "-c",
        "from dcrc.cli import main; main()",
        "demo",
        "--into",
        str(folder),
        "--list",
    ]
    subprocess.run(
        [*command, "--customers", "300", "--today", DAY.isoformat()],
        check=True,
        stdout=subprocess.DEVNULL,
    )
    return next(folder.glob("*.dcrc"))


def morning() -> datetime:
    """Half past nine on the day of the pictures."""
    at = datetime(DAY.year, DAY.month, DAY.day, 9, 30, tzinfo=ZoneInfo("Asia/Shanghai"))
    return at.astimezone(UTC)


async def drawn(database: Path, picture: Picture) -> str:
    """The screen as SVG, every character in its cell."""
    desk = open_desk(database, operator=OPERATOR, clock=morning)
    app = DcrcApp(desk, plan_first=False)
    async with app.run_test(size=picture.size) as pilot:
        if picture.light:
            app.theme = "dcrc-light"
        for key in ("", *picture.keys):
            if key:
                await pilot.press(key)
            for _ in range(4):
                await app.workers.wait_for_complete(list(app.workers))
                await pilot.pause()
        svg = app.export_screenshot(title="DCRC")
    desk.close()
    return in_cells(svg)


def in_cells(svg: str) -> str:
    """Each character at the place of its cell: the export counts Chinese as one cell wide, and renderers
    without its font would shift the rest of the line."""
    svg = re.sub(r"@font-face \{.*?\}", "", svg, flags=re.DOTALL)
    svg = svg.replace("Fira Code,monospace", FONTS).replace("Fira Code", FONTS)
    return _TEXT.sub(lambda found: "".join(_characters(found)), svg)


def _characters(found: re.Match[str]) -> Iterator[str]:
    text = html.unescape(found["text"])
    width = float(found["length"]) / max(1, len(text))
    x = float(found["x"])
    for character in text:
        if not character.isspace():
            yield (
                f'<text class="{found["style"]}" x="{x:.2f}" y="{found["y"]}"{found["rest"]}>'
                f"{html.escape(character)}</text>"
            )
        x += width * cell_len(character)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0] if __doc__ else "")
    parser.add_argument("--into", type=Path, default=Path("docs/pictures"))
    parser.add_argument("--language", choices=("zh", "en"), default="zh")
    parser.add_argument("--only", nargs="*", default=[])
    chosen = parser.parse_args()
    if shutil.which("rsvg-convert") is None:
        print("rsvg-convert is missing: install librsvg2-bin", file=sys.stderr)
        return 1
    set_language(chosen.language)
    chosen.into.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        database = demo_dealer(Path(folder))
        for picture in PICTURES:
            if chosen.only and picture.name not in chosen.only:
                continue
            target = chosen.into / f"{picture.name}.png"
            svg = asyncio.run(drawn(database, picture))
            convert = ["rsvg-convert", "--zoom", "0.8", "--output", str(target)]
            subprocess.run(convert, input=svg.encode(), check=True)
            print(target)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
