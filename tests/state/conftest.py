"""An empty real Redis for each test, and the tracker store on it."""
from __future__ import annotations

import asyncio

import pytest
import redis
import yaml
from rasa.shared.core.domain import Domain

from bot.settings import ROOT
from bot.state.client import close, connect
from bot.state.tracker_store import RedisTrackerStore


@pytest.fixture(scope="session")
def domain():
    return Domain.from_dict(
        {
            **yaml.safe_load((ROOT / "domain.yml").read_text(encoding="utf-8")),
            "slots": {
                "memory": {"type": "any", "influence_conversation": False, "mappings": [{"type": "custom"}]},
                "counted": {"type": "float", "initial_value": 1.0, "influence_conversation": False, "mappings": [{"type": "custom"}]},
            },
        }
    )


@pytest.fixture
def server(redis_url):
    """A synchronous view of the server, to look at what is really stored; undecodable bytes show as such."""
    with redis.Redis.from_url(redis_url, decode_responses=True, encoding_errors="backslashreplace") as client:
        client.flushall()
        yield client


@pytest.fixture
def run():
    """Runs a coroutine; connections live in one event loop per test."""
    loop = asyncio.new_event_loop()
    yield loop.run_until_complete
    loop.close()


@pytest.fixture
def new_store(redis_url, server, domain, run):
    """Makes stores as separate processes would have them."""
    made = []

    def make(**more):
        made.append(RedisTrackerStore(domain, host=redis_url, **more))
        return made[-1]

    yield make
    for store in made:
        run(store.close())


@pytest.fixture
def store(new_store):
    return new_store()


@pytest.fixture
def client(redis_url, server, run):
    opened = connect(redis_url, 3)
    yield opened
    run(close(opened))
