"""Logs: structured, with ids, and without a word of what citizens said."""
import io
import json
import logging
import warnings

import pytest

from bot.gateway.logs import JsonFormatter, leave_out_warnings
from tests.gateway.conftest import MESSAGE_ID

pytestmark = pytest.mark.asyncio
SECRETS = ("我叫张三", "13812345678", "11010519491231002X")


@pytest.fixture
def lines():
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(JsonFormatter())
    root = logging.getLogger()
    level, handlers = root.level, root.handlers[:]
    root.handlers[:] = [handler]
    root.setLevel(logging.DEBUG)
    yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]
    root.handlers[:] = handlers
    root.setLevel(level)


async def test_access_line_has_exactly_these_fields(client, auth, lines):
    response = await client.post("/api/v1/messages", json={"id": MESSAGE_ID, "text": "你好"}, headers=auth)
    (line,) = [line for line in lines() if line["event"] == "request" and line["route"] == "/api/v1/messages"]
    assert set(line) == {"time", "level", "logger", "event", "request_id", "method", "route", "status", "ms", "client"}
    assert (line["method"], line["status"], line["request_id"]) == ("POST", 200, response.headers["X-Request-ID"])


async def test_no_chat_text_token_or_address_reaches_the_logs(client, auth, token, lines):
    """Attack: reading citizens' secrets from logs. Every way a text can come in is tried, with debug logging on."""
    said = "，".join(SECRETS)
    await client.post("/api/v1/messages", json={"id": MESSAGE_ID, "text": "租房 " + said}, headers=auth)
    await client.post("/api/v1/messages", json={"id": MESSAGE_ID, "text": said, "x": said}, headers=auth)
    await client.post("/api/v1/messages", data=said.encode(), headers={**auth, "Content-Type": "application/json"})
    await client.post("/api/v1/messages", json={"id": MESSAGE_ID[:-1] + "0", "text": "坏 " + said}, headers=auth)
    await client.post("/api/v1/feedback", json={"reply": "r", "score": 1, "comment": said}, headers=auth)
    await client.get("/api/v1/suggest", params={"q": said})
    await client.get("/" + said, headers={"X-Request-ID": said.encode().hex()})
    async with client.ws_connect("/api/v1/ws") as socket:
        await socket.send_json({"token": token})
        await socket.send_json({"id": MESSAGE_ID, "text": said})
        await socket.receive_json(timeout=5)
    text = json.dumps(lines(), ensure_ascii=False)
    for secret in (*SECRETS, token, token.split(".")[1], "127.0.0.1"):
        assert secret not in text


async def test_a_crash_is_logged_with_place_but_without_its_message(make_client, lines):
    from bot.gateway import keys

    def crash(app):
        def suggest(typed):
            raise RuntimeError(typed)
        app[keys.QUESTIONS].suggest = suggest
    client = await make_client(prepare=crash)
    response = await client.get("/api/v1/suggest", params={"q": SECRETS[0]})
    (line,) = [line for line in lines() if line["event"] == "unhandled"]
    assert line["error"] == "RuntimeError" and line["request_id"] == response.headers["X-Request-ID"] and line["where"]
    assert SECRETS[0] not in json.dumps(lines(), ensure_ascii=False)


async def test_log_injection_is_one_line(lines):
    """Attack: line breaks in a value making a second, forged log line."""
    logging.getLogger("x").info("event\n{\"forged\": true}", extra={"route": "/a\n/b"})
    (line,) = [line for line in lines() if line["logger"] == "x"]
    assert line["event"] == "event\n{\"forged\": true}" and line["route"] == "/a\n/b"


async def test_what_a_form_says_in_its_headers_is_neither_printed_nor_kept(client):
    """Attack: filling standard error and the memory with warnings of the attacker's own words."""
    with warnings.catch_warnings(record=True) as seen:
        warnings.simplefilter("always")
        leave_out_warnings()
        for header in (f'form-data; name="a{SECRETS[0]}', f'form-data; name="a"; b{SECRETS[0]}'):
            body = f"--x\r\nContent-Disposition: {header}\r\n\r\nabc\r\n--x--\r\n".encode()
            response = await client.post("/admin/log-in", data=body, headers={"Content-Type": "multipart/form-data; boundary=x"})
            assert response.status < 500
    assert [str(one.message) for one in seen if one.category.__module__.startswith("aiohttp")] == []


async def test_other_libraries_arguments_are_left_out(lines):
    logging.getLogger("aiohttp.server").error("Error handling request from %s", "203.0.113.9")
    (line,) = [line for line in lines() if line["logger"] == "aiohttp.server"]
    assert line["event"] == "Error handling request from %s" and "203" not in json.dumps(line["event"])
