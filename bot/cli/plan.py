"""Which commands the system consists of; tests put stand-ins here."""
from __future__ import annotations

import asyncio
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Callable, List

from bot.cli import foreground, paths, pipeline
from bot.cli.console import Step, complain
from bot.cli.problem import Problem
from bot.settings import ROOT, Settings
from bot.training.in_service import opened, reconcile
from bot.training.releases import ReleaseError, Releases


@dataclass(frozen=True)
class Plan:
    """``worker`` gives the command for one socket, ``gateway`` and ``trainer`` the command, ``prepare`` does what must come first."""

    worker: Callable[[Path], List[str]]
    gateway: Callable[[], List[str]]
    prepare: Callable[[Settings], None]
    trainer: Callable[[], List[str]]


def worker_command(socket: Path) -> List[str]:
    return [str(paths.WORKER_PYTHON), "-m", "bot.worker", "--socket", str(socket)]


def gateway_command() -> List[str]:
    return [sys.executable, "-m", "bot.gateway"]


def trainer_command() -> List[str]:
    return [str(paths.WORKER_PYTHON), "-m", "bot.training.service"]


def prepare(settings: Settings) -> None:
    """Chinese pipeline up to date, and a release to serve: the one of the other machines, or a new one."""
    pipeline.ensure()
    releases = Releases(settings.releases_dir)
    if settings.redis_url:
        asyncio.run(_bring(settings, releases))
    if not releases.fits():
        with Step("训练", "第一次约 4 到 6 分钟，之后约 1 分钟"):
            if foreground.run([str(paths.WORKER_PYTHON), "-m", "bot.training.train", "--wait"], cwd=ROOT):
                raise Problem("训练没有成功（原因见上）：请按提示改正内容，再运行 ./gjj train。")


async def _bring(settings: Settings, releases: Releases) -> None:
    async with opened(settings) as shared:
        try:
            if shared is not None:
                await reconcile(releases, shared)
        except ReleaseError as error:
            complain(str(error))  # a release of its own is trained instead


REAL = Plan(worker_command, gateway_command, prepare, trainer_command)
