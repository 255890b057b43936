"""What the assistant says by itself in WeChat (data/channels/wechat.yml)."""
from __future__ import annotations

from pathlib import Path
from typing import List

import msgspec


class Words(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Whole messages that are commands."""

    more: List[str]
    erase: List[str]


class Wording(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Sentences by where they are said."""

    opening: str
    more: str
    still_thinking: str
    nothing_more: str
    not_text: str
    too_long: str
    staff_has_it: str
    staff_prefix: str
    erased: str
    words: Words


def load(data: Path) -> Wording:
    """Raises OSError, msgspec.ValidationError or msgspec.DecodeError naming what is wrong."""
    return msgspec.yaml.decode((data / "channels" / "wechat.yml").read_bytes(), type=Wording)
