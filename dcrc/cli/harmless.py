"""Customer text is data: what could steer a terminal is made visible before it is printed."""

from __future__ import annotations

from dcrc.wording import plain


def one_line(text: str) -> str:
    """`text` made harmless, on one line."""
    return " ".join(plain(text).split())
