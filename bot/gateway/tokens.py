"""Session tokens: ``v1.<payload>.<signature>``, both parts URL-safe base64 without padding.

The payload is 16 random bytes (the conversation id), then issued-at and expiry as unsigned 64-bit seconds since 1970.
The server alone makes it, so a client can neither choose nor guess a conversation id.
"""
from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import secrets
import struct
import time
from dataclasses import dataclass
from typing import Callable, Sequence

_LAYOUT = struct.Struct(">16sQQ")
_VERSION = "v1"
_LONGEST = 200
"""Characters; a real token has 89."""


class TokenError(ValueError):
    """The token is not one of ours."""


class TokenExpired(TokenError):
    """The token is ours but its time is over."""


@dataclass(frozen=True)
class Session:
    """What a valid token says. Times are seconds since 1970."""

    conversation: str
    """32 hexadecimal digits, 128 random bits."""
    issued_at: int
    expires_at: int


class Tokens:
    """Makes tokens with ``secret`` and accepts those of ``previous`` secrets too, so that a key can be changed without
    ending anybody's conversation. ``lifetime`` is seconds; ``clock`` gives seconds since 1970.

    The algorithm is fixed: nothing in a token can choose another one.
    """

    def __init__(self, secret: bytes, lifetime: int, clock: Callable[[], float] = time.time, previous: Sequence[bytes] = ()) -> None:
        # Own key per purpose: a signature made for another part of the product is no session.
        self._keys = [hmac.new(one, b"gjj session token v1", hashlib.sha256).digest() for one in (secret, *previous)]
        self._lifetime = lifetime
        self._clock = clock

    def create(self) -> str:
        now = int(self._clock())
        payload = _encode(_LAYOUT.pack(secrets.token_bytes(16), now, now + self._lifetime))
        return f"{_VERSION}.{payload}.{_sign(self._keys[0], payload)}"

    def read(self, token: str) -> Session:
        """Return the session; raises :class:`TokenExpired` or :class:`TokenError`."""
        parts = token.split(".") if len(token) <= _LONGEST and token.isascii() else []
        if len(parts) != 3 or parts[0] != _VERSION:
            raise TokenError("shape")
        # Attack: guessing the signature byte by byte from answer times. compare_digest takes the same time always, and
        # every key is tried whichever fits.
        if not any([hmac.compare_digest(parts[2].encode(), _sign(key, parts[1]).encode()) for key in self._keys]):  # noqa: C419
            raise TokenError("signature")
        try:
            identity, issued_at, expires_at = _LAYOUT.unpack(_decode(parts[1]))
        except (struct.error, binascii.Error):
            raise TokenError("payload") from None
        expires_at = min(expires_at, issued_at + self._lifetime)  # a shorter lifetime counts for older tokens too
        if self._clock() >= expires_at:
            raise TokenExpired("expired")
        return Session(identity.hex(), issued_at, expires_at)


def _sign(key: bytes, payload: str) -> str:
    return _encode(hmac.new(key, f"{_VERSION}.{payload}".encode(), hashlib.sha256).digest())


def _encode(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _decode(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
