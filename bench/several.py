"""Several machines, each part a process of its own: nginx before two gateways, four workers on the network, a Redis group.

Wires (bench.relay) run between nginx and the first gateway and between the gateways and the first worker, so that they can be cut.
"""
from __future__ import annotations

import contextlib
import http.client
import os
import shutil
import sys
import urllib.request
from functools import partial
from pathlib import Path
from typing import List, Optional, Union

from bench.ports import free_port
from bench.redis_cluster import RedisCluster
from bench.sentinels import Sentinels
from bench.system import SECRET, Part, environment, gateway_python, listens
from bot.settings import Settings

GATEWAYS, WORKERS = 2, 4
NGINX = """\
daemon off; pid {folder}/nginx.pid; error_log {folder}/nginx-error.log; worker_processes 1;
events {{ worker_connections 2048; }}
http {{
  access_log off; client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/f; uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s;
  upstream gateways {{ {servers} keepalive 32; }}
  server {{
    listen 127.0.0.1:{port};
    location / {{
      proxy_pass http://gateways; proxy_http_version 1.1; proxy_set_header Connection ""; proxy_set_header Host $http_host;
      proxy_connect_timeout 2s; proxy_read_timeout 8s;
      # A message has an id and is processed once, so that it may be sent to the other gateway.
      proxy_next_upstream error timeout http_502 http_503 non_idempotent; proxy_next_upstream_tries 2;
    }}
  }}
}}
"""


class Several:
    """``group`` is the Redis group; ``module`` what the workers run. Use it in a ``with``."""

    def __init__(self, folder: Path, group: Union[Sentinels, RedisCluster], module: str) -> None:
        self.folder, self.group = folder, group
        releases = folder / "releases"
        releases.symlink_to(Settings.from_env().releases_dir)
        self.workers: List[Part] = []
        places = []
        base = {**environment(), "REDIS_URL": group.url, "GJJ_FOR_TESTS": "1", "GJJ_SECRET": SECRET, "GJJ_WORKER_SECRET": SECRET[::-1], "GJJ_HOST": "127.0.0.1"}
        for number in range(1, WORKERS + 1):
            port = free_port(together=2)
            own = {**base, "GJJ_VAR": str(self._machine(f"worker-{number}"))}
            self.workers.append(Part(
                f"worker-{number}", [sys.executable, "-m", module, "--listen", f"127.0.0.1:{port}"], own, folder, partial(_answers, port + 1)))
            places.append(port)
        end = free_port(together=2)  # messages and health
        self.worker_wires = [self._wire("worker", end + more, places[0] + more) for more in (0, 1)]
        seen = [self.worker_wires[0].port, *places[1:]]
        self.gateways: List[Part] = []
        ports = []
        for number in range(1, GATEWAYS + 1):
            port = free_port()
            own = {**base, "GJJ_VAR": str(self._machine(f"gateway-{number}")), "GJJ_PORT": str(port),
                   "GJJ_WORKER_SOCKETS": ",".join(f"127.0.0.1:{place}" for place in seen)}
            self.gateways.append(Part(f"gateway-{number}", [gateway_python(), "-m", "bot.gateway"], own, folder, partial(_answers, port)))
            ports.append(port)
        self.gateway_wire = self._wire("gateway", free_port(), ports[0])
        self.port = free_port()
        servers = " ".join(f"server 127.0.0.1:{port} max_fails=1 fail_timeout=3s;" for port in (self.gateway_wire.port, *ports[1:]))
        file = folder / "nginx.conf"
        file.write_text(NGINX.format(folder=folder, servers=servers, port=self.port))
        self.nginx = Part("nginx", [nginx_binary() or "nginx", "-c", file, "-p", folder, "-e", folder / "nginx-start.log"], environment(), folder,
                          lambda: _answers(self.port))

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def __enter__(self) -> "Several":
        try:
            self.group.start().wait()
            for part in (*self.workers, *self.worker_wires, self.gateway_wire):
                part.start()
            for part in (*self.workers, *self.worker_wires):
                part.wait()
            for part in self.gateways:
                part.start()
            for part in (*self.gateways, self.gateway_wire):
                part.wait()
            self.nginx.start().wait()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        for part in (self.nginx, *self.gateways, self.gateway_wire, *self.worker_wires, *self.workers):
            part.stop()
        self.group.stop()

    def _machine(self, name: str) -> Path:
        """The data folder of one machine."""
        folder = self.folder / name
        folder.mkdir()
        (folder / "releases").symlink_to(self.folder / "releases")
        return folder

    def _wire(self, name: str, port: int, target: int) -> "Wire":
        return Wire(f"wire-{name}-{port}", [sys.executable, "-m", "bench.relay", port, target], environment(), self.folder, lambda: listens(port), port)


class Wire(Part):
    """A relay process; ``port`` is its end."""

    def __init__(self, name: str, command: List[object], env: "dict[str, str]", folder: Path, ready: object, port: int) -> None:
        super().__init__(name, command, env, folder, ready)  # type: ignore[arg-type]
        self.port = port


def nginx_binary() -> Optional[str]:
    """Debian keeps it where only root looks."""
    return shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin")


def _answers(port: int) -> bool:
    with contextlib.suppress(OSError, http.client.HTTPException):
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=3) as response:
            return bool(response.status == 200)
    return False
