"""What the attentive engine gets from this process: experience from Redis, exploration from the settings, a log of decisions."""
from __future__ import annotations

import asyncio
import logging

from actions.attend.usefulness import Attention, Exploration, Forgetful
from actions.happenings import Unheeded, Watch
from actions.service_level import Service, Uncounted
from actions.trace import Trace
from bot.settings import Settings
from bot.state.client import BytesClient
from bot.state.decisions import DecisionLog
from bot.state.happenings import HappeningKeeper
from bot.state.service_counts import CountKeeper
from bot.state.usefulness import RedisExperience

logger = logging.getLogger(__name__)

INTERVAL = 5.0
"""Seconds between flushes: what one worker learns, the others know soon enough."""


class Keeper:
    """Hands both to the actions while open. Under --for-tests nothing is learnt or tried, so that every run is the same."""

    def __init__(self, settings: Settings, client: BytesClient):
        self._log = DecisionLog(client)
        self._experience = RedisExperience(client)
        self._service = Service.counts = CountKeeper(client, settings.conversation_ttl)
        self.happenings = Watch.happenings = HappeningKeeper(client, settings.conversation_ttl)
        self._learning = not settings.for_tests
        Trace.log = self._log.add
        Attention.experience = self._experience if self._learning else Forgetful()
        Attention.exploration = Exploration(settings.exploration / 100 if self._learning else 0.0, settings.seed)

    async def keep(self) -> None:
        """Flush for ever; what could not be written is tried again."""
        while True:
            await self.flush()
            await asyncio.sleep(INTERVAL)

    async def flush(self) -> None:
        for part in (self._log, self._experience, self._service, self.happenings):
            try:
                await part.flush()
            except Exception as error:  # noqa: BLE001 – statistics must not stop the worker
                logger.warning("%s not written: %s", type(part).__name__, type(error).__name__)

    async def close(self) -> None:
        """Write what is left and let go of the actions."""
        await self.flush()
        Trace.log = None
        Service.counts = Uncounted()
        Watch.happenings = Unheeded()
        Attention.experience, Attention.exploration = Forgetful(), Exploration()
