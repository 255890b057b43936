"""Another release is put in service: workers load it one after another; one that cannot be used is refused once."""
from __future__ import annotations

import asyncio

import pytest

from bot.training.releases import ReleaseError
from bot.worker import following


class Folder:
    """Stands for the releases folder."""

    current = "old"

    def current_id(self):
        return self.current


class Worker:
    """``loads`` is what it did, in order, in the list all workers share."""

    def __init__(self, name, folder, diary, broken=()):
        self.name, self.serving, self.diary = name, "old", diary
        self._folder, self._broken = folder, broken
        self.tried = asyncio.Event()

    async def load(self):
        self.diary.append((self.name, "begins"))
        await asyncio.sleep(0.05)
        self.diary.append((self.name, "ends"))
        self.tried.set()
        if self._folder.current in self._broken:
            raise ReleaseError("没有通过开机自检")
        self.serving = self._folder.current


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    monkeypatch.setattr(following, "INTERVAL", 0.01)
    monkeypatch.setattr(following, "_WAITING", 0.01)


def play(tmp_path, story, broken=()):
    async def run():
        folder, diary = Folder(), []
        workers = [Worker(name, folder, diary, broken) for name in "ab"]
        tasks = [asyncio.ensure_future(following.follow(folder, tmp_path / "lock", lambda w=w: w.serving, w.load)) for w in workers]
        try:
            return await asyncio.wait_for(story(folder, workers, diary), 20)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    return asyncio.run(run())


async def tried(workers):
    for worker in workers:
        await worker.tried.wait()
        worker.tried.clear()


def test_one_after_another(tmp_path):
    async def story(folder, workers, diary):
        folder.current = "new"
        await tried(workers)
        return diary, [worker.serving for worker in workers]

    diary, serving = play(tmp_path, story)
    assert [what for _, what in diary] == ["begins", "ends", "begins", "ends"] and {name for name, _ in diary} == {"a", "b"}
    assert serving == ["new", "new"]


def test_an_unusable_release_is_refused_once_and_the_next_one_is_taken(tmp_path):
    async def story(folder, workers, diary):
        folder.current = "bad"
        await tried(workers)
        await asyncio.sleep(0.1)
        assert len(diary) == 4 and [worker.serving for worker in workers] == ["old", "old"]
        folder.current = "good"
        await tried(workers)
        return [worker.serving for worker in workers]

    assert play(tmp_path, story, broken=("bad",)) == ["good", "good"]
