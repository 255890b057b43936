"""The worker's private HTTP API: statuses, sentences and what reaches the log. The assistant behind it is a stub."""
from __future__ import annotations

import asyncio
import json
import logging
from types import SimpleNamespace

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from bot.settings import Settings
from bot.state.client import RedisError
from bot.state.turns import Busy
from bot.training.releases import ReleaseError
from bot.worker import app as module, stages
from bot.worker.incoming import UnknownChoice
from bot.worker.logs import configure_logging

SECRET_WORDS = "我的身份证丢了"
REPLIES = [{"id": "m1.1", "kind": "answer", "text": "带身份证"}, {"id": "m1.2", "kind": "question", "text": "租了多久？"}]
MESSAGE = {"conversation": "c1", "id": "m1", "text": SECRET_WORDS}


class StubAssistant:
    """Answers with REPLIES, or fails as told: before (``error``) or after (``late``) the first reply."""

    release = "20261122-000000"
    store = SimpleNamespace(redis=None)

    def __init__(self, settings):
        self.asked, self.erased, self.closed = [], [], False
        self.error = self.late = None
        self.is_ready = True

    async def load(self):
        pass

    async def follow_releases(self):
        await asyncio.sleep(3600)

    async def answer(self, incoming, sink=None):
        self.asked.append(incoming)
        if self.error:
            raise self.error
        for reply in REPLIES:
            if sink:
                await sink(reply)
            if self.late:
                raise self.late
        return REPLIES

    async def history(self, conversation):
        if self.error:
            raise self.error
        return [{"from": "citizen", "text": conversation, "at": "2026-11-22T09:00:00+08:00", "id": "m1"}]

    async def erase(self, conversation):
        if self.error:
            raise self.error
        self.erased.append(conversation)

    async def ready(self):
        if self.error:
            raise self.error
        return self.is_ready

    async def close(self):
        self.closed = True


class StubKeeper:
    """Keeps nothing."""

    def __init__(self, settings, client):
        pass

    async def keep(self):
        await asyncio.sleep(3600)

    async def close(self):
        pass


class StubDesk:
    """Nobody holds a conversation."""

    def __init__(self, settings, store):
        self.erased = []

    async def answer(self, assistant, incoming, sink=None):
        return await assistant.answer(incoming, sink)

    async def erase(self, conversation):
        self.erased.append(conversation)

    def close(self):
        pass


@pytest.fixture
def call(monkeypatch):
    """``call(method, path, stub changes…)`` → (status, content type, body) of one request to a fresh application."""
    made = []

    def assistant(settings):
        made.append(StubAssistant(settings))
        return made[-1]

    monkeypatch.setattr(module, "Assistant", assistant)
    monkeypatch.setattr(module, "Keeper", StubKeeper)
    monkeypatch.setattr(module, "ServiceDesk", StubDesk)

    async def request(method, path, changes, options):
        async with TestClient(TestServer(module.build(Settings()))) as client:
            for name, value in changes.items():
                setattr(made[-1], name, value)
            async with client.request(method, path, **options) as response:
                return response.status, response.content_type, await response.text()

    def run(method, path, stub=None, **options):
        status, kind, body = asyncio.run(request(method, path, stub or {}, options))
        assert made[-1].closed
        return status, kind, body, made[-1]

    return run


def error_of(body):
    """Code of an error body that has the agreed shape and a Chinese sentence."""
    error = json.loads(body)["error"]
    assert set(error) == {"code", "message"}
    assert any("\u4e00" <= letter <= "\u9fff" for letter in error["message"]) and error["message"][-1] in "。！"
    return error["code"]


def test_text(call):
    status, _, body, assistant = call("POST", "/v1/messages", json=MESSAGE)
    assert (status, json.loads(body)) == (200, {"id": "m1", "replies": REPLIES})
    (incoming,) = assistant.asked
    assert (incoming.conversation, incoming.id, incoming.text, incoming.choice) == ("c1", "m1", SECRET_WORDS, None)


