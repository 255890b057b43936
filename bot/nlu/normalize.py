"""One normaliser for training and run time: how a citizen's text is written before anything looks at it.

Order: control and invisible characters away, full width to half width (NFKC), runs of punctuation shortened, URLs and
emoji away, traditional to simplified characters, lower case, spaces between Chinese characters away, leading slashes
away (an assistant command typed by a citizen is text), typos in domain words mended: those listed in
data/nlu/aliases.yml, then homophones and words left in letters (mending.py), filler words away (fillers.py).
Normalising twice gives the same as once.
"""
from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from pathlib import Path
from typing import Dict, List, Pattern, Tuple

import msgspec
from opencc import OpenCC

from .fillers import strip_fillers
from .mending import mend

ALIASES = Path(__file__).resolve().parents[2] / "data" / "nlu" / "aliases.yml"

_CJK = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
_URL = re.compile(r"(?:https?://|www\.)[^\s\u3400-\u9fff，。！？]+", re.IGNORECASE)
_EMOJI = re.compile(
    "[\U0001f000-\U0001faff\u2600-\u27bf\u2b00-\u2bff\ufe0e\ufe0f\u200d\u20e3\U000e0000-\U000e007f]+"
)
_SPACE = re.compile(r"\s+")
_CJK_SPACE = re.compile(rf"(?<=[{_CJK}0-9]) (?=[{_CJK}])|(?<=[{_CJK}]) (?=[0-9])")
_REPEAT = re.compile(r"([。,!?、;:~…\-])\1+")
_PUNCTUATION = str.maketrans({"，": ",", "！": "!", "？": "?", "；": ";", "：": ":", "（": "(", "）": ")", "～": "~", "｡": "。"})


@lru_cache(maxsize=1)
def _converter() -> OpenCC:
    return OpenCC("t2s")


KEEP = "不改"
"""Key of data/nlu/aliases.yml whose words look like a typo inside but are none (提交存折, 够房租)."""


@lru_cache(maxsize=1)
def _aliases() -> Tuple[Pattern[str], Dict[str, str]]:
    """What to look for, longest first, and what to write instead."""
    data = msgspec.yaml.decode(ALIASES.read_bytes(), type=Dict[str, List[str]])
    written = {word: word for word in data.pop(KEEP, [])}
    written.update((wrong, right) for right, wrongs in data.items() for wrong in wrongs)
    return re.compile("|".join(map(re.escape, sorted(written, key=len, reverse=True)))), written


def normalize(text: str) -> str:
    """Return ``text`` in the one form that training and run time share; may be empty."""
    text = "".join(" " if c in "\t\r\n" else c for c in text if c in "\t\r\n" or unicodedata.category(c) not in ("Cc", "Cf", "Cs", "Co"))
    text = unicodedata.normalize("NFKC", text)
    text = _REPEAT.sub(r"\1", text)
    text = _URL.sub(" ", text)
    text = _EMOJI.sub(" ", text)
    text = _converter().convert(text).lower().translate(_PUNCTUATION)
    text = _SPACE.sub(" ", text).strip()
    text = _CJK_SPACE.sub("", text)
    # An end user typing "/restart" or "/intent{...}" must never reach Rasa's command syntax.
    text = text.lstrip("/\\ ")
    wrong, right = _aliases()
    text = wrong.sub(lambda match: right[match.group()], text)
    text = _CJK_SPACE.sub("", text)  # "gjj 贷款" has become "公积金 贷款"
    return strip_fillers(_CJK_SPACE.sub("", mend(text)))
