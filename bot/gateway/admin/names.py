"""Account names: one spelling for one person, whatever keyboard it was typed with."""
from __future__ import annotations

import re
import unicodedata

_NAME = re.compile(r"\w[\w.-]{1,31}")
RULE = "账号名应是 2 到 32 个汉字、字母、数字，中间可以有点、横线和下划线。"


class NameRefused(ValueError):
    """The name cannot be an account's; the message is a sentence for the person who typed it."""


def normal(text: str) -> str:
    """The spelling accounts are kept under; never raises."""
    return unicodedata.normalize("NFKC", text).strip().casefold()


def check(text: str) -> str:
    """The normal spelling of a good new name; raises :class:`NameRefused`."""
    name = normal(text)
    if not _NAME.fullmatch(name):
        raise NameRefused(RULE)
    return name
