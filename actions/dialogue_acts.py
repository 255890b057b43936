"""Messages that are no question about the fund: greetings, thanks, "say it again", wishes for a person, other people's business."""
from __future__ import annotations

from typing import Optional

from bot.knowledge.reply import Reply
from bot.knowledge.wording import say

from .answering import Speaker
from .asking_back import ask_which
from .handoff import hand_off
from .message import Message
from .understanding import Reading


def dialogue_act(speaker: Speaker, intent: str, message: Message, reading: Optional[Reading] = None) -> None:
    """Say what ``intent`` calls for."""
    memory = speaker.memory
    score = reading.score if reading else 1.0
    if intent == "human":
        hand_off(speaker, (message.choice.value if message.choice else None) or "wish", score)
    elif intent == "out_of_scope":
        speaker.add("decline", say("decline", memory.turns), topic="out_of_scope", confidence=round(score, 3))
    elif intent == "repeat" and memory.last:
        for last in map(Reply.from_dict, memory.last):
            speaker.add("answer", last.text, service=last.service, aspect=last.aspect, faq=last.faq, topic=last.topic,
                        confidence=last.confidence, sources=last.sources)
        memory.turn.quiet = "只是再说一遍"
    elif intent == "fragment":
        ask_which(speaker, reading.aspect if reading else "overview")
    elif intent == "deny" and memory.offered:
        memory.declined = True
        memory.pending = None
        smalltalk(speaker, "declined")
    else:
        names = {"greet": "greet", "thanks": "thanks", "bye": "bye", "more": "more", "affirm": "acknowledged", "deny": "declined",
                 "repeat": "nothing_to_repeat"}
        smalltalk(speaker, names.get(intent, "chitchat"), score)


def smalltalk(speaker: Speaker, name: str, score: float = 1.0) -> None:
    """Say one of the sentences called ``name`` in the wordings."""
    speaker.add("smalltalk", say(name, speaker.memory.turns), topic="chitchat", confidence=round(score, 3))
