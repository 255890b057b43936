"""How characters sound: in standard Mandarin without tones, and as speakers of the southwest keep sounds apart."""
from __future__ import annotations

from functools import lru_cache

from pypinyin import lazy_pinyin

_MERGED = (("zh", "z"), ("ch", "c"), ("sh", "s"), ("ang", "an"), ("eng", "en"), ("ing", "in"), ("hu", "f"), ("n", "l"))
"""Sounds that speakers of southwestern Mandarin do not keep apart; a pair merges at the front or the end of a syllable."""


@lru_cache(maxsize=8192)
def sound(word: str) -> str:
    """Syllables without tones: ``gong ji jin``."""
    return " ".join(lazy_pinyin(word))


@lru_cache(maxsize=8192)
def soft_sound(character: str) -> str:
    """The syllable of one character with the merged sounds written alike: 主 and 租 are ``zu``."""
    syllable = sound(character)
    if syllable == "hu":
        return "fu"
    for clear, soft in _MERGED:
        if syllable.startswith(clear) and len(clear) < 3:
            syllable = soft + syllable[len(clear) :]
        if syllable.endswith(clear) and len(clear) == 3:
            syllable = syllable[:-3] + soft
    return syllable
