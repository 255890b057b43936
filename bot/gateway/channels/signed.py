"""Signed calls from servers of partners: who calls, that nothing was changed on the way, and that it comes once.

``X-GJJ-Signature`` is ``v1=`` and HMAC-SHA256 (hexadecimal) with the partner's key over these lines, joined by line feeds:
``v1``, method, path with query, timestamp, nonce, SHA-256 of the body (hexadecimal).
"""
from __future__ import annotations

import hashlib
import hmac
import re
import time
from typing import Mapping

from redis.exceptions import RedisError

from bot.gateway.errors import ApiError
from bot.state.client import TextClient

FRESH = 300
"""Seconds by which the clocks of both servers may differ."""
_NONCE = re.compile(r"[A-Za-z0-9_-]{16,64}", re.ASCII)


def signature(key: bytes, method: str, path: str, timestamp: str, nonce: str, body: bytes) -> str:
    lines = ("v1", method, path, timestamp, nonce, hashlib.sha256(body).hexdigest())
    return "v1=" + hmac.new(key, "\n".join(lines).encode(), hashlib.sha256).hexdigest()


async def check(redis: TextClient, keys: Mapping[str, bytes], method: str, path: str, headers: Mapping[str, str], body: bytes) -> str:
    """The partner's name; raises :class:`ApiError` 401, or 503 when nobody can say whether the call came before."""
    name, timestamp, nonce = (headers.get(f"X-GJJ-{part}", "") for part in ("Partner", "Timestamp", "Nonce"))
    # An unknown partner costs as much time as a known one.
    expected = signature(keys.get(name, b"unknown partner"), method, path, timestamp, nonce, body)
    fits = hmac.compare_digest(headers.get("X-GJJ-Signature", "").encode(), expected.encode()) and name in keys
    if not fits or not _NONCE.fullmatch(nonce) or not _is_fresh(timestamp):
        raise ApiError("unauthorized", "签名、时间或调用方不对，接口不能使用。")
    try:
        first = await redis.set(f"gjj:partner:{name}:{nonce}", "1", nx=True, ex=2 * FRESH)
    except (RedisError, OSError):
        raise ApiError("unavailable", retry_after=5) from None
    if not first:
        raise ApiError("unauthorized", "这次调用已经收到过，请换一个 nonce 重新签名。")
    return name


def _is_fresh(timestamp: str) -> bool:
    return timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= 12 and abs(time.time() - int(timestamp)) <= FRESH
