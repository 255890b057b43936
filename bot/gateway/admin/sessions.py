"""Sessions of the console in Redis, under a digest of the id in the cookie: a copy of the database opens none.

A session ends by log-out, after ``idle`` seconds without use, ``longest`` seconds after log-in, when the account is disabled,
or when the account's epoch has moved on (password, role or second factor changed, signed out everywhere).
"""
from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from typing import Callable, List, Optional

from bot.gateway.admin.accounts import Account
from bot.gateway.admin.keys import PREFIX
from bot.state.client import Script, TextClient

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
    address: str = ""
    browser: str = ""
    """What the person recognises it by."""

    @property
    def handle(self) -> str:
        """Names the session to its own account; opens nothing."""
        return self.key.rpartition(":")[2][:16]


class AdminSessions:
    """``idle`` and ``longest`` are seconds."""

    def __init__(self, redis: TextClient, idle: int, longest: int, clock: Callable[[], float]) -> None:
        self._redis = redis
        self.idle = idle
        self.longest = longest
        self._clock = clock

    async def start(self, account: Account, stage: str = FULL, address: str = "", browser: str = "") -> str:
        """A new session; returns the id for the cookie. Never reuses an id: whoever planted one gains nothing."""
        identity, now = secrets.token_urlsafe(32), self._clock()
        key = _key(identity)
        await self._redis.hset(key, mapping={
            "name": account.name, "stage": stage, "epoch": account.epoch, "created": now, "seen": now,
            "address": address, "browser": browser})
        await self._redis.expire(key, SECOND_FACTOR_SECONDS if stage == HALF else self.longest)
        if stage == FULL:
            await self._redis.zadd(_list(account.name), {key: now})
            await self._redis.expire(_list(account.name), self.longest)
        return identity

    async def find(self, identity: str) -> Optional[AdminSession]:
        """The session if its time is not over; whether its account still agrees is the caller's to check."""
        return await self._read(_key(identity))

    async def of(self, account: Account) -> List[AdminSession]:
        """Every full session the account has now, newest first."""
        found = []
        for key in await self._redis.zrevrange(_list(account.name), 0, -1):
            session = await self._read(key)
            if session is None or session.epoch != account.epoch:
                await self._redis.zrem(_list(account.name), key)
            else:
                found.append(session)
        return found

    async def end_one(self, account: Account, handle: str) -> bool:
        """End the account's session of this handle; whether there was one."""
        ended = [session for session in await self.of(account) if session.handle == handle]
        for session in ended:
            await self._redis.delete(session.key)
        return bool(ended)

    async def _read(self, key: str) -> Optional[AdminSession]:
        fields = await self._redis.hgetall(key)
        if "name" not in fields:
            return None
        session = AdminSession(
            key, fields["name"], fields["stage"], int(fields["epoch"]), float(fields["created"]), float(fields["seen"]),
            fields.get("proposed", ""), fields.get("address", ""), fields.get("browser", ""))
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


def _list(name: str) -> str:
    return f"{PREFIX}sessions:{hashlib.sha256(name.encode()).hexdigest()}"


def _key(identity: str) -> str:
    return f"{PREFIX}session:{hashlib.sha256(identity.encode()).hexdigest()}"
