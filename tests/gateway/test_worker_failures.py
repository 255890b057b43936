"""Workers that are down, busy, slow or broken: another one is asked, or the citizen gets a sentence in bounded time."""
import asyncio
import time

import pytest

from bot.gateway import keys, workers as workers_module
from tests.gateway.conftest import MESSAGE_ID, refusal, running_worker

pytestmark = pytest.mark.asyncio
URL = "/api/v1/messages"


async def send(client, auth, text):
    return await client.post(URL, json={"id": MESSAGE_ID, "text": text}, headers=auth)


async def test_all_workers_down_is_503_with_retry_after(client, auth, worker):
    await worker.stop()
    response = await send(client, auth, "你好")
    assert await refusal(response) == (503, "unavailable") and response.headers["Retry-After"] == "5"


@pytest.mark.parametrize("text, expected, sentence", [
    ("繁忙", (503, "unavailable"), "正在交接班，请稍等几秒再发。"),
    ("超时", (503, "timeout"), "这次查得太久了，请再发一次。"),
])
async def test_a_workers_refusal_keeps_its_sentence(client, auth, text, expected, sentence):
    response = await send(client, auth, text)
    assert await refusal(response) == expected
    assert (await response.json())["error"]["message"] == sentence


async def test_slow_worker_is_given_up_after_the_message_timeout(make_client, new_token, monkeypatch):
    monkeypatch.setattr(workers_module, "GRACE_SECONDS", 0.0)
    client = await make_client(message_timeout=1)
    started = time.monotonic()
    response = await send(client, {"Authorization": f"Bearer {await new_token(client)}"}, "慢")
    assert await refusal(response) == (503, "timeout") and time.monotonic() - started < 3


async def test_next_worker_answers_when_the_first_refuses_the_connection(make_client, new_token, tmp_path, worker):
    sockets = (str(tmp_path / "gone.sock"), worker.socket)
    client = await make_client(worker_sockets=sockets)
    for _ in range(8):  # about half of the conversations belong to the missing worker
        assert (await send(client, {"Authorization": f"Bearer {await new_token(client)}"}, "你好")).status == 200
    assert worker.state["processed"] == 8


@pytest.fixture
async def two(make_client, new_token, tmp_path, worker):
    """``(client, first, second)`` with two workers."""
    async with running_worker(tmp_path / "second.sock") as second:
        yield await make_client(worker_sockets=(worker.socket, second.socket)), worker, second


async def answered(client, new_token, text, ident=MESSAGE_ID, auth=None):
    auth = auth or {"Authorization": f"Bearer {await new_token(client)}"}
    response = await client.post(URL, json={"id": ident, "text": text}, headers=auth)
    return response.status, [r["text"] for r in (await response.json()).get("replies", [])]


@pytest.mark.parametrize("text", ["死", "交班", "坏"])
async def test_a_worker_that_dies_leaves_or_talks_nonsense_is_replaced_by_another(two, new_token, text):
    client, first, second = two
    other = {"死": 200, "交班": 503, "坏": 503}[text]  # the other one dies only once
    assert (await answered(client, new_token, text))[0] == other
    bodies = [r["body"] for worker in (first, second) for r in worker.state["requests"]]
    assert first.state["requests"] and second.state["requests"], "both were asked"
    assert len({body["id"] for body in bodies}) == 1, "under the same id, which runs once"


async def test_a_dead_workers_share_goes_to_the_others_without_a_failed_message(two, new_token):
    client, first, second = two
    await first.stop()
    for _ in range(8):
        assert (await answered(client, new_token, "你好"))[0] == 200
    assert second.state["processed"] == 8


async def test_the_least_busy_worker_is_asked(two, new_token):
    """Six messages that wait are spread evenly, whatever their conversations."""
    client, first, second = two
    waiting = [asyncio.create_task(answered(client, new_token, "等")) for _ in range(6)]
    while len(first.state["requests"]) + len(second.state["requests"]) < 6:
        await asyncio.sleep(0.01)
    assert (len(first.state["requests"]), len(second.state["requests"])) == (3, 3)
    first.state["gate"].set(), second.state["gate"].set()
    assert {status for status, _ in await asyncio.gather(*waiting)} == {200}


async def test_an_idle_conversation_stays_with_its_worker(two, new_token):
    client, first, second = two
    auth = {"Authorization": f"Bearer {await new_token(client)}"}
    for number in range(6):
        await answered(client, new_token, "你好", f"{MESSAGE_ID[:-1]}{number}", auth)
    assert sorted([first.state["processed"], second.state["processed"]]) == [0, 6]


async def test_messages_of_one_conversation_are_worked_on_in_the_order_they_came(client, auth, worker):
    texts = ["等", "你好1", "你好2", "你好3"]
    waiting = []
    for number, text in enumerate(texts):
        waiting.append(asyncio.create_task(client.post(URL, json={"id": f"{MESSAGE_ID[:-1]}{number}", "text": text}, headers=auth)))
        while len(client.app[keys.WORKERS]._queue) <= number:
            await asyncio.sleep(0.01)
    assert [r["body"]["text"] for r in worker.state["requests"]] in (["等"], []), "the others wait for the first"
    worker.state["gate"].set()
    assert {response.status for response in await asyncio.gather(*waiting)} == {200}
    assert [r["body"]["text"] for r in worker.state["requests"]] == texts


async def test_a_citizen_who_leaves_frees_the_place(client, auth, worker, monkeypatch):
    monkeypatch.setattr("bot.gateway.queue.PLACES", 1)
    gone = asyncio.create_task(send(client, auth, "等"))
    while not worker.state["requests"]:
        await asyncio.sleep(0.01)
    gone.cancel()
    worker.state["gate"].set()
    assert (await client.post(URL, json={"id": MESSAGE_ID[:-1] + "1", "text": "你好"}, headers=auth)).status == 200


async def test_too_many_messages_at_once_are_refused_at_once(client, auth, monkeypatch):
    monkeypatch.setattr("bot.gateway.queue.MOST_WAITING", 0)
    response = await send(client, auth, "你好")
    assert await refusal(response) == (503, "unavailable") and int(response.headers["Retry-After"]) >= 1


async def test_readyz_says_no_when_no_worker_is_ready(client, worker):
    assert (await client.get("/readyz")).status == 200
    worker.state["ready"] = False
    assert await refusal(await client.get("/readyz")) == (503, "unavailable")
    await worker.stop()
    assert await refusal(await client.get("/readyz")) == (503, "unavailable")


async def test_history_and_next_message_work_after_a_failure(client, auth, worker):
    assert (await send(client, auth, "繁忙")).status == 503
    response = await client.post(URL, json={"id": MESSAGE_ID[:-1] + "0", "text": "你好"}, headers=auth)
    assert response.status == 200


async def test_how_long_a_message_takes_is_learnt_from_answers(client, auth, worker):
    queue = client.app[keys.WORKERS]._queue
    before = queue._seconds
    assert (await send(client, auth, "你好")).status == 200
    assert queue._seconds != before
    before = queue._seconds
    assert (await client.post(URL, json={"id": MESSAGE_ID[:-1] + "1", "text": "繁忙"}, headers=auth)).status == 503
    assert queue._seconds == before
