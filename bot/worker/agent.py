"""Loading a release into a Rasa agent whose actions run in this process."""
from __future__ import annotations

import asyncio
import uuid
from concurrent.futures import Executor, ThreadPoolExecutor
from pathlib import Path
from typing import Optional, Text, Union

from rasa.core.agent import Agent
from rasa.core.lock_store import InMemoryLockStore
from rasa.core.tracker_store import InMemoryTrackerStore, TrackerStore
from rasa.shared.core.domain import Domain

from actions.actions import live
from actions.trial import TRIAL
from bot.training.releases import ReleaseError, Releases

from .channel import ReplyChannel
from .in_process import InProcessActions
from .incoming import Incoming, user_message
from .processor import CounterProcessor

PROBE = "租房提取公积金要带什么材料"
"""Read and answered after every load: a model that cannot do this never takes traffic."""


class CounterAgent(Agent):
    """``readers``: threads that read messages, None for those of the event loop. Nobody gets one before its model is loaded."""

    processor: CounterProcessor
    domain: Domain

    def __init__(self, store: TrackerStore, readers: Optional[Executor] = None) -> None:
        super().__init__(tracker_store=store, lock_store=InMemoryLockStore(), action_endpoint=InProcessActions())
        self._readers = readers

    def load_model(self, model_path: Union[Text, Path], fingerprint: Optional[Text] = None) -> None:
        self.processor = CounterProcessor(
            self._readers, model_path=model_path, tracker_store=self.tracker_store, lock_store=self.lock_store,
            action_endpoint=self.action_endpoint, generator=self.nlg,
        )
        self.domain = self.processor.domain
        self.tracker_store.domain = self.domain


async def load_agent(releases: Releases, ident: str, store: TrackerStore, readers: Optional[Executor] = None) -> CounterAgent:
    """Load release ``ident`` beside whatever is in service, warm it with whole turns and check that it reads and answers;
    raises :class:`ReleaseError` otherwise. The caller tells ``store`` the new domain when it puts the agent in service."""
    with ThreadPoolExecutor(1, "loading") as thread:  # not one of the actions' threads: it may take long
        agent = await asyncio.get_running_loop().run_in_executor(thread, _load, releases.model_path(ident), readers)
    parsed = await agent.parse_message(PROBE)
    if parsed.get("intent", {}).get("name") != "ask" or not parsed.get("understanding", {}).get("candidates"):
        raise ReleaseError(f"版本 {ident} 没有通过开机自检，不能使用")
    for text in (PROBE, "那多久到账", "谢谢"):
        if not (await _answers(agent, text) or await _answers(agent, text)):  # once more: the machine may just be busy
            raise ReleaseError(f"版本 {ident} 开机自检时答不上来，不能使用")
    # Rasa wraps every store so that errors become an empty conversation; the bare store lets them be seen.
    agent.tracker_store = agent.processor.tracker_store = store
    return agent


async def _answers(agent: CounterAgent, text: str) -> bool:
    channel = ReplyChannel()
    await agent.processor.handle_message(user_message(Incoming(TRIAL, uuid.uuid4().hex, text), channel, None))
    return bool(channel.replies) and all(reply["kind"] != "error" for reply in channel.replies)


def load_aside(model: Path) -> CounterAgent:
    """The agent of a model file, for this process alone: for examining it. Whoever calls vouches for the file."""
    return _load(model, None)


def _load(model: Path, readers: Optional[Executor]) -> CounterAgent:
    agent = CounterAgent(InMemoryTrackerStore(Domain.empty()), readers)
    agent.load_model(str(model))
    agent.processor.tracker_store = InMemoryTrackerStore(agent.domain)
    live().current()  # the content: its first reading takes longer than an action may
    return agent
