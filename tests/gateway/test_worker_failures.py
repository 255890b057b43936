"""Workers that are down, slow or broken: the citizen gets a sentence in bounded time, and nothing is processed twice."""
import time

import pytest

from bot.gateway import workers as workers_module
from bot.gateway.metrics import Metrics
from bot.gateway.workers import Workers
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


async def test_a_refusing_worker_is_not_replaced_by_another(make_client, new_token, tmp_path, worker):
    """Only a refused connection moves on: a worker that answered 503 may have begun."""
    async with running_worker(tmp_path / "second.sock") as second:
        client = await make_client(worker_sockets=(worker.socket, second.socket))
        await send(client, {"Authorization": f"Bearer {await new_token(client)}"}, "繁忙")
        assert len(worker.state["requests"]) + len(second.state["requests"]) == 1


async def test_rendezvous_hash_keeps_conversations_in_place():
    sockets = [f"/run/worker-{n}.sock" for n in range(4)]
    four, three = Workers(sockets, 1, Metrics()), Workers(sockets[:3], 1, Metrics())
    try:
        names = [f"{n:032x}" for n in range(400)]
        before = {name: four.order(name)[0].socket for name in names}
        assert {before[name] for name in names} == set(sockets)
        assert all(three.order(name)[0].socket == before[name] for name in names if before[name] != sockets[3])
    finally:
        await four.close()
        await three.close()


async def test_too_many_messages_at_once_are_refused_at_once(client, auth, monkeypatch):
    monkeypatch.setattr(workers_module, "MOST_IN_FLIGHT", 0)
    assert await refusal(await send(client, auth, "你好")) == (503, "unavailable")


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
