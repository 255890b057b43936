"""Redis for a command that may run beside the system or without it."""
from __future__ import annotations

import os
from contextlib import contextmanager
from typing import Iterator

from bot.cli import redis_server
from bot.cli.lock import InstanceLock
from bot.cli.paths import SocketFolder
from bot.cli.problem import Problem
from bot.settings import Settings
from bot.training.in_service import redis_url


@contextmanager
def redis_at_hand(settings: Settings) -> Iterator[str]:
    """Address of the Redis that the system uses. When nothing runs, the bundled server is started for the time of the block.

    Raises :class:`Problem`.
    """
    lock_path = settings.run_dir / "up.lock"
    if settings.redis_url or InstanceLock.holder(lock_path) is not None:
        url = redis_url(settings)
        if not url:
            raise Problem("系统正在启动，Redis 还没有准备好：请等它打印“已就绪”再运行一次。")
        redis_server.require_reachable(url, settings.redis_timeout)
        yield url
        return
    lock = InstanceLock(lock_path)
    lock.acquire()  # so that the system is not started on the same files meanwhile
    sockets = SocketFolder.open(settings)
    try:
        redis_server.wait_for_predecessor(settings.run_dir)
        server = redis_server.bundled_server(settings.var_dir, sockets.redis, dict(os.environ))
        server.start()
        try:
            url = redis_server.socket_url(sockets.redis)
            redis_server.wait_for_server(server, url)
            yield url
        finally:
            server.ask_to_stop()
            server.finish()
    finally:
        sockets.close(0)
        lock.release()
