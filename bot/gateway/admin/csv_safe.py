"""CSV that spreadsheet programs show and never run."""
from __future__ import annotations

import csv
import io
import re
from typing import Iterable

BOM = "\ufeff"
"""Without it Excel takes UTF-8 for something else."""
_FORMULA = re.compile(r"[\s'\0\u200b-\u200f\u2060\ufeff]*[=+\-@＝＋－＠]|[\t\r\n]")


def cell(value: object) -> str:
    """Attack: text that begins like a formula runs when the file is opened. An apostrophe keeps it text; numbers stay."""
    text = "" if value is None else str(value)
    if isinstance(value, (int, float)) or not _FORMULA.match(text):
        return text
    return "'" + text


def rows(values: Iterable[Iterable[object]]) -> str:
    """The lines of a CSV file, without the byte order mark."""
    out = io.StringIO()
    writer = csv.writer(out)
    for row in values:
        writer.writerow([cell(value) for value in row])
    return out.getvalue()
