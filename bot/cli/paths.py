"""Where the launcher keeps environments, packages, logs and sockets."""
from __future__ import annotations

import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

from bot.endpoint import Endpoint
from bot.settings import ROOT, Settings

VENVS = ROOT / "var" / "venv"
"""Environments belong to the checkout (its lock files), not to GJJ_VAR, which may hold several deployments' data."""
WORKER_PYTHON = VENVS / "worker" / "bin" / "python"
GATEWAY_PYTHON = VENVS / "gateway" / "bin" / "python"
SPACY_OUT = ROOT / "var" / "spacy"

_LONGEST_SOCKET_PATH = 100  # the kernel's limit is 108 bytes with the final zero


@dataclass(frozen=True)
class SocketFolder:
    """Folder of the Unix sockets: ``var/run``, or a private temporary one where that path is too long."""

    path: Path
    temporary: bool

    @classmethod
    def open(cls, settings: Settings) -> "SocketFolder":
        settings.run_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
        if len(str(settings.run_dir / "worker-99.health").encode()) <= _LONGEST_SOCKET_PATH:
            return cls(settings.run_dir, False)
        return cls(Path(tempfile.mkdtemp(prefix="gjj-")), True)

    def worker(self, number: int) -> Path:
        """Socket of worker ``number``, counted from 1."""
        return self.path / f"worker-{number}.sock"

    @property
    def redis(self) -> Path:
        return self.path / "redis.sock"

    def clear(self, number: int) -> None:
        """Remove what a worker that was killed left: its socket and its health door."""
        for path in (self.worker(number), Path(Endpoint(path=str(self.worker(number))).health.path)):
            path.unlink(missing_ok=True)

    def close(self, workers: int) -> None:
        """Remove the sockets, and the folder when it was temporary."""
        self.redis.unlink(missing_ok=True)
        for number in range(1, workers + 1):
            self.clear(number)
        if self.temporary:
            shutil.rmtree(self.path)
