"""Backup and restore, rehearsed: everything is lost, and comes back as it was."""
from __future__ import annotations

import asyncio
import os
import tarfile
import time
from dataclasses import replace

import pytest
import redis

from bot.cli import backup
from bot.cli.lock import InstanceLock
from bot.cli.problem import Problem
from bot.cli.redis_at_hand import redis_at_hand
from bot.settings import Settings
from bot.state import dump
from bot.state.client import close, connect
from tests.redis_kinds import address_of

CONVERSATION = "gjj:{c-1}:"


@pytest.fixture
def settings(tmp_path):
    """A system of its own: content, a release in service, an audit log, the bundled Redis."""
    root, var = tmp_path / "root", tmp_path / "var"
    for path, text in ((root / "data" / "faq" / "one.yml", "question: 租房能提多少"), (root / "data" / "policy" / "center.yml", "{}"),
                       (var / "releases" / "20261122-000000" / "model.tar.gz", "model"), (var / "log" / "audit.jsonl", "{}\n"),
                       (var / "log" / "gateway.log", "noise"), (var / "secret", "s" * 32)):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    (var / "releases" / "current").symlink_to("20261122-000000")
    return replace(Settings(), root=root, var_dir=var)


@pytest.fixture
def commands(settings, monkeypatch):
    monkeypatch.setattr(Settings, "from_env", classmethod(lambda cls, env=None: settings))
    return backup.COMMANDS


def fill(client):
    client.rpush(CONVERSATION + "events", b"\x00\xff first", b"second")
    client.hset(CONVERSATION + "head", mapping={"version": 2, "slots": "{}"})
    client.set("gjj:revoked:x", "1", px=3_600_000)
    client.sadd("gjj:of", "a", "b")
    client.zadd("gjj:waiting", {"n1": 1.5})
    client.set(CONVERSATION + "lock", "token")
    client.set("gjj:{releases}:current", "{}")
    client.set("other:key", "not ours")


def kept(client):
    """Everything of ours, by value."""
    return (client.lrange(CONVERSATION + "events", 0, -1), client.hgetall(CONVERSATION + "head"), client.get("gjj:revoked:x"),
            client.smembers("gjj:of"), client.zrange("gjj:waiting", 0, -1, withscores=True))


class bundled:
    """The system's own Redis, running for as long as the block."""

    def __init__(self, settings):
        self._opened = redis_at_hand(settings)

    def __enter__(self):
        self._client = redis.Redis.from_url(self._opened.__enter__())
        return self._client

    def __exit__(self, *error):
        self._client.close()
        self._opened.__exit__(None, None, None)


def test_all_is_lost_and_comes_back(settings, commands, tmp_path, capsys):
    with bundled(settings) as client:
        fill(client)
        before = kept(client)
    file = tmp_path / "backups" / "one.tar.gz"
    assert commands["backup"]([str(file)]) == 0
    assert "5 个键" in capsys.readouterr().out and file.stat().st_mode & 0o777 == 0o600
    assert [path.name for path in file.parent.iterdir()] == ["one.tar.gz"]

    with bundled(settings) as client:
        client.flushall()
    (settings.root / "data" / "faq" / "one.yml").write_text("spoilt")
    (settings.root / "data" / "faq" / "later.yml").write_text("written after the backup")
    (settings.releases_dir / "current").unlink()
    (settings.releases_dir / "20261122-000000" / "model.tar.gz").unlink()

    assert commands["restore"]([str(file)]) == 0
    with bundled(settings) as client:
        assert kept(client) == before
        assert 3_000_000 < client.pttl("gjj:revoked:x") <= 3_600_000
        assert client.get(CONVERSATION + "lock") is None, "nobody holds a conversation after a restore"
    assert (settings.root / "data" / "faq" / "one.yml").read_text("utf-8") == "question: 租房能提多少"
    assert not (settings.root / "data" / "faq" / "later.yml").exists()
    assert (settings.releases_dir / "current" / "model.tar.gz").read_text() == "model"
    assert os.readlink(settings.releases_dir / "current") == "20261122-000000"
    (aside,) = settings.var_dir.glob("before-restore-*")
    assert (aside / "data" / "faq" / "later.yml").exists(), "what was there is not thrown away"


