"""Runs one command in the foreground, its output passing through, and never outlives it."""
from __future__ import annotations

import os
import signal
import subprocess
from pathlib import Path
from typing import Dict, List, Optional

from bot.cli.child import tie_to


def run(command: List[str], env: Optional[Dict[str, str]] = None, cwd: Optional[Path] = None) -> int:
    """Exit status of ``command``. When the launcher is interrupted meanwhile, the command is ended first."""
    process = subprocess.Popen(
        command, env=env, cwd=cwd, stdin=subprocess.DEVNULL, preexec_fn=tie_to(os.getpid(), signal.SIGTERM)
    )
    try:
        return process.wait()
    finally:
        if process.poll() is None:
            process.terminate()
            try:
                process.wait(15)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
