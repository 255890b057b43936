"""A message followed through the gateway: exactly which spans, what hangs below what, and nothing a citizen wrote."""
import json
import subprocess
import sys
from pathlib import Path

import pytest

from bot import tracing
from tests.gateway.conftest import MESSAGE_ID, running_worker
from tests.spans import Collector, caught, send_one

pytestmark = pytest.mark.asyncio
URL = "/api/v1/messages"
WORDS = "租房提取要带什么材料"
TRACE, PARENT = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"
SAMPLED = 1
ABOVE = {"traceparent": f"00-{TRACE}-{PARENT}-01"}


@pytest.fixture
def spans():
    with caught() as found:
        yield found


async def send(client, auth, text=WORDS, **headers):
    async with client.post(URL, json={"id": MESSAGE_ID, "text": text}, headers={**auth, **headers}) as response:
        return response.status, response.headers["X-Request-ID"]


def served(request_id, status, **more):
    return {"gjj.request_id": request_id, "http.request.method": "POST", "http.route": URL, "http.response.status_code": status, **more}


def last(spans):
    """The tree of the last request alone."""
    return spans.tree()[-1]


async def test_a_message_is_a_request_a_wait_and_a_call(client, auth, worker, spans):
    _, request_id = await send(client, auth)
    assert last(spans) == (f"POST {URL}", served(request_id, 200), [("queue", {}, []), ("worker", {"gjj.worker": "1"}, [])])


async def test_the_worker_is_told_under_which_span_to_continue(client, auth, worker, spans):
    await send(client, auth)
    call = next(span for span in spans.finished if span.name == "worker")
    version, trace, span, flags = worker.state["requests"][-1]["traceparent"].split("-")
    assert (version, trace, span) == ("00", f"{call.context.trace_id:032x}", f"{call.context.span_id:016x}") and int(flags, 16) & SAMPLED


async def test_each_attempt_has_its_own_span_and_tells_why_it_failed(make_client, new_token, worker, tmp_path, spans):
    async with running_worker(tmp_path / "second.sock") as second:
        client = await make_client(worker_sockets=(worker.socket, second.socket))
        auth = {"Authorization": f"Bearer {await new_token(client)}"}
        status, _ = await send(client, auth, "死")
    _, about, below = last(spans)
    assert status == 200 and about["http.response.status_code"] == 200
    calls = [attributes for name, attributes, _ in below if name == "worker"]
    assert calls[0]["error.type"] == "broken" and len(calls) == 3 and "error.type" not in calls[-1]
    assert {calls[0]["gjj.worker"], calls[1]["gjj.worker"]} == {"1", "2"}


async def test_a_refusal_is_told_by_its_code(client, auth, worker, spans):
    _, request_id = await send(client, auth, "超时")
    assert last(spans) == (f"POST {URL}", served(request_id, 503, **{"error.type": "timeout"}), [
        ("queue", {}, []), ("worker", {"gjj.worker": "1", "error.type": "timeout"}, [])])


async def test_what_the_citizen_did_wrong_is_no_failure_of_ours(client, auth, spans):
    async with client.post(URL, json={"id": "x", "text": WORDS}, headers=auth) as response:
        request_id = response.headers["X-Request-ID"]
    assert last(spans) == (f"POST {URL}", served(request_id, 422), [])


async def test_messages_of_one_window_are_traces_of_their_own(client, token, spans):
    async with client.ws_connect("/api/v1/ws") as socket:
        await socket.send_json({"token": token})
        for _ in range(2):
            await socket.send_json({"id": MESSAGE_ID, "text": WORDS})
            while (await socket.receive_json())["type"] != "done":
                pass
    found = [one for one in spans.tree() if one[0] == "message"]
    assert len(found) == 2 and found[0] == found[1]
    assert set(found[0][1]) == {"gjj.request_id", "http.route"} and found[0][2] == [("queue", {}, []), ("worker", {"gjj.worker": "1"}, [])]
    assert not any(name.endswith("/ws") for name, _, _ in spans.tree()), "a window open for hours is no request"


async def test_a_trusted_proxys_trace_is_continued(make_client, new_token, spans):
    client = await make_client(trusted_proxies=("127.0.0.1",))
    await send(client, {"Authorization": f"Bearer {await new_token(client)}"}, **ABOVE)
    request = spans.finished[-1]
    assert f"{request.context.trace_id:032x}" == TRACE and f"{request.parent.span_id:016x}" == PARENT


async def test_anybody_elses_trace_is_not(client, auth, spans):
    await send(client, auth, **ABOVE)
    assert spans.finished[-1].parent is None and f"{spans.finished[-1].context.trace_id:032x}" != TRACE


async def test_pages_and_health_are_not_followed(client, spans):
    for path in ("/", "/healthz", "/metrics", "/web/chat.css", "/nowhere"):
        await client.get(path)
    assert spans.finished == []


async def test_nothing_of_the_conversation_is_in_a_span(client, auth, token, worker, spans):
    secret = "我的身份证号433101199001011234，租房能提多少"
    await send(client, auth, secret)
    async with client.get("/api/v1/suggest", params={"q": secret}):
        pass
    sent = spans.everything()
    conversation = worker.state["requests"][-1]["body"]["conversation"]
    for word in (secret, json.dumps(secret)[1:-1], "433101", token, conversation, MESSAGE_ID, "127.0.0.1"):
        assert word not in sent


async def test_of_no_percent_nothing_is_sent_and_the_worker_knows(client, auth, worker):
    with caught(percent=0) as spans:
        await send(client, auth)
    flags = worker.state["requests"][-1]["traceparent"].split("-")[-1]
    assert spans.finished == [] and not int(flags, 16) & SAMPLED


async def test_switched_off_there_are_no_headers(client, auth, worker):
    await send(client, auth)
    assert worker.state["requests"][-1]["traceparent"] is None and tracing.calling("x").headers() == {}


async def test_switched_off_nothing_that_sends_is_even_imported():
    code = "import sys, bot.gateway.__main__ as m; m.tracing.start('gjj', ''); print(*[n for n in sys.modules if 'opentelemetry' in n and 'trace' in n])"
    root = Path(__file__).resolve().parents[2]
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=root, check=True)
    assert "exporter" not in done.stdout and "sdk.trace" not in done.stdout


async def test_a_collector_gets_what_is_left_when_the_process_ends():
    with Collector() as collector:
        send_one(collector.address)
    assert (collector.paths, collector.sent) == (["/v1/traces"], [("gjj-worker", ["work"])])


async def test_a_collector_that_is_busy_or_away_holds_up_nobody(monkeypatch):
    monkeypatch.setattr(tracing, "STOP_SECONDS", 0.1)
    with Collector(status=503) as busy:
        send_one(busy.address)
    send_one(busy.address)
