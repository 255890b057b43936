"""Two statements that cannot both hold are not settled silently: the citizen is asked which one counts.

A correction (不是公租房,是商品房) replaces without asking, and so does a change that is told as one (后来离了). What a question
or a supposition mentions is no statement.
"""
from __future__ import annotations

import re
from typing import Optional

from bot.knowledge.wording import say
from bot.nlu.clauses import asks

from .answering import Speaker
from .follow_up import SHORT, depends_on
from .memory import Choice, Doubt, Origin
from .message import Message
from .pending import PATIENCE
from .profile import learn

FIRM = 0.8
"""A fact known less surely than this gives way to what is said now."""
_CHANGES = re.compile(
    r"现在|后来|刚|已经|今天|昨天|终于|又|改|换|变|其实|另外|另一|别的|还有|如果|要是|假如|万一|比如|或者|的话|等|以后|准备|打算|想|要|了"
)


def noticed(speaker: Speaker, message: Message) -> Optional[Doubt]:
    """The contradiction in ``message``, before its facts are taken in; None where there is none worth a question."""
    memory, base = speaker.memory, speaker.base
    focus = message.focus
    if message.choice is not None or message.correction is not None or focus is None or asks(message.text) or _CHANGES.search(message.text):
        return None
    if message.about != memory.about or any(base.moods[m].strong for m in memory.moods):
        return None
    needed = depends_on(base, base.card_of(focus.home))
    for name, value in message.facts.items():
        old, origin = memory.profile.get(name), memory.origin(name)
        if base.profile[name].steady and name in needed and old not in (None, value) and origin is not None and origin.sure >= FIRM:
            if name not in memory.doubted:
                return Doubt(name, str(old), str(value), memory.turns)
    return None


def raise_doubt(speaker: Speaker, doubt: Doubt) -> None:
    """Ask which of the two counts; until that is known no rule is judged by the fact."""
    memory, fact = speaker.memory, speaker.base.profile[doubt.fact]
    titles = [fact.values[value].title for value in (doubt.before, doubt.now)]
    memory.doubt = doubt
    memory.doubted.append(doubt.fact)
    memory.turn.asking = True
    speaker.add(
        "clarify", say("contradiction", memory.turns, before=titles[0], now=titles[1]), confidence=1.0,
        topic=speaker.base.topic(memory.focus.home, memory.focus.aspect) if memory.focus else "chitchat",
        buttons=[speaker.button(Choice(t, fact=doubt.fact, value=v)) for t, v in zip(titles, (doubt.before, doubt.now))],
    )


def settle_doubt(speaker: Speaker, message: Message) -> bool:
    """Take the reply to the open doubt, by button or in the citizen's own words; True when nothing else is to be answered."""
    memory, base = speaker.memory, speaker.base
    doubt = memory.doubt
    pressed = message.choice if message.choice is not None and message.choice.fact else None
    if pressed is not None and pressed.fact in base.profile:
        name, value, how = str(pressed.fact), str(pressed.value), "button"
    elif doubt is None or message.choice is not None or doubt.fact not in message.facts:
        if doubt is not None and memory.turns - doubt.turn >= PATIENCE:
            memory.doubt = None  # never settled: what was said last counts
        return False
    else:
        name, value, how = doubt.fact, str(message.facts[doubt.fact]), "reply"
    memory.doubt = None
    learn(base, memory.profile, {name: value})
    memory.note({name: Origin(how, memory.turns)}, memory.about)
    if pressed is None and (asks(message.text) or len(message.text) > SHORT):
        return False
    reveal = base.profile[name].values.get(value)
    speaker.add("smalltalk", say("settled", memory.turns, value=reveal.title if reveal else value), topic="chitchat", confidence=1.0)
    if memory.focus is not None:
        memory.turn.answered.append([memory.focus.home, memory.focus.aspect])  # the rules of the matter are judged anew
    return True
