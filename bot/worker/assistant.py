"""The assistant inside a worker: a Rasa agent on the current release, one call in, replies out."""
from __future__ import annotations

import asyncio
import logging
import os
from dataclasses import dataclass
from typing import Any, Dict, List, Optional

from rasa.core.agent import Agent
from rasa.core.channels.channel import UserMessage
from rasa.core.lock_store import InMemoryLockStore

from actions.memory import SLOT, Choice, Memory
from bot.settings import Settings
from bot.state.masking import mask
from bot.state.tracker_store import ConflictingWriters, RedisTrackerStore
from bot.state.turns import Turns
from bot.training.releases import ReleaseError, Releases

from .channel import ReplyChannel, Sink
from .in_process import InProcessActions

logger = logging.getLogger(__name__)

PROBE = "租房提取公积金要带什么材料"
"""Parsed after every load: a model that cannot read this never takes traffic."""


class UnknownChoice(KeyError):
    """The pressed button does not belong to this conversation (any more)."""


@dataclass(frozen=True)
class Incoming:
    """One message of a citizen: exactly one of ``text`` and ``choice`` is given."""

    conversation: str
    id: str
    text: Optional[str] = None
    choice: Optional[str] = None


class Assistant:
    """Answers messages on the current release and follows it when another is put in service."""

    def __init__(self, settings: Settings):
        self._settings = settings
        self._releases = Releases(settings.releases_dir)
        self.store = RedisTrackerStore(host=settings.redis_url)
        self._turns = Turns(self.store.redis, lease=settings.message_timeout + 5, ttl=settings.conversation_ttl)
        self._actions = InProcessActions()
        self._agent: Optional[Agent] = None
        self.release: Optional[str] = None

    async def load(self) -> None:
        """Load the release in service; raises :class:`ReleaseError` and keeps the old agent when it cannot be used."""
        ident = self._releases.current_id()
        if ident is None:
            raise ReleaseError("还没有训练好的版本，请先运行 ./gjj train")
        agent = await asyncio.to_thread(self._load, ident)
        parsed = await agent.parse_message(PROBE)
        if parsed.get("intent", {}).get("name") != "ask" or not parsed.get("understanding", {}).get("candidates"):
            raise ReleaseError(f"版本 {ident} 没有通过开机自检，继续用原来的版本")
        self._agent, self.release = agent, ident

    def _load(self, ident: str) -> Agent:
        agent = Agent(
            tracker_store=self.store, lock_store=InMemoryLockStore(), action_endpoint=self._actions
        )
        agent.load_model(str(self._releases.model_path(ident)))
        # Rasa wraps every store so that errors become an empty conversation; the bare store lets them be seen.
        agent.processor.tracker_store = self.store
        self.store.domain = agent.domain
        return agent

    async def follow_releases(self, interval: float = 2.0) -> None:
        """Load a newly published release; the old one answers until the new one has passed its probe."""
        refused: Optional[str] = None
        while True:
            await asyncio.sleep(interval)
            ident = self._releases.current_id()
            if ident in (None, self.release, refused):
                continue
            try:
                await self.load()
                logger.info("release %s in service", ident)
            except (ReleaseError, Exception) as error:  # noqa: BLE001 – a bad release must not stop the worker
                refused = ident
                logger.error("release %s refused: %s", ident, error)

    async def ready(self) -> bool:
        """Whether a message would be answered now: model loaded and Redis there."""
        return self._agent is not None and bool(await self.store.redis.ping())

    async def answer(self, incoming: Incoming, sink: Optional[Sink] = None) -> List[Dict[str, Any]]:
        """Replies to ``incoming``; the same id again gets the same replies and runs nothing.

        Raises :class:`UnknownChoice`, RedisError, asyncio.TimeoutError, bot.state.turns.Busy.
        """
        timeout = self._settings.message_timeout
        async with self._turns.alone(incoming.conversation, wait=timeout):
            given = await self._turns.recall(incoming.conversation, incoming.id)
            if given is not None:
                for reply in given if sink else ():
                    await sink(reply)  # type: ignore[misc]
                return given
            channel = ReplyChannel(sink)
            message = await self._message(incoming, channel)
            try:
                await asyncio.wait_for(self._handle(message), timeout)
            except ConflictingWriters:
                channel.replies.clear()
                await asyncio.wait_for(self._handle(message), timeout)
            await self._turns.remember(incoming.conversation, incoming.id, channel.replies)
            return channel.replies

    async def _handle(self, message: UserMessage) -> None:
        if self._agent is None:
            raise ReleaseError("模型还没有装好")
        await self._agent.handle_message(message)

    async def _message(self, incoming: Incoming, channel: ReplyChannel) -> UserMessage:
        if incoming.choice is None:
            text = mask(incoming.text or "")
            # Masked before Rasa, Redis and logs see it; a leading slash is text, never a command of Rasa's.
            return UserMessage(
                text=text.lstrip("/／\\ ") or "…", output_channel=channel, sender_id=incoming.conversation,
                input_channel=channel.name(), message_id=incoming.id,
            )
        choice = await self._choice(incoming.conversation, incoming.choice)
        return UserMessage(
            text=choice.title, output_channel=channel, sender_id=incoming.conversation, input_channel=channel.name(),
            message_id=incoming.id, metadata={"choice": incoming.choice},
            parse_data={"text": choice.title, "intent": {"name": "choose", "confidence": 1.0}, "entities": []},
        )

    async def _choice(self, conversation: str, key: str) -> Choice:
        tracker = await self.store.retrieve(conversation)
        memory = Memory.from_slots({SLOT: tracker.get_slot(SLOT)} if tracker else {})
        try:
            return memory.choices[key]
        except KeyError:
            raise UnknownChoice(key) from None

    async def history(self, conversation: str) -> List[Dict[str, Any]]:
        """Messages of both sides, oldest first, as the chat API shows them."""
        from .history import messages

        return messages(await self.store.history(conversation))

    async def erase(self, conversation: str) -> None:
        """Forget the conversation; waits for a turn in progress so that it cannot write afterwards."""
        async with self._turns.alone(conversation, wait=self._settings.message_timeout):
            await self.store.erase(conversation)

    async def close(self) -> None:
        await self.store.redis.close()


def quiet_libraries() -> None:
    """Rasa and TensorFlow stay silent and send nothing home; our own logs carry no chat text."""
    os.environ["RASA_TELEMETRY_ENABLED"] = "false"
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    for name in ("rasa", "rasa_sdk", "matplotlib", "apscheduler"):
        # Rasa logs message texts at debug and error level; only warnings about its own state are of use.
        logging.getLogger(name).setLevel(logging.CRITICAL)
