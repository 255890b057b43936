"""Which matter a message refers to: the one in focus, one talked about before, or another that is named in passing."""
from __future__ import annotations

import re
from typing import Optional

from bot.knowledge.base import KnowledgeBase
from bot.knowledge.matters import named

from .memory import Focus, Memory

_RETURNS = re.compile(
    r"说回|回到|回过头|再说|再问|(?:刚才|刚刚|前面|之前|上面|先前|开头|最开始|一开始|最先)(?:我)?(?:说|问|讲|提)?(?:到|过)?的?(?:那|这)?|(?:前|上)一?个(?!月|星期|礼拜)|还是(?:说|问)|至于"
)
_FIRST = re.compile(r"(?:最开始|一开始|最先|开头|第一个(?:问题|事|问的))")
_PREVIOUS = re.compile(r"(?:前面|之前|上面|先前)(?:说|问|讲|提)?(?:到|过)?的?(?:那|这)个|(?:前|上)一?个(?:问题|事|业务|那个|的)|(?:上|前)一个")
_WHAT_ABOUT = re.compile(
    r"^(?:那|那么|还有|另外|如果|要是|假如|换成|要|是|就是|办|我)*(?P<what>[^,。?!]{2,10}?)(?:的话|的时候|的|那个|这个|那种|那边|方面|的事|上)*(?:呢|又?(?:怎么样|怎样|咋样|如何))[?。]?$"
)
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


def referred(base: KnowledgeBase, memory: Memory, text: str) -> Optional[Focus]:
    """The matter that normalised ``text`` is about as far as it points to one; the one in focus otherwise."""
    focus, past = memory.focus, memory.past
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
    """装修呢, 买房的话呢: another matter under the aspect last answered."""
    match = _WHAT_ABOUT.search(text)
    if focus is None or match is None:
        return None
    names = named(base, match["what"], category(base, focus))
    return Focus(names[0], focus.aspect) if names and names[0] != base.card_of(focus.home) else None


def new_matter(base: KnowledgeBase, focus: Optional[Focus], text: str) -> bool:
    """Whether another matter than the one in focus is named."""
    names = named(base, text, category(base, focus))
    return focus is None or bool(names) and base.card_of(focus.home) not in names
