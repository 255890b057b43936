"""The Redis connection of one process: asynchronous, with timeouts, opened where it is used."""
from __future__ import annotations

import redis.asyncio as redis
from rasa.shared.exceptions import RasaException
from redis.exceptions import RedisError

__all__ = ["NoAddress", "RedisError", "connect"]


class NoAddress(RasaException, ValueError):
    """There is no Redis address. A RasaException, so that plain ``rasa shell`` prints the sentence alone."""


def connect(url: str, timeout: float) -> "redis.Redis":
    """A client for ``url`` (redis://, rediss:// or unix://); every wait ends after ``timeout`` seconds.

    Raises :class:`NoAddress` when the address is empty, ValueError when it is of an unknown kind. Connects on first use.
    """
    if not url or "${" in url:
        raise NoAddress(
            "没有 Redis 地址：请设置环境变量 REDIS_URL，例如 redis://127.0.0.1:6379/0；"
            "./gjj up 正在运行时可以用它的：unix://（项目文件夹的完整路径）/var/run/redis.sock"
        )
    return redis.Redis.from_url(
        url, socket_timeout=timeout, socket_connect_timeout=timeout, health_check_interval=30, decode_responses=True
    )
