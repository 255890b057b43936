"""Training gives way to citizens: the kernel runs it on what the workers leave over."""
from __future__ import annotations

import os

MOST_THREADS = 4


def give_way(nice: int) -> None:
    """Lower the priority of this process and all it starts by ``nice``; also where only half of it is allowed."""
    try:
        os.nice(nice)
        if nice and os.sched_getscheduler(0) == os.SCHED_OTHER:
            os.sched_setscheduler(0, os.SCHED_BATCH, os.sched_param(0))
    except (OSError, AttributeError):
        pass  # not Linux, or forbidden in this container


def threads() -> int:
    """Threads that number crunching may use."""
    return max(1, min(MOST_THREADS, os.cpu_count() or 1))
