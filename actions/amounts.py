"""Sums of money as people say them, in yuan: 60万, 三十五万, 一千二, 12,000."""
from __future__ import annotations

import re
from typing import Optional

from . import dates

_FILLER = re.compile(r"[,多来]|(?:元|块钱?|圆)$")
_LATIN = {"w": "万", "k": "千"}


def yuan(text: str) -> Optional[float]:
    """The sum that ``text`` says; 三十多万 counts as 三十万. None when it says none (几万)."""
    plain = _FILLER.sub("", text)
    for letter, word in _LATIN.items():
        plain = plain.replace(letter, word)
    return dates.number(plain)