def test_the_secret_and_other_logs_are_not_in_it(settings, commands, tmp_path):
    commands["backup"]([str(tmp_path / "b.tar.gz")])
    with tarfile.open(tmp_path / "b.tar.gz") as tar:
        names = tar.getnames()
    assert "data/faq/one.yml" in names and "audit/audit.jsonl" in names
    assert not [name for name in names if "secret" in name or "gateway.log" in name]


def test_what_should_be_forgotten_by_now_does_not_come_back(tmp_path, monkeypatch):
    async def story(url):
        client = connect(url, 5)
        try:
            await client.set("gjj:{c-9}:head", b"told", px=60_000)
            await client.set("gjj:stays", b"1")
            with (tmp_path / "keys").open("wb") as out:
                assert await dump.write(client, out) == 2
            assert await dump.erase(client) == 2
            now = time.time()
            monkeypatch.setattr(dump.time, "time", lambda: now + 61)
            with (tmp_path / "keys").open("rb") as file:
                assert await dump.read(client, file) == 1
            return await client.get("gjj:{c-9}:head"), await client.get("gjj:stays")
        finally:
            await close(client)

    with address_of("single", tmp_path) as url:
        assert asyncio.run(story(url)) == (None, b"1")


def test_a_cluster_too(tmp_path):
    async def story(url):
        client = connect(url, 5)
        try:
            for number in range(50):
                await client.set(f"gjj:{{c-{number}}}:head", str(number))
                await client.rpush(f"gjj:{{c-{number}}}:events", "e")
            with (tmp_path / "keys").open("wb") as out:
                assert await dump.write(client, out) == 100
            await dump.erase(client)
            assert await dump.is_empty(client)
            with (tmp_path / "keys").open("rb") as file:
                assert await dump.read(client, file) == 100
            return [await client.get(f"gjj:{{c-{number}}}:head") for number in range(50)]
        finally:
            await close(client)

    with address_of("cluster", tmp_path) as url:
        assert asyncio.run(story(url)) == [str(number).encode() for number in range(50)]


def test_a_damaged_file_changes_nothing(settings, commands, tmp_path):
    file = tmp_path / "b.tar.gz"
    commands["backup"]([str(file)])
    whole = file.read_bytes()
    file.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(Problem, match="读不出来|不一样"):
        commands["restore"]([str(file)])
    file.write_text("hello")
    with pytest.raises(Problem, match="读不出来"):
        commands["restore"]([str(file), "--check"])
    assert not list(settings.var_dir.glob("before-restore-*"))


def test_a_file_that_points_outside_is_refused(commands, tmp_path):
    file = tmp_path / "evil.tar.gz"
    with tarfile.open(file, "w:gz") as tar:
        tar.add(__file__, "../../outside.py")
    with pytest.raises(Problem, match="读不出来"):
        commands["restore"]([str(file)])


def test_conversations_are_not_mixed_unless_asked(settings, commands, tmp_path):
    file = tmp_path / "b.tar.gz"
    with bundled(settings) as client:
        client.set("gjj:old", "1")
    commands["backup"]([str(file)])
    with bundled(settings) as client:
        client.set("gjj:new", "1")
    with pytest.raises(Problem, match="--replace"):
        commands["restore"]([str(file)])
    assert commands["restore"]([str(file), "--replace"]) == 0
    with bundled(settings) as client:
        assert (client.get("gjj:old"), client.get("gjj:new")) == (b"1", None)


def test_not_while_the_system_runs_and_never_over_an_older_backup(settings, commands, tmp_path):
    file = tmp_path / "b.tar.gz"
    commands["backup"]([str(file)])
    with pytest.raises(Problem, match="已经存在"):
        commands["backup"]([str(file)])
    lock = InstanceLock(settings.run_dir / "up.lock")
    lock.acquire()
    try:
        with pytest.raises(Problem, match="先停止"):
            commands["restore"]([str(file)])
        assert commands["restore"]([str(file), "--check"]) == 0
    finally:
        lock.release()
