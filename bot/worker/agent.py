"""Loading a release into a Rasa agent whose actions run in this process."""
from __future__ import annotations

import asyncio

from rasa.core.agent import Agent
from rasa.core.lock_store import InMemoryLockStore
from rasa.core.tracker_store import TrackerStore

from bot.training.releases import ReleaseError, Releases

from .in_process import InProcessActions

PROBE = "租房提取公积金要带什么材料"
"""Parsed after every load: a model that cannot read this never takes traffic."""


async def load_agent(releases: Releases, ident: str, store: TrackerStore) -> Agent:
    """Load release ``ident``, warm it and check that it reads; raises :class:`ReleaseError` otherwise."""
    agent = await asyncio.to_thread(_load, releases, ident, store)
    parsed = await agent.parse_message(PROBE)
    if parsed.get("intent", {}).get("name") != "ask" or not parsed.get("understanding", {}).get("candidates"):
        raise ReleaseError(f"版本 {ident} 没有通过开机自检，不能使用")
    return agent


def _load(releases: Releases, ident: str, store: TrackerStore) -> Agent:
    agent = Agent(tracker_store=store, lock_store=InMemoryLockStore(), action_endpoint=InProcessActions())
    agent.load_model(str(releases.model_path(ident)))
    # Rasa wraps every store so that errors become an empty conversation; the bare store lets them be seen.
    agent.processor.tracker_store = store
    store.domain = agent.domain
    return agent
