"""Runs one command in the foreground, its output passing through, and never outlives it."""
from __future__ import annotations

import os
import signal
import subprocess
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Dict, Iterator, List, Optional

from bot.cli.child import tie_to


def run(command: List[str], env: Optional[Dict[str, str]] = None, cwd: Optional[Path] = None) -> int:
    """Exit status of ``command``. When the launcher is interrupted meanwhile, the command is ended first."""
    with running(command, env, cwd) as process:
        return process.wait()


@contextmanager
def running(
    command: List[str], env: Optional[Dict[str, str]] = None, cwd: Optional[Path] = None, output: Optional[IO[bytes]] = None
) -> "Iterator[subprocess.Popen[bytes]]":
    """``command`` while the block lasts; what it says goes to ``output`` when that is given. It never outlives the block."""
    process = subprocess.Popen(
        command, env=env, cwd=cwd, stdin=subprocess.DEVNULL, stdout=output, stderr=output and subprocess.STDOUT,
        preexec_fn=tie_to(os.getpid(), signal.SIGTERM),
    )
    try:
        yield process
    finally:
        if process.poll() is None:
            process.terminate()
            try:
                process.wait(15)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
