"""Fixtures: a real Redis, the fake worker on a Unix socket, and the gateway built through its real assembly."""
from __future__ import annotations

import sys
from pathlib import Path

import pytest
import pytest_asyncio
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from bot.gateway import workers as workers_module
from bot.gateway.app import build_app
from bot.gateway.startup import check
from bot.settings import Settings
from tests.gateway import fake_worker, system

SECRET = system.SECRET.encode()
MESSAGE_ID = "6f9619ff-8b86-4d01-b42d-00cf4fc964ff"


@pytest.fixture(scope="session")
def redis_url(tmp_path_factory):
    with system.redis_server(tmp_path_factory.mktemp("redis")) as url:
        yield url


@pytest.fixture(autouse=True)
def patience(monkeypatch):
    """How long the gateway tries again; the tests that fail on purpose must not wait as long as citizens do."""
    monkeypatch.setattr(workers_module, "PATIENCE_SECONDS", 0.3)


@pytest_asyncio.fixture
async def worker(tmp_path):
    """A running fake worker: ``worker.state`` is what it saw, ``worker.socket`` where it listens."""
    async with running_worker(tmp_path / "worker.sock") as started:
        yield started


class running_worker:
    """Start a fake worker on a Unix socket inside this event loop."""

    def __init__(self, socket):
        self.socket = str(socket)

    async def __aenter__(self):
        app = fake_worker.build()
        self.state = app[fake_worker.STATE]
        self.runner = web.AppRunner(app, shutdown_timeout=0.1)
        await self.runner.setup()
        for path in fake_worker.doors(self.socket):
            await web.UnixSite(self.runner, path).start()
        return self

    async def stop(self):
        await self.runner.cleanup()

    async def __aexit__(self, *_):
        await self.stop()


@pytest_asyncio.fixture
async def make_client(redis_url, worker):
    """Call with settings to get a client of a gateway running with them."""
    clients = []

    async def make(prepare=None, **changes):
        settings = dict(secret=SECRET, redis_url=redis_url, worker_sockets=(worker.socket,), for_tests=True)
        app = build_app(check(Settings(**{**settings, **changes})))
        if prepare:
            prepare(app)
        client = TestClient(TestServer(app), cookie_jar=None)
        clients.append(client)
        await client.start_server()
        return client

    yield make
    for client in clients:
        await client.close()


@pytest_asyncio.fixture
async def client(make_client):
    return await make_client()


@pytest.fixture
def new_token():
    async def make(client):
        async with client.post("/api/v1/sessions", json={}) as response:
            assert response.status == 201
            return (await response.json())["token"]
    return make


@pytest_asyncio.fixture
async def token(client, new_token):
    return await new_token(client)


@pytest_asyncio.fixture
async def auth(token):
    return {"Authorization": f"Bearer {token}"}


async def refusal(response):
    """(status, code) of a refused request, after checking that the body has the one agreed shape."""
    body = await response.json()
    assert set(body) == {"error"} and set(body["error"]) == {"code", "message", "request_id"}
    assert any("\u4e00" <= letter <= "\u9fff" for letter in body["error"]["message"])
    assert body["error"]["request_id"] == response.headers["X-Request-ID"]
    return response.status, body["error"]["code"]
