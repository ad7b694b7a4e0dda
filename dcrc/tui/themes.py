"""The two looks of the interface; contrast is kept where a meaning is also said in words."""

from __future__ import annotations

from textual.theme import Theme

_KEY_NAMES = "key-name"

DARK = Theme(
    name="dcrc-dark",
    primary="#4FA3D1",
    secondary="#7FB685",
    accent="#E0A458",
    warning="#E0A458",
    error="#E57373",
    success="#7FB685",
    foreground="#E4E6E8",
    background="#15191D",
    surface="#1C2126",
    panel="#262D34",
    dark=True,
    variables={_KEY_NAMES: "#8CC8EA", "quiet": "#8B949E", "row-here": "#1D4F6E"},
)

LIGHT = Theme(
    name="dcrc-light",
    primary="#1F6F9F",
    secondary="#2F6B3A",
    accent="#8A5A00",
    warning="#8A5A00",
    error="#B3261E",
    success="#2F6B3A",
    foreground="#1A1C1E",
    background="#FAFAF8",
    surface="#F1F1EE",
    panel="#E3E5E2",
    dark=False,
    variables={_KEY_NAMES: "#0F5A86", "quiet": "#5C656D", "row-here": "#BBDCEE"},
)
