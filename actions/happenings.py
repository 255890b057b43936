"""What a turn tells the center: how well it was understood, what was offered and taken up. Kept by whoever the worker hands in.

Nothing here decides anything; a test without a keeper loses nothing.
"""
from __future__ import annotations

from dataclasses import dataclass
from typing import Any, List, Mapping, Protocol, Sequence, Tuple

from bot.knowledge.reply import Reply

from .attend.usefulness import Counts, Experience
from .memory import Memory
from .message import Message
from .understanding import SURE_SCORE, Reading

MOST_GUESSES = 3
SHORTEST = 4
"""Characters of an answered message from which an unsure answer is worth a look: 嗯那个 says nothing."""
OWN_WORDS = 8
"""Characters above which a wish for a person tells its reason itself; below, what was said before does."""
_ORDER = (("answer", "direct"), ("form", "form"), ("clarify", "clarified"), ("decline", "declined"), ("handoff", "handed"))


@dataclass(frozen=True)
class Happening:
    """One turn. ``hit``: direct, form, clarified, unanswered, declined, handed, chat or error; ``reason`` of a handoff.

    ``learn``: kind of the inbox entry it is worth, or ""; ``text`` is then what to learn from. ``picked``: the turn that asked
    back and ``home.aspect`` chosen now.
    """

    conversation: str
    message: str
    turn: int
    hit: str
    text: str
    learn: str = ""
    reason: str = ""
    guesses: Sequence[Reading] = ()
    answered: Sequence[Tuple[str, str]] = ()
    topics: Sequence[str] = ()
    picked: Tuple[int, str] = (0, "")


class Happenings(Protocol):
    """Never raises and never waits: an answer does not depend on statistics."""

    def turn(self, happening: Happening) -> None: ...

    def offered(self, conversation: str, rules: Sequence[str]) -> None:
        """Questions and reminders said in a turn."""

    def outcome(self, rule: str, accepted: bool) -> None:
        """What became of one of them."""


class Unheeded:
    """Stands in rasa shell and in tests."""

    def turn(self, happening: Happening) -> None:
        pass

    def offered(self, conversation: str, rules: Sequence[str]) -> None:
        pass

    def outcome(self, rule: str, accepted: bool) -> None:
        pass


class Watch:
    """Process-wide: the worker hands in what keeps happenings in Redis."""

    happenings: Happenings = Unheeded()


class Watched:
    """Experience that tells outcomes to :class:`Watch` as well."""

    def __init__(self, inner: Experience):
        self._inner = inner

    def counts(self, rule: str, situation: str) -> Tuple[Counts, Counts]:
        return self._inner.counts(rule, situation)

    def record(self, rule: str, situation: str, accepted: bool) -> None:
        self._inner.record(rule, situation, accepted)
        Watch.happenings.outcome(rule, accepted)


def happening(sender: str, memory: Memory, message: Message, latest: Mapping[str, Any], replies: Sequence[Reply], order_before: str) -> Happening:
    """``memory`` as it is after the turn; ``order_before`` is the work order known before it."""
    kinds = {reply.kind for reply in replies}
    hit = next((name for kind, name in _ORDER if kind in kinds), "error" if "error" in kinds else "chat")
    if hit == "declined" and memory.misses:
        hit = "unanswered"
    reason = _handoff(memory, message, order_before) if "handoff" in kinds else ""
    if hit == "handed" and not reason:
        hit = "chat"  # only asked what became of the order
    text = str(latest.get("text") or message.text) if message.choice is None else ""
    sure = min((reply.confidence or 0.0 for reply in replies if reply.kind == "answer"), default=1.0)
    learn = hit if hit in ("unanswered", "declined", "clarified") else ""
    if hit == "direct" and sure < SURE_SCORE and len(text) >= SHORTEST:
        learn = "unsure"
    elif hit == "handed":
        learn = "handed"
        if len(text) <= OWN_WORDS:
            text = memory.said[-2] if len(memory.said) > 1 else ""
    readings: List[Reading] = list(message.understanding.readings[:MOST_GUESSES])
    return Happening(
        sender, message.id, memory.turns, hit, text, learn if text else "", reason, readings if learn != "handed" else [],
        [(home, aspect) for home, aspect in memory.turn.answered], list(dict.fromkeys(r.topic for r in replies if r.kind == "answer" and r.topic)),
        _picked(message, latest),
    )


def _handoff(memory: Memory, message: Message, order_before: str) -> str:
    """Why the conversation went to a person in this turn; "" when it was there already or only its order was asked about."""
    if memory.turn.quiet == "只问工单" or order_before and memory.order == order_before:
        return ""
    if memory.misses:
        return "misses"
    return (message.choice.value if message.choice is not None else None) or "wish"


def _picked(message: Message, latest: Mapping[str, Any]) -> Tuple[int, str]:
    choice, ident = message.choice, str((latest.get("metadata") or {}).get("choice") or "")
    if choice is None or not choice.home or not ident.startswith("c"):
        return 0, ""
    turn = ident[1:].partition("-")[0]
    return (int(turn), f"{choice.home}.{choice.aspect}") if turn.isdigit() else (0, "")
