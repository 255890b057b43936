"""What a short message means while a matter is being talked about: fragments, statements, close readings."""
from __future__ import annotations

import re
from dataclasses import replace
from typing import Dict, List, Optional, Sequence, Set, Tuple

from bot.knowledge.base import KnowledgeBase
from bot.knowledge.matters import business, counterpart, named
from bot.knowledge.wording import say
from bot.nlu.clauses import asks

from .answering import Speaker
from .memory import Focus
from .message import Message
from .references import category, returns
from .understanding import ANSWER_SCORE, FOCUS_CEILING, FOCUS_SCORE, GENERAL, Reading, resolve

SHORT = 14
"""Characters up to which a message may be a fragment that needs the focus."""
BRIEF = 10
"""Up to here an aspect counts for the matter in focus even where it was read as one of another card (多久打款)."""
_POINTS_BACK = re.compile(r"^(?:那|这个|这|它|他|她|还有|然后|再说回|回到|刚才|所以)|刚才|前面说|(?:那|这)(?:个|种)(?!月)")
_WANTS = re.compile(r"想|要(?!是)|打算|准备|申请|咨询|问|帮我|请|麻烦|谢|投诉|办理|人工")
_ASPECT_OF = {"faq_online_what": "channel", **{faq: aspect for aspects in GENERAL.values() for aspect, faq in aspects.items()}}
_OF_DEPOSITS = {"faq_deposit_amount": "amount", "faq_open_account": "steps"}
"""General answers about paying in: an aspect of a matter that is neither a withdrawal nor a loan."""
CLOSE = 0.8
"""Of the best reading of a question among several: another as close as this is preferred when it is of the matter in focus."""
CERTAIN = 0.9
"""From here the reading of a whole message stands against that of one of its questions."""


def in_context(base: KnowledgeBase, focus: Optional[Focus], text: str, readings: Sequence[Reading]) -> Reading:
    """The first of ``readings``, or its aspect under the matter in focus where the words are a follow-up, not a new subject."""
    reading = readings[0]
    if focus is None or focus.home == reading.home:
        return reading
    other = counterpart(base, reading.home, text, category(base, focus)) if len(text) <= SHORT else ""
    if other and other != reading.home:
        return Reading(other, reading.aspect, base.topic(other, reading.aspect), reading.score)
    back = bool(_POINTS_BACK.search(text)) or returns(text)
    if len(text) > SHORT and not back:
        return reading
    if focus.home not in base.cards:
        return _pointing_back(base, focus, reading) if back else reading
    names = named(base, text, category(base, focus))
    if names and focus.home not in names or not names and _other_business(base, focus, text):
        return reading
    card = base.cards[focus.home]
    if card.topic(reading.aspect or "overview") == reading.topic and reading.home in base.cards:
        return Reading(focus.home, reading.aspect or "overview", reading.topic, reading.score)  # "投诉要带什么": the complaint talked about
    aspect, weight = _aspect(base, focus, text, readings, bool(names))
    if aspect and weight >= max((r.score for r in readings if not _contextual(base, focus, text, r, bool(names))), default=0.0):
        return Reading(focus.home, aspect, base.topic(focus.home, aspect), weight)
    return _pointing_back(base, focus, reading) if back else reading


def _pointing_back(base: KnowledgeBase, focus: Focus, reading: Reading) -> Reading:
    if reading.score < ANSWER_SCORE:
        home, aspect = resolve(base, focus, reading.aspect or "overview")
        if home:
            return Reading(home, aspect, base.topic(home, aspect), reading.score)
    return reading


def _other_business(base: KnowledgeBase, focus: Focus, text: str) -> bool:
    """Whether withdrawing is talked of while a loan is in focus, or the other way round."""
    return business(text) not in ("", category(base, focus))


def _contextual(base: KnowledgeBase, focus: Focus, text: str, reading: Reading, named_here: bool) -> str:
    """The aspect for which ``reading`` speaks when it is taken as a follow-up; "" when it is a subject of its own."""
    card = base.cards[focus.home]
    if reading.home == focus.home:
        return reading.aspect
    if reading.home in _ASPECT_OF:
        return _ASPECT_OF[reading.home]
    if reading.home in _OF_DEPOSITS and card.category not in ("提取", "贷款"):
        return _OF_DEPOSITS[reading.home]
    if reading.home in base.cards and reading.aspect in card.answers and (named_here or len(text) <= BRIEF) and reading.aspect != "overview":
        return reading.aspect
    return ""


def _aspect(base: KnowledgeBase, focus: Focus, text: str, readings: Sequence[Reading], named_here: bool) -> Tuple[str, float]:
    weights: Dict[str, float] = {}
    for reading in readings:
        aspect = _contextual(base, focus, text, reading, named_here)
        if aspect:
            weights[aspect] = weights.get(aspect, 0.0) + reading.score
    return max(weights.items(), key=lambda item: item[1]) if weights else ("", 0.0)


