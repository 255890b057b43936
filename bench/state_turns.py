"""Turns as the worker makes them: recorded from the release in service, then repeated with new ids and times to any length."""
from __future__ import annotations

import json
import uuid
from typing import Any, Dict, List, Tuple

from rasa.core.tracker_store import InMemoryTrackerStore
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import Event, deserialise_events

from bot.settings import Settings
from bot.training.releases import ReleaseError, Releases
from bot.worker.agent import load_agent
from bot.worker.channel import ReplyChannel
from bot.worker.incoming import Incoming, user_message

SAID = (
    "你好", "租房提取要带什么材料", "那多久到账", "我租的是民房", "谢谢", "公积金贷款最多能贷多少", "利率是多少", "我老婆也有公积金",
    "怎么查余额", "离职后公积金怎么提取", "好的", "异地的能转过来吗", "要几天", "提前还款怎么办理", "今天天气怎么样", "转人工",
)
"""Questions, follow-ups, facts, thanks and words nobody can answer; the first half is said twice before turns repeat."""
_STEADY = 16
"""From this turn on the assistant's memory has its full size: only such turns are repeated."""
_MINUTE = 60.0


async def load(settings: Settings) -> Tuple[Any, Domain]:
    """Agent and domain of the release in service; raises ReleaseError."""
    releases = Releases(settings.releases_dir)
    ident = releases.current_id()
    if ident is None:
        raise ReleaseError("还没有训练好的版本，请先运行 ./gjj train")
    agent = await load_agent(releases, ident, InMemoryTrackerStore(Domain.empty()))
    return agent, agent.domain


async def answer(agent: Any, store: Any, sender: str, ident: str, text: str) -> List[Dict[str, Any]]:
    """One message through the whole agent on ``store``."""
    agent.tracker_store = agent.processor.tracker_store = store
    channel = ReplyChannel()
    await agent.processor.handle_message(user_message(Incoming(sender, ident, text), channel, None))
    return channel.replies


class Turns:
    """``of(n)`` gives the events of turn ``n`` (from 0), each time the same ones with the same ids."""

    def __init__(self, recorded: List[str], idents: List[str]):
        self._recorded = recorded
        self._idents = idents

    @classmethod
    async def record(cls, agent: Any, domain: Domain) -> "Turns":
        """Let the agent answer two rounds of :data:`SAID`."""
        store = InMemoryTrackerStore(domain)
        recorded, idents, seen = [], [], 0
        for n, text in enumerate(SAID * 2):
            idents.append(_ident(n))
            await answer(agent, store, "recorded", idents[-1], text)
            tracker = await store.retrieve("recorded")
            events = [event.as_dict() for event in tracker.events] if tracker else []
            recorded.append(json.dumps(events[seen:], ensure_ascii=False))
            seen = len(events)
        return cls(recorded, idents)

    def of(self, n: int) -> List[Event]:
        """Events of turn ``n``, a minute after those of the turn before."""
        at = n if n < len(self._recorded) else _STEADY + (n - _STEADY) % (len(self._recorded) - _STEADY)
        events = json.loads(self._recorded[at].replace(self._idents[at], _ident(n)))
        for i, event in enumerate(events):
            event["timestamp"] = 1_760_000_000 + n * _MINUTE + i * 0.01
        return deserialise_events(events)

    def first(self, n: int) -> List[Event]:
        """Events of the first ``n`` turns."""
        return [event for turn in range(n) for event in self.of(turn)]


def _ident(n: int) -> str:
    return str(uuid.UUID(int=0x6F9619FF8B864D01B42D << 48 | n))
