"""Tokens: made by the server alone, checked in constant time, over when they say so, and dead once erased."""
import base64
import time

import pytest

from bot.gateway.tokens import TokenError, TokenExpired, Tokens
from tests.gateway.conftest import MESSAGE_ID, SECRET, refusal

pytestmark = pytest.mark.asyncio
HELLO = {"id": MESSAGE_ID, "text": "你好"}


def bearer(token):
    return {"Authorization": f"Bearer {token}"}


async def test_new_session_has_token_and_lifetime_in_seconds(client):
    response = await client.post("/api/v1/sessions", json={})
    body = await response.json()
    assert (response.status, set(body), body["expires_in"]) == (201, {"token", "expires_in"}, 7200)
    assert response.headers["Cache-Control"] == "no-store"


async def test_empty_body_is_accepted_and_unknown_key_is_not(client):
    assert (await client.post("/api/v1/sessions")).status == 201
    # Attack: session fixation, choosing the conversation id oneself.
    assert await refusal(await client.post("/api/v1/sessions", json={"conversation": "abc"})) == (422, "invalid")


async def test_conversation_ids_have_128_random_bits():
    tokens = Tokens(SECRET, 60)
    seen = {tokens.read(tokens.create()).conversation for _ in range(200)}
    assert len(seen) == 200 and all(len(bytes.fromhex(conversation)) == 16 for conversation in seen)


@pytest.mark.parametrize("header", [None, "", "Bearer", "Bearer ", "Basic abc", "Bearer nonsense", "Bearer v1.a.b",
                                    "Bearer " + "A" * 3000])
async def test_missing_or_malformed_token_is_401(client, header):
    headers = {} if header is None else {"Authorization": header}
    response = await client.post("/api/v1/messages", json=HELLO, headers=headers)
    assert await refusal(response) == (401, "unauthorized")
    assert response.headers["WWW-Authenticate"] == "Bearer"


async def test_token_in_the_address_is_not_accepted(client, token):
    assert (await client.get(f"/api/v1/history?token={token}")).status == 401


async def test_guessed_session_id_without_the_key_is_401(client, token):
    """Attack: token forgery: another conversation id, a longer life, or a signature with another key."""
    version, payload, signature = token.split(".")
    raw = bytearray(base64.urlsafe_b64decode(payload + "=="))
    other_conversation = bytes([raw[0] ^ 1]) + bytes(raw[1:])
    longer_life = bytes(raw[:-1]) + bytes([raw[-1] ^ 1])
    forged = [f"{version}.{base64.urlsafe_b64encode(changed).decode().rstrip('=')}.{signature}"
              for changed in (other_conversation, longer_life)]
    forged.append(Tokens(b"another secret, also 32 bytes long", 7200).create())
    forged.append(f"{version}.{payload}.")
    forged.append(f"v2.{payload}.{signature}")
    for one in forged:
        assert await refusal(await client.get("/api/v1/history", headers=bearer(one))) == (401, "unauthorized")


async def test_every_changed_character_is_noticed():
    tokens = Tokens(SECRET, 60)
    good = tokens.create()
    for position in range(len(good) - 1):  # the very last one holds two unused bits
        changed = good[:position] + ("A" if good[position] != "A" else "B") + good[position + 1:]
        with pytest.raises(TokenError):
            tokens.read(changed)


async def test_expired_token_is_told_apart(client):
    clock = time.time() - 7201
    old = Tokens(SECRET, 7200, clock=lambda: clock).create()
    with pytest.raises(TokenExpired):
        Tokens(SECRET, 7200).read(old)
    assert await refusal(await client.post("/api/v1/messages", json=HELLO, headers=bearer(old))) == (401, "session_expired")


async def test_erase_removes_the_conversation_and_revokes_the_token(client, auth, worker):
    await client.post("/api/v1/messages", json=HELLO, headers=auth)
    conversation = worker.state["requests"][0]["body"]["conversation"]
    assert (await client.delete("/api/v1/session", headers=auth)).status == 204
    assert worker.state["erased"] == [conversation]
    for call in (client.post("/api/v1/messages", json=HELLO, headers=auth), client.get("/api/v1/history", headers=auth),
                 client.post("/api/v1/rating", json={"stars": 5}, headers=auth)):
        assert await refusal(await call) == (401, "unauthorized")
    assert worker.state["processed"] == 1


async def test_erase_can_be_repeated_when_a_part_failed(client, auth, worker):
    await worker.stop()
    assert await refusal(await client.delete("/api/v1/session", headers=auth)) == (503, "unavailable")
    assert (await client.get("/api/v1/history", headers=auth)).status == 401, "revoked first"
    async with type(worker)(worker.socket) as again:
        assert (await client.delete("/api/v1/session", headers=auth)).status == 204
        assert len(again.state["erased"]) == 1


async def test_revoked_until_expiry_only(client, auth, token):
    from bot.gateway import keys
    await client.delete("/api/v1/session", headers=auth)
    redis = client.app[keys.REDIS]
    session = Tokens(SECRET, 7200).read(token)
    assert 7190 <= await redis.ttl(f"gjj:revoked:{session.conversation}") <= 7201


async def test_without_redis_an_unknown_revocation_is_503_never_let_through(make_client, new_token):
    client = await make_client(redis_url="unix:///nonexistent/redis.sock")
    headers = bearer(await new_token(client))
    response = await client.post("/api/v1/messages", json=HELLO, headers=headers)
    assert await refusal(response) == (503, "unavailable")
    assert response.headers["Retry-After"] == "5"
