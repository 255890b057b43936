"""Text that a spreadsheet program would run as a formula, and how it stays text in a CSV file.

Attack: a question or a comment that begins like a formula runs on the computer of whoever opens the export.
"""
from __future__ import annotations

import re

_FORMULA = re.compile(r"[\s'\0\u200b-\u200f\u2060\ufeff]*[=+\-@＝＋－＠]|'*[\t\r\n]")
"""Programs strip what cannot be seen before they look; some take a cell that begins with a tab or a line break for two cells."""


def is_formula(text: str) -> bool:
    """Whether some spreadsheet program might run ``text`` or read it as more than one cell."""
    return _FORMULA.match(text) is not None


def guarded(text: str) -> str:
    """``text`` with an apostrophe before it where that keeps it text."""
    return "'" + text if is_formula(text) else text


def unguarded(text: str) -> str:
    """What :func:`guarded` was given; an apostrophe that stands there for another reason stays."""
    return text[1:] if text.startswith("'") and is_formula(text[1:]) else text
