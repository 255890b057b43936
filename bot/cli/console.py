"""Progress for people: one line a step, with the time it took, on a terminal and in a log alike."""
from __future__ import annotations

import sys
import time
from types import TracebackType
from typing import Optional, Type


def say(text: str) -> None:
    """One line to the operator."""
    print(text, flush=True)


class Step:
    """``with Step("启动 Redis", "约 1 秒"):`` prints the step, and how long it took when it ends well."""

    def __init__(self, title: str, expected: str) -> None:
        self._title = title
        self._expected = expected
        self._started = 0.0
        self._last = 0.0

    def __enter__(self) -> "Step":
        self._started = self._last = time.monotonic()
        say(f"→ {self._title}（{self._expected}）……")
        return self

    def still_waiting(self, what: str, every: float = 5.0) -> None:
        """Called in a waiting loop: says every few seconds that it is still going on."""
        now = time.monotonic()
        if now - self._last >= every:
            self._last = now
            say(f"  {what}，已等 {now - self._started:.0f} 秒")

    def __exit__(
        self, kind: Optional[Type[BaseException]], error: Optional[BaseException], trace: Optional[TracebackType]
    ) -> None:
        if kind is None:
            say(f"✓ {self._title}，用时 {time.monotonic() - self._started:.1f} 秒")


def complain(text: str) -> None:
    """One line about something wrong, on stderr."""
    print(f"✗ {text}", file=sys.stderr, flush=True)
