"""A launcher in its own process and its own data folder."""
from __future__ import annotations

import itertools
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from bench.ports import free_port

ROOT = Path(__file__).resolve().parents[2]
_numbers = itertools.count(1)


class Running:
    """A started launcher and what it printed."""

    def __init__(self, var: Path, env: dict, *argv: str) -> None:
        self.var = var
        self.output = var.with_name(f"{var.name}-{next(_numbers)}.txt")
        self.process = subprocess.Popen(
            [sys.executable, str(Path(__file__).with_name("start.py")), *argv],
            env=env, cwd=ROOT, stdout=open(self.output, "ab"), stderr=subprocess.STDOUT, start_new_session=True,
        )

    def text(self) -> str:
        return self.output.read_text("utf-8")

    def wait_for(self, sentence: str, seconds: float = 40) -> None:
        deadline = time.monotonic() + seconds
        while sentence not in self.text():
            assert time.monotonic() < deadline, f"没有等到“{sentence}”：\n{self.text()}"
            assert self.process.poll() is None or sentence in self.text(), self.text()
            time.sleep(0.05)

    def pid(self, name: str) -> int:
        return int((self.var / "run" / f"{name}.pid").read_text())

    def children(self) -> list:
        return [int(path.read_text()) for path in (self.var / "run").glob("*.pid")]

    def stop(self, number: int = signal.SIGTERM) -> int:
        self.process.send_signal(number)
        return self.process.wait(40)


def alive(pid: int) -> bool:
    """Whether a process runs (a zombie does not)."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


@pytest.fixture
def launch(tmp_path):
    """``launch(*argv, var=…, **env)`` starts a launcher with its data in ``tmp_path/var``; all are ended after the test."""
    started = []

    def start(*argv: str, var: str = "var", **extra: str) -> Running:
        env = {name: value for name, value in os.environ.items() if not name.startswith("GJJ_") and name != "REDIS_URL"}
        env.update(GJJ_VAR=str(tmp_path / var), GJJ_PORT=str(free_port()), PYTHONPATH=str(ROOT), **extra)
        running = Running(tmp_path / var, env, *argv)
        started.append(running)
        return running

    yield start
    for running in started:
        if running.process.poll() is None:
            running.stop()
