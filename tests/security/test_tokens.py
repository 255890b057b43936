"""Forged, expired, swapped and repeated tokens; changing the key; sessions of other people."""
import base64
import hashlib
import hmac
import json
import struct
import time

import pytest

from bot.gateway.tokens import TokenError, TokenExpired, Tokens
from bot.settings import Settings, SettingsError
from tests.gateway.conftest import MESSAGE_ID, SECRET, refusal

NEW = b"0a9b8c7d6e5f4a3b2c1d0e9f8a7b6c5d-the-newer-one"
OTHER = MESSAGE_ID[:-1] + "0"


def bearer(token):
    return {"Authorization": f"Bearer {token}"}


def packed(raw):
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def signed(key, payload, version="v1", digest=hashlib.sha256):
    return f"{version}.{payload}." + packed(hmac.new(key, f"{version}.{payload}".encode(), digest).digest())


def forged(good):
    """Tokens that look like ours and are not."""
    _, payload, signature = good.split(".")
    now = int(time.time())
    own_key = hmac.new(SECRET, b"gjj session token v1", hashlib.sha256).digest()
    long_life = packed(struct.pack(">16sQQ", b"x" * 16, now, now + 10**9))
    jwt = ".".join(packed(json.dumps(part).encode()) for part in ({"alg": "none"}, {"sub": "x", "exp": now + 999})) + "."
    return {
        "no signature": f"v1.{payload}.", "no algorithm (JWT)": jwt, "two parts": f"v1.{payload}", "four parts": good + ".x",
        "signed with the secret itself": signed(SECRET, payload), "signed with an empty key": signed(b"", payload),
        "signed with SHA-1": signed(own_key, payload, digest=hashlib.sha1), "a version of tomorrow": signed(own_key, payload, "v2"),
        "a payload too short": signed(own_key, packed(b"x")), "a payload too long": signed(own_key, packed(b"x" * 64)),
        "a payload that is no base64": signed(own_key, "!!!!"), "a life of its own choice": f"v1.{long_life}.{signature}",
        "white space inside": good.replace(".", " . ", 1), "full-width dots": good.replace(".", "．"),
        "padding": good + "=", "NUL behind": good + "\\0", "the wrong case": good.swapcase(),
    }


NAMES = list(forged("v1.a.b"))


@pytest.mark.asyncio
@pytest.mark.parametrize("name", NAMES)
async def test_a_forged_token_opens_nothing(client, token, name):
    one = forged(token)[name]
    header = one.encode().decode("latin-1") if one.isascii() else one
    assert await refusal(await client.get("/api/v1/history", headers=bearer(header))) == (401, "unauthorized")


def test_a_right_signature_under_a_longer_life_than_allowed_is_cut_to_what_is_allowed():
    clock = [1_000_000.0]
    generous, strict = (Tokens(SECRET, seconds, clock=lambda: clock[0]) for seconds in (7200, 600))
    token = generous.create()
    assert strict.read(token).expires_at == 1_000_600
    clock[0] += 601
    with pytest.raises(TokenExpired):
        strict.read(token)


def test_a_new_key_is_used_at_once_and_the_old_one_still_counts():
    old, changed, later = Tokens(SECRET, 600), Tokens(NEW, 600, previous=[SECRET]), Tokens(NEW, 600)
    before, after = old.create(), changed.create()
    assert changed.read(before) == old.read(before) and changed.read(after) == later.read(after)
    for tokens, token in ((later, before), (old, after)):
        with pytest.raises(TokenError):
            tokens.read(token)


@pytest.mark.asyncio
async def test_a_conversation_goes_on_while_the_key_is_changed(make_client, new_token, worker):
    first = await make_client()
    token = await new_token(first)
    second = await make_client(secret=NEW, previous_secrets=(SECRET,))
    for one, number in ((first, MESSAGE_ID), (second, OTHER)):
        assert (await one.post("/api/v1/messages", json={"id": number, "text": "你好"}, headers=bearer(token))).status == 200
    assert len({request["body"]["conversation"] for request in worker.state["requests"]}) == 1


