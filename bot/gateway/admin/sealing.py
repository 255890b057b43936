"""Small secrets kept in Redis unreadable without the system's own secret (second-factor keys).

A pseudo-random pad from HMAC-SHA256 over a fresh nonce, and an HMAC over nonce and text: a copy of the database alone
neither shows nor lets anybody exchange them.
"""
from __future__ import annotations

import base64
import hashlib
import hmac
import secrets

_NONCE = 16
_TAG = 16
LONGEST = 32
"""Bytes that one pad covers."""


class Unsealable(ValueError):
    """Not sealed by us, not for this purpose, or with another secret."""


def seal(key: bytes, text: bytes, context: str) -> str:
    """``context`` names what the text is for (whose, which); the same must be given to :func:`unseal`."""
    if len(text) > LONGEST:
        raise ValueError(f"at most {LONGEST} bytes")
    nonce = secrets.token_bytes(_NONCE)
    body = bytes(a ^ b for a, b in zip(text, _mac(key, b"pad", nonce, context)))
    return base64.b64encode(nonce + body + _tag(key, nonce + body, context)).decode()


def unseal(key: bytes, sealed: str, context: str) -> bytes:
    """The text; raises :class:`Unsealable`."""
    try:
        raw = base64.b64decode(sealed, validate=True)
    except ValueError:
        raise Unsealable("encoding") from None
    if len(raw) < _NONCE + _TAG or not hmac.compare_digest(raw[-_TAG:], _tag(key, raw[:-_TAG], context)):
        raise Unsealable("tag")
    nonce, body = raw[:_NONCE], raw[_NONCE:-_TAG]
    return bytes(a ^ b for a, b in zip(body, _mac(key, b"pad", nonce, context)))


def _tag(key: bytes, text: bytes, context: str) -> bytes:
    return _mac(key, b"tag", text, context)[:_TAG]


def _mac(key: bytes, use: bytes, text: bytes, context: str) -> bytes:
    return hmac.new(key, b"\0".join((use, context.encode(), text)), hashlib.sha256).digest()
