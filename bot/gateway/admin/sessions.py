"""Sessions of the console in Redis, under a digest of the id in the cookie: a copy of the database opens none.

A session ends by log-out, after ``idle`` seconds without use, ``longest`` seconds after log-in, when the account is disabled,
or when the account's epoch has moved on (password, role or second factor changed, signed out everywhere).
"""
from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from typing import Callable, Optional

from bot.gateway.admin.accounts import Account
from bot.gateway.admin.keys import PREFIX
from bot.state.client import Client, Script

SECOND_FACTOR_SECONDS = 300
"""Time for typing the code after the password."""
_SEEN_EVERY = 15
"""Seconds; more often it is not worth a write."""
FULL, HALF = "full", "half"

_SET = Script("if redis.call('EXISTS', KEYS[1]) == 1 then redis.call('HSET', KEYS[1], ARGV[1], ARGV[2]) end return 1")
"""KEYS: session. ARGV: field, value. A session that has ended in the meantime stays ended."""


@dataclass(frozen=True)
class AdminSession:
    """``stage`` is ``full``, or ``half`` between the password and the second factor. Times are seconds since 1970."""

    key: str
    name: str
    stage: str
    epoch: int
    created: float
    seen: float
    proposed: str = ""
    """Sealed second-factor key shown as a QR code and not confirmed yet."""


class AdminSessions:
    """``idle`` and ``longest`` are seconds."""

    def __init__(self, redis: Client, idle: int, longest: int, clock: Callable[[], float]) -> None:
        self._redis = redis
        self.idle = idle
        self.longest = longest
        self._clock = clock

    async def start(self, account: Account, stage: str = FULL) -> str:
        """A new session; returns the id for the cookie. Never reuses an id: whoever planted one gains nothing."""
        identity, now = secrets.token_urlsafe(32), self._clock()
        key = _key(identity)
        await self._redis.hset(key, mapping={
            "name": account.name, "stage": stage, "epoch": account.epoch, "created": now, "seen": now})
        await self._redis.expire(key, SECOND_FACTOR_SECONDS if stage == HALF else self.longest)
        return identity

    async def find(self, identity: str) -> Optional[AdminSession]:
        """The session if its time is not over; whether its account still agrees is the caller's to check."""
        fields = await self._redis.hgetall(_key(identity))
        if "name" not in fields:
            return None
        session = AdminSession(
            _key(identity), fields["name"], fields["stage"], int(fields["epoch"]), float(fields["created"]),
            float(fields["seen"]), fields.get("proposed", ""))
        now = self._clock()
        idle, longest = (SECOND_FACTOR_SECONDS,) * 2 if session.stage == HALF else (self.idle, self.longest)
        if now >= session.seen + idle or now >= session.created + longest:
            await self._redis.delete(session.key)
            return None
        return session

    async def touch(self, session: AdminSession) -> None:
        """The person did something."""
        now = self._clock()
        if now - session.seen >= _SEEN_EVERY:
            await _SET(self._redis, [session.key], "seen", now)

    async def propose(self, session: AdminSession, sealed: str) -> None:
        """Keep the second-factor key until its first code is typed."""
        await _SET(self._redis, [session.key], "proposed", sealed)

    async def end(self, identity: str) -> None:
        await self._redis.delete(_key(identity))


def _key(identity: str) -> str:
    return f"{PREFIX}session:{hashlib.sha256(identity.encode()).hexdigest()}"
