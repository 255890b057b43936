"""Stands in for worker, gateway and trainer: answers /readyz (a worker at its health door), writes what it was told, stops on TERM.

``python stub.py worker SOCKET`` or ``python stub.py gateway``; ``STUB_FAIL=worker`` makes that one exit at once.
"""
from __future__ import annotations

import http.server
import os
import signal
import socket
import socketserver
import sys
import time

from bot.endpoint import Endpoint


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"{}")

    def address_string(self):
        return "stub"


class UnixServer(socketserver.UnixStreamServer):
    def get_request(self):
        request, _ = super().get_request()
        return request, ("stub", 0)


def stop(number, frame):
    print(f"{sys.argv[1]} stopped {time.monotonic()}", flush=True)
    sys.exit(0)


def main():
    kind = sys.argv[1]
    if os.environ.get("STUB_FAIL") == kind:
        print("模型文件坏了", flush=True)
        sys.exit(3)
    signal.signal(signal.SIGTERM, stop)
    for name in ("REDIS_URL", "GJJ_WORKER_SOCKETS", "GJJ_SECRET_FILE", "GJJ_FOR_TESTS", "GJJ_TODAY", "OMP_NUM_THREADS"):
        print(f"{name}={os.environ.get(name)}", flush=True)
    if kind == "trainer":
        while True:
            signal.pause()
    if kind == "worker":
        server = UnixServer(Endpoint(path=sys.argv[2]).health.path, Handler)
    else:
        server = http.server.HTTPServer((os.environ["GJJ_HOST"], int(os.environ["GJJ_PORT"])), Handler)
        assert server.socket.family == socket.AF_INET
    server.serve_forever()


main()
