"""Asynchronous Redis clients for every kind of address, for the worker (redis-py 4.6) and the gateway (8) alike.

Every wait has a limit. A lost connection, a failover or a server still loading is tried again until twice ``timeout``
has passed; then the error is raised. So each command must be one that may run twice: reads, plain sets, or a script
that recognises its own repetition.
"""
from __future__ import annotations

import asyncio
import hashlib
from typing import Any, Awaitable, Callable, Dict, Literal, Optional, Sequence, cast, overload

from redis.asyncio import Redis, RedisCluster
from redis.asyncio.cluster import ClusterNode
from redis.asyncio.connection import BlockingConnectionPool, Connection, ConnectionPool, SSLConnection, UnixDomainSocketConnection
from redis.asyncio.retry import Retry
from redis.asyncio.sentinel import Sentinel
from redis.backoff import NoBackoff
from redis.exceptions import AuthenticationError, ConnectionError, NoScriptError, RedisError, ResponseError, TimeoutError

from .address import Address, parse
from .commands import BytesClient, Client, TextClient, Value

__all__ = ["BytesClient", "Client", "RedisError", "Script", "TextClient", "as_text", "close", "connect"]

_FIRST_PAUSE = 0.05
_LONGEST_PAUSE = 0.5
_SENTINEL_TIMEOUT = 1.0
"""Sentinels are asked one after the other: a dead one must not use up the whole limit."""
_PASSING = ("READONLY", "LOADING", "MASTERDOWN", "CLUSTERDOWN", "TRYAGAIN", "UNBLOCKED", "NOREPLICAS")
"""Errors of a server that has just lost or not yet taken its role."""


class _Patient:
    """Repeats a command while its failure is of a passing kind and the time for it is not over."""

    patience = 0.0

    async def execute_command(self, *args: Any, **options: Any) -> Any:
        return await _patiently(super().execute_command, args, options, self)  # type: ignore[misc]


class PatientRedis(_Patient, Redis):  # type: ignore[misc]  # 4.6 is without types, those of 8 contradict each other
    """One server, at an address or found by Sentinels."""


class PatientCluster(_Patient, RedisCluster):  # type: ignore[misc]
    """A Redis Cluster."""


async def _patiently(command: Callable[..., Awaitable[Any]], args: Any, options: Any, client: Any) -> Any:
    clock = asyncio.get_running_loop().time
    deadline = clock() + client.patience
    pause = _FIRST_PAUSE
    while True:
        try:
            return await command(*args, **options)
        except (ConnectionError, TimeoutError, ResponseError, OSError, asyncio.TimeoutError) as error:
            if not _passing(error) or clock() + pause > deadline:
                raise
            if isinstance(error, ResponseError) and isinstance(client, Redis):
                await client.connection_pool.disconnect(inuse_connections=False)  # the master may be elsewhere now
        await asyncio.sleep(pause)
        pause = min(pause * 2, _LONGEST_PAUSE)


def _passing(error: BaseException) -> bool:
    if isinstance(error, ResponseError):
        return any(word in str(error) for word in _PASSING)
    return not isinstance(error, AuthenticationError)


@overload
def connect(url: str, timeout: float, decode: Literal[False] = False, most: Optional[int] = None) -> BytesClient: ...


@overload
def connect(url: str, timeout: float, decode: Literal[True], most: Optional[int] = None) -> TextClient: ...


def connect(url: str, timeout: float, decode: bool = False, most: Optional[int] = None) -> Client:
    """A client for ``url``; it connects at first use. Every answer must come within ``timeout`` seconds.

    ``decode``: answers as text instead of bytes. ``most``: with so many connections in use, further commands wait (one
    server only). Raises :class:`bot.state.address.AddressError` (a ValueError).
    """
    address = parse(url)
    common: Dict[str, Any] = {
        "username": address.username, "password": address.password, "decode_responses": decode,
        "socket_timeout": timeout, "socket_connect_timeout": timeout, "health_check_interval": 30,
    }
    client = _cluster(address, common) if address.kind == "cluster" else _one(address, common, timeout, most)
    client.patience = 2 * timeout
    return cast(Client, client)


async def close(client: Client) -> None:
    """Close all connections of ``client``."""
    opened: Any = client
    await (opened.aclose() if hasattr(opened, "aclose") else opened.close())
    if isinstance(opened, Redis):
        await opened.connection_pool.disconnect()


class Script:
    """A Lua script; the server keeps it, and is sent it again when it has forgotten it."""

    def __init__(self, text: str):
        self._text = text
        self._sha = hashlib.sha1(text.encode(), usedforsecurity=False).hexdigest()

    async def __call__(self, client: Client, keys: Sequence[str], *args: Value) -> Any:
        try:
            return await client.evalsha(self._sha, len(keys), *keys, *args)
        except NoScriptError:
            return await client.eval(self._text, len(keys), *keys, *args)


def as_text(value: Any) -> str:
    """What a client answered, whether it was connected for text or for bytes."""
    return value.decode() if isinstance(value, bytes) else str(value)


def _one(address: Address, common: Dict[str, Any], timeout: float, most: Optional[int]) -> PatientRedis:
    # redis-py's own repetition is switched off: two layers of it would multiply.
    common = {**common, "db": address.db, "retry": Retry(NoBackoff(), 0)}
    if address.kind == "sentinel":
        asking = {
            "username": address.sentinel_username, "password": address.sentinel_password,
            "socket_timeout": min(timeout, _SENTINEL_TIMEOUT), "socket_connect_timeout": min(timeout, _SENTINEL_TIMEOUT),
            "retry": Retry(NoBackoff(), 0), **_tls(address), **({"ssl": True} if address.tls else {}),
        }
        sentinel = Sentinel(address.hosts, sentinel_kwargs=asking)
        if address.tls:
            common["ssl"] = True
        master: PatientRedis = sentinel.master_for(address.service, redis_class=PatientRedis, **common, **_tls(address))
        return master
    if address.kind == "socket":
        common.update(connection_class=UnixDomainSocketConnection, path=address.path)
    else:
        host, port = address.hosts[0]
        common.update(connection_class=SSLConnection if address.tls else Connection, host=host, port=port, **_tls(address))
    pool = BlockingConnectionPool(max_connections=most, timeout=timeout, **common) if most else ConnectionPool(**common)
    return PatientRedis(connection_pool=pool)


def _cluster(address: Address, common: Dict[str, Any]) -> PatientCluster:
    nodes = [ClusterNode(host, port) for host, port in address.hosts]
    return PatientCluster(startup_nodes=nodes, ssl=address.tls, **common, **_tls(address))


def _tls(address: Address) -> Dict[str, Any]:
    if not address.tls:
        return {}
    return {
        **address.tls_files,
        "ssl_cert_reqs": "required" if address.verify else "none",
        "ssl_check_hostname": address.check_hostname,
    }
