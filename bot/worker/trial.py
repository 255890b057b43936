"""Trying things out: a conversation with any loaded release that is kept nowhere, counted nowhere, and tells why.

A trial is replayed from its first message each time, so no worker has to remember it between two requests.
"""
from __future__ import annotations

import copy
import time
import uuid
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, Dict, Iterator, List, Mapping, Optional, Sequence

from rasa.core.tracker_store import InMemoryTrackerStore

from actions.attend.record import considered
from actions.trace import Trace
from actions.trial import TRIAL
from bot.knowledge.base import KnowledgeBase
from bot.knowledge.render import ASPECT_TITLES

from .agent import CounterAgent
from .channel import ReplyChannel
from .incoming import Incoming, user_message

READINGS = 8
_records: ContextVar[Optional[List[Dict[str, Any]]]] = ContextVar("records", default=None)


class Trial:
    """One conversation with ``agent``, beside the ones it really has."""

    def __init__(self, agent: CounterAgent):
        self._processor = copy.copy(agent.processor)
        self._store = self._processor.tracker_store = InMemoryTrackerStore(agent.domain)
        self._buttons: List[Dict[str, str]] = []

    async def say(self, text: str) -> List[Dict[str, Any]]:
        """The replies to a typed message."""
        return await self._handle(text=text)

    async def press(self, title: str) -> List[Dict[str, Any]]:
        """The replies to the button whose title contains ``title``; it is said when there is none."""
        choice = next((button["id"] for button in self._buttons if title in button["title"]), None)
        return await self._handle(choice=choice) if choice else await self._handle(text=title)

    async def _handle(self, text: Optional[str] = None, choice: Optional[str] = None) -> List[Dict[str, Any]]:
        channel = ReplyChannel()
        incoming = Incoming(TRIAL, uuid.uuid4().hex, text, choice)
        tracker = await self._store.retrieve(TRIAL) if choice else None
        await self._processor.handle_message(user_message(incoming, channel, tracker))
        self._buttons = [button for reply in channel.replies for button in reply["buttons"]] or self._buttons
        return channel.replies


async def explain(agent: CounterAgent, base: KnowledgeBase, turns: Sequence[Mapping[str, str]]) -> List[Dict[str, Any]]:
    """Play ``turns`` (``{"say": …}`` or ``{"press": …}``); for each what was understood, considered and said, ready for JSON."""
    trial, told = Trial(agent), []
    for turn in turns:
        with _listening() as records:
            started = time.perf_counter()
            replies = await (trial.press(turn["press"]) if "press" in turn else trial.say(turn["say"]))
            elapsed = (time.perf_counter() - started) * 1000
        told.append({"said": turn.get("press") or turn["say"], "replies": replies, "milliseconds": round(elapsed, 1), **_told(base, records)})
    return told


@contextmanager
def _listening() -> Iterator[List[Dict[str, Any]]]:
    """What is traced meanwhile in this task and the threads it starts; other conversations are not heard."""
    records: List[Dict[str, Any]] = []
    token, before = _records.set(records), Trace.listener
    Trace.listener = _hear
    try:
        yield records
    finally:
        _records.reset(token)
        if before is not _hear:
            Trace.listener = before


def _hear(sender: str, record: Dict[str, Any]) -> None:
    records = _records.get()
    if records is not None and sender == TRIAL:
        records.append(record)


def _told(base: KnowledgeBase, records: List[Dict[str, Any]]) -> Dict[str, Any]:
    found: Dict[str, Any] = {"text": "", "readings": [], "clauses": [], "facts": [], "moods": [], "profile": [], "focus": "", "silence": "", "rules": []}
    for record in records:
        if record["step"] == "respond":
            found.update(
                text=record["text"], readings=[_reading(base, r) for r in record["readings"][:READINGS]],
                clauses=[{"text": c.text, **(_reading(base, c.best) if c.best else {})} for c in record["clauses"]],
                facts=[_known(base, name, value, None) for name, value in dict(record["facts"]).items()],
                moods=[str(mood) for mood in record["moods"]],
                profile=[_known(base, name, value, record["origins"].get(name)) for name, value in record["profile"].items()],
                focus=_title(base, record["focus"].home) if record["focus"] else "")
        else:
            found.update(silence=record["silence"], rules=[
                {**considered(verdict), "text": verdict.rule.text, "card": base.rule_card[verdict.rule.id].name if verdict.rule.id in base.rule_card else ""}
                for verdict in record["verdicts"]])
    return found


def _reading(base: KnowledgeBase, reading: Any) -> Dict[str, Any]:
    return {
        "home": reading.home, "title": _title(base, reading.home), "aspect": ASPECT_TITLES.get(reading.aspect, reading.aspect),
        "topic": base.topics.topics[reading.topic].meaning if reading.topic in base.topics.topics else reading.topic, "score": round(reading.score, 4)}


def _known(base: KnowledgeBase, name: str, value: Any, origin: Any) -> Dict[str, Any]:
    fact = base.profile.get(name)
    title = fact.values[str(value)].title if fact is not None and str(value) in fact.values else str(value)
    return {"name": fact.meaning if fact is not None else name, "value": title, "how": getattr(origin, "how", ""), "sure": round(getattr(origin, "sure", 1.0), 2)}


def _title(base: KnowledgeBase, home: str) -> str:
    if home in base.cards:
        return base.cards[home].name
    return base.faqs[home].question if home in base.faqs else home
