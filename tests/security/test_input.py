"""Hostile input to the chat: commands in disguise, controls, surrogates, depth, numbers, repetition, unpacking frames."""
import json

import pytest
from aiohttp import WSMsgType

from tests.gateway.conftest import MESSAGE_ID, refusal

pytestmark = pytest.mark.asyncio
URL = "/api/v1/messages"
COMMANDS = ["/restart", "／restart", " /restart", "\u3000/restart", "/ restart", "\u200b/restart", "/\u200brestart", "\ufeff／restart", "\u202e/restart", "\u2066/restart",
            "\n/restart", "/r\u0000estart".replace("\0", "\u200c"), "⁄restart", "∕restart", "⧸restart", '/ask{"memory": null}', "/session_start", "/back", "EXTERNAL: restart",
            '{"intent": "restart"}', "@restart", "[restart](intent)"]


@pytest.mark.parametrize("command", COMMANDS)
async def test_a_command_in_any_disguise_reaches_the_worker_as_words(client, auth, worker, command):
    """Attack: Rasa intent injection. The gateway sends words, never intents; tests/worker/test_incoming.py and test_real_model.py go on from there."""
    response = await client.post(URL, json={"id": MESSAGE_ID, "text": "原样：" + command}, headers=auth)
    assert response.status == 200
    sent = worker.state["requests"][0]["body"]
    assert set(sent) == {"conversation", "id", "text"} and sent["text"].startswith("原样：")


@pytest.mark.parametrize("field, value", [("conversation", "x"), ("sender", "x"), ("metadata", {}), ("__proto__", {}), ("constructor", {}), ("input_channel", "x"), ("intent", "restart")])
async def test_fields_that_only_the_server_may_set_are_refused(client, auth, worker, field, value):
    """Attack: mass assignment."""
    body = {"id": MESSAGE_ID, "text": "你好", field: value}
    assert await refusal(await client.post(URL, json=body, headers=auth)) == (422, "invalid")
    assert worker.state["requests"] == []


DEEP = [b"[" * 100_000 + b"]" * 100_000, b'{"a":' * 3000 + b"1" + b"}" * 3000, b'{"id":"x","text":' + b"[" * 5000]


@pytest.mark.parametrize("raw, expected", [
    (DEEP[0], (413, "too_large")), (DEEP[1], (413, "too_large")), (DEEP[2], (400, "bad_json")), (b"[" * 8000 + b"]" * 8000, (400, "bad_json")),
    (b'{"id": 1%s}' % (b"0" * 8000), (400, "bad_json")), (b'{"id": 1e99999, "text": "a"}', (422, "invalid")), (b'{"id": -Infinity}', (400, "bad_json")),
    (b'{"id": "%s", "text": "a", "text": "b"}' % MESSAGE_ID.encode(), (400, "bad_json")), (b'{"id": "a", "id": "%s", "text": "a"}' % MESSAGE_ID.encode(), (400, "bad_json")),
    (b'\xef\xbb\xbf{"id": 1}', (400, "bad_json")), ('{"id": "x"}'.encode("utf-16"), (400, "bad_json")), (b'{"id": "\xed\xa0\x80"}', (400, "bad_json")),
    (b'{"id": "\xc0\xaf"}', (400, "bad_json")), (b'{"id": "x",}', (400, "bad_json")), (b"// {}", (400, "bad_json")), (b"{}{}", (400, "bad_json")), (b"", (400, "bad_json")),
])
async def test_json_that_is_meant_to_hurt(client, auth, raw, expected):
    response = await client.post(URL, data=raw, headers={**auth, "Content-Type": "application/json"})
    assert await refusal(response) == expected


@pytest.mark.parametrize("path, body", [
    (URL, {"id": MESSAGE_ID, "text": "%s"}), ("/api/v1/feedback", {"reply": "r", "score": 1, "comment": "%s"}), ("/api/v1/feedback", {"reply": "r", "score": 1, "reason": "%s"}),
    ("/api/v1/rating", {"stars": 5, "comment": "%s"}),
])
@pytest.mark.parametrize("bad", ["\0", "\ud800", "\udfff", "a\0b"])
async def test_nul_and_lone_surrogates_are_refused_everywhere(client, auth, path, body, bad):
    filled = {name: bad if value == "%s" else value for name, value in body.items()}
    assert await refusal(await client.post(path, data=json.dumps(filled), headers={**auth, "Content-Type": "application/json"})) == (422, "invalid")


async def test_directions_and_controls_are_taken_out_of_what_staff_will_read(client, auth):
    from bot.gateway import keys
    redis = client.app[keys.REDIS]
    await redis.delete("gjj:feedback")
    await client.post("/api/v1/rating", json={"stars": 1, "comment": "\u202e好\x1b[31m评\u2066\x9b"}, headers=auth)
    ((_, entry),) = await redis.xrange("gjj:feedback")
    assert entry["comment"] == "好[31m评"


@pytest.mark.parametrize("q", ["\0", "\ud800", "%", "%zz", "\u202e", "x" * 10_000, "(((((((", "[", "\\", "*", "？" * 500, "a\r\nb"])
async def test_suggestions_for_anything_at_all(client, q):
    from urllib.parse import quote
    response = await client.get("/api/v1/suggest?q=" + quote(q.encode("utf-8", "surrogatepass"))[:7000])
    assert response.status == 200 and len((await response.json())["questions"]) <= 5


async def test_the_same_parameter_twice_is_read_once(client):
    """Attack: parameter pollution."""
    first = await (await client.get("/api/v1/suggest?q=租房")).json()
    assert await (await client.get("/api/v1/suggest?q=租房&q=购房&q[]=x")).json() == first


async def test_frames_cannot_be_packed(client):
    """Attack: decompression bombs through the WebSocket."""
    async with client.ws_connect("/api/v1/ws", compress=15) as socket:
        assert not socket.compress


async def test_a_frame_in_endless_parts_is_cut_off(client, token):
    async with client.ws_connect("/api/v1/ws") as socket:
        await socket.send_json({"token": token})
        for _ in range(40):
            await socket._writer.send_frame(b"x" * 1000, WSMsgType.TEXT if _ == 0 else WSMsgType.CONTINUATION)
        while (frame := await socket.receive(timeout=30)).type is WSMsgType.TEXT:
            pass
        assert frame.type is WSMsgType.CLOSE and frame.data in (1002, 1009)


async def test_one_window_too_many_of_a_conversation_ends_the_first(client, token):
    """Attack: one token, thousands of connections."""
    from bot.gateway.websocket import MOST_WINDOWS
    opened = [await client.ws_connect("/api/v1/ws") for _ in range(MOST_WINDOWS + 1)]
    for socket in opened:
        await socket.send_json({"token": token})
        await socket.send_json({"id": MESSAGE_ID, "text": "你好"})
        await socket.receive(timeout=30)
    while (frame := await opened[0].receive(timeout=30)).type is WSMsgType.TEXT:
        pass
    assert frame.data == 4409 and not opened[-1].closed
    for socket in opened:
        await socket.close()
