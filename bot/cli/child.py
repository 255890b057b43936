"""One child process: started in its own session, tied to the launcher's life, its output in a log file."""
from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Callable, Dict, List, Optional

from bot.cli.logs import open_log

_PR_SET_PDEATHSIG = 1
_LIBC = ctypes.CDLL(None, use_errno=True) if sys.platform.startswith("linux") else None


@dataclass
class Child:
    """A process the launcher keeps running.

    ``title`` is what the operator reads, ``name`` names log and pid file, ``grace`` is how many seconds it gets between
    TERM and KILL, ``orphan_signal`` is what the kernel sends it when the launcher is killed.
    """

    title: str
    name: str
    command: List[str]
    env: Dict[str, str]
    log_dir: Path
    run_dir: Path
    grace: float = 15.0
    orphan_signal: int = signal.SIGKILL
    process: Optional["subprocess.Popen[bytes]"] = field(default=None, repr=False)
    started: float = 0.0
    failures: int = 0
    restart_at: Optional[float] = None

    def start(self) -> None:
        """Start (or start again); an own session, so that Ctrl-C reaches the launcher alone and the order of stopping
        is the launcher's."""
        with open_log(self.log_dir, self.name) as log:
            self.process = subprocess.Popen(
                self.command, env=self.env, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT,
                start_new_session=True, preexec_fn=tie_to(os.getpid(), self.orphan_signal),
            )
        self.started = time.monotonic()
        self.restart_at = None
        self._pid_file.write_text(f"{self.process.pid}\n")

    @property
    def running(self) -> bool:
        return self.process is not None and self.process.poll() is None

    @property
    def gave_up(self) -> bool:
        """Whether it ended by itself, not by a signal."""
        return self.process is not None and (self.process.poll() or 0) > 0

    def ask_to_stop(self) -> None:
        """Send TERM."""
        if self.process is not None and self.running:
            self.process.terminate()

    def finish(self) -> bool:
        """Wait out the grace time, then kill; True when it ended by itself."""
        if self.process is None:
            return True
        by_itself = True
        try:
            self.process.wait(self.grace)
        except subprocess.TimeoutExpired:
            by_itself = False
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
        self._pid_file.unlink(missing_ok=True)
        return by_itself

    @property
    def _pid_file(self) -> Path:
        return self.run_dir / f"{self.name}.pid"


def tie_to(parent: int, orphan_signal: int) -> Callable[[], None]:
    """A function for the new process: ask the kernel to end it when the launcher ends, even by kill -9."""

    def tie() -> None:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_DFL)  # what the launcher ignores must not stay ignored in the child
        if _LIBC is not None:
            _LIBC.prctl(_PR_SET_PDEATHSIG, orphan_signal, 0, 0, 0)
            if os.getppid() != parent:  # the launcher died before prctl took effect
                os._exit(1)

    return tie
