"""POST /messages: what goes in, what reaches the worker, what is refused."""
import asyncio
import json

import pytest

from bot.gateway import workers
from tests.gateway.conftest import MESSAGE_ID, refusal

pytestmark = pytest.mark.asyncio
URL = "/api/v1/messages"


async def send(client, auth, **body):
    return await client.post(URL, json={"id": MESSAGE_ID, **body}, headers=auth)


async def test_text_in_replies_out(client, auth, worker):
    response = await send(client, auth, text="租房怎么提取？")
    body = await response.json()
    assert response.status == 200 and body["id"] == MESSAGE_ID
    assert [reply["kind"] for reply in body["replies"]] == ["answer", "question", "reminder"]
    sent = worker.state["requests"][0]
    assert set(sent["body"]) == {"conversation", "id", "text"} and sent["body"]["text"] == "租房怎么提取？"
    assert sent["request_id"] == response.headers["X-Request-ID"]


async def test_choice_goes_to_the_worker_as_choice(client, auth, worker):
    response = await send(client, auth, choice="ask:C08-Q1:yes")
    assert (await response.json())["replies"][0]["kind"] == "answer"
    assert worker.state["requests"][0]["body"]["choice"] == "ask:C08-Q1:yes"
    assert "text" not in worker.state["requests"][0]["body"]


async def test_unknown_choice_is_422_with_the_workers_sentence(client, auth):
    assert await refusal(await send(client, auth, choice="nothing")) == (422, "unknown_choice")


async def test_two_sessions_are_two_conversations(client, new_token, worker):
    for _ in range(2):
        await send(client, {"Authorization": f"Bearer {await new_token(client)}"}, text="你好")
    assert len({request["body"]["conversation"] for request in worker.state["requests"]}) == 2


async def test_same_id_again_same_replies_processed_once(client, auth, worker):
    answers = [await (await send(client, auth, text="租房")).json() for _ in range(3)]
    assert answers[0] == answers[1] == answers[2] and worker.state["processed"] == 1


@pytest.mark.parametrize("text", ["/restart", "/faq_3", '/x{"slot":"y"}', "／restart", "/session_start", "SELECT 1; --",
                                  "<img src=x onerror=alert(1)>", "{{7*7}}", "🏠👨‍👩‍👧 能提吗"])
async def test_commands_and_markup_are_ordinary_text(client, auth, worker, text):
    """Attack: Rasa intent injection. The gateway passes slash commands on as text and interprets nothing."""
    response = await send(client, auth, text="原样：" + text)
    assert (await response.json())["replies"][0]["text"] == "原样：" + text


@pytest.mark.parametrize("sent, received", [
    ("  你好  ", "你好"),
    ("一行\r\n二行\r三行\t四", "一行\n二行\n三行 四"),
    ("你\x07好\x1b[31m", "你好[31m"),
    ("\u202e好你\u202c", "好你"),
    ("\u2066abc\u2069\u200f", "abc"),
    ("\ufeff你好\u200b", "你好"),
    ("x" * 1000, "x" * 1000),
    (" " + "字" * 1000 + "\n", "字" * 1000),
])
async def test_text_is_cleaned(client, auth, worker, sent, received):
    assert (await send(client, auth, text=sent)).status == 200
    assert worker.state["requests"][0]["body"]["text"] == received


