"""Why a change was not made. Nothing has been written when one of these is raised."""
from __future__ import annotations

from typing import Any, Dict, Sequence

from bot.knowledge.faq_office import Refused

__all__ = ["Conflict", "Refused", "Unknown"]


class Unknown(Refused):
    """There is no such record."""


class Conflict(Refused):
    """Somebody else changed the record meanwhile. ``current`` is what it says now, ``version`` the one to send with the next try."""

    def __init__(self, current: Dict[str, Any], version: str, by: str = ""):
        super().__init__(f"{by or '别人'}刚刚改过这一条，您的改动还没有保存")
        self.current = current
        self.version = version
        self.by = by


def sentences(problems: Sequence[str]) -> list[str]:
    """The clauses as whole sentences."""
    return [problem.rstrip("。") + "。" for problem in problems]
