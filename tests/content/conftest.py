"""A copy of the content to change, and a real Redis for what is kept about changes."""
from __future__ import annotations

import shutil
from pathlib import Path

import pytest
import pytest_asyncio

from bot.content.faqs import FaqDesk
from bot.content.history import History
from bot.content.library import Library
from bot.knowledge.base import DATA
from bot.state.client import close, connect
from tests.gateway import system


@pytest.fixture(scope="session")
def redis_url(tmp_path_factory):
    with system.redis_server(tmp_path_factory.mktemp("redis")) as url:
        yield url


@pytest_asyncio.fixture
async def redis(redis_url):
    client = connect(redis_url, 3.0, decode=True)
    await client.flushall()
    yield client
    await close(client)


@pytest.fixture(autouse=True)
def today(monkeypatch):
    monkeypatch.setenv("GJJ_TODAY", "2026-11-22")


@pytest.fixture
def data(tmp_path):
    """All content, with the training examples of one card only: reading all of them takes seconds."""
    def others(folder, names):
        if Path(folder) == DATA / "nlu":
            return [name for name in names if name != "services"]
        return [name for name in names if name != "wd_rent.yml"] if Path(folder) == DATA / "nlu" / "services" else []

    return Path(shutil.copytree(DATA, tmp_path / "data", ignore=others))


@pytest.fixture
def library(data):
    return Library(data)


@pytest.fixture
def desk(library, redis):
    return FaqDesk(library, History(redis, "faq"))
