"""The life of a worker: load, serve, drain on TERM, and leave of its own accord when a thread can no longer be trusted."""
from __future__ import annotations

import asyncio
import logging
import os
import signal
from pathlib import Path

from aiohttp import web

from bot.settings import Settings

from .app import ASSISTANT, COUNTER, build
from .threads import Threads

logger = logging.getLogger(__name__)

ACTION_THREADS = 4
BACKLOG = 128
STUCK = 70
"""Exit status of a worker with a job that does not end; whoever started it starts another."""
_LOOK = 1.0


async def serve(settings: Settings, path: Path) -> int:
    """Exit status. The socket ``path`` appears once the worker could answer; raises ReleaseError when it never can."""
    loop = asyncio.get_running_loop()
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    actions = Threads(ACTION_THREADS, "action")
    loop.set_default_executor(actions)
    # Without a shutdown time-out of its own: the messages in hand have been waited for when it comes to that.
    runner = web.AppRunner(build(settings), access_log=None, shutdown_timeout=1.0)
    await runner.setup()
    app = runner.app
    path.unlink(missing_ok=True)
    site = web.UnixSite(runner, str(path), backlog=BACKLOG)
    await site.start()
    status = await _until_stopped(stop, (actions, app[ASSISTANT].readers), settings.message_timeout)
    await site.stop()
    app[COUNTER].close()
    try:
        await asyncio.wait_for(app[COUNTER].finished(), settings.message_timeout)
    except asyncio.TimeoutError:
        logger.error("stopped with messages in hand")
    await runner.cleanup()
    if status:
        logging.shutdown()
        os._exit(status)  # the interpreter would wait for the thread that never ends
    return 0


async def _until_stopped(stop: asyncio.Event, pools: "tuple[Threads, ...]", longest: float) -> int:
    """0 when told to stop, :data:`STUCK` when a job of ``pools`` has outlived any message it could belong to."""
    while True:
        try:
            await asyncio.wait_for(stop.wait(), _LOOK)
            return 0
        except asyncio.TimeoutError:
            pass
        if any(pool.longest() > longest for pool in pools):
            logger.error("a thread is stuck: leaving, to be started again")
            return STUCK
