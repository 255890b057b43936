"""Which matter a message refers to: the one in focus, one talked about before, or another that is named in passing."""
from __future__ import annotations

import re
from typing import Optional, Sequence

from bot.knowledge.base import KnowledgeBase
from bot.knowledge.matters import matters, named
from bot.nlu.clauses import asks

from .memory import Focus, Memory
from .understanding import GENERAL

_RETURNS = re.compile(
    r"说回|回到|回过头|再说|再问|(?:刚才|刚刚|前面|之前|上面|先前|开头|最开始|一开始|最先)(?:我)?(?:说|问|讲|提)?(?:到|过)?的?(?:那|这)?|(?:前|上)一?个(?!月|星期|礼拜)|还是(?:说|问)|至于"
)
_FIRST = re.compile(r"(?:最开始|一开始|最先|开头|第一个(?:问题|事|问的))")
_PREVIOUS = re.compile(r"(?:前面|之前|上面|先前)(?:说|问|讲|提)?(?:到|过)?的?(?:那|这)个|(?:前|上)一?个(?:问题|事|业务|那个|的)|(?:上|前)一个")
_WHAT_ABOUT = re.compile(
    r"^(?:那|那么|先说|还有|另外|如果|要是|假如|换成|要|是|就是|办|我)*(?P<what>[^,。?!]{2,10}?)(?:的话|的时候|的|那个|这个|那种|那边|方面|的事|上)*(?:呢|(?<![会要该能得])又?(?:怎么样|怎样|咋样|如何))[?。]?$"
)
# 逾期了会怎么样 asks what happens, not for the aspect answered last.
_CHOSEN = re.compile(r"^(?:我|那|就|说|问|办|的|要|想|是|先)*(?P<what>[^,。?!]{2,8}?)(?:的|吧|啊|呀|哈|了|那种|这种|那个)*[。!]?$")
"""二手房, 我是商贷: said in reply to an answer that holds for several matters."""
SPARE = 2
"""Characters that may stand beside the words that name a chosen matter."""
GENERAL_FAQS = {faq for aspects in GENERAL.values() for faq in aspects.values()}
_CATEGORY = {"withdraw": "提取", "loan": "贷款"}


def category(base: KnowledgeBase, focus: Optional[Focus]) -> str:
    """Kind of business in focus (提取, 贷款, …); "" without a focus or where an FAQ belongs to none."""
    if focus is None:
        return ""
    if focus.home in base.cards:
        return base.cards[focus.home].category
    faq = base.faqs.get(focus.home)
    return _CATEGORY.get(base.topics.topics[faq.topic].group, "") if faq is not None else ""


def returns(text: str) -> bool:
    """Whether the words lead back to something said before."""
    return bool(_RETURNS.search(text))


def carrying(base: KnowledgeBase, focus: Optional[Focus], past: Sequence[Focus]) -> Optional[Focus]:
    """The matter to which fragments belong: after an aside (an FAQ in between) the card that was talked about before."""
    if focus is None or focus.home in base.cards or focus.home in GENERAL_FAQS:
        return focus
    faq = base.faqs.get(focus.home)
    cards = [p for p in past if p.home in base.cards]
    if faq is None or not cards:
        return focus
    kindred = [p for p in cards if category(base, p) == category(base, focus)]
    single = len([c for c in faq.related if c in base.cards]) == 1
    return kindred[0] if kindred else focus if single else cards[0]


def referred(base: KnowledgeBase, memory: Memory, text: str) -> Optional[Focus]:
    """The matter that normalised ``text`` is about as far as it points to one; the one in focus otherwise."""
    focus, past = carrying(base, memory.focus, memory.past), memory.past
    if focus is None:
        return None
    if returns(text):
        names = named(base, text, category(base, focus))
        for matter in (focus, *past):
            if base.card_of(matter.home) in names or _same_words(base, matter, text):
                return matter
        if names:
            return focus
        if past and _FIRST.search(text):
            return past[-1]
        if past and _PREVIOUS.search(text):
            return past[0]
    return focus


def _same_words(base: KnowledgeBase, matter: Focus, text: str) -> bool:
    """A remembered card is named by words of its own in another category: 离职 for both leaving and sealing."""
    card = base.cards.get(matter.home)
    return card is not None and matter.home in named(base, text, card.category)


def what_about(base: KnowledgeBase, focus: Optional[Focus], text: str) -> Optional[Focus]:
    """装修呢, 买房的话呢, 二手房: another matter under the aspect last answered."""
    match = _WHAT_ABOUT.search(text)
    if focus is None:
        return None
    if match is None:
        match = _CHOSEN.search(text)
        if match is None or asks(text) or not _only_names(match["what"]):
            return None
    names = named(base, match["what"], category(base, focus))
    return Focus(names[0], focus.aspect) if names and names[0] != base.card_of(focus.home) else None


def _only_names(text: str) -> bool:
    word = max((w for m in matters() for w in m.words if w in text), key=len, default="")
    return bool(word) and len(text) - len(word) <= SPARE


def new_matter(base: KnowledgeBase, focus: Optional[Focus], text: str) -> bool:
    """Whether another matter than the one in focus is named."""
    names = named(base, text, category(base, focus))
    return focus is None or bool(names) and base.card_of(focus.home) not in names
