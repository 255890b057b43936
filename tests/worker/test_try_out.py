"""Trying out releases inside a worker: the one in service at once, another when it is loaded; one at a time; what cannot be is said."""
from __future__ import annotations

import asyncio
import json

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from bot.training.releases import ReleaseError
from bot.worker import try_out as module
from bot.worker.try_out import TRIALS, Trials, routes


class Shared:
    def __init__(self):
        self.fetched = []

    async def fetch_if_missing(self, ident, releases):
        self.fetched.append(ident)


class Assistant:
    """Has ``live`` loaded, and ``before`` as the one it could go back to."""

    release = "live"

    def __init__(self):
        self.shared = Shared()

    def agent_of(self, ident):
        return f"agent of {ident}" if ident in ("live", "before") else None


@pytest.fixture
def loading(monkeypatch):
    """What was loaded; ``gate`` lets it finish, ``error`` makes it fail."""
    class Loading:
        loaded, gate, error = [], None, None

    async def load_agent(releases, ident, store, readers=None):
        Loading.loaded.append(ident)
        await Loading.gate.wait()
        if Loading.error:
            raise Loading.error
        return f"agent of {ident}"

    async def explain(agent, base, turns):
        return [{"said": turn.get("say") or turn["press"], "by": agent} for turn in turns]

    Loading.loaded = []
    monkeypatch.setattr(module, "load_agent", load_agent)
    monkeypatch.setattr(module, "explain", explain)
    monkeypatch.setattr(module, "free_megabytes", lambda: 9999)
    return Loading


@pytest.fixture
def worker(loading):
    """``worker(story)`` runs ``story(ask, trials)`` against a served application."""
    def run(story):
        async def whole():
            loading.gate = asyncio.Event()
            app = web.Application()
            app[TRIALS] = trials = Trials(Assistant(), None)
            app.add_routes(routes)
            async with TestClient(TestServer(app)) as client:
                async def ask(body):
                    async with client.post("/v1/try", data=json.dumps(body)) as response:
                        return response.status, await response.json()

                try:
                    return await asyncio.wait_for(story(ask, trials), 60)
                finally:
                    trials.close()

        return asyncio.run(whole())

    return run


SAY = [{"say": "租房能提吗"}]


def test_the_release_in_service_and_the_one_before_answer_at_once(worker, loading):
    async def story(ask, trials):
        return [await ask({"turns": SAY, "release": release}) for release in ("", "live", "before")]

    assert worker(story) == [(200, {"turns": [{"said": "租房能提吗", "by": f"agent of {r}"}]}) for r in ("live", "live", "before")]
    assert loading.loaded == []


def test_another_is_loaded_once_and_then_answers(worker, loading):
    async def story(ask, trials):
        first = [await ask({"turns": SAY, "release": "new"}) for _ in range(3)]
        loading.gate.set()
        while (answer := await ask({"turns": SAY, "release": "new"}))[0] == 202:
            await asyncio.sleep(0.01)
        return first, answer, trials._assistant.shared.fetched

    first, answer, fetched = worker(story)
    assert first == [(202, {"loading": True})] * 3 and answer[1]["turns"][0]["by"] == "agent of new"
    assert loading.loaded == ["new"] == fetched


def test_what_cannot_be_loaded_is_said_once_and_may_be_tried_again(worker, loading):
    async def story(ask, trials):
        loading.gate.set()
        loading.error = ReleaseError("版本 bad 没有通过开机自检，不能使用")
        await ask({"turns": SAY, "release": "bad"})
        while (answer := await ask({"turns": SAY, "release": "bad"}))[0] == 202:
            await asyncio.sleep(0.01)
        return answer, (await ask({"turns": SAY, "release": "bad"}))[0]

    answer, again = worker(story)
    assert answer[0] == 409 and answer[1]["error"]["message"] == "版本 bad 没有通过开机自检，不能使用" and again == 202


def test_without_memory_nothing_more_is_loaded(worker, loading, monkeypatch):
    monkeypatch.setattr(module, "free_megabytes", lambda: 500)

    async def story(ask, trials):
        return await ask({"turns": SAY, "release": "new"})

    status, body = worker(story)
    assert status == 409 and "内存不够" in body["error"]["message"] and loading.loaded == []


def test_it_is_let_go_when_nobody_tries_any_more(worker, loading, monkeypatch):
    monkeypatch.setattr(module, "IDLE", 0.01)

    async def story(ask, trials):
        loading.gate.set()
        await ask({"turns": SAY, "release": "new"})
        while trials._aside is None and len(loading.loaded) < 2:
            await asyncio.sleep(0)
        while trials._aside is not None:
            await asyncio.sleep(0.01)
        return True

    assert worker(story)


@pytest.mark.parametrize("body", [
    {}, {"turns": []}, {"turns": [{"say": " "}]}, {"turns": [{"shout": "x"}]}, {"turns": [{"say": "a", "press": "b"}]}, {"turns": [{"say": "长" * 1001}]},
    {"turns": [{"say": "a"}] * 21}, {"turns": "租房"}, {"turns": SAY, "more": 1},
])
def test_bad_bodies(worker, body):
    async def story(ask, trials):
        return await ask(body)

    status, answer = worker(story)
    assert status == 422 and answer["error"]["code"] == "invalid"
