"""Which of the four levels of service a conversation reached; the criteria are written here and in docs/service.md.

基本 basic: something was answered. 满意 satisfied: and no question was left open, and a doubt was resolved (a question after
the first, a clarification, a worry) or thanks were given. 超值 beyond: and something offered unasked was taken up. 感动 moved:
and a date computed for this citizen was kept, or met with thanks, or the conversation got five stars with such a date or
an accepted offer. Who is dissatisfied (a thumb down last, one or two stars) had basic service at most.
"""
from __future__ import annotations

from typing import Dict, Mapping

import msgspec

LEVELS = ("none", "basic", "satisfied", "beyond", "moved")
TITLES: Dict[str, str] = {"none": "没有答上", "basic": "基本服务", "satisfied": "满意服务", "beyond": "超值服务", "moved": "感动服务"}
HIGH_STARS, LOW_STARS = 5, 2
OUTCOMES: Dict[str, str] = {"self": "助手办结", "person": "转给了人", "open": "没有解决", "none": "没有问事情"}


class Deeds(msgspec.Struct, omit_defaults=True, frozen=True):
    """What happened in a conversation, as numbers; nothing that was said."""

    answered: int = 0
    open: int = 0
    """1 while the last question was not understood."""
    resolved: int = 0
    """Doubts resolved: follow-ups, clarifications and worries that got an answer."""
    thanked: int = 0
    accepted: int = 0
    """Attentive questions replied to, reminders taken gladly, sums made from an offer."""
    dated: int = 0
    """Dates computed for this citizen."""
    kept: int = 0
    """Of these, put into the citizen's own calendar or met with thanks."""
    stars: int = 0
    thumb: int = 0
    """The last thumb: 1, -1 or 0."""
    handed: int = 0
    """Handoffs to a person."""

    @classmethod
    def of(cls, stored: Mapping[str, str]) -> "Deeds":
        """From a Redis hash; unknown fields are left out."""
        return cls(**{name: int(stored[name]) for name in cls.__struct_fields__ if name in stored})


def level(deeds: Deeds) -> str:
    """One of :data:`LEVELS`."""
    if not deeds.answered:
        return "none"
    if deeds.thumb < 0 or 0 < deeds.stars <= LOW_STARS:
        return "basic"
    if deeds.open or not (deeds.resolved or deeds.thanked or deeds.accepted or deeds.kept or deeds.thumb > 0 or deeds.stars > LOW_STARS + 1):
        return "basic"
    if deeds.dated and deeds.kept or deeds.stars >= HIGH_STARS and (deeds.dated or deeds.accepted):
        return "moved"
    return "beyond" if deeds.accepted else "satisfied"


def outcome(deeds: Deeds) -> str:
    """One of :data:`OUTCOMES`: whether the conversation was settled by the assistant itself."""
    if deeds.handed:
        return "person"
    if deeds.open or deeds.answered and deeds.thumb < 0:
        return "open"
    return "self" if deeds.answered else "none"
