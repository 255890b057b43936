"""From the NLU's readings and the conversation so far to what this message is about."""
from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any, Dict, List, Mapping, Optional, Tuple

from bot import clock
from bot.knowledge.base import KnowledgeBase
from bot.knowledge.matters import named

from .memory import Focus

FOCUS_HOME = "focus"
INTENT = "intent:"

ANSWER_SCORE = 0.38
"""Topic probability from which an answer is given straight away; set on the project's held-out questions."""
CLARIFY_SCORE = 0.14
"""Below this no reading is worth offering."""
CLEAR_SCORE = 0.2
CLEAR_MARGIN = 0.05
"""A weaker reading is answered as well when it leads the next one by this much."""
SURE_SCORE = 0.6
"""Below this a life event told in the message (data/dialogue/events.yml) decides what is answered."""
FOCUS_SCORE = 0.2
FOCUS_CEILING = 0.6
"""A reading about the matter being talked about is preferred from FOCUS_SCORE, unless another has FOCUS_CEILING."""
CLAUSE_SCORE = 0.33
"""A part of a message counts as a question of its own from this score, out-of-scope left aside."""
PART_SCORE = 0.15
"""… and not below this one with it."""


@dataclass(frozen=True)
class Reading:
    """One possible meaning: a home (card, FAQ or ``intent:…``), an aspect, the topic and their score 0–1."""

    home: str
    aspect: str
    topic: str
    score: float

    @property
    def intent(self) -> Optional[str]:
        """Name of the dialogue intent, or None for content."""
        return self.home[len(INTENT) :] if self.home.startswith(INTENT) else None


@dataclass(frozen=True)
class Understanding:
    """Readings of the whole message, best first, one per topic.

    ``clauses``: its questions one by one when it asks several, or the bare question of a message that tells a story.
    """

    text: str
    readings: List[Reading]
    clauses: List["Understanding"] = field(default_factory=list)
    candidates: List[Dict[str, Any]] = field(default_factory=list)
    """What the readings of a clause were made of."""

    def under(self, base: KnowledgeBase, focus: Optional[Focus]) -> "Understanding":
        """The same clause read while ``focus`` is being talked about."""
        return replace(self, readings=merge(base, self.candidates, focus))

    @property
    def best(self) -> Optional[Reading]:
        return self.readings[0] if self.readings else None

    @classmethod
    def from_message(
        cls, base: KnowledgeBase, data: Mapping[str, Any], focus: Optional[Focus]
    ) -> "Understanding":
        """Read what TopicClassifier set; ``focus`` gives fragments (要带什么) their matter."""
        whole = merge(base, data.get("candidates", []), focus)
        clauses: List[Understanding] = []
        for clause in data.get("clauses", []):
            part = cls(clause["text"], merge(base, clause["candidates"], focus), candidates=clause["candidates"])
            clauses.append(part)
            # "租房能提吗？要带什么？": the second question is about the first one's matter.
            if part.best and part.best.intent is None and part.best.score >= CLAUSE_SCORE:
                focus = Focus(part.best.home, part.best.aspect)
        if len(clauses) == 1:
            bare = data["clauses"][0]["candidates"]
            if whole and whole[0].topic in REJECTING and bare and bare[0]["home"] == FOCUS_HOME and clauses[0].best and clauses[0].best.intent is None:
                whole = clauses[0].readings  # what leads to it is no story about the fund: 房产证去年就拿到了,需要带什么
            else:
                # Read without the focus: a fragment at the end of a story is about the story, not about what came before.
                whole = _asked_of(base, _blend(base, data.get("text", ""), whole, merge(base, bare, None)), bare)
        return cls(data.get("text", ""), whole, clauses)


BARE_SHARE = 0.6
"""Largest weight of the bare question of a message that tells a story first."""
ASKED_SCORE = 0.6
"""From here the bare question is taken to ask for its aspect of what the story is about."""
UNSPECIFIC = ("withdraw_overview", "withdraw_materials", "withdraw_processing_time", "withdraw_amount_frequency", "policy_general")
"""Topics of questions that name no matter of their own."""
REJECT_SCORE = 0.3
"""Share of out-of-scope and small talk from which a message is not taken for a fund question."""
REJECTING = ("out_of_scope", "chitchat")
CATCH_ALL = "policy_general"
CATCH_ALL_SHARE = 0.5
"""Weight of the topic of fund questions that fit nowhere else against the topics they may fit."""


FOLLOWING = 0.6
"""Weight of out-of-scope and small talk for a short question while a matter is open."""


def decide(understanding: Understanding, following: bool = False) -> List[Reading]:
    """Readings in the order in which they are acted on: dialogue first only where it outweighs all content.

    ``following``: a short question while a matter is open, rarely about something else.
    """
    content = sorted(
        (r for r in understanding.readings if r.intent is None),
        key=lambda r: -r.score * (CATCH_ALL_SHARE if r.topic == CATCH_ALL else 1.0),
    )
    dialogue = [r for r in understanding.readings if r.intent is not None]
    rejecting = sum(r.score for r in dialogue if r.topic in REJECTING) * (FOLLOWING if following else 1.0)
    if not content:
        return dialogue
    best = max(r.score for r in content)
    rejected = rejecting > REJECT_SCORE and rejecting > best
    spoken_to = bool(dialogue) and dialogue[0].topic not in REJECTING and dialogue[0].score > best
    return dialogue + content if rejected or spoken_to else content + dialogue