@pytest.mark.parametrize(("shown", "status"), [
    ({}, 401), ({"Authorization": "Bearer "}, 401), ({"Authorization": "Bearer " + "y" * 32}, 401), ({"Authorization": "x" * 32}, 401),
    ({"Authorization": "Bearer " + "x" * 32}, 200),
])
@pytest.mark.parametrize("path", ["/v1/history?conversation=c1", "/v1/nothing"])
def test_on_a_network_port_only_who_knows_the_secret_is_served(monkeypatch, shown, status, path):
    monkeypatch.setattr(module, "Assistant", StubAssistant)
    monkeypatch.setattr(module, "Keeper", StubKeeper)
    monkeypatch.setattr(module, "ServiceDesk", StubDesk)

    async def ask():
        async with TestClient(TestServer(module.build(Settings(worker_secret=b"x" * 32), private=True))) as client:
            async with client.get(path, headers=shown) as response:
                return response.status

    assert asyncio.run(ask()) == (404 if status == 200 and "nothing" in path else status)


def test_without_a_secret_a_network_port_serves_nobody(monkeypatch):
    monkeypatch.setattr(module, "Assistant", StubAssistant)
    monkeypatch.setattr(module, "Keeper", StubKeeper)
    monkeypatch.setattr(module, "ServiceDesk", StubDesk)

    async def ask():
        async with TestClient(TestServer(module.build(Settings(), private=True))) as client:
            async with client.get("/v1/history?conversation=c1", headers={"Authorization": "Bearer "}) as response:
                return response.status

    assert asyncio.run(ask()) == 401


class SayingAssistant(StubAssistant):
    """Logs while it answers, as an action's thread does, and tells a stage."""

    async def answer(self, incoming, sink=None):
        with stages.stage("read"):
            await asyncio.to_thread(logging.getLogger("actions.actions").warning, "in an action")
        return await super().answer(incoming, sink)


def test_lines_of_a_message_carry_its_request_id_down_to_the_actions(monkeypatch, capsys):
    monkeypatch.setattr(module, "Assistant", SayingAssistant)
    monkeypatch.setattr(module, "Keeper", StubKeeper)
    monkeypatch.setattr(module, "ServiceDesk", StubDesk)
    root = logging.getLogger()
    before = root.handlers[:], root.level
    configure_logging()

    async def ask():
        async with TestClient(TestServer(module.build(Settings()))) as client:
            async with client.post("/v1/messages", json=MESSAGE, headers={"X-Request-ID": "req-7"}) as response:
                return response.headers["Server-Timing"]

    try:
        timing = asyncio.run(ask())
    finally:
        root.handlers[:], root.level = before
    lines = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    lines = [line for line in lines if line["logger"] != "aiohttp.access"]  # the test server's
    assert [line["event"] for line in lines if line.get("request_id") == "req-7"] == ["in an action", "request"]
    assert set(lines[-1]["stages"]) == {"read"} and timing.startswith("read;dur=")
    assert SECRET_WORDS not in str(lines)


def test_choice(call):
    _, _, _, assistant = call("POST", "/v1/messages", json={"conversation": "c1", "id": "m1", "choice": "c1-1"})
    assert (assistant.asked[0].text, assistant.asked[0].choice) == (None, "c1-1")


def test_stream(call):
    status, kind, body, _ = call("POST", "/v1/messages", json=MESSAGE, headers={"Accept": "application/x-ndjson"})
    assert (status, kind) == (200, "application/x-ndjson")
    assert [json.loads(line) for line in body.splitlines()] == [{"reply": REPLIES[0]}, {"reply": REPLIES[1]}, {"done": True, "stages": {}}]


def test_a_stream_that_fails_before_its_first_reply_has_its_own_status(call):
    status, _, body, _ = call("POST", "/v1/messages", {"error": RedisError("down")}, json=MESSAGE, headers={"Accept": "application/x-ndjson"})
    assert (status, error_of(body)) == (503, "unavailable")


def test_a_stream_that_fails_later_ends_with_an_error_line_and_is_not_done(call):
    status, _, body, _ = call("POST", "/v1/messages", {"late": RedisError("down")}, json=MESSAGE, headers={"Accept": "application/x-ndjson"})
    lines = body.splitlines()
    assert status == 200 and json.loads(lines[0]) == {"reply": REPLIES[0]}
    assert len(lines) == 2 and error_of(lines[1]) == "unavailable"


