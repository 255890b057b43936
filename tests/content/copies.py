"""A copy of the content for tests to change: copied once, put right after each test, so that what did not change stays read."""
from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from bot.knowledge.base import DATA


@pytest.fixture(scope="session")
def content_copy(tmp_path_factory):
    """The folder that holds ``data``, with the training examples of one card only: reading all of them takes seconds."""
    def others(folder, names):
        if Path(folder) == DATA / "nlu":
            return [name for name in names if name != "services"]
        return [name for name in names if name != "wd_rent.yml"] if Path(folder) == DATA / "nlu" / "services" else []

    folder = tmp_path_factory.mktemp("content")
    shutil.copytree(DATA, folder / "data", ignore=others)
    return folder


@pytest.fixture
def root(content_copy, monkeypatch, redis_url):
    """The copy as it was shipped, with nothing about earlier changes in Redis."""
    import redis

    monkeypatch.setenv("GJJ_TODAY", "2026-11-22")
    with redis.Redis.from_url(redis_url) as client:
        kept = client.keys("gjj:content:*")
        if kept:
            client.delete(*kept)
    before = {path: path.read_bytes() for path in (content_copy / "data").rglob("*.yml")}
    yield content_copy
    for path in (content_copy / "data").rglob("*.yml"):
        if path not in before:
            path.unlink()
    for path, content in before.items():
        if not path.exists() or path.read_bytes() != content:
            path.write_bytes(content)
