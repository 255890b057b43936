"""Place names of data/policy/places.yml and their use inside patterns: ``{local}`` and ``{out}``."""
from __future__ import annotations

import re
from functools import lru_cache
from typing import Dict, List

import msgspec

from .base import DATA


@lru_cache(maxsize=None)
def places() -> Dict[str, List[str]]:
    """``local`` and ``elsewhere`` place names, longest first so that 湘西州 wins over 湘西."""
    raw = msgspec.yaml.decode((DATA / "policy" / "places.yml").read_bytes(), type=Dict[str, List[str]])
    return {kind: sorted(names, key=len, reverse=True) for kind, names in raw.items()}


@lru_cache(maxsize=None)
def _alternatives() -> Dict[str, str]:
    names = places()
    return {
        "{local}": "(?:" + "|".join(map(re.escape, names["local"])) + ")",
        "{out}": "(?:" + "|".join(map(re.escape, names["elsewhere"])) + ")",
    }


@lru_cache(maxsize=16384)
def compiled(pattern: str) -> "re.Pattern[str]":
    """A content pattern ready for use; raises re.error. Kept, because Python itself remembers only 512."""
    return re.compile(expand(pattern))


def expand(pattern: str) -> str:
    """Replace ``{local}`` / ``{out}`` in a regular expression by the place names."""
    for name, alternatives in _alternatives().items():
        pattern = pattern.replace(name, alternatives)
    return pattern
