"""Another release is put in service: workers load it one after another; one that cannot be used is refused once."""
from __future__ import annotations

import asyncio

import pytest

from bot.training.releases import ReleaseError, Switch
from bot.worker import following


class Folder:
    """Stands for the releases folder."""

    current = "old"
    switched = 1.0

    def current_id(self):
        return self.current

    def in_service(self):
        return Switch(self.current, self.switched)

    def switch(self, ident, by="", reason="", at=None):
        self.current, self.switched = ident, at


class Shared:
    """Stands for the releases in Redis."""

    def __init__(self):
        self.service, self.holder, self.fetched, self.reports, self.broken = None, None, [], {}, ()

    async def in_service(self):
        return self.service

    async def fetch(self, ident, releases):
        self.fetched.append(ident)
        if ident in self.broken:
            raise ReleaseError("签名不对")

    async def take_turn(self, token):
        if self.holder in (None, token):
            self.holder = token
        return self.holder == token

    async def give_turn_back(self, token):
        assert self.holder == token
        self.holder = None

    async def report(self, serving):
        self.reports[serving.worker] = serving


class Worker:
    """``loads`` is what it did, in order, in the list all workers share."""

    standby = None

    def __init__(self, name, folder, diary, broken=()):
        self.name, self.release, self.diary = name, "old", diary
        self._folder, self._broken = folder, broken
        self.tried = asyncio.Event()

    async def load(self):
        self.diary.append((self.name, "begins"))
        await asyncio.sleep(0.05)
        self.diary.append((self.name, "ends"))
        self.tried.set()
        if self._folder.current in self._broken:
            raise ReleaseError("没有通过开机自检")
        self.release = self._folder.current


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    monkeypatch.setattr(following, "INTERVAL", 0.01)
    monkeypatch.setattr(following, "_WAITING", 0.01)


def play(tmp_path, story, broken=(), machines=("one", "one")):
    """Two workers; those of one machine share a lock file."""
    async def run():
        folder, diary, shared = Folder(), [], Shared()
        workers = [Worker(name, folder, diary, broken) for name in "ab"]
        for worker in workers:
            worker.shared = shared
        tasks = [
            asyncio.ensure_future(following.Following(w.name, folder, shared, tmp_path / machine / "lock", w).follow())
            for w, machine in zip(workers, machines)]
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


@pytest.mark.parametrize("machines", [("one", "one"), ("one", "two")])
def test_one_after_another_on_one_machine_and_on_two(tmp_path, machines):
    async def story(folder, workers, diary):
        folder.current = "new"
        await tried(workers)
        return diary, [worker.release for worker in workers]

    diary, serving = play(tmp_path, story, machines=machines)
    assert [what for _, what in diary] == ["begins", "ends", "begins", "ends"] and {name for name, _ in diary} == {"a", "b"}
    assert serving == ["new", "new"]


def test_an_unusable_release_is_refused_once_and_the_next_one_is_taken(tmp_path):
    async def story(folder, workers, diary):
        folder.current = "bad"
        await tried(workers)
        await asyncio.sleep(0.1)
        assert len(diary) == 4 and [worker.release for worker in workers] == ["old", "old"]
        folder.current = "good"
        await tried(workers)
        return [worker.release for worker in workers]

    assert play(tmp_path, story, broken=("bad",)) == ["good", "good"]


def test_a_release_of_another_machine_is_fetched_and_served_by_all(tmp_path):
    async def story(folder, workers, diary):
        workers[0].shared.service = Switch("theirs", 2.0, "小李", "换回")
        await tried(workers)
        return folder.current, folder.switched, set(workers[0].shared.fetched), [worker.release for worker in workers]

    assert play(tmp_path, story) == ("theirs", 2.0, {"theirs"}, ["theirs", "theirs"])


def test_an_earlier_switch_elsewhere_changes_nothing(tmp_path):
    async def story(folder, workers, diary):
        workers[0].shared.service = Switch("theirs", 0.5)
        await asyncio.sleep(0.2)
        return folder.current, workers[0].shared.fetched, diary

    assert play(tmp_path, story) == ("old", [], [])


def test_a_release_that_cannot_be_fetched_is_refused_once_and_the_page_learns_why(tmp_path):
    async def story(folder, workers, diary):
        shared = workers[0].shared
        shared.broken = ("forged",)
        shared.service = Switch("forged", 2.0)
        while not all(name in shared.reports and shared.reports[name].trouble for name in "ab"):
            await asyncio.sleep(0.01)
        return folder.current, sorted(shared.fetched), {shared.reports[name].trouble for name in "ab"}, diary

    assert play(tmp_path, story) == ("old", ["forged", "forged"], {"签名不对"}, [])


def test_what_is_still_loaded_needs_no_turn(tmp_path):
    """A rollback: every worker has the release at hand, so nobody waits for the others."""
    async def story(folder, workers, diary):
        for worker in workers:
            worker.standby = "before"
        workers[0].shared.holder = "somebody else"
        folder.current = "before"
        await tried(workers)
        return [worker.release for worker in workers]

    assert play(tmp_path, story) == ["before", "before"]
