"""Ten thousand connections that say nothing: citizens are answered, memory stays bounded, and the silence ends."""
import json
import resource
import socket
import subprocess
import sys
import time
import urllib.request
from contextlib import contextmanager

import pytest

from bench.ports import free_port
from bot.gateway.connections import FIRST_REQUEST_SECONDS
from tests.gateway import system

WANTED = 10_000
LARGEST_GROWTH = 300 * 1024 * 1024
"""Bytes, for all of them: 30 kB each."""


@contextmanager
def gateway_process(redis_url, worker):
    port = free_port()
    command = [sys.executable, "-m", "bot.gateway"]
    with system.process(command, env=system.environment(redis_url, worker, port), stderr=subprocess.DEVNULL) as running:
        def ready():
            try:
                return ask(port, "/readyz") == {"status": "ready"}
            except OSError:
                return False
        system.wait_until(ready)
        yield running.pid, port


def ask(port, path, **body):
    """The answer's JSON; POST when there is a body."""
    headers = {"Content-Type": "application/json", **({"Authorization": f"Bearer {body.pop('token')}"} if "token" in body else {})}
    data = json.dumps(body).encode() if body or path.endswith("sessions") else None
    with urllib.request.urlopen(urllib.request.Request(f"http://127.0.0.1:{port}{path}", data, headers), timeout=30) as response:
        return json.load(response)


def resident(pid):
    """Bytes of memory the process holds."""
    with open(f"/proc/{pid}/statm") as statm:
        return int(statm.read().split()[1]) * resource.getpagesize()


def open_files(pid):
    import os
    return len(os.listdir(f"/proc/{pid}/fd"))


@pytest.fixture
def many_files():
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY and hard < WANTED + 2_000:
        pytest.skip(f"this machine allows {hard} open files, {WANTED + 2_000} are needed (ulimit -Hn)")
    resource.setrlimit(resource.RLIMIT_NOFILE, (WANTED + 2_000, hard))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def test_ten_thousand_silent_sockets(redis_url, fake_worker, many_files, record_property):
    with gateway_process(redis_url, fake_worker) as (pid, port):
        token = ask(port, "/api/v1/sessions")["token"]
        before, files = resident(pid), open_files(pid)
        silent = []
        try:
            for _ in range(WANTED):
                silent.append(socket.create_connection(("127.0.0.1", port)))
            answer = ask(port, "/api/v1/messages", token=token, id="6f9619ff-8b86-4d01-b42d-00cf4fc964ff", text="租房")
            growth = resident(pid) - before
            record_property("bytes_for_idle_sockets", growth)
            assert answer["replies"] and growth < LARGEST_GROWTH
            for connection in silent:  # closed by the gateway, not by us
                connection.settimeout(FIRST_REQUEST_SECONDS + 20)
                assert connection.recv(1) == b""
        finally:
            for connection in silent:
                connection.close()
        deadline = time.monotonic() + 20
        while open_files(pid) > files + 50 and time.monotonic() < deadline:
            time.sleep(0.05)
        assert open_files(pid) <= files + 50 and ask(port, "/healthz") == {"status": "ok"}
