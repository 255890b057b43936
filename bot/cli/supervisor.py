"""Keeps the children running: a dead one is started again after a growing pause, and said so."""
from __future__ import annotations

import time
from typing import Callable, List, Sequence

from bot.cli.child import Child
from bot.cli.console import complain, say

PAUSES = (1.0, 2.0, 4.0, 8.0, 15.0, 30.0)
"""Seconds before the first, second, … restart in a row."""
HEALTHY_AFTER = 60.0
"""Seconds of life after which earlier failures are forgotten."""


class Supervisor:
    """``children`` in starting order; they stop in the groups given to :meth:`stop`."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self.children: List[Child] = []
        self._clock = clock

    def start(self, child: Child) -> None:
        child.start()
        self.children.append(child)

    def check(self) -> None:
        """One round: notice the dead, restart those whose pause is over."""
        now = self._clock()
        for child in self.children:
            if child.running:
                if child.failures and now - child.started > HEALTHY_AFTER:
                    child.failures = 0
            elif child.restart_at is None:
                pause = PAUSES[min(child.failures, len(PAUSES) - 1)]
                child.failures += 1
                child.restart_at = now + pause
                complain(f"{child.title}{_ending(child)}，{pause:.0f} 秒后重新启动（日志 {child.log_dir / child.name}.log）")
            elif now >= child.restart_at:
                child.start()
                say(f"✓ {child.title}已重新启动")

    def stop(self, groups: Sequence[Sequence[Child]]) -> None:
        """TERM each group together and wait for it before the next: gateway, then workers, then Redis."""
        for group in groups:
            for child in group:
                child.ask_to_stop()
            for child in group:
                if not child.finish():
                    complain(f"{child.title} {child.grace:.0f} 秒内没有停下来，已强制结束")


def _ending(child: Child) -> str:
    code = child.process.returncode if child.process else 0
    return f"被信号 {-code} 结束" if code < 0 else f"退出了（代码 {code}）"
