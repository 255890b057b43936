"""Runs a few jobs at a time, each as soon as what it needs is done; what a job says is shown in one piece when it ends."""
from __future__ import annotations

import os
import subprocess
import time
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Dict, List, Mapping, Optional, Sequence

from bot.cli import foreground
from bot.cli.console import complain, say
from bot.settings import ROOT

AT_ONCE = min(2, os.cpu_count() or 1) + 1
"""One more than cores: tests also wait, for browsers, restarts and time limits."""
_LOOK = 0.1


@dataclass(frozen=True)
class Job:
    """One command. ``needs`` names jobs that must have ended with status 0; ``live`` when its output passes through at once;
    ``env`` comes on top of this process's environment."""

    name: str
    title: str
    command: Sequence[str]
    needs: Sequence[str] = ()
    live: bool = False
    env: Mapping[str, str] = field(default_factory=dict)


@dataclass
class _Running:
    job: Job
    process: "subprocess.Popen[bytes]"
    stack: ExitStack
    log: Optional[Path]
    started: float = field(default_factory=time.monotonic)


def run(jobs: Sequence[Job], logs: Path, at_once: int = AT_ONCE) -> Dict[str, Optional[int]]:
    """Exit status of every job by name, ``None`` for those that could not run because another one failed.

    Jobs start in their order as far as what they need is done; ``at_once`` of them run. None outlives an interruption.
    """
    waiting: List[Job] = list(jobs)
    running: List[_Running] = []
    statuses: Dict[str, Optional[int]] = {}
    with ExitStack() as all_of_them:
        while waiting or running:
            for one in [one for one in running if one.process.poll() is not None]:
                running.remove(one)
                statuses[one.job.name] = one.process.returncode
                one.stack.close()
                _show(one)
            for job in [job for job in waiting if any(statuses.get(name, 0) != 0 for name in job.needs)]:
                waiting.remove(job)
                statuses[job.name] = None
                complain(f"{job.title}没有做：它需要的一步没有成功")
            ready = [job for job in waiting if all(statuses.get(name) == 0 for name in job.needs)]
            for job in ready[: at_once - len(running)]:
                waiting.remove(job)
                running.append(_start(job, logs, all_of_them))
            time.sleep(_LOOK)
    return statuses


def _start(job: Job, logs: Path, outer: ExitStack) -> _Running:
    say(f"→ {job.title}……")
    stack = outer.enter_context(ExitStack())
    log = None if job.live else logs / f"{job.name}.log"
    output = None if log is None else stack.enter_context(log.open("wb"))
    process = stack.enter_context(foreground.running(list(job.command), env={**os.environ, **job.env}, cwd=ROOT, output=output))
    return _Running(job, process, stack, log)


def _show(one: _Running) -> None:
    mark = "✓" if one.process.returncode == 0 else "✗"
    said = "" if one.log is None else one.log.read_text("utf-8", errors="replace").strip()
    say(f"{mark} {one.job.title}，用时 {time.monotonic() - one.started:.0f} 秒" + (f"\n{said}\n" if said else ""))