def test_a_citizen_who_went_away_does_not_stop_the_turn(call, monkeypatch):
    async def gone(self, data):
        raise ConnectionResetError("Cannot write to closing transport")

    finished = []

    async def answer(self, incoming, sink):
        for reply in REPLIES:
            await sink(reply)
        finished.append(incoming.id)

    monkeypatch.setattr(web.StreamResponse, "write", gone)
    monkeypatch.setattr(StubAssistant, "answer", answer)
    call("POST", "/v1/messages", json=MESSAGE, headers={"Accept": "application/x-ndjson"})
    assert finished == ["m1"]


@pytest.mark.parametrize(
    "body",
    [
        b"", b"{", b"[]", b"null", b'"text"', b"\xff\xfe", b'{"conversation":"c1","id":"m1"}',
        b'{"conversation":"c1","id":"m1","text":"a","choice":"b"}', b'{"conversation":"","id":"m1","text":"a"}',
        b'{"conversation":"c1","id":"","text":"a"}', b'{"conversation":"c1","text":"a"}', b'{"id":"m1","text":"a"}',
        b'{"conversation":1,"id":"m1","text":"a"}', b'{"conversation":"c1","id":"m1","text":7}',
        b'{"conversation":"c1","id":"m1","text":"a","metadata":{"choice":"x"}}', b'{"conversation":"c1","id":"m1","text":"\\ud800"}',
    ],
)
def test_invalid_bodies(call, body):
    status, _, text, assistant = call("POST", "/v1/messages", data=body)
    assert (status, error_of(text)) == (422, "invalid")
    assert assistant.asked == []


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (UnknownChoice("c1-1"), 422, "unknown_choice"),
        (Busy("c1"), 503, "busy"),
        (asyncio.TimeoutError(), 504, "timeout"),
        (RedisError("down"), 503, "unavailable"),
        (ConnectionRefusedError(), 503, "unavailable"),
        (OSError(28, "disk full"), 503, "unavailable"),
        (ReleaseError("没有版本"), 503, "unavailable"),
        (ZeroDivisionError(SECRET_WORDS), 503, "unavailable"),
    ],
)
def test_every_failure_has_its_status_and_a_sentence_and_no_chat_text_in_the_log(call, caplog, error, status, code):
    with caplog.at_level(logging.DEBUG):
        found, _, body, _ = call("POST", "/v1/messages", {"error": error}, json=MESSAGE, headers={"X-Request-ID": "req-7"})
    assert (found, error_of(body)) == (status, code)
    assert SECRET_WORDS not in caplog.text and SECRET_WORDS not in body
    if status in (503, 504) and code != "busy":
        assert "req-7" in caplog.text and type(error).__name__ in caplog.text or code == "timeout"


def test_a_mistake_of_ours_is_not_called_the_citizens(call):
    """ValueError from inside the assistant is no malformed message."""
    status, _, body, _ = call("POST", "/v1/messages", {"error": ValueError("ours")}, json=MESSAGE)
    assert (status, error_of(body)) == (503, "unavailable")


def test_a_request_id_cannot_forge_log_lines(call, caplog):
    with caplog.at_level(logging.DEBUG):
        call("POST", "/v1/messages", {"error": RedisError("down")}, json=MESSAGE, headers={"X-Request-ID": "x" * 500})
    assert all(len(record.getMessage()) < 300 for record in caplog.records if record.name == module.__name__)


def test_too_large_a_body_is_refused(call):
    status, _, _, assistant = call("POST", "/v1/messages", json={**MESSAGE, "text": "长" * 70000})
    assert status == 413 and assistant.asked == []


def test_history(call):
    status, _, body, _ = call("GET", "/v1/history?conversation=c1")
    assert status == 200 and [m["text"] for m in json.loads(body)["messages"]] == ["c1"]


def test_history_needs_a_conversation(call):
    status, _, body, _ = call("GET", "/v1/history")
    assert (status, error_of(body)) == (422, "invalid")


def test_redis_down_elsewhere(call):
    status, _, body, _ = call("GET", "/v1/history?conversation=c1", {"error": RedisError("down")})
    assert (status, error_of(body)) == (503, "unavailable")


def test_erase(call):
    status, _, body, assistant = call("DELETE", "/v1/conversations/c1")
    assert (status, body, assistant.erased) == (204, "", ["c1"])


@pytest.mark.parametrize("path", ["/", "/webhooks/rest/webhook", "/model", "/conversations/c1/tracker"])
def test_none_of_rasas_own_routes_exist(call, path):
    assert call("GET", path)[0] == 404
