"""A copy of the content to change, and a real Redis for what is kept about changes."""
from __future__ import annotations

import pytest
import pytest_asyncio

from bot.content.faqs import FaqDesk
from bot.content.history import History
from bot.content.library import Library
from bot.state.client import close, connect
from tests.content import copies
from tests.gateway import system

content_copy, root = copies.content_copy, copies.root


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


@pytest.fixture
def data(root):
    return root / "data"


@pytest.fixture
def library(data):
    return Library(data)


@pytest.fixture
def desk(library, redis):
    return FaqDesk(library, History(redis, "faq"))
