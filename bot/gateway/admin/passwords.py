"""Argon2id, away from the event loop and a few at a time: each check takes 64 MB and a noticeable part of a second."""
from __future__ import annotations

import asyncio
import secrets
from typing import Optional

from argon2 import PasswordHasher, profiles
from argon2.exceptions import InvalidHashError, VerificationError

PROFILE = profiles.RFC_9106_LOW_MEMORY
_AT_ONCE = 2


class Passwords:
    """Hashes and checks passwords."""

    def __init__(self) -> None:
        self._hasher = PasswordHasher.from_parameters(PROFILE)
        self._gate = asyncio.Semaphore(_AT_ONCE)
        self._nobody: Optional[str] = None

    async def hash(self, password: str) -> str:
        async with self._gate:
            return await asyncio.to_thread(self._hasher.hash, password)

    async def verify(self, hashed: str, password: str) -> bool:
        """Whether the password is right. With no hash (unknown account) the same work is done, and the answer is no.

        Attack: finding out who has an account from how long a refusal takes.
        """
        if self._nobody is None:
            self._nobody = await self.hash(secrets.token_urlsafe(16))
        async with self._gate:
            right = await asyncio.to_thread(self._verify, hashed or self._nobody, password)
        return right and bool(hashed)

    def outdated(self, hashed: str) -> bool:
        """Whether the hash was made with weaker parameters than today's."""
        return self._hasher.check_needs_rehash(hashed)

    def _verify(self, hashed: str, password: str) -> bool:
        try:
            return self._hasher.verify(hashed, password)
        except (VerificationError, InvalidHashError):
            return False
