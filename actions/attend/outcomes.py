"""What became of questions and reminders offered earlier: accepted, passed over, or nothing that would tell."""
from __future__ import annotations

import re
from dataclasses import dataclass
from typing import List

from bot.knowledge.base import KnowledgeBase, rule_kind

from ..memory import Memory, Offer
from ..message import Message
from ..pending import PATIENCE, declines

_GLAD = re.compile(r"谢|感谢|多亏|幸亏|(?<!不)知道了|明白了|晓得了|记(?:下|住)了|(?:提醒|想)得(?:好|对|周到)|原来(?:还|是|可以)|还好(?:问|你)")


@dataclass(frozen=True)
class Outcome:
    rule: str
    situation: str
    accepted: bool


def settle(base: KnowledgeBase, memory: Memory, message: Message) -> List[Outcome]:
    """Outcomes that this turn has made clear; those offers are closed.

    A question is accepted when it is replied to, passed over when :data:`PATIENCE` turns go by. A reminder is accepted
    when the citizen answers it gladly; silence about it says nothing. 不用了 passes over whatever the turn before offered.
    """
    found: List[Outcome] = []
    still_open: List[Offer] = []
    turn, declined = memory.turn, declines(message)
    for offer in memory.offers:
        if offer.rule not in base.rules:
            continue
        age = memory.turns - offer.turn
        question = rule_kind(base.rules[offer.rule]) == "question"
        if offer.rule == turn.replied:
            found.append(Outcome(offer.rule, offer.situation, True))
        elif declined and age == 1:
            found.append(Outcome(offer.rule, offer.situation, False))
        elif not question and age == 1 and _GLAD.search(turn.text):
            found.append(Outcome(offer.rule, offer.situation, True))
        elif age < PATIENCE:
            still_open.append(offer)
        elif question:
            found.append(Outcome(offer.rule, offer.situation, False))
    memory.offers = still_open
    return found
