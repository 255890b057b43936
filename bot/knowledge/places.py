"""What patterns may name by a word in braces: ``{local}`` and ``{out}`` place names (data/policy/places.yml), ``{day}`` a date."""
from __future__ import annotations

import re
from functools import cache, lru_cache
from typing import Dict, List

import msgspec

from .base import DATA


@cache
def places() -> Dict[str, List[str]]:
    """``local`` and ``elsewhere`` place names, longest first so that 湘西州 wins over 湘西."""
    raw = msgspec.yaml.decode((DATA / "policy" / "places.yml").read_bytes(), type=Dict[str, List[str]])
    return {kind: sorted(names, key=len, reverse=True) for kind, names in raw.items()}


_NUMBER = "(?:\\d{1,2}|[一二三四五六七八九十]{1,3})"
DAY = (
    f"(?:(?:\\d{{4}}年|\\d{{2}}年|去年|今年|前年)?{_NUMBER}月(?:份)?(?:{_NUMBER}[日号])?|(?:上+|这|本)个?月(?:{_NUMBER}[日号])?"
    f"|今天|昨天|大?前天|上个?(?:周|星期|礼拜)[一二三四五六日天]?|[\\d一二两三四五六七八九十]+天(?:之|以)?前|{_NUMBER}[日号])"
)
"""A date as people say it; actions/dates.py reads it."""


@cache
def _alternatives() -> Dict[str, str]:
    names = places()
    return {
        "{local}": "(?:" + "|".join(map(re.escape, names["local"])) + ")",
        "{out}": "(?:" + "|".join(map(re.escape, names["elsewhere"])) + ")",
        "{day}": DAY,
    }


@lru_cache(maxsize=16384)
def compiled(pattern: str) -> "re.Pattern[str]":
    """A content pattern ready for use; raises re.error. Kept, because Python itself remembers only 512."""
    return re.compile(expand(pattern))


def expand(pattern: str) -> str:
    """Replace ``{local}``, ``{out}`` and ``{day}`` in a regular expression by what they stand for."""
    for name, alternatives in _alternatives().items():
        pattern = pattern.replace(name, alternatives)
    return pattern
