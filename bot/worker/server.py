"""The life of a worker: load, serve, drain on TERM, and leave of its own accord when a thread or the loop can no longer be trusted."""
from __future__ import annotations

import asyncio
import logging
import os
import signal
from contextlib import suppress
from typing import Any, Dict

from aiohttp import web

from bot.endpoint import Endpoint
from bot.settings import Settings

from .app import ASSISTANT, COUNTER, build
from .health import Door, Heart, Pulse
from .threads import Threads

logger = logging.getLogger(__name__)

ACTION_THREADS = 4
BACKLOG = 128
STUCK = 70
"""Exit status of a worker with a job that does not end; whoever started it starts another."""
_LOOK = 1.0
_SHORTEST_DEAD = 30.0


async def serve(settings: Settings, endpoint: Endpoint) -> int:
    """Exit status. ``endpoint`` answers once the worker could; raises ReleaseError when it never can. The health door is
    there from the beginning and says that the model is loading."""
    pulse = Pulse(dead=max(_SHORTEST_DEAD, 2 * settings.message_timeout))
    door = Door(endpoint.health, pulse, lost=_leave_at_once)
    door.open()
    try:
        return await _serve(settings, endpoint, pulse)
    finally:
        door.close()


async def _serve(settings: Settings, endpoint: Endpoint, pulse: Pulse) -> int:
    loop = asyncio.get_running_loop()
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    actions = Threads(ACTION_THREADS, "action")
    loop.set_default_executor(actions)
    # Without a shutdown time-out of its own: the messages in hand have been waited for when it comes to that.
    app = build(settings, private=not endpoint.path)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0)
    listening = asyncio.Event()
    heart = Heart(pulse, lambda: _state(app, listening.is_set()))
    heart.start()
    try:
        await runner.setup()
        site = _site(runner, endpoint)
        await site.start()
        listening.set()
        await heart.look_now()
        status = await _until_stopped(stop, (actions, app[ASSISTANT].readers), settings.message_timeout)
        app[COUNTER].close()
        await heart.look_now()
        await site.stop()
        try:
            await asyncio.wait_for(app[COUNTER].finished(), settings.message_timeout)
        except asyncio.TimeoutError:
            logger.error("stopped with messages in hand")
        await runner.cleanup()
    finally:
        await heart.stop()
    if status:
        logging.shutdown()
        os._exit(status)  # the interpreter would wait for the thread that never ends
    return 0


def _site(runner: web.AppRunner, endpoint: Endpoint) -> web.BaseSite:
    if not endpoint.path:
        return web.TCPSite(runner, endpoint.host, endpoint.port, backlog=BACKLOG)
    with suppress(FileNotFoundError):
        os.unlink(endpoint.path)
    return web.UnixSite(runner, endpoint.path, backlog=BACKLOG)


async def _state(app: web.Application, listening: bool) -> Dict[str, Any]:
    """What health reports of the assistant: would a message be answered now, and if not, why."""
    assistant = app.get(ASSISTANT)
    state: Dict[str, Any] = {"ready": False, "release": getattr(assistant, "release", None), "in_hand": app[COUNTER].in_hand}
    if app[COUNTER].closed:
        return {**state, "why": "draining"}
    if assistant is None or not listening:
        return {**state, "why": "loading"}
    if not await assistant.ready():
        return {**state, "why": "redis"}
    return {**state, "ready": True}


def _leave_at_once() -> None:
    """Called by a thread when the loop is lost: nothing in it can be finished any more."""
    logger.error("the event loop is stuck: leaving, to be started again")
    logging.shutdown()
    os._exit(STUCK)


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
