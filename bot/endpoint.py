"""Where a worker listens: a Unix socket of this machine, or a host and port of a private network.

Beside its door for messages every worker has one for its health (:attr:`Endpoint.health`), served by a thread of its own.
"""
from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit


class EndpointError(ValueError):
    """Not a place where a worker can listen; the message is a Chinese sentence."""


@dataclass(frozen=True)
class Endpoint:
    """Either ``path`` (Unix socket) or ``host`` and ``port``."""

    path: str = ""
    host: str = ""
    port: int = 0

    @classmethod
    def parse(cls, text: str) -> "Endpoint":
        """``/run/gjj/worker-1.sock``, ``10.0.0.5:8090``, ``[fd00::5]:8090`` or ``worker.example:8090``; raises
        :class:`EndpointError`."""
        if "/" in text:
            return cls(path=text)
        try:
            parts = urlsplit("//" + text)
            host, port = parts.hostname, parts.port
        except ValueError:
            host, port = None, None
        if not host or not port or port > 65534 or "@" in text:
            raise EndpointError(f"{text!r} 应是套接字的路径，或者 10.0.0.5:8090 这样的主机和端口（1–65534）")
        return cls(host=host, port=port)

    @property
    def health(self) -> "Endpoint":
        """The door for health: the next port, or the socket's name with another ending."""
        if self.path:
            return Endpoint(path=str(Path(self.path).with_suffix(".health")))
        return Endpoint(host=self.host, port=self.port + 1)

    @property
    def base(self) -> str:
        """Start of the URLs of this place; for a Unix socket the host in it means nothing."""
        return "http://worker" if self.path else f"http://{self._shown_host}:{self.port}"

    def __str__(self) -> str:
        return self.path or f"{self._shown_host}:{self.port}"

    @property
    def _shown_host(self) -> str:
        return f"[{self.host}]" if ":" in self.host else self.host