@pytest.mark.parametrize("lines, current, previous", [
    (["a" * 40], b"a" * 40, ()), (["b" * 40, "a" * 40], b"b" * 40, (b"a" * 40,)), (["", " " + "c" * 32 + " ", ""], b"c" * 32, ()),
])
def test_the_secret_file_has_the_key_in_use_first(tmp_path, lines, current, previous):
    path = tmp_path / "secret"
    path.write_text("\n".join(lines))
    path.chmod(0o600)
    settings = Settings.from_env({"GJJ_SECRET_FILE": str(path)})
    assert (settings.secret, settings.previous_secrets) == (current, previous)


@pytest.mark.parametrize("mode", [0o604, 0o644, 0o602, 0o666])
def test_a_secret_that_everybody_may_read_is_refused(tmp_path, mode):
    path = tmp_path / "secret"
    path.write_text("a" * 40)
    path.chmod(mode)
    with pytest.raises(SettingsError, match="chmod 600"):
        Settings.from_env({"GJJ_SECRET_FILE": str(path)})


def test_every_line_of_the_secret_must_be_long_enough():
    with pytest.raises(SettingsError, match="32 个字符"):
        Settings.from_env({"GJJ_SECRET": "a" * 40 + "\nshort"})


@pytest.mark.asyncio
async def test_a_token_swapped_in_for_another_reaches_its_own_conversation_only(client, new_token, worker):
    """Attack: somebody else's conversation."""
    mine, theirs = [bearer(await new_token(client)) for _ in range(2)]
    await client.post("/api/v1/messages", json={"id": MESSAGE_ID, "text": "我的秘密"}, headers=theirs)
    assert await (await client.get("/api/v1/history", headers=mine)).json() == {"messages": []}
    conversation = worker.state["requests"][0]["body"]["conversation"]
    for attempt in (
        client.get("/api/v1/history", params={"conversation": conversation}, headers=mine),
        client.get("/api/v1/history", headers={**mine, "X-Conversation": conversation}),
        client.post("/api/v1/messages", json={"id": OTHER, "text": "你好"}, params={"conversation": conversation}, headers=mine),
    ):
        assert "秘密" not in await (await attempt).text()
    assert [request["body"]["conversation"] for request in worker.state["requests"]].count(conversation) == 1


@pytest.mark.asyncio
async def test_erasing_one_conversation_leaves_the_other(client, new_token, worker):
    mine, theirs = [bearer(await new_token(client)) for _ in range(2)]
    for headers in (mine, theirs):
        await client.post("/api/v1/messages", json={"id": MESSAGE_ID, "text": "你好"}, headers=headers)
    assert (await client.delete("/api/v1/session", headers=mine)).status == 204
    assert len((await (await client.get("/api/v1/history", headers=theirs)).json())["messages"]) == 2


@pytest.mark.asyncio
async def test_a_message_sent_again_is_answered_again_and_processed_once(client, new_token, worker):
    """Attack: replay; and the same message id in another conversation is another message."""
    mine, theirs = [bearer(await new_token(client)) for _ in range(2)]
    for headers in (mine, mine, theirs):
        assert (await client.post("/api/v1/messages", json={"id": MESSAGE_ID, "text": "租房"}, headers=headers)).status == 200
    assert worker.state["processed"] == 2


@pytest.mark.asyncio
async def test_a_message_replayed_after_erasing_is_not_answered(client, auth, worker):
    await client.post("/api/v1/messages", json={"id": MESSAGE_ID, "text": "租房"}, headers=auth)
    await client.delete("/api/v1/session", headers=auth)
    assert (await client.post("/api/v1/messages", json={"id": MESSAGE_ID, "text": "租房"}, headers=auth)).status == 401


@pytest.mark.asyncio
async def test_a_thumb_on_somebody_elses_reply_changes_nothing_of_theirs(client, new_token):
    """Attack: somebody else's feedback id."""
    from bot.gateway import keys
    redis = client.app[keys.REDIS]
    await redis.delete("gjj:feedback")
    mine, theirs = [bearer(await new_token(client)) for _ in range(2)]
    await client.post("/api/v1/feedback", json={"reply": "r-1", "score": 1, "comment": "谢谢"}, headers=theirs)
    await client.post("/api/v1/feedback", json={"reply": "r-1", "score": -1}, headers=mine)
    await client.delete("/api/v1/session", headers=mine)
    assert [(entry["score"], entry["comment"]) for _, entry in await redis.xrange("gjj:feedback")] == [("1", "谢谢")]
