"""A trainer with stand-ins for what needs Rasa, on a real Redis and real folders."""
from __future__ import annotations

import asyncio
import json
import sys

import pytest
import redis

from bot.settings import Settings
from bot.state.client import close, connect
from bot.training.jobs import Jobs
from bot.training.releases import Releases
from bot.training.service import Trainer
from bot.training.shared_releases import SharedReleases

SECRET = b"test-secret-" * 4


@pytest.fixture
def run():
    """Runs a coroutine; connections live in one event loop per test."""
    loop = asyncio.new_event_loop()
    yield loop.run_until_complete
    loop.close()


@pytest.fixture
def server(redis_url):
    """An empty Redis, seen synchronously."""
    with redis.Redis.from_url(redis_url) as client:
        client.flushall()
        yield client


@pytest.fixture
def settings(redis_url, server, tmp_path):
    return Settings(var_dir=tmp_path / "var", redis_url=redis_url, secret=SECRET)


@pytest.fixture
def client(settings, run):
    opened = connect(settings.redis_url, 3)
    yield opened
    run(close(opened))


@pytest.fixture
def jobs(client):
    return Jobs(client)


@pytest.fixture
def releases(settings):
    return Releases(settings.releases_dir)


@pytest.fixture
def shared(client):
    return SharedReleases(client, SECRET)


@pytest.fixture
def wish(monkeypatch, settings, tmp_path):
    """What the stand-in shall do: see tests/training/stand_in.py."""
    monkeypatch.setenv("GJJ_VAR", str(settings.var_dir))
    monkeypatch.setenv("STAND_IN_FILE", str(tmp_path / "wishes.json"))
    return lambda **wishes: (tmp_path / "wishes.json").write_text(json.dumps(wishes))


@pytest.fixture
def trainer(settings, run, wish):
    """A trainer that nobody runs: call ``look``."""
    made = Trainer(settings, [sys.executable, "-m", "tests.training.stand_in"])
    yield made
    if made._warm is not None:
        run(made._warm.end())
    run(close(made._client))
