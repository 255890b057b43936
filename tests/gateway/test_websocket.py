"""GET /ws: the first frame is the token, then messages one at a time, replies as they come."""
import asyncio

import pytest
from aiohttp import WSMsgType, WSServerHandshakeError

from tests.gateway.conftest import MESSAGE_ID, refusal

pytestmark = pytest.mark.asyncio
URL = "/api/v1/ws"
OTHER_ID = MESSAGE_ID[:-1] + "0"


async def until_done(socket):
    frames = []
    while True:
        frames.append(await socket.receive_json(timeout=5))
        if frames[-1]["type"] in ("done", "error"):
            return frames


async def test_typing_then_each_reply_then_done(client, token):
    async with client.ws_connect(URL) as socket:
        await socket.send_json({"token": token})
        await socket.send_json({"id": MESSAGE_ID, "text": "租房"})
        frames = await until_done(socket)
    assert [frame["type"] for frame in frames] == ["typing", "reply", "reply", "reply", "done"]
    assert frames[0] == {"type": "typing"} and frames[-1] == {"type": "done", "id": MESSAGE_ID}
    assert [(f["id"], f["reply"]["kind"]) for f in frames[1:4]] == [
        (MESSAGE_ID, "answer"), (MESSAGE_ID, "question"), (MESSAGE_ID, "reminder")]


async def test_same_id_over_websocket_and_post_is_one_message(client, token, auth, worker):
    async with client.ws_connect(URL) as socket:
        await socket.send_json({"token": token})
        await socket.send_json({"id": MESSAGE_ID, "text": "租房"})
        streamed = [frame["reply"] for frame in await until_done(socket) if frame["type"] == "reply"]
    posted = await (await client.post("/api/v1/messages", json={"id": MESSAGE_ID, "text": "租房"}, headers=auth)).json()
    assert posted["replies"] == streamed and worker.state["processed"] == 1


async def test_messages_are_answered_one_at_a_time_in_order(client, token):
    async with client.ws_connect(URL) as socket:
        await socket.send_json({"token": token})
        await socket.send_json({"id": MESSAGE_ID, "text": "卡"})
        await socket.send_json({"id": OTHER_ID, "text": "你好"})
        first, second = await until_done(socket), await until_done(socket)
    assert {frame["id"] for frame in first if "id" in frame} == {MESSAGE_ID}
    assert {frame["id"] for frame in second if "id" in frame} == {OTHER_ID}


@pytest.mark.parametrize("first", ["你好", "{}", '{"token": 7}', '{"token": "v1.a.b"}', '{"token": "x", "conversation": "y"}', "["])
async def test_a_wrong_first_frame_is_refused_and_closed(client, first):
    async with client.ws_connect(URL) as socket:
        await socket.send_str(first)
        frame = await socket.receive_json(timeout=5)
        assert frame["type"] == "error" and frame["error"]["code"] in ("unauthorized", "bad_json")
        assert (await socket.receive(timeout=5)).type is WSMsgType.CLOSE


async def test_cross_site_websocket_hijacking_is_refused(client):
    """Attack: a foreign page opens a WebSocket from the citizen's browser."""
    with pytest.raises(WSServerHandshakeError) as error:
        await client.ws_connect(URL, origin="https://evil.example")
    assert error.value.status == 403


async def test_own_and_listed_origins_may_connect(make_client, new_token):
    client = await make_client(allowed_origins=("https://gjj.example.gov.cn",))
    for origin in (f"http://{client.host}:{client.port}", "https://gjj.example.gov.cn"):
        async with client.ws_connect(URL, origin=origin) as socket:
            await socket.send_json({"token": await new_token(client)})
            await socket.send_json({"id": MESSAGE_ID, "text": "你好"})
            assert (await until_done(socket))[-1]["type"] == "done"


