"""Free ports for parts that are started a moment later, while other suites start theirs.

They lie below those that the system gives to outgoing connections (32768 and up): one of these may be taken at any moment. So does
a port 10000 higher, at which a Redis Cluster node listens as well.
"""
from __future__ import annotations

import socket
from random import SystemRandom
from typing import Set

FIRST, LAST = 12000, 22000
_GIVEN: Set[int] = set()
"""Ports promised to parts that may not have started yet."""


def free_port(together: int = 1) -> int:
    """The first of ``together`` ports in a row that nobody uses and that were not given before."""
    while True:
        first = SystemRandom().randrange(FIRST, LAST - together)
        ports = range(first, first + together)
        if not _GIVEN.intersection(ports) and all(map(_free, ports)):
            _GIVEN.update(ports)
            return first


def _free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as servers do: what only lingers is no hindrance
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True
