"""What is said when it is not clear what is asked: options to choose from, or a kind refusal with guesses."""
from __future__ import annotations

import re
from typing import List, Sequence

from bot.knowledge.base import KnowledgeBase
from bot.knowledge.render import ASPECT_TITLES
from bot.knowledge.reply import Candidate
from bot.knowledge.wording import say

from .answering import Speaker
from .handoff import hand_off
from .memory import Choice
from .message import Message
from .understanding import Reading, Understanding

COMMON = ("wd_rent", "wd_new_home", "loan_new_home", "wd_after_leave")
"""Offered when a fragment has no matter to belong to."""
MAX_OPTIONS = 3
_WRONG = re.compile(r"^(?:你|我|刚才|好像|可能|这)*(?:不对|错了|答非所问|(?:说|搞|弄|讲|听|理解|答|打|写)(?:错|反|岔)了?|不是这个(?:意思)?)[吧啊呀哦呢,。!~]*$")
_NUMBER = re.compile(r"^(?!12[0-9]{3}$)\d{6,}x?$")


def clarify(speaker: Speaker, readings: List[Reading], name: str = "clarify", **values: str) -> None:
    """Offer ``readings`` to choose from."""
    base = speaker.base
    titles = [_title(base, r) for r in readings]
    speaker.add(
        "clarify",
        say(name, speaker.memory.turns, **values),
        topic=readings[0].topic,
        confidence=round(readings[0].score, 3),
        candidates=[Candidate(r.topic, t, r.home if r.home in base.cards else None) for r, t in zip(readings, titles)],
        buttons=[speaker.button(Choice(t, home=r.home, aspect=r.aspect)) for r, t in zip(readings, titles)],
    )


def ask_which(speaker: Speaker, aspect: str, name: str = "need_service", before: Sequence[str] = ()) -> None:
    """Ask which matter is meant; those in ``before`` are offered first."""
    base = speaker.base
    aspect = aspect if aspect in ASPECT_TITLES else "overview"
    focus = speaker.memory.focus.home if speaker.memory.focus is not None and name == "misunderstood" else ""
    codes = [code for code in dict.fromkeys([*before, *COMMON]) if code in base.cards and code != focus]
    readings = [Reading(code, aspect, base.topic(code, aspect), 0.2) for code in codes[: len(COMMON)]]
    clarify(speaker, readings, name, **({"aspect": ASPECT_TITLES[aspect]} if name == "need_service" else {}))


def says_wrong(speaker: Speaker, message: Message) -> bool:
    """不对, 搞错了 with nothing after it, and numbers with no question about a figure open: neither says what is wanted."""
    if _WRONG.search(message.text):
        matters = [focus.home for focus in speaker.memory.past if focus.home in speaker.base.cards]
        ask_which(speaker, "overview", "misunderstood", matters)
    elif _NUMBER.search(message.text):
        ask_which(speaker, "overview", "bare_number")
    else:
        return False
    speaker.memory.turn.quiet = "没有说要问什么"
    return True


def missed(speaker: Speaker, understanding: Understanding) -> None:
    """Nothing was understood: say so with the best guesses; the second time a person is offered."""
    memory, base = speaker.memory, speaker.base
    memory.misses += 1
    name = "misses_handoff" if memory.misses >= 2 else "not_understood"
    guesses = [r for r in understanding.readings if r.intent is None][:MAX_OPTIONS]
    speaker.add(
        "decline",
        say(name, memory.turns),
        topic="out_of_scope",
        confidence=round(1 - sum(r.score for r in guesses), 3),
        buttons=[speaker.button(Choice(_title(base, r), home=r.home, aspect=r.aspect)) for r in guesses],
    )
    if memory.misses == 2:
        hand_off(speaker, "misses")


def _title(base: KnowledgeBase, reading: Reading) -> str:
    if reading.home in base.faqs:
        return base.faqs[reading.home].question
    return f"{base.cards[reading.home].short}：{ASPECT_TITLES[reading.aspect]}"
