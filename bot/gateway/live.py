"""What staff say reaches the citizen's open window at once, and the staff desk hears at once what citizens do.

The worker writes every change into a short stream (bot.state.live); each gateway follows it while anybody listens, and
fetches what was said only for windows that are open here. Without it the page looks again by itself every few seconds.
"""
from __future__ import annotations

import asyncio
import json
import uuid
from collections import deque
from contextlib import suppress
from typing import AsyncIterator, Deque, Dict, List, Tuple

from aiohttp import web
from redis.exceptions import RedisError

from bot.gateway import keys
from bot.gateway.errors import ApiError, dumps
from bot.gateway.logs import LOGGER
from bot.state.live import Change, Live
from bot.state.persons import Persons

IDLE_SECONDS = 0.5
"""How soon following begins once somebody listens."""
PAUSE_SECONDS = 2.0
"""Before Redis is asked again that could not be."""
KEEP_ON_SECONDS = 60.0
"""Following goes on so long after a desk last asked: between two questions nothing is missed."""
LATEST = 10
"""Words of staff sent again after a change; a page shows each of them once."""
MOST_KEPT = 200


class LiveDesk:
    """Follows the stream for all open windows and desks of this gateway."""

    def __init__(self, app: web.Application) -> None:
        self._app = app
        self._live = Live(app[keys.REDIS])
        self._persons = Persons(app[keys.REDIS])
        self._until = 0.0
        self._changed = asyncio.Event()
        self._kept: "Deque[Tuple[int, Change]]" = deque(maxlen=MOST_KEPT)
        self.serial = 0
        """Number of the newest change heard."""
        self.following = False
        """Whether everything that changes from now on is heard."""

    async def wait(self, after: int, seconds: float) -> List[Change]:
        """Changes behind number ``after``; waits for one, but not longer than ``seconds``."""
        clock = asyncio.get_running_loop().time
        deadline = clock() + seconds
        while self.serial == after and clock() < deadline:
            self._until = deadline + KEEP_ON_SECONDS
            with suppress(TimeoutError):
                await asyncio.wait_for(self._changed.wait(), deadline - clock())
        return list(dict.fromkeys(change for number, change in self._kept if number > after))

    async def follow(self) -> None:
        """For ever; whatever goes wrong with one change, the next one is told."""
        place = ""
        while True:
            if not self._app[keys.WINDOWS] and asyncio.get_running_loop().time() > self._until:
                place, self.following = "", False
                await asyncio.sleep(IDLE_SECONDS)
                continue
            try:
                place = place or await self._live.now()
                self.following = True
                place, changes = await self._live.since(place)
            except (RedisError, OSError):
                await asyncio.sleep(PAUSE_SECONDS)
                continue
            for change in dict.fromkeys(changes):
                self._note(change)
                await self._tell(change)

    def _note(self, change: Change) -> None:
        self.serial += 1
        self._kept.append((self.serial, change))
        self._changed.set()
        self._changed = asyncio.Event()

    async def _tell(self, change: Change) -> None:
        windows = list(self._app[keys.WINDOWS].get(change.conversation, ()))
        if not windows or change.kind not in ("staff", "person"):
            return
        try:
            frames = await self._frames(change)
            for window in windows:
                for frame in frames:
                    await window.send_str(dumps(frame))
        except (ApiError, RedisError, OSError) as error:
            LOGGER.warning("live: %s", type(error).__name__)  # the page looks again by itself

    async def _frames(self, change: Change) -> List[Dict[str, object]]:
        held = await self._persons.holder(change.conversation) is not None
        if change.kind == "person":
            return [{"type": "staff", "held": held}]
        history = json.loads(await self._app[keys.WORKERS].history(change.conversation, uuid.uuid4().hex))["messages"]
        said = [message for message in history if message["from"] == "staff"][-LATEST:]
        return [{"type": "staff", "held": held, "message": {name: one[name] for name in ("id", "text", "at")}} for one in said]


LIVE = web.AppKey("live", LiveDesk)


async def live(app: web.Application) -> AsyncIterator[None]:
    """Opened after Redis and the workers."""
    app[LIVE] = LiveDesk(app)
    following = asyncio.create_task(app[LIVE].follow())
    yield
    following.cancel()
    await asyncio.gather(following, return_exceptions=True)