def _blend(base: KnowledgeBase, text: str, whole: List[Reading], bare: List[Reading]) -> List[Reading]:
    """Readings of a story and of the question at its end, together.

    The less sure the whole, the more its question counts; fragments, dialogue and general questions (怎么提, 要什么材料)
    say nothing about the matter.
    """
    asked = {r.topic: r for r in bare if r.intent is None and r.topic not in UNSPECIFIC}
    surest = max((r.score for r in whole), default=0.0)
    weight = BARE_SHARE * (1 - surest)
    share = weight * min(1.0, sum(r.score for r in asked.values()))
    blended = [replace(_surer(base, text, asked, r), score=(1 - share) * r.score + weight * _score(asked, r)) for r in whole]
    known = {r.topic for r in whole if r.intent is None}
    blended += [replace(r, score=weight * r.score) for topic, r in asked.items() if topic not in known]
    return sorted(blended, key=lambda r: -r.score)


def _asked_of(base: KnowledgeBase, whole: List[Reading], bare: List[Dict[str, Any]]) -> List[Reading]:
    """``whole`` with the aspect that its question asks for where the story names but the matter: 接着说商转公,要收钱吗."""
    if not whole or not bare or bare[0]["home"] != FOCUS_HOME or bare[0]["score"] < ASKED_SCORE:
        return whole
    home, aspect, asked = whole[0].home, whole[0].aspect, bare[0]["aspect"]
    if home not in base.cards or aspect not in ("", "overview") or asked not in base.cards[home].answers:
        return whole
    return [replace(whole[0], aspect=asked, topic=base.topic(home, asked)), *whole[1:]]


def _surer(base: KnowledgeBase, text: str, asked: Dict[str, Reading], reading: Reading) -> Reading:
    """Home and aspect come from where the topic was read with more confidence: the story or its question.

    A matter that the story names is kept: 看中一套二手房,最长可以贷多少年 is not about new homes.
    """
    other = asked.get(reading.topic) if reading.intent is None else None
    if other is None or other.score <= reading.score:
        return reading
    if reading.home in base.cards and other.home in base.cards:
        names = named(base, text, base.cards[reading.home].category)
        if reading.home in names and other.home not in names:
            return replace(reading, aspect=other.aspect) if base.cards[reading.home].topic(other.aspect) == reading.topic else reading
    return other


def _score(asked: Dict[str, Reading], reading: Reading) -> float:
    return asked[reading.topic].score if reading.intent is None and reading.topic in asked else 0.0


def topic_of(base: KnowledgeBase, home: str, aspect: str) -> str:
    """Evaluation topic of any home, dialogue intents included."""
    if home.startswith(INTENT):
        return {"out_of_scope": "out_of_scope", "human": "human_agent"}.get(home[len(INTENT) :], "chitchat")
    return base.topic(home, aspect)


def merge(base: KnowledgeBase, candidates: List[Dict[str, Any]], focus: Optional[Focus]) -> List[Reading]:
    """Candidates → readings, summed by topic (the best home × aspect speaks for its topic), best first."""
    by_topic: Dict[str, Tuple[float, Reading]] = {}
    for candidate in candidates:
        home, aspect, score = candidate["home"], candidate["aspect"], candidate["score"]
        if home == FOCUS_HOME:
            home, aspect = resolve(base, focus, aspect)
            if not home:
                home = f"{INTENT}fragment"
                reading = Reading(home, aspect or candidate["aspect"], "chitchat", score)
                key = "fragment"
            else:
                reading = Reading(home, aspect, topic_of(base, home, aspect), score)
                key = reading.topic
        elif not home.startswith(INTENT) and not _there(base, home):
            continue  # removed, disabled or expired since training
        else:
            aspect = aspect or ("overview" if not home.startswith(INTENT) else "")
            reading = Reading(home, aspect, topic_of(base, home, aspect), score)
            key = reading.topic
        total, best = by_topic.get(key, (0.0, reading))
        by_topic[key] = (total + score, reading if score > best.score else best)
    ranked = sorted(by_topic.values(), key=lambda item: -item[0])
    return [Reading(r.home, r.aspect, r.topic, min(1.0, total)) for total, r in ranked]


def _there(base: KnowledgeBase, home: str) -> bool:
    """Whether a card or FAQ exists and may be said today."""
    faq = base.faqs.get(home)
    return faq.in_force(clock.today()) if faq is not None else home in base.cards


GENERAL = {
    "withdraw": {
        "materials": "faq_withdraw_materials",
        "time": "faq_withdraw_time",
        "status": "faq_withdraw_status",
        "amount": "faq_withdraw_amount",
        "frequency": "faq_withdraw_frequency",
        "family": "faq_withdraw_family",
        "offsite": "faq_withdraw_offsite_house",
        "overview": "faq_withdraw_overview",
    },
}
"""The general FAQ for an aspect of a topic group: what a fragment means while no one service is being talked about,
and what means the service in focus when one is."""


ELSEWHERE = {"rate": "faq_interest_calc"}
"""What an aspect means under a card that has none such, outside loans."""


def resolve(base: KnowledgeBase, focus: Optional[Focus], aspect: str) -> Tuple[str, str]:
    """Home and aspect that a fragment means while ``focus`` is being talked about; ("", "") without a focus."""
    if focus is None:
        return "", ""
    if focus.home in base.cards:
        card = base.cards[focus.home]
        elsewhere = ELSEWHERE.get(aspect, "")
        if aspect not in card.answers and card.category != "贷款" and elsewhere in base.faqs:
            return elsewhere, "overview"
        return focus.home, aspect
    faq = base.faqs.get(focus.home)
    if faq is None:
        return "", ""
    group = base.topics.topics[faq.topic].group
    general = GENERAL.get(group, {}).get(aspect, "")
    if general in base.faqs:
        return general, "overview"
    cards = [c for c in faq.related if c in base.cards]
    return (cards[0], aspect) if len(cards) == 1 else (focus.home, "overview")
