"""Builds the Chinese spaCy pipeline when its inputs changed, and installs it into the worker environment."""
from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import Optional

from bot.cli import foreground, paths
from bot.cli.console import Step
from bot.cli.problem import Problem
from bot.nlu.spacy_zh.stamp import STAMP_NAME, inputs_digest
from bot.settings import ROOT

INSTALLED_STAMP = paths.VENVS / "worker" / "gjj-spacy.stamp"


def find_uv() -> str:
    """The uv that ``./gjj`` uses; raises :class:`Problem` when there is none."""
    places = (shutil.which("uv"), str(ROOT / "var/tools/bin/uv"), str(Path.home() / ".local/bin/uv"))
    for candidate in places:
        if candidate and os.access(candidate, os.X_OK):
            return candidate
    raise Problem("缺少 uv：请运行 ./gjj up，它会自动安装；或按 https://docs.astral.sh/uv 的说明安装。")


def built_wheel() -> Optional[Path]:
    """The wheel of the current inputs, or ``None`` when it must be built."""
    stamp = paths.SPACY_OUT / STAMP_NAME
    wheels = list(paths.SPACY_OUT.glob("zh_gjj-*.whl"))
    if len(wheels) == 1 and stamp.exists() and stamp.read_text().strip() == inputs_digest():
        return wheels[0]
    return None


def is_installed() -> bool:
    """Whether the worker environment holds the pipeline of the current inputs."""
    return INSTALLED_STAMP.exists() and INSTALLED_STAMP.read_text().strip() == inputs_digest()


def ensure() -> None:
    """Build and install as far as needed; does nothing when nothing changed."""
    if is_installed():
        return
    wheel = built_wheel()
    if wheel is None:
        with Step("构建中文 spaCy 管道", "首次约 2 到 3 分钟"):
            command = [str(paths.WORKER_PYTHON), "-m", "bot.nlu.spacy_zh.build", "--out", str(paths.SPACY_OUT)]
            if foreground.run(command, cwd=ROOT):
                raise Problem("中文 spaCy 管道没有构建成功（原因见上）：请按提示改正后再运行。")
        wheel = built_wheel()
        if wheel is None:
            raise Problem("构建中文 spaCy 管道时词典或源文件又变了：请再运行一次。")
    command = [
        find_uv(), "pip", "install", "--quiet", "--no-deps", "--reinstall",
        "--python", str(paths.WORKER_PYTHON), str(wheel),
    ]
    if foreground.run(command):
        raise Problem("中文 spaCy 管道没有装进对话环境（原因见上）：请再运行一次。")
    INSTALLED_STAMP.write_text(inputs_digest() + "\n")