@pytest.mark.parametrize("frame, code", [
    ("{", "bad_json"), ("[]", "bad_json"), ('{"id": "1", "text": "a"}', "invalid"),
    ('{"id": "%s", "text": ""}' % MESSAGE_ID, "text_empty"), ('{"token": "again"}', "invalid"),
    ('{"id": "%s", "text": "\\ud800"}' % MESSAGE_ID, "invalid"),
])
async def test_a_bad_frame_is_an_error_and_the_connection_lives_on(client, token, frame, code):
    async with client.ws_connect(URL) as socket:
        await socket.send_json({"token": token})
        await socket.send_str(frame)
        assert (await socket.receive_json(timeout=5))["error"]["code"] == code
        await socket.send_bytes(b"\0")
        assert (await socket.receive_json(timeout=5))["error"]["code"] == "bad_json"
        await socket.send_json({"id": MESSAGE_ID, "text": "你好"})
        assert (await until_done(socket))[-1]["type"] == "done"


async def test_error_frames_name_the_message(client, token, worker):
    async with client.ws_connect(URL) as socket:
        await socket.send_json({"token": token})
        await socket.send_json({"id": MESSAGE_ID, "text": "繁忙"})
        error = (await until_done(socket))[-1]
        assert (error["id"], error["error"]["code"]) == (MESSAGE_ID, "unavailable")
        assert set(error["error"]) == {"code", "message", "request_id"}


async def test_a_stream_cut_off_in_the_middle_goes_on_without_saying_anything_twice(client, token, worker):
    async with client.ws_connect(URL) as socket:
        await socket.send_json({"token": token})
        await socket.send_json({"id": MESSAGE_ID, "text": "租房断"})
        frames = await until_done(socket)
    replies = [frame["reply"]["id"] for frame in frames if frame["type"] == "reply"]
    assert frames[-1]["type"] == "done" and len(replies) > 1 and len(set(replies)) == len(replies)
    assert worker.state["processed"] == 1 and len(worker.state["requests"]) == 2


async def test_a_frame_over_the_size_limit_closes_the_connection(client, token):
    async with client.ws_connect(URL) as socket:
        await socket.send_json({"token": token})
        await socket.send_json({"id": MESSAGE_ID, "text": "x" * 20000})
        closed = await socket.receive(timeout=5)
        assert closed.type is WSMsgType.CLOSE and closed.data == 1009


async def test_too_many_messages_ahead_are_refused(client, token):
    async with client.ws_connect(URL) as socket:
        await socket.send_json({"token": token})
        for number in range(12):
            await socket.send_json({"id": f"00000000-0000-4000-8000-{number:012d}", "text": "卡"})
        codes = []
        while len(codes) < 3:
            frame = await socket.receive_json(timeout=5)
            codes += [frame["error"]["code"]] if frame["type"] == "error" else []
        assert set(codes) == {"rate_limited"}


async def test_erased_in_another_window_ends_the_connection(client, token, auth):
    async with client.ws_connect(URL) as socket:
        await socket.send_json({"token": token})
        await socket.send_json({"id": MESSAGE_ID, "text": "你好"})
        await until_done(socket)
        await client.delete("/api/v1/session", headers=auth)
        await socket.send_json({"id": OTHER_ID, "text": "你好"})
        assert (await socket.receive_json(timeout=5))["error"]["code"] == "unauthorized"
        closed = await socket.receive(timeout=5)
        assert closed.type is WSMsgType.CLOSE and closed.data == 4401


async def test_a_session_ends_on_an_idle_connection(make_client, new_token):
    client = await make_client(session_ttl=1)
    async with client.ws_connect(URL) as socket:
        await socket.send_json({"token": await new_token(client)})
        assert (await socket.receive_json(timeout=5))["error"]["code"] == "session_expired"


async def test_a_client_that_leaves_meanwhile_loses_nothing(client, token, auth, worker):
    async with client.ws_connect(URL) as socket:
        await socket.send_json({"token": token})
        await socket.send_json({"id": MESSAGE_ID, "text": "卡租房"})
        await socket.receive_json(timeout=5)
    await asyncio.sleep(1.8)
    answer = await client.post("/api/v1/messages", json={"id": MESSAGE_ID, "text": "卡租房"}, headers=auth)
    assert len((await answer.json())["replies"]) == 3 and worker.state["processed"] == 1


async def test_plain_get_is_400(client):
    assert await refusal(await client.get(URL)) == (400, "bad_request")
