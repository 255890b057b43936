"""Remembering a browser: only after it asked, by a key of its own, and given up at any time."""
import pytest

from tests.gateway.conftest import refusal

pytestmark = pytest.mark.asyncio


async def session(client, **body):
    response = await client.post("/api/v1/sessions", json=body)
    assert response.status == 201
    return await response.json()


async def remember(client, **body):
    token = (await session(client))["token"]
    return await client.post("/api/v1/reminders", json=body, headers={"Authorization": f"Bearer {token}"})


async def test_without_asking_nothing_is_remembered(client, worker):
    assert set(await session(client)) == {"token", "expires_in"}
    assert worker.state["visits"] == []


async def test_a_new_browser_gets_a_key_and_a_known_one_keeps_its_own(client, worker):
    first = await (await remember(client)).json()
    assert first["kept"] == 1 and len(first["visitor"]) == 32
    again = await (await remember(client, visitor=first["visitor"])).json()
    assert again["visitor"] == first["visitor"]
    assert [(step, body["visitor"]) for step, body in worker.state["visits"]] == [("remember", first["visitor"])] * 2


async def test_a_returning_browser_is_greeted(client):
    key = (await (await remember(client)).json())["visitor"]
    assert (await session(client, visitor=key))["greeting"] == [{"text": "到日子了", "ask": "离职提取怎么办？"}]


@pytest.mark.parametrize("key", ["", "abc", "../../x", "A" * 33, "短" * 32])
async def test_a_key_that_cannot_be_ours_greets_nobody_and_never_reaches_the_worker(client, worker, key):
    assert (await session(client, visitor=key))["greeting"] == []
    assert worker.state["visits"] == []


async def test_a_conversation_begins_also_when_no_worker_answers(client, worker):
    key = (await (await remember(client)).json())["visitor"]
    worker.state["ready"] = False
    assert (await session(client, visitor=key))["greeting"] == []


async def test_forgetting(client, worker):
    key = (await (await remember(client)).json())["visitor"]
    assert (await client.delete("/api/v1/reminders", json={"visitor": key})).status == 204
    assert worker.state["visits"][-1] == ("forget", {"visitor": key})


async def test_remembering_needs_a_session(client):
    assert await refusal(await client.post("/api/v1/reminders", json={})) == (401, "unauthorized")
