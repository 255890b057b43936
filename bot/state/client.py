"""The Redis connection of one process: asynchronous, with timeouts, opened where it is used."""
from __future__ import annotations

import redis.asyncio as redis
from redis.exceptions import RedisError

__all__ = ["RedisError", "connect"]


def connect(url: str, timeout: float) -> "redis.Redis":
    """A client for ``url`` (redis://, rediss:// or unix://); every wait ends after ``timeout`` seconds.

    Raises ValueError when the address is empty or of an unknown kind. Connects on first use.
    """
    if not url or "${" in url:
        raise ValueError("没有 Redis 地址：请设置环境变量 REDIS_URL，或先运行 ./gjj up")
    return redis.Redis.from_url(
        url, socket_timeout=timeout, socket_connect_timeout=timeout, health_check_interval=30, decode_responses=True
    )