def focus_first(base: KnowledgeBase, content: List[Reading], focus: Optional[Focus]) -> List[Reading]:
    """Among close readings, one about the matter being talked about, or of its group, comes first and counts as clear."""
    if focus is None or content[0].score >= FOCUS_CEILING:
        return content
    groups = {name: topic.group for name, topic in base.topics.topics.items()}
    group = groups[base.topic(focus.home, focus.aspect)] if focus.home in base.cards else ""
    for fits in (lambda r: r.home == focus.home, lambda r: groups[r.topic] == group):
        for reading in content[:3]:
            if fits(reading) and reading.score >= FOCUS_SCORE:
                clear = replace(reading, score=max(reading.score, ANSWER_SCORE))
                return [clear, *[r for r in content if r is not reading]]
    return content


def within(base: KnowledgeBase, whole: Optional[Reading], text: str, reading: Reading) -> Reading:
    """One question of several, under the card that the whole message is certainly about when the two differ in details alone.

    转入 and 转出 are told apart by the whole (老公的公积金在广东,能转到湘西来吗?要本人到场吗?), but what is named stays.
    """
    cards = base.cards
    if whole is None or whole.score < CERTAIN or whole.topic != reading.topic or not {whole.home, reading.home} <= set(cards) or named(base, text):
        return reading
    return replace(reading, home=whole.home, topic=base.topic(whole.home, reading.aspect))


def tells(base: KnowledgeBase, focus: Optional[Focus], message: Message) -> bool:
    """Whether ``message`` tells the situation that the matter in focus depends on, and asks or wants nothing."""
    if focus is None or focus.home not in base.cards or not _only_says(message):
        return False
    needed = depends_on(base, focus.home)
    names = named(base, message.text, base.cards[focus.home].category)
    return bool(needed & set(message.facts)) or bool(message.facts) and focus.home in names


def depends_on(base: KnowledgeBase, code: str) -> Set[str]:
    """Facts that the questions and reminders of a card ask for or look at; none without a card."""
    if code not in base.cards:
        return set()
    card = base.cards[code]
    needed = {ask.fills for ask in card.ask}
    for rule in [*card.ask, *card.remind]:
        for condition in (rule.when, rule.unless):
            if condition is not None:
                needed.update(name for _, node in condition.walk() for name in node.fact or {})
    return needed


def continues(speaker: Speaker, message: Message, content: List[Reading]) -> bool:
    """A statement about the citizen's situation while a matter is open: the matter goes on, with what was just said."""
    memory, base = speaker.memory, speaker.base
    focus = memory.focus
    if focus is None or focus.home not in base.cards or asks(message.text):
        return False
    best = message.understanding.best
    if not message.facts:
        if best is None or best.intent != "out_of_scope":
            return False
        # "医保报销完了自己出了8万": nothing asked, nothing to hold on to, but no reason to turn the citizen away.
        speaker.add("smalltalk", say("noted", memory.turns, name=base.cards[focus.home].short), topic="chitchat", confidence=0.5)
        return True
    card = base.cards[focus.home]
    names = named(base, message.text, card.category)
    memory.misses = 0
    score = content[0].score if content else 0.5
    if names and focus.home not in names and card.category in ("提取", "贷款") and base.cards[names[-1]].category == card.category:
        speaker.answer(names[-1], focus.aspect, score)  # 购房提取的材料 – 我买的是二手房
        return True
    aspects = [r.aspect for r in content if r.aspect in card.answers and r.aspect != "overview"]
    speaker.answer(focus.home, aspects[0] if aspects else "channel", score)
    return True


def only_states(base: KnowledgeBase, message: Message) -> bool:
    """Whether ``message`` says something of the citizen's situation, names no matter and asks or wants nothing (今年三月签的合同)."""
    return bool(message.facts) and _only_says(message) and not named(base, message.text)


def _only_says(message: Message) -> bool:
    return not asks(message.text) and not _WANTS.search(message.text)


def particular(base: KnowledgeBase, text: str, content: List[Reading]) -> Reading:
    """The first of ``content``; of a general answer about withdrawing, the same aspect of the matter that the words name.

    装电梯能提爸妈的吗 is about lifts, though it sounds like the question whose account may be used.
    """
    best = content[0]
    aspect = next((aspect for aspect, faq in GENERAL["withdraw"].items() if faq == best.home), "")
    names = named(base, text, "提取") if aspect else []
    if len(names) == 1 and any(r.home == names[0] and r.score >= FOCUS_SCORE for r in content[1:]):
        return replace(best, home=names[0], aspect=aspect, topic=base.topic(names[0], aspect))
    return best
