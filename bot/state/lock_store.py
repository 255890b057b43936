"""``lock_store.type`` of endpoints.yml for plain ``rasa run``: the same turns as in the worker instead of Rasa's tickets."""
from __future__ import annotations

from contextlib import asynccontextmanager
from typing import AsyncIterator, Optional, Text

from rasa.core.lock_store import LOCK_LIFETIME, LockError, LockStore
from rasa.utils.endpoints import EndpointConfig

from bot.settings import Settings

from .address import AddressError
from .client import connect
from .tracker_store import NoAddress
from .turns import Busy, Turn, Turns

LEASE = 60.0
"""Seconds after which the conversation of a dead process is free. A live one renews its lease, but Rasa's own server reads
messages on its event loop, where nothing else runs meanwhile; so it is as long as the life of Rasa's tickets."""


class RedisLockStore(LockStore):
    """Rasa passes the ``lock_store`` part of endpoints.yml; without ``url`` in it, REDIS_URL counts."""

    def __init__(self, endpoint_config: Optional[EndpointConfig] = None) -> None:
        settings = Settings.from_env()
        try:
            self.redis = connect((endpoint_config and endpoint_config.url) or settings.redis_url, settings.redis_timeout)
        except AddressError as error:
            raise NoAddress(str(error)) from None
        self._turns = Turns(self.redis, LEASE)

    @asynccontextmanager
    async def lock(  # type: ignore[override]
        self, conversation_id: Text, lock_lifetime: float = LOCK_LIFETIME, wait_time_in_seconds: float = 1
    ) -> AsyncIterator[Turn]:
        """Hold the conversation; raises LockError when it does not become free within ``lock_lifetime`` seconds."""
        try:
            async with self._turns.alone(conversation_id, wait=lock_lifetime) as turn:
                yield turn
        except Busy as error:
            raise LockError(f"Could not acquire lock for conversation_id '{conversation_id}'.") from error
