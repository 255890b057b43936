"""Words that name a matter by themselves (data/dialogue/matters.yml): 装修呢, 不是买房,是租房, 回到刚才离职那件."""
from __future__ import annotations

from functools import lru_cache
from typing import List

import msgspec

from .base import DATA, KnowledgeBase
from .card import Strict


class Matter(Strict, kw_only=True):
    """``services``: one card for each category (提取, 贷款, …) in which the words mean something.

    ``only_there``: in other categories the words are no matter of their own (首付 while a loan is talked of).
    """

    words: List[str]
    services: List[str]
    only_there: bool = False


@lru_cache(maxsize=1)
def matters() -> List[Matter]:
    """In the order in which they are looked for: the more particular words first."""
    return msgspec.yaml.decode((DATA / "dialogue" / "matters.yml").read_bytes(), type=List[Matter])


def named(base: KnowledgeBase, text: str, category: str = "") -> List[str]:
    """Cards named in normalised ``text``, in the order of the words there; of each matter the card of ``category``.

    提取 or 贷款 said in the text itself overrides ``category``. A word inside a longer one found before it is not
    counted again (贷款 in 商业贷款).
    """
    if "提取" in text:
        category = "提取"
    elif "贷款" in text and not any(w in text for w in ("还贷款", "商业贷款", "银行贷款")):
        category = "贷款"
    taken = [False] * len(text)
    found = []
    for matter in matters():
        for word in sorted(matter.words, key=len, reverse=True):
            place = text.find(word)
            if place >= 0 and not any(taken[place : place + len(word)]):
                taken[place : place + len(word)] = [True] * len(word)
                cards = [base.cards[code] for code in matter.services if code in base.cards]
                fitting = [card.code for card in cards if card.category == category]
                if cards and (fitting or not matter.only_there or not category):
                    found.append((place, (fitting or [cards[0].code])[0]))
                break
    return list(dict.fromkeys(code for _, code in sorted(found)))
