"""The assistant inside a worker: a Rasa agent on the current release, one call in, replies out."""
from __future__ import annotations

import asyncio
import os
import socket
from typing import Any, Dict, List, Optional, Tuple

from rasa.core.channels.channel import UserMessage

from bot.settings import Settings
from bot.state.client import RedisError
from bot.state.tracker_store import ConflictingWriters, RedisTrackerStore
from bot.state.turns import Turns
from bot.training.in_service import reconcile, shared_by
from bot.training.releases import ReleaseError, Releases

from . import stages
from .agent import CounterAgent, load_agent
from .channel import ReplyChannel, Sink
from .following import Following
from .history import messages
from .incoming import Incoming, user_message
from .threads import Threads

READERS = 2
"""Messages read at the same time: a page-long letter must not hold up the short question behind it."""
LEASE = 5.0
"""Seconds after which the conversation of a worker that died is free again; renewed as long as the turn lasts."""
BACK = 1
"""Earlier events that a turn reads at least. What was saved last is enough: the policies look at the turn at hand and actions
at slots, which are all in the head."""
ROOM = 2000
"""Megabytes that must be free for the replaced release to stay loaded, so that rolling back takes no loading."""


class Assistant:
    """Answers messages on the current release and follows it when another is put in service."""

    def __init__(self, settings: Settings, name: str = ""):
        """``name`` tells this worker from the others of this machine."""
        self._settings = settings
        self._name = f"{socket.gethostname()}/{name or os.getpid()}"
        self._releases = Releases(settings.releases_dir)
        self.store = RedisTrackerStore(host=settings.redis_url)
        self.shared = shared_by(settings, self.store.redis)
        self._turns = Turns(self.store.redis, lease=LEASE, back=BACK)
        self.readers = Threads(READERS, "reader")
        self._agent: Optional[CounterAgent] = None
        self.release: Optional[str] = None
        self._previous: Optional[Tuple[str, CounterAgent]] = None

    @property
    def standby(self) -> Optional[str]:
        """The replaced release while it stays loaded."""
        return self._previous[0] if self._previous else None

    async def load(self) -> None:
        """Load the release in service; raises :class:`ReleaseError` and keeps the old agent when it cannot be used."""
        ident = self._releases.current_id() or await self._brought()
        if ident is None:
            raise ReleaseError("还没有训练好的版本，请先运行 ./gjj train")
        if self._previous is not None and self._previous[0] == ident:
            agent = self._previous[1]
        else:
            self._previous = None  # three at once would be too much
            agent = await load_agent(self._releases, ident, self.store, self.readers)
        replaced = (self.release, self._agent)
        self._agent, self.release, self.store.domain = agent, ident, agent.domain
        room = replaced[1] is not None and replaced[0] is not None and free_megabytes() >= ROOM
        self._previous = replaced if room else None  # type: ignore[assignment]

    async def _brought(self) -> Optional[str]:
        """The release of the other machines, on a machine that has none yet."""
        await reconcile(self._releases, self.shared)
        return self._releases.current_id()

    def agent_of(self, ident: str) -> Optional[CounterAgent]:
        """The agent of a release that is loaded here anyway."""
        if ident == self.release:
            return self._agent
        return self._previous[1] if self._previous is not None and self._previous[0] == ident else None

    async def follow_releases(self) -> None:
        """Load newly published releases for ever; see :class:`bot.worker.following.Following`."""
        await Following(self._name, self._releases, self.shared, self._settings.run_dir / "loading.lock", self).follow()

    async def ready(self) -> bool:
        """Whether a message would be answered now: model loaded and Redis there."""
        return self._agent is not None and bool(await self.store.redis.ping())

    async def answer(self, incoming: Incoming, sink: Optional[Sink] = None) -> List[Dict[str, Any]]:
        """Replies to ``incoming``; the same id again gets the same replies and runs nothing.

        Ends within the message timeout. Raises bot.worker.incoming.UnknownChoice, RedisError, asyncio.TimeoutError,
        bot.state.turns.Busy.
        """
        agent, loop = self._agent, asyncio.get_running_loop()
        if agent is None:
            raise ReleaseError("模型还没有装好")
        deadline = loop.time() + self._settings.message_timeout
        channel = ReplyChannel(sink)
        reading = self._begin_reading(agent, incoming, channel)
        try:
            while True:
                asked = loop.time()
                async with self._turns.alone(incoming.conversation, wait=deadline - asked, message=incoming.id) as turn:
                    stages.add("turn", loop.time() - asked)
                    if turn.given is not None:
                        for reply in turn.given if sink else ():
                            await sink(reply)  # type: ignore[misc]
                        return turn.given
                    try:
                        await asyncio.wait_for(self._run(agent, incoming, channel, reading), deadline - loop.time())
                        return channel.replies
                    except ConflictingWriters:
                        # The lease ran out and another worker may have gone ahead, perhaps with this very message: look again.
                        channel.replies.clear()
        finally:
            if reading is not None:
                reading.cancel()

    def _begin_reading(self, agent: CounterAgent, incoming: Incoming, channel: ReplyChannel) -> "Optional[asyncio.Task[Dict[str, Any]]]":
        """Reading needs the text alone, so it goes on while the conversation is fetched. A button needs none."""
        if incoming.choice is not None:
            return None
        reading = asyncio.ensure_future(_read(agent, user_message(incoming, channel, None)))
        reading.add_done_callback(lambda task: task.cancelled() or task.exception())  # it may be nobody's business any more
        return reading

    async def _run(
        self, agent: CounterAgent, incoming: Incoming, channel: ReplyChannel, reading: "Optional[asyncio.Task[Dict[str, Any]]]"
    ) -> None:
        tracker = await self.store.retrieve(incoming.conversation) if reading is None else None
        message = user_message(incoming, channel, tracker)
        if reading is not None:
            message.parse_data = await reading
        with stages.stage("dialogue"):
            await agent.processor.handle_message(message)

    async def history(self, conversation: str) -> List[Dict[str, Any]]:
        """Messages of both sides, oldest first, as the chat API shows them."""
        return messages(await self.store.history(conversation))

    async def erase(self, conversation: str) -> None:
        """Forget the conversation; waits for a turn in progress so that it cannot write afterwards."""
        async with self._turns.alone(conversation, wait=self._settings.message_timeout):
            await self.store.erase(conversation)

    async def close(self) -> None:
        self.readers.shutdown(wait=False)
        try:
            await self.shared.retire(self._name)
        except (RedisError, OSError, asyncio.TimeoutError):
            pass  # it is forgotten by itself
        await self.store.close()


def free_megabytes() -> float:
    """Memory that could be had without swapping; 0 where the system does not tell."""
    try:
        with open("/proc/meminfo") as lines:
            return next(float(line.split()[1]) / 1024 for line in lines if line.startswith("MemAvailable"))
    except (OSError, StopIteration):
        return 0.0


async def _read(agent: CounterAgent, message: UserMessage) -> Dict[str, Any]:
    with stages.stage("read"):
        return await agent.processor.parse_message(message)
