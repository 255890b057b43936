"""Ports for parts that start a moment later."""
from __future__ import annotations

import socket

from bench import ports
from bench.ports import free_port


def test_no_port_is_given_twice_and_none_that_outgoing_connections_may_take():
    given = [free_port(together=2) for _ in range(50)]
    assert len({*given, *(port + 1 for port in given)}) == 100
    assert all(ports.FIRST <= port < ports.LAST < 32768 - 10000 for port in given)


def test_a_port_in_use_is_passed_over(monkeypatch):
    with socket.socket() as used:
        used.bind(("127.0.0.1", 0))
        used.listen()
        port = used.getsockname()[1]
        monkeypatch.setattr(ports, "FIRST", port)
        monkeypatch.setattr(ports, "LAST", port + 4)
        monkeypatch.setattr(ports, "_GIVEN", set())
        assert free_port() > port
