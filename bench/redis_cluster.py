"""Three Redis masters, each with a replica, on this machine; stands where :class:`bench.system.System` has its one Redis."""
from __future__ import annotations

import os
import time
from functools import partial
from pathlib import Path
from typing import Dict, List

import redis

from bench.ports import free_port
from bench.system import Part, listens, redis_binary, wait_until

_NODE_TIMEOUT = 2000
"""Milliseconds of silence after which the others take a node for dead."""
_SLOTS = 16384
_HIGHEST_PORT = 55000
"""A node also listens ten thousand ports higher."""


class RedisCluster:
    """``url`` is what REDIS_URL is set to."""

    def __init__(self, folder: Path) -> None:
        self._ports: List[int] = []
        while len(self._ports) < 6:
            port = free_port()
            if port < _HIGHEST_PORT:
                self._ports.append(port)
        self._nodes: Dict[int, Part] = {}
        for port in self._ports:
            home = folder / f"node-{port}"
            home.mkdir()
            command = [redis_binary(), "--port", port, "--bind", "127.0.0.1", "--dir", home, "--appendonly", "yes", "--appendfsync", "everysec", "--save", "",
                       "--cluster-enabled", "yes", "--cluster-config-file", "nodes.conf", "--cluster-node-timeout", _NODE_TIMEOUT,
                       "--min-replicas-to-write", "1", "--min-replicas-max-lag", "2", "--repl-diskless-sync-delay", "0"]
            self._nodes[port] = Part(f"node-{port}", command, dict(os.environ), folder, partial(listens, port))

    @property
    def url(self) -> str:
        return "redis+cluster://" + ",".join(f"127.0.0.1:{port}" for port in self._ports[:3])

    @property
    def masters(self) -> List[int]:
        """Ports of the masters, as the first node that answers sees them."""
        return sorted(port for port in self._ports if self._role(port) == "master")

    def start(self) -> "RedisCluster":
        for node in self._nodes.values():
            node.start()
        return self

    def wait(self) -> "RedisCluster":
        for node in self._nodes.values():
            node.wait()
        self._join()
        wait_until(self._is_whole, 60, "cluster")
        return self

    def stop(self) -> None:
        for node in self._nodes.values():
            node.stop()

    def fail_over(self) -> None:
        """kill -9 one master, wait until its replica has taken over, start it again as a replica."""
        old = self.masters[0]
        self._nodes[old].kill()
        wait_until(lambda: len([port for port in self._ports if port != old and self._role(port) == "master"]) == 3, 60, "failover")
        time.sleep(1)
        self._nodes[old].start().wait()
        wait_until(self._is_whole, 60, "cluster")

    def _join(self) -> None:
        masters, replicas = self._ports[:3], self._ports[3:]
        for number, port in enumerate(masters):
            with redis.Redis(port=port) as node:
                node.execute_command("CLUSTER", "ADDSLOTSRANGE", number * _SLOTS // 3, (number + 1) * _SLOTS // 3 - 1)
                node.execute_command("CLUSTER", "SET-CONFIG-EPOCH", number + 1)
        for port in self._ports[1:]:
            with redis.Redis(port=self._ports[0]) as node:
                node.execute_command("CLUSTER", "MEET", "127.0.0.1", port)
        for master, replica in zip(masters, replicas):
            with redis.Redis(port=master, decode_responses=True) as node:
                ident = node.execute_command("CLUSTER", "MYID")
            with redis.Redis(port=replica) as node:
                wait_until(partial(_said, node, "CLUSTER", "REPLICATE", ident), 60, "replica")

    def _role(self, port: int) -> str:
        try:
            with redis.Redis(port=port, decode_responses=True, socket_timeout=2) as node:
                return str(node.info("replication")["role"])
        except redis.RedisError:
            return ""

    def _is_whole(self) -> bool:
        """Every node knows all six, all slots are served, every master has its replica."""
        for port in self._ports:
            try:
                with redis.Redis(port=port, decode_responses=True, socket_timeout=2) as node:
                    info, replication = _info(node), node.info("replication")
            except redis.RedisError:
                return False
            linked = replication["connected_slaves"] >= 1 if replication["role"] == "master" else replication["master_link_status"] == "up"
            if "cluster_state:ok" not in info or "cluster_known_nodes:6" not in info or not linked:
                return False
        return True


def _info(node: "redis.Redis") -> str:
    found = node.execute_command("CLUSTER", "INFO")
    return found if isinstance(found, str) else "\n".join(f"{name}:{value}" for name, value in found.items())


def _said(node: "redis.Redis", *command: str) -> bool:
    try:
        node.execute_command(*command)
        return True
    except redis.ResponseError:
        return False
