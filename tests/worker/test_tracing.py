"""A message followed through the worker: the gateway's trace goes on, each stage and action is a span, and no word of it is the citizen's."""
from __future__ import annotations

import asyncio
import json

import pytest

from bot import tracing
from bot.settings import Settings, SettingsError
from tests.spans import Collector, caught, send_one
from tests.worker.test_app import MESSAGE, SECRET_WORDS, call  # noqa: F401 (a fixture)

TRACE, PARENT = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"
HEADERS = {"traceparent": f"00-{TRACE}-{PARENT}-01", "X-Request-ID": "r-1"}
POST = {"gjj.request_id": "r-1", "http.request.method": "POST", "http.route": "/v1/messages"}


def test_a_message_continues_the_gateways_trace(call):  # noqa: F811
    with caught() as spans:
        call("POST", "/v1/messages", json=MESSAGE, headers=HEADERS)
    (span,) = spans.finished
    assert (f"{span.context.trace_id:032x}", f"{span.parent.span_id:016x}") == (TRACE, PARENT)
    assert spans.tree() == [("POST /v1/messages", {**POST, "http.response.status_code": 200}, [])]
    assert json.dumps(SECRET_WORDS)[1:-1] not in spans.everything() and SECRET_WORDS not in spans.everything()


def test_a_failure_is_told_by_its_status(call):  # noqa: F811
    with caught() as spans:
        call("POST", "/v1/messages", {"error": asyncio.TimeoutError(SECRET_WORDS)}, json=MESSAGE, headers=HEADERS)
    assert spans.tree() == [("POST /v1/messages", {**POST, "http.response.status_code": 504, "error.type": "504"}, [])]


def test_a_route_is_told_without_the_conversation_in_it(call):  # noqa: F811
    with caught() as spans:
        call("DELETE", "/v1/conversations/c1")
    (span,) = spans.finished
    assert span.name == "DELETE /v1/conversations/{conversation}" and span.parent is None


def test_work_of_two_messages_at_once_hangs_below_each():
    async def message(name):
        with tracing.serving(name):
            with tracing.span(f"{name} turn"):
                await asyncio.sleep(0)
            with tracing.span(f"{name} dialogue"):
                await asyncio.to_thread(lambda: tracing.span(f"{name} action").__enter__().__exit__(None, None, None))

    async def both():
        await asyncio.gather(message("a"), message("b"))

    with caught() as spans:
        asyncio.run(both())
    assert sorted(spans.tree()) == [
        (name, {}, [(f"{name} turn", {}, []), (f"{name} dialogue", {}, [(f"{name} action", {}, [])])]) for name in ("a", "b")]


def test_what_belongs_to_no_request_is_not_followed():
    with caught() as spans:
        with tracing.span("self-test of a model"):
            pass
    assert spans.finished == []


def test_a_span_names_the_kind_of_a_mistake_and_not_what_it_says():
    with caught() as spans:
        with tracing.serving("message"), pytest.raises(ValueError), tracing.span("work"):
            raise ValueError(SECRET_WORDS)
    assert spans.tree() == [("message", {}, [("work", {"error.type": "ValueError"}, [])])]
    assert "events" in spans.everything() and json.dumps(SECRET_WORDS)[1:-1] not in spans.everything()


def test_a_collector_gets_what_is_left_when_the_process_ends():
    with Collector() as collector:
        send_one(collector.address)
    assert (collector.paths, collector.sent) == (["/v1/traces"], [("gjj-worker", ["work"])])


def test_a_collector_that_is_busy_or_away_holds_up_nobody(monkeypatch):
    monkeypatch.setattr(tracing, "STOP_SECONDS", 0.1)
    with Collector(status=503) as busy:
        send_one(busy.address)
    send_one(busy.address)


def test_switched_off_a_span_is_one_object_that_does_nothing():
    assert tracing.span("a") is tracing.span("b") is tracing.serving("c") is tracing.calling("d")
    with tracing.span("a") as span:
        span.set("x", 1)
        span.failed("x")
    assert span.headers() == {}


@pytest.mark.parametrize("wrong", ["collector:4318", "http://", "ftp://10.0.0.5", "http://user:word@10.0.0.5:4318", "http://10.0.0.5:4318/?a=b"])
def test_an_address_that_cannot_be_one_is_refused_by_name(wrong):
    with pytest.raises(SettingsError, match="GJJ_OTLP_ENDPOINT") as refusal:
        Settings.from_env({"GJJ_OTLP_ENDPOINT": wrong})
    assert "word" not in str(refusal.value)


@pytest.mark.parametrize("right", ["http://127.0.0.1:4318", "https://collector.example.gov.cn/tenant", "http://[::1]:4318"])
def test_addresses_of_collectors(right):
    assert Settings.from_env({"GJJ_OTLP_ENDPOINT": right}).otlp_endpoint == right
