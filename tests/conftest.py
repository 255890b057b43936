"""What all tests share: the checkout on the path, and a real Redis on a Unix socket."""
from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
if str(ROOT) not in sys.path:
    sys.path.insert(0, str(ROOT))

from tests.redis_kinds import binary  # noqa: E402 (needs the checkout on the path)

try:
    import hypothesis
except ImportError:  # the gateway's environment does without
    pass
else:  # how busy the machine is decides nothing
    hypothesis.settings.register_profile("gjj", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow])
    hypothesis.settings.load_profile("gjj")


@pytest.fixture(scope="session")
def redis_url(tmp_path_factory):
    """Address of a private Redis without persistence, stopped at the end."""
    folder = tmp_path_factory.mktemp("redis")
    socket = folder / "r.sock"
    server = subprocess.Popen(
        [binary(), "--port", "0", "--unixsocket", str(socket), "--save", "", "--appendonly", "no", "--dir", str(folder)],
        stdout=subprocess.DEVNULL,
    )
    try:
        deadline = time.monotonic() + 20
        while not socket.exists():
            assert server.poll() is None and time.monotonic() < deadline, "Redis did not start"
            time.sleep(0.02)
        yield f"unix://{socket}"
    finally:
        server.terminate()
        server.wait(10)
