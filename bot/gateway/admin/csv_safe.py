"""CSV that spreadsheet programs show and never run."""
from __future__ import annotations

import csv
import io
from typing import Iterable

from bot.knowledge.formula import guarded

BOM = "\ufeff"
"""Without it Excel takes UTF-8 for something else."""


def cell(value: object) -> str:
    """As text that no program runs; numbers stay numbers, negative ones too."""
    text = "" if value is None else str(value)
    return text if isinstance(value, (int, float)) else guarded(text)


def rows(values: Iterable[Iterable[object]]) -> str:
    """The lines of a CSV file, without the byte order mark."""
    out = io.StringIO()
    writer = csv.writer(out)
    for row in values:
        writer.writerow([cell(value) for value in row])
    return out.getvalue()
