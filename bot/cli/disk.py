"""Free space where the data lives."""
from __future__ import annotations

import os
from pathlib import Path

from bot.cli.problem import Problem

MINIMUM = 500 * 1024 * 1024
"""Bytes that must be free under ``var`` before the system starts."""


def free_bytes(folder: Path) -> int:
    """Bytes an ordinary user may still write in ``folder``."""
    numbers = os.statvfs(folder)
    return numbers.f_bavail * numbers.f_frsize


def require_space(folder: Path) -> None:
    """Raise :class:`Problem` when less than :data:`MINIMUM` is free."""
    free = free_bytes(folder)
    if free < MINIMUM:
        raise Problem(
            f"磁盘空间不够：{folder} 只剩 {free // 2**20} MB，至少要 {MINIMUM // 2**20} MB，请清理磁盘后再启动。"
        )
