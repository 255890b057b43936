"""One running system for each data folder."""
from __future__ import annotations

import fcntl
import os
from pathlib import Path
from typing import IO, Optional

from bot.cli.problem import Problem


class InstanceLock:
    """An flock on ``var/run/up.lock``; the kernel releases it when the launcher dies, however it dies."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: Optional[IO[str]] = None

    def acquire(self) -> None:
        """Take the lock; raises :class:`Problem` naming the process that has it."""
        self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        file = open(self._path, "a+", encoding="utf-8")
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            process, _, address = file.read().partition(" ")
            file.close()
            where = f"，地址 {address}" if address else ""
            raise Problem(
                f"系统已经在运行（进程 {process or '未知'}{where}）：请直接使用，或先停止它（kill {process}）再启动。"
            ) from None
        self._file = file
        self.describe("")

    def describe(self, address: str) -> None:
        """Leave process id and address for whoever finds the lock taken."""
        assert self._file is not None
        self._file.seek(0)
        self._file.truncate()
        self._file.write(f"{os.getpid()} {address}".strip())
        self._file.flush()

    def release(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None

    @staticmethod
    def holder(path: Path) -> Optional[str]:
        """What the running launcher left (``pid address``), or ``None`` when nothing runs."""
        try:
            with open(path, encoding="utf-8") as file:
                try:
                    fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
                except BlockingIOError:
                    return file.read()
        except FileNotFoundError:
            pass
        return None
