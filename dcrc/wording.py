"""Texts carried by data: policies, forms and scripts say things in Chinese and in English."""

from __future__ import annotations

import attrs

from dcrc.i18n import language


@attrs.frozen
class Wording:
    """One text in both languages; `str()` gives the current one, falling back to the other."""

    zh: str = ""
    en: str = ""

    def __str__(self) -> str:
        return (self.en or self.zh) if language() == "en" else (self.zh or self.en)
