"""The assistant inside a worker: a Rasa agent on the current release, one call in, replies out."""
from __future__ import annotations

import asyncio
import logging
from typing import Any, Dict, List, Optional

from rasa.core.agent import Agent
from rasa.core.channels.channel import UserMessage

from bot.settings import Settings
from bot.state.tracker_store import ConflictingWriters, RedisTrackerStore
from bot.state.turns import Turns
from bot.training.releases import ReleaseError, Releases

from .agent import load_agent
from .channel import ReplyChannel, Sink
from .history import messages
from .incoming import Incoming, user_message

logger = logging.getLogger(__name__)

class Assistant:
    """Answers messages on the current release and follows it when another is put in service."""

    def __init__(self, settings: Settings):
        self._settings = settings
        self._releases = Releases(settings.releases_dir)
        self.store = RedisTrackerStore(host=settings.redis_url)
        self._turns = Turns(self.store.redis, lease=settings.message_timeout + 5)
        self._agent: Optional[Agent] = None
        self.release: Optional[str] = None

    async def load(self) -> None:
        """Load the release in service; raises :class:`ReleaseError` and keeps the old agent when it cannot be used."""
        ident = self._releases.current_id()
        if ident is None:
            raise ReleaseError("还没有训练好的版本，请先运行 ./gjj train")
        self._agent = await load_agent(self._releases, ident, self.store)
        self.release = ident

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

        Raises bot.worker.incoming.UnknownChoice, RedisError, asyncio.TimeoutError, bot.state.turns.Busy.
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
            await asyncio.wait_for(self._handle(message, channel), timeout)
            return channel.replies

    async def _handle(self, message: UserMessage, channel: ReplyChannel) -> None:
        if self._agent is None:
            raise ReleaseError("模型还没有装好")
        try:
            await self._agent.handle_message(message)
        except ConflictingWriters:
            # The lease ran out and another worker went ahead – perhaps with this very message, sent again.
            given = await self._turns.recall(message.sender_id, message.message_id)
            channel.replies[:] = given or []
            if given is None:
                await self._agent.handle_message(message)

    async def _message(self, incoming: Incoming, channel: ReplyChannel) -> UserMessage:
        if incoming.choice is None:
            return user_message(incoming, channel, None)
        tracker = await self.store.retrieve(incoming.conversation)
        return user_message(incoming, channel, tracker)

    async def history(self, conversation: str) -> List[Dict[str, Any]]:
        """Messages of both sides, oldest first, as the chat API shows them."""
        return messages(await self.store.history(conversation))

    async def erase(self, conversation: str) -> None:
        """Forget the conversation; waits for a turn in progress so that it cannot write afterwards."""
        async with self._turns.alone(conversation, wait=self._settings.message_timeout):
            await self.store.erase(conversation)

    async def close(self) -> None:
        await self.store.redis.close()
