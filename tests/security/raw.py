"""HTTP as an attacker writes it: byte by byte over a plain socket."""
from __future__ import annotations

import json
import socket
from dataclasses import dataclass
from typing import Dict, List, Optional, Tuple

Place = Tuple[str, int]


@dataclass(frozen=True)
class Answer:
    status: int
    headers: Dict[str, str]
    body: bytes

    @property
    def code(self) -> Optional[str]:
        """The code of a refusal."""
        try:
            return json.loads(self.body)["error"]["code"]
        except (ValueError, KeyError, TypeError):
            return None


def exchange(place: Place, sent: bytes, end: bool = True) -> List[Answer]:
    """Every answer until the server closes the connection. ``end``: say that nothing follows."""
    with socket.create_connection(place) as connection:
        connection.sendall(sent)
        if end:
            connection.shutdown(socket.SHUT_WR)
        return parse(read(connection))


def read(connection: socket.socket, wait: float = 10.0) -> bytes:
    """Everything until the server closes; raises TimeoutError when it does not within ``wait`` seconds of silence."""
    connection.settimeout(wait)
    received = b""
    try:
        while part := connection.recv(65536):
            received += part
    except ConnectionResetError:
        pass
    return received


def parse(received: bytes) -> List[Answer]:
    answers = []
    while received:
        head, _, received = received.partition(b"\r\n\r\n")
        lines = head.decode("latin-1").split("\r\n")
        headers = {name.lower(): value for name, value in (line.split(": ", 1) for line in lines[1:])}
        length = int(headers.get("content-length", 0))
        answers.append(Answer(int(lines[0].split()[1]), headers, received[:length]))
        received = received[length:]
    return answers


def post(path: str, *headers: bytes, body: bytes = b"{}", version: bytes = b"1.1", length: bool = True) -> bytes:
    """A POST with JSON; ``headers`` come after Host, and a right Content-Length last unless ``length`` is false."""
    lines = [b"POST %s HTTP/%s" % (path.encode(), version), b"Host: gjj", b"Content-Type: application/json", *headers]
    if length:
        lines.append(b"Content-Length: %d" % len(body))
    return b"\r\n".join(lines) + b"\r\n\r\n" + body


def get(path: str, *headers: bytes) -> bytes:
    return b"\r\n".join([b"GET %s HTTP/1.1" % path.encode(), b"Host: gjj", *headers]) + b"\r\n\r\n"
