"""The whole system as a user starts it: ``./gjj up --for-tests`` on a free port, with a var folder of its own."""
from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from bench.ports import free_port

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

READY_SECONDS = 120
"""Generous: the machine that runs the tests may be busy; the real limit (40 s) is checked in benchmarks."""


@pytest.fixture(scope="session")
def base_url(tmp_path_factory):
    """Address of the running system; everything is stopped afterwards and the launcher's exit status checked."""
    current = ROOT / "var" / "releases" / "current"
    if not current.exists():
        pytest.fail("no release: ./gjj test trains one before the tests run")
    var = tmp_path_factory.mktemp("var")
    (var / "releases").mkdir()
    shutil.copytree(current.resolve(), var / "releases" / current.resolve().name)
    (var / "releases" / "current").symlink_to(current.resolve().name)
    port = free_port()
    env = {k: v for k, v in os.environ.items() if not k.startswith("GJJ_") and k != "REDIS_URL"}
    env.update(GJJ_VAR=str(var), GJJ_TODAY="2026-11-22")
    log = (var / "up.log").open("wb")
    process = subprocess.Popen(
        [str(ROOT / "gjj"), "up", "--for-tests", "--port", str(port)], env=env, stdout=log, stderr=log,
        stdin=subprocess.DEVNULL, cwd=ROOT, start_new_session=True,
    )
    url = f"http://127.0.0.1:{port}"
    deadline = time.monotonic() + READY_SECONDS
    while not _ready(url):
        if process.poll() is not None or time.monotonic() > deadline:
            process.terminate()
            pytest.fail("the system did not start:\n" + (var / "up.log").read_text()[-3000:])
        time.sleep(0.5)
    yield url
    process.terminate()
    assert process.wait(60) == 0
    logs = "\n".join(p.read_text(errors="replace") for p in (var / "log").glob("*.log"))
    for secret in ("13812345678", "隐私测试句"):
        assert secret not in logs, "a citizen's words reached a log"


def _ready(url: str) -> bool:
    try:
        with urllib.request.urlopen(url + "/readyz", timeout=5) as response:
            return response.status == 200
    except (urllib.error.URLError, OSError):
        return False
