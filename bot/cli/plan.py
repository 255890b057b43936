"""Which commands the system consists of; tests put stand-ins here."""
from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Callable, List

from bot.cli import foreground, paths, pipeline
from bot.cli.console import Step
from bot.cli.problem import Problem
from bot.settings import ROOT, Settings
from bot.training.releases import Releases


@dataclass(frozen=True)
class Plan:
    """``worker`` gives the command for one socket, ``gateway`` the command, ``prepare`` does what must come first."""

    worker: Callable[[Path], List[str]]
    gateway: Callable[[], List[str]]
    prepare: Callable[[Settings], None]


def worker_command(socket: Path) -> List[str]:
    return [str(paths.WORKER_PYTHON), "-m", "bot.worker", "--socket", str(socket)]


def gateway_command() -> List[str]:
    return [sys.executable, "-m", "bot.gateway"]


def prepare(settings: Settings) -> None:
    """Chinese pipeline up to date, and a release to serve."""
    pipeline.ensure()
    if not Releases(settings.releases_dir).fits():
        with Step("训练", "第一次约 4 到 6 分钟，之后约 1 分钟"):
            if foreground.run([str(paths.WORKER_PYTHON), "-m", "bot.training.train"], cwd=ROOT):
                raise Problem("训练没有成功（原因见上）：请按提示改正内容，再运行 ./gjj train。")


REAL = Plan(worker_command, gateway_command, prepare)
