"""Signed calls from servers of partners, as docs/channels.md describes them."""
import json
import time

import pytest

from bot.gateway.channels.signed import signature
from tests.gateway.conftest import MESSAGE_ID, refusal

pytestmark = pytest.mark.asyncio
KEY, OTHER = b"k" * 16 + b"0123456789abcdef", b"other-key-of-another-partner-0123456789"
URL = "/api/v1/partner/messages"
NONCES = iter(range(10**6))


async def call(client, body, url=URL, name="bank", key=KEY, at=None, nonce=None, change=None):
    raw = json.dumps(body).encode()
    timestamp = str(int(time.time()) if at is None else at)
    nonce = nonce or f"nonce-{next(NONCES):012d}"
    headers = {"X-GJJ-Partner": name, "X-GJJ-Timestamp": timestamp, "X-GJJ-Nonce": nonce, "Content-Type": "application/json",
               "X-GJJ-Signature": signature(key, "POST", url, timestamp, nonce, raw)}
    return await client.post(url, data=change or raw, headers=headers)


@pytest.fixture
def partners():
    return {"partners": (("bank", KEY), ("app", OTHER))}


async def test_the_signature_of_the_manual():
    assert signature(b"0123456789abcdef0123456789abcdef", "POST", URL, "1763800000", "5f1c0a9be2d14c77", b'{"user":"u1"}') == (
        "v1=71447596e46846faa5e5a2dbe9e2d9e713c15d356b6662fe9169a2242f3b820f")


async def test_message_in_replies_out(make_client, worker, partners):
    client = await make_client(**partners)
    response = await call(client, {"user": "u1", "id": MESSAGE_ID, "text": "租房怎么提取"})
    assert response.status == 200 and (await response.json())["replies"][0]["kind"] == "answer"
    await call(client, {"user": "u1", "id": MESSAGE_ID.replace("6f96", "7f96"), "choice": "ask:C08-Q1:yes"})
    assert len({request["body"]["conversation"] for request in worker.state["requests"]}) == 1


async def test_the_same_user_of_two_partners_is_two_people(make_client, worker, partners):
    client = await make_client(**partners)
    await call(client, {"user": "u1", "id": MESSAGE_ID, "text": "租房"})
    await call(client, {"user": "u1", "id": MESSAGE_ID, "text": "租房"}, name="app", key=OTHER)
    assert len({request["body"]["conversation"] for request in worker.state["requests"]}) == 2


@pytest.mark.parametrize("how", [{"key": OTHER}, {"name": "nobody"}, {"at": 1}, {"nonce": "short"}, {"change": b'{"user":"u2"}'}])
async def test_what_the_partner_did_not_sign_is_refused(make_client, worker, partners, how):
    client = await make_client(**partners)
    assert await refusal(await call(client, {"user": "u1", "id": MESSAGE_ID, "text": "租房"}, **how)) == (401, "unauthorized")
    assert worker.state["processed"] == 0


async def test_a_call_counts_once(make_client, partners):
    client = await make_client(**partners)
    body = {"user": "u1", "id": MESSAGE_ID, "text": "租房"}
    assert (await call(client, body, nonce="0123456789abcdef")).status == 200
    assert await refusal(await call(client, body, nonce="0123456789abcdef")) == (401, "unauthorized")


async def test_history_and_erasing(make_client, worker, partners):
    client = await make_client(**partners)
    await call(client, {"user": "u1", "id": MESSAGE_ID, "text": "租房"})
    history = await (await call(client, {"user": "u1"}, "/api/v1/partner/history")).json()
    assert history["messages"][0]["text"] == "租房"
    assert (await call(client, {"user": "u1"}, "/api/v1/partner/erase")).status == 204
    assert worker.state["erased"] == [worker.state["requests"][0]["body"]["conversation"]]


@pytest.mark.parametrize("body", [{}, {"user": "", "id": MESSAGE_ID, "text": "租房"}, {"user": "u/1", "id": MESSAGE_ID, "text": "租房"},
                                  {"user": "u1", "id": "1", "text": "租房"}, {"user": "u1", "id": MESSAGE_ID}, {"user": "u1", "id": MESSAGE_ID, "text": "a", "choice": "b"}])
async def test_wrong_bodies_are_422(make_client, partners, body):
    client = await make_client(**partners)
    assert (await call(client, body)).status == 422


async def test_without_partners_there_is_no_such_interface(client):
    assert (await call(client, {})).status == 404
