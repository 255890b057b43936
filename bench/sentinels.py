"""Three Redis servers and three Sentinels on this machine; stands where :class:`bench.system.System` has its one Redis."""
from __future__ import annotations

import os
from functools import partial
from pathlib import Path
from typing import List

import redis

from bench.ports import free_port
from bench.system import Part, listens, redis_binary, redis_server, wait_until

SERVICE = "gjj"
_CAREFUL = ("--min-replicas-to-write", "1", "--min-replicas-max-lag", "2", "--repl-diskless-sync-delay", "0")
"""As docs/operations.md says: a master that nobody follows writes nothing. Without it, one that comes back after a failover takes messages
until the Sentinels have told it to follow, and then forgets them."""
_DOWN_AFTER = 1000
"""Milliseconds of silence after which a Sentinel takes a master for dead."""


class Sentinels:
    """``url`` is what REDIS_URL is set to."""

    def __init__(self, folder: Path) -> None:
        ports = [free_port() for _ in range(3)]
        self._servers = {ports[0]: redis_server(folder, *_CAREFUL, port=ports[0])[0]}
        for port in ports[1:]:
            self._servers[port] = redis_server(folder, *_CAREFUL, "--replicaof", "127.0.0.1", ports[0], port=port)[0]
        self._asked = [free_port() for _ in range(3)]
        self._sentinels: List[Part] = []
        for port in self._asked:
            file = folder / f"sentinel-{port}.conf"
            file.write_text(
                f"port {port}\nbind 127.0.0.1\ndir {folder}\nsentinel monitor {SERVICE} 127.0.0.1 {ports[0]} 2\n"
                f"sentinel down-after-milliseconds {SERVICE} {_DOWN_AFTER}\nsentinel failover-timeout {SERVICE} 5000\n")
            command = [redis_binary(), file, "--sentinel"]
            self._sentinels.append(Part(f"sentinel-{port}", command, dict(os.environ), folder, partial(listens, port)))

    @property
    def url(self) -> str:
        return "redis+sentinel://" + ",".join(f"127.0.0.1:{port}" for port in self._asked) + f"/{SERVICE}"

    def start(self) -> "Sentinels":
        for part in [*self._servers.values(), *self._sentinels]:
            part.start()
        return self

    def wait(self) -> "Sentinels":
        for part in [*self._servers.values(), *self._sentinels]:
            part.wait()
        wait_until(lambda: all(self._sees_all(port) for port in self._asked), 60, "Sentinel")
        return self

    def stop(self) -> None:
        for part in [*self._sentinels, *self._servers.values()]:
            part.stop()

    def fail_over(self) -> None:
        """kill -9 the master, start it again at once when another one has taken over, wait until it follows that one.

        The other Sentinels may still send clients to it, and for some seconds it still thinks that it is the master.
        """
        self.bring_back(self.replace_master())
        wait_until(lambda: all(self._sees_all(port) for port in self._asked), 60, "Sentinel")

    def replace_master(self) -> int:
        """kill -9 the master and wait until the first Sentinel names another one; returns the dead one's port."""
        old = self._master()
        self._servers[old].kill()
        wait_until(lambda: self._master() != old, 60, "failover")
        return old

    def bring_back(self, port: int) -> None:
        """Start a dead server again."""
        self._servers[port].start().wait()

    def _master(self) -> int:
        with redis.Redis(port=self._asked[0], decode_responses=True) as client:
            return int(client.execute_command("SENTINEL", "GET-MASTER-ADDR-BY-NAME", SERVICE)[1])

    def _sees_all(self, port: int) -> bool:
        with redis.Redis(port=port, decode_responses=True) as client:
            master = client.sentinel_master(SERVICE)
            replicas = client.sentinel_slaves(SERVICE)
        healthy = [r for r in replicas if r["master-link-status"] == "ok" and not r["is_disconnected"]]
        return master["num-other-sentinels"] == 2 and not master["is_sdown"] and len(healthy) == 2