@pytest.mark.parametrize("body, expected", [
    ({"id": MESSAGE_ID}, (422, "invalid")),
    ({"id": MESSAGE_ID, "text": "a", "choice": "b"}, (422, "invalid")),
    ({"text": "你好"}, (422, "invalid")),
    ({"id": "1", "text": "你好"}, (422, "invalid")),
    ({"id": MESSAGE_ID + "\n", "text": "你好"}, (422, "invalid")),
    ({"id": MESSAGE_ID.replace("-", ""), "text": "你好"}, (422, "invalid")),
    ({"id": 7, "text": "你好"}, (422, "invalid")),
    ({"id": MESSAGE_ID, "text": 7}, (422, "invalid")),
    ({"id": MESSAGE_ID, "text": ["你好"]}, (422, "invalid")),
    ({"id": MESSAGE_ID, "text": "你好", "sender": "someone"}, (422, "invalid")),
    ({"id": MESSAGE_ID, "text": "你好", "metadata": {}}, (422, "invalid")),
    ({"id": MESSAGE_ID, "text": ""}, (422, "text_empty")),
    ({"id": MESSAGE_ID, "text": " \n\u202e\x07 "}, (422, "text_empty")),
    ({"id": MESSAGE_ID, "text": "字" * 1001}, (422, "text_too_long")),
    ({"id": MESSAGE_ID, "text": "你\0好"}, (422, "invalid")),
    ({"id": MESSAGE_ID, "text": "你\ud800好"}, (422, "invalid")),
    ({"id": MESSAGE_ID, "\ud800": "x"}, (422, "invalid")),
    ({"id": MESSAGE_ID, "choice": ""}, (422, "unknown_choice")),
    ({"id": MESSAGE_ID, "choice": "x" * 65}, (422, "unknown_choice")),
    ({"id": MESSAGE_ID, "choice": "a b"}, (422, "unknown_choice")),
    ({"id": MESSAGE_ID, "choice": "a/../b"}, (422, "unknown_choice")),
    ([], (400, "bad_json")),
    ("text", (400, "bad_json")),
])
async def test_refused_bodies(client, auth, worker, body, expected):
    assert await refusal(await client.post(URL, json=body, headers=auth)) == expected
    assert worker.state["requests"] == []


@pytest.mark.parametrize("raw", [b"", b"{", b"{'id': 1}", b"\xff\xfe", b'{"id": NaN}', b"[" * 10000, b'{"id": %s}' % (b"9" * 9000),
                                 '{"id":"é"}'.encode("latin-1")])
async def test_broken_json_is_400(client, auth, raw):
    response = await client.post(URL, data=raw, headers={**auth, "Content-Type": "application/json"})
    assert await refusal(response) == (400, "bad_json")


@pytest.mark.parametrize("content_type", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data",
                                          "application/json; charset=gbk"])
async def test_other_content_types_are_400(client, auth, content_type):
    raw = json.dumps({"id": MESSAGE_ID, "text": "你好"})
    response = await client.post(URL, data=raw.encode(), headers={**auth, "Content-Type": content_type})
    assert await refusal(response) == (400, "bad_content_type")


async def test_body_over_16_kib_is_413(client, auth):
    for size in (16 * 1024, 1024 * 1024):
        raw = json.dumps({"id": MESSAGE_ID, "text": "x" * size})
        response = await client.post(URL, data=raw.encode(), headers={**auth, "Content-Type": "application/json"})
        assert await refusal(response) == (413, "too_large")


async def test_compressed_bomb_is_refused_unopened(client, auth):
    """Attack: decompression bomb."""
    import gzip
    response = await client.post(URL, data=gzip.compress(b"x" * 50_000_000), headers={
        **auth, "Content-Type": "application/json", "Content-Encoding": "gzip"})
    assert response.status in (400, 413)


async def test_parallel_messages_of_one_citizen_all_arrive(client, auth, worker):
    ids = [f"00000000-0000-4000-8000-{n:012d}" for n in range(20)]
    responses = await asyncio.gather(*(client.post(URL, json={"id": i, "text": "租房"}, headers=auth) for i in ids))
    assert [response.status for response in responses] == [200] * 20 and worker.state["processed"] == 20


async def test_500_citizens_at_once_are_all_answered(make_client, monkeypatch, new_token, worker):
    monkeypatch.setattr(workers, "LONGEST_WAIT", 600)  # on a busy machine some would rightly be asked to come again
    client = await make_client(message_timeout=1200)

    async def citizen(number):
        headers = {"Authorization": f"Bearer {await new_token(client)}"}
        body = {"id": f"00000000-0000-4000-8000-{number:012d}", "text": "你好"}
        async with client.post(URL, json=body, headers=headers) as response:
            return response.status
    assert set(await asyncio.gather(*(citizen(number) for number in range(500)))) == {200}
    assert worker.state["processed"] == 500


async def test_history_after_a_message(client, auth):
    assert await (await client.get("/api/v1/history", headers=auth)).json() == {"messages": []}
    await send(client, auth, text="你好")
    messages = (await (await client.get("/api/v1/history", headers=auth)).json())["messages"]
    assert [(m["from"], m["text"]) for m in messages] == [("citizen", "你好"), ("assistant", "您好，我是湘西公积金柜台助手。您想办什么事？")]
    assert messages[1]["reply"]["kind"] == "smalltalk"
