"""Health is told while the loop is busy, and told truly: loading, ready, without Redis, draining, stuck, lost."""
from __future__ import annotations

import asyncio
import http.client
import json
import threading
import time

import pytest

from bench.ports import free_port
from bot.cli.readiness import _UnixConnection
from bot.endpoint import Endpoint
from bot.worker import health
from bot.worker.health import Door, Heart, Pulse


class Clock:
    def __init__(self):
        self.now = 100.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def lost():
    return threading.Event()


@pytest.fixture(params=["socket", "port"])
def endpoint(request, tmp_path):
    if request.param == "socket":
        return Endpoint(path=str(tmp_path / "w.sock"))
    return Endpoint(host="127.0.0.1", port=free_port())


@pytest.fixture
def pulse(clock):
    return Pulse(dead=30.0, clock=clock)


@pytest.fixture
def ask(endpoint, pulse, lost):
    """``ask("/readyz")`` → (status, body) at the open health door."""
    door = Door(endpoint.health, pulse, lost.set)
    door.open()

    def get(path):
        place = endpoint.health
        connection = _UnixConnection(place.path) if place.path else http.client.HTTPConnection(place.host, place.port, timeout=5)
        try:
            connection.request("GET", path)
            response = connection.getresponse()
            return response.status, json.loads(response.read())
        finally:
            connection.close()

    yield get
    door.close()


def test_a_worker_that_loads_is_alive_and_not_ready(ask):
    assert ask("/healthz")[0] == 200
    status, body = ask("/readyz")
    assert (status, body["ready"], body["why"]) == (503, False, "loading")


def test_ready_with_what_the_metrics_want_to_know(ask, pulse):
    pulse.state = {"ready": True, "release": "20261122-000000", "in_hand": 2}
    status, body = ask("/readyz")
    assert (status, body["release"], body["in_hand"]) == (200, "20261122-000000", 2)
    assert body["resident_bytes"] > 1_000_000 and body["cpu_seconds"] > 0


def test_a_late_loop_is_not_ready_and_still_alive(ask, pulse, clock):
    pulse.state = {"ready": True}
    clock.now += health.LATE
    assert ask("/healthz")[0] == 200
    status, body = ask("/readyz")
    assert (status, body["why"], body["beat_seconds"]) == (503, "stuck", health.LATE)
    pulse.beat()
    assert ask("/readyz")[0] == 200


def test_a_lost_loop_is_not_alive_and_the_process_is_told_to_leave(ask, pulse, clock, lost):
    assert not lost.is_set()
    clock.now += 30.0
    status, body = ask("/healthz")
    assert (status, body["alive"]) == (503, False)
    assert lost.wait(10)


def test_anything_else_is_not_here(ask):
    assert ask("/v1/history")[0] == 404


def test_answers_while_the_loop_is_blocked(endpoint):
    """The loop sleeps without giving way; the answer comes meanwhile and says how long ago it last beat."""
    pulse = Pulse(dead=30.0)
    door = Door(endpoint.health, pulse, lambda: None)
    found = []
    blocked, answered = threading.Event(), threading.Event()

    def probe():
        blocked.wait()
        place = endpoint.health
        connection = _UnixConnection(place.path) if place.path else http.client.HTTPConnection(place.host, place.port, timeout=5)
        connection.request("GET", "/readyz")
        found.append(connection.getresponse().status)
        connection.close()
        answered.set()

    async def loop():
        async def look():
            return {"ready": True}

        heart = Heart(pulse, look)
        heart.start()
        await heart.look_now()
        blocked.set()
        answered.wait(10)  # no await: the whole loop stands still until the thread has its answer
        await heart.stop()

    door.open()
    thread = threading.Thread(target=probe)
    thread.start()
    asyncio.run(loop())
    thread.join()
    door.close()
    assert found == [200]


def test_the_heart_beats_while_a_look_hangs(clock, monkeypatch):
    monkeypatch.setattr(health, "BEAT", 0.001)
    monkeypatch.setattr(health, "LONGEST_LOOK", 0.01)
    pulse = Pulse(dead=30.0, clock=clock)
    pulse.state = {"ready": True, "release": "r"}

    async def story():
        async def look():
            await asyncio.Event().wait()

        heart = Heart(pulse, look)
        heart.start()
        await asyncio.sleep(0)
        clock.now += 50
        while pulse.age or pulse.state["ready"]:
            await asyncio.sleep(0.001)
        await heart.stop()

    asyncio.run(asyncio.wait_for(story(), 10))
    assert (pulse.state["ready"], pulse.state["why"], pulse.state["release"]) == (False, "redis", "r")


def test_nothing_is_left_behind_on_the_socket(tmp_path):
    endpoint = Endpoint(path=str(tmp_path / "w.sock"))
    for _ in range(2):  # a worker killed before left its socket; the next one takes the place
        (tmp_path / "w.health").touch()
        door = Door(endpoint.health, Pulse(dead=time.monotonic()), lambda: None)
        door.open()
        door.close()
    assert not (tmp_path / "w.health").exists()
