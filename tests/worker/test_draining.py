"""A worker that is to stop: what it has in hand is finished, nothing new is begun, and it goes when a thread is stuck."""
from __future__ import annotations

import asyncio
import os
import signal
from pathlib import Path

import aiohttp
import pytest

from bot.cli.readiness import worker_ready
from bot.endpoint import Endpoint
from bot.settings import Settings
from bot.worker import app as app_module, server
from bot.worker.counter import Closing, Counter
from bot.worker.threads import Threads
from tests.worker.test_app import MESSAGE, REPLIES, StubAssistant, StubDesk, StubKeeper


def test_a_closed_counter_takes_nothing_new_and_waits_for_what_it_has():
    async def story():
        counter = Counter()
        with counter.serving():
            counter.close()
            with pytest.raises(Closing):
                with counter.serving():
                    pass
            finished = asyncio.ensure_future(counter.finished())
            await asyncio.sleep(0)
            assert not finished.done()
        await finished

    asyncio.run(story())


class SlowAssistant(StubAssistant):
    """Answers when told; ``asked`` tells that a message is in hand."""

    def __init__(self, settings):
        super().__init__(settings)
        self.readers = Threads(1, "reader")
        self.begun, self.gate = asyncio.Event(), asyncio.Event()
        made.append(self)

    async def answer(self, incoming, sink=None):
        self.begun.set()
        await self.gate.wait()
        return REPLIES


made = []


@pytest.fixture
def serve(monkeypatch, tmp_path):
    """``serve(story)`` runs ``story(http, assistant, serving)`` against a served worker; gives its result."""
    monkeypatch.setattr(app_module, "Assistant", SlowAssistant)
    monkeypatch.setattr(app_module, "Keeper", StubKeeper)
    monkeypatch.setattr(app_module, "ServiceDesk", StubDesk)
    monkeypatch.setattr(server, "_LOOK", 0.05)
    path = tmp_path / "w.sock"

    async def run(story):
        made.clear()
        serving = asyncio.ensure_future(server.serve(Settings(message_timeout=30), Endpoint(path=str(path))))
        while not path.exists():
            assert not serving.done(), serving.exception()
            await asyncio.sleep(0.01)
        async with aiohttp.ClientSession(connector=aiohttp.UnixConnector(str(path))) as http:
            return await story(http, made[0], serving)

    return lambda story: asyncio.run(run(story))


async def post(http):
    async with http.post("http://w/v1/messages", json=MESSAGE) as response:
        return response.status, await response.json()


def test_term_finishes_the_message_in_hand_and_refuses_new_ones(serve):
    async def story(http, assistant, serving):
        in_hand = asyncio.ensure_future(post(http))
        await assistant.begun.wait()
        os.kill(os.getpid(), signal.SIGTERM)
        while True:  # an open connection of the gateway, used once more
            status, body = await asyncio.wait_for(refusal(http), 5)
            if status == 503 or body is None:
                break
        assert body is None or body["error"]["code"] == "draining"
        assert not in_hand.done() and not serving.done()
        assistant.gate.set()
        status, body = await in_hand
        return status, body["replies"], await serving, assistant.closed

    async def refusal(http):
        """What a new message gets once health says that there should be none."""
        try:
            async with http.get("http://w/v1/history?conversation=c1") as response:
                assert response.status == 200
            if not await asyncio.to_thread(worker_ready, Path(http.connector.path)):
                return await post(http)
            return 200, {}
        except aiohttp.ClientError:
            return 503, None  # the socket is closed to new connections: the gateway goes elsewhere

    assert serve(story) == (200, REPLIES, 0, True)


def test_a_stuck_thread_makes_the_worker_leave_with_a_status_of_its_own(serve, monkeypatch):
    left = []
    monkeypatch.setattr(os, "_exit", left.append)
    monkeypatch.setattr(Threads, "longest", lambda self: 31.0)

    async def story(http, assistant, serving):
        return await serving

    serve(story)
    assert left == [server.STUCK]
