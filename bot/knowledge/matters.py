"""Words that name a matter by themselves (data/dialogue/matters.yml): 装修呢, 不是买房,是租房, 回到刚才离职那件."""
from __future__ import annotations

import re
from functools import lru_cache
from typing import List

import msgspec

from .base import DATA, KnowledgeBase
from .card import Strict

_WITHDRAWS = re.compile(r"提取|[能可想要]提|提得?(?:公积金|钱|多少|几)|取公积金|取[钱出]")
_LENDS = re.compile(r"(?<!还)(?<!商业)(?<!银行)贷款|[能可想要]贷|贷多少")


class Matter(Strict, frozen=True, kw_only=True):
    """``services``: one card for each category (提取, 贷款, …) in which the words mean something.

    ``only_there``: in other categories the words are no matter of their own (首付 while a loan is talked of).
    ``general``: beside a more particular matter of the same category the words add nothing (提前还一部分贷款).
    """

    words: List[str]
    services: List[str]
    only_there: bool = False
    general: bool = False


def business(text: str) -> str:
    """提取 or 贷款 where normalised ``text`` speaks of one of the two; "" otherwise."""
    withdraws, lends = bool(_WITHDRAWS.search(text)), bool(_LENDS.search(text))
    return "" if withdraws == lends else "提取" if withdraws else "贷款"


@lru_cache(maxsize=1)
def matters() -> List[Matter]:
    """In the order in which they are looked for: the more particular words first."""
    return msgspec.yaml.decode((DATA / "dialogue" / "matters.yml").read_bytes(), type=List[Matter])


def named(base: KnowledgeBase, text: str, category: str = "", stays: bool = False) -> List[str]:
    """Cards named in normalised ``text``, in the order of the words there; of each matter the card of ``category``.

    Withdrawing or lending said in the text itself overrides ``category``, unless it ``stays``. A word inside a longer one found before it is not
    counted again (贷款 in 商业贷款).
    """
    category = category if stays else business(text) or category
    taken = [False] * len(text)
    found = []
    general = ""
    for matter in matters():
        for word in sorted(matter.words, key=len, reverse=True):
            place = text.find(word)
            if place >= 0 and not any(taken[place : place + len(word)]):
                taken[place : place + len(word)] = [True] * len(word)
                cards = [base.cards[code] for code in matter.services if code in base.cards]
                fitting = [card.code for card in cards if card.category == category]
                if cards and (fitting or not matter.only_there or not category):
                    found.append((place, (fitting or [cards[0].code])[0]))
                    general = found[-1][1] if matter.general else general
                break
    codes = list(dict.fromkeys(code for _, code in sorted(found)))
    particular = [code for code in codes if code != general and general and base.cards[code].category == base.cards[general].category]
    return [code for code in codes if code != general] if particular else codes


def counterpart(base: KnowledgeBase, code: str, text: str, category: str) -> str:
    """The card of ``category`` under the words of ``text`` that also lead to card ``code``; "" when there is none.

    离职 means sealing an account while an employer's business is talked of, and withdrawing otherwise.
    """
    category = business(text) or category
    for matter in matters():
        if code in matter.services and any(word in text for word in matter.words):
            return next((c for c in matter.services if c in base.cards and base.cards[c].category == category), "")
    return ""
