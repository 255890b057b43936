"""Reloading when another release is put in service: one worker after another, the old agent answering meanwhile."""
from __future__ import annotations

import asyncio
import ctypes
import fcntl
import gc
import logging
from contextlib import contextmanager
from pathlib import Path
from typing import Awaitable, Callable, Iterator, Optional

from bot.quiet import place
from bot.training.releases import Releases

logger = logging.getLogger(__name__)
INTERVAL = 2.0
_WAITING = 0.5


async def follow(releases: Releases, lock: Path, serving: Callable[[], Optional[str]], load: Callable[[], Awaitable[None]]) -> None:
    """Call ``load`` whenever the release in service is not ``serving()``; never returns.

    Loading takes seconds of CPU, so the workers of one machine take turns at the file ``lock``: the others answer at full
    speed meanwhile. A release that cannot be used is refused once and the old one goes on answering.
    """
    refused: Optional[str] = None
    while True:
        await asyncio.sleep(INTERVAL)
        ident = releases.current_id()
        while ident not in (None, serving(), refused):
            with _turn(lock) as mine:
                if mine:
                    try:
                        await load()
                        logger.info("release %s in service", serving())
                        _give_back_memory()
                    except Exception as error:  # noqa: BLE001 – a bad release must not stop the worker
                        refused = ident
                        logger.error("release %s refused: %s", ident, place(error))
            if not mine:
                await asyncio.sleep(_WAITING)
            ident = releases.current_id()


@contextmanager
def _turn(lock: Path) -> Iterator[bool]:
    """Whether this process may load now; a process that dies gives its turn back."""
    lock.parent.mkdir(parents=True, exist_ok=True)
    with lock.open("w") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
            return
        yield True


def _give_back_memory() -> None:
    """The replaced agent is hundreds of megabytes of small objects, which the C library would keep."""
    gc.collect()
    try:
        ctypes.CDLL("libc.so.6").malloc_trim(0)
    except (OSError, AttributeError):
        pass  # not glibc
