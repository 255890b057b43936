"""Asks a process over HTTP whether it is ready; over TCP for the gateway, at its health door for a worker."""
from __future__ import annotations

import http.client
import socket
from pathlib import Path

from bot.endpoint import Endpoint

_TIMEOUT = 5.0


class _UnixConnection(http.client.HTTPConnection):
    """HTTP over a Unix socket."""

    def __init__(self, path: Path) -> None:
        super().__init__("localhost", timeout=_TIMEOUT)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(_TIMEOUT)
        self.sock.connect(str(self._path))


def worker_ready(path: Path) -> bool:
    """Whether the worker that listens at ``path`` has its model and Redis."""
    return _ok(_UnixConnection(Path(Endpoint(path=str(path)).health.path)))


def gateway_ready(host: str, port: int) -> bool:
    """Whether the gateway, Redis and a worker answer."""
    return _ok(http.client.HTTPConnection(local_address(host), port, timeout=_TIMEOUT))


def local_address(host: str) -> str:
    """The address by which this machine reaches a server that listens on ``host``."""
    return {"0.0.0.0": "127.0.0.1", "": "127.0.0.1", "::": "::1"}.get(host, host)


def page_address(host: str, port: int) -> str:
    """What to open in the browser."""
    address = local_address(host)
    return f"http://{f'[{address}]' if ':' in address else address}:{port}/"


def _ok(connection: http.client.HTTPConnection) -> bool:
    try:
        connection.request("GET", "/readyz")
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
