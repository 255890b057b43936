"""Where the seconds of one message go, told to the gateway, which counts them for the metrics.

``turn``: until the conversation is ours and fetched; ``read``: understanding, in a thread, begun at the same time;
``dialogue``: policies, actions and saving.
"""
from __future__ import annotations

import time
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Dict, Iterator

from bot import tracing

NAMES = ("turn", "read", "dialogue")
_current: ContextVar[Dict[str, float]] = ContextVar("stages")


def current() -> Dict[str, float]:
    """Seconds by stage so far; empty when nobody wanted to know."""
    return _current.get({})


def begin() -> Dict[str, float]:
    """Seconds by stage of the message that this task answers from now on; filled in as it goes."""
    found: Dict[str, float] = {}
    _current.set(found)
    return found


def add(name: str, seconds: float) -> None:
    """Add to stage ``name`` of the message being answered."""
    found = current()
    found[name] = found.get(name, 0.0) + seconds


@contextmanager
def stage(name: str) -> Iterator[None]:
    """Adds the time inside to stage ``name``, and is a span of that name."""
    started = time.perf_counter()
    try:
        with tracing.span(name):
            yield
    finally:
        add(name, time.perf_counter() - started)


def header(found: Dict[str, float]) -> str:
    """As HTTP's Server-Timing header, in milliseconds."""
    return ", ".join(f"{name};dur={seconds * 1000:.1f}" for name, seconds in found.items())
