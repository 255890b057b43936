"""What a correction says in full: 不是八百,是一千二 after 每月租金八百 says 每月租金一千二."""
from __future__ import annotations

import re
from typing import Sequence

from bot.nlu.corrections import Correction

_NUMBER = r"[\d.]+|[一二两三四五六七八九十百千零半]+"
_QUANTITY = re.compile(rf"^(?:大概|才|只有|只|就|应该)?是?(?P<amount>(?:{_NUMBER})(?:多)?(?P<unit>万|千|百|元|块|个月|个多月|月份?|年|岁|号|日|套|个人|人)?(?:元|块钱?)?)[了的吧。]*$")
REACH = 3
"""How many earlier messages a correction may mend."""


def in_full(correction: Correction, said: Sequence[str]) -> str:
    """The statement that ``correction`` makes: its own words, after those of ``said`` they replace a piece of."""
    told = correction.told or correction.meant
    for earlier in reversed(said[-REACH:]):
        for part in re.split(r"[,。?!;]", earlier):
            mended = _mended(part, correction)
            if mended:
                return f"{mended},{told}"
    return told


def _mended(part: str, correction: Correction) -> str:
    if correction.denied and correction.denied in part:
        return part.replace(correction.denied, correction.meant)
    quantity = _QUANTITY.search(correction.meant)
    if quantity is None or not quantity["unit"]:
        return ""
    same = re.search(rf"(?:{_NUMBER})多?{re.escape(quantity['unit'])}", part)
    return part[: same.start()] + quantity["amount"] + part[same.end() :] if same else ""
