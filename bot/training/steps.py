"""The steps of a training as a person sees them, and how much is left, judged by how long they took the last time."""
from __future__ import annotations

from typing import Dict, List, Mapping, Tuple

STEPS: List[Tuple[str, str]] = [
    ("check", "检查内容"), ("prepare", "准备训练程序"), ("train", "训练"), ("examine", "检验"), ("keep", "保存"),
    ("publish", "发布"), ("load", "各对话进程换上"),
]
TITLES: Dict[str, str] = dict(STEPS)
USUAL: Dict[str, float] = {"check": 3, "prepare": 12, "train": 60, "examine": 30, "keep": 3, "publish": 2, "load": 10}
"""Seconds, for the first training of all."""
_MOST = 0.97
"""A step that takes longer than the last time is never shown as finished before it is."""


def progress(last: Mapping[str, float], step: str, elapsed: float, part: float = -1.0) -> Tuple[float, float]:
    """``(percent, seconds left)`` after ``elapsed`` seconds in ``step``; ``part`` is its finished share, where it is known (0–1)."""
    seconds = {name: max(0.1, last.get(name, USUAL[name])) for name, _ in STEPS}
    names = [name for name, _ in STEPS]
    here = names.index(step)
    share = part if part >= 0 else elapsed / seconds[step]
    share = max(0.0, min(_MOST, share))
    before, after = (sum(seconds[name] for name in some) for some in (names[:here], names[here + 1:]))
    rest = seconds[step] * (1 - share)
    if part > 0.05:
        rest = elapsed / part * (1 - part)  # its own pace says more than the last time
    total = sum(seconds.values())
    return round(100 * (before + share * seconds[step]) / total, 1), round(rest + after, 1)
