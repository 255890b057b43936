"""Who a person of another channel is to us: ids that cannot be turned back into the channel's own."""
from __future__ import annotations

import hashlib
import hmac
import uuid


def conversation(secret: bytes, channel: str, person: str) -> str:
    """The conversation of ``person`` (WeChat's openid, a partner's user id): 32 hexadecimal digits, like every other one."""
    return _mac(secret, "conversation", channel, person)[:16].hex()


def message(secret: bytes, channel: str, person: str, ident: str) -> str:
    """The id of the message that ``channel`` calls ``ident``: the same for every time it is sent again."""
    return str(uuid.UUID(bytes=_mac(secret, "message", channel, person, ident)[:16]))


def _mac(secret: bytes, *parts: str) -> bytes:
    key = hmac.new(secret, b"gjj channel names v1", hashlib.sha256).digest()
    return hmac.new(key, "\0".join(parts).encode(), hashlib.sha256).digest()
