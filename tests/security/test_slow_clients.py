"""Slow and silent clients: every wait has an end, and whoever says nothing gives way to citizens."""
import asyncio

import pytest
import pytest_asyncio
from aiohttp import web

from bot.gateway import bodies, connections, keys
from bot.gateway.app import build_app
from bot.gateway.connections import Connections, Runner
from bot.gateway.startup import check
from bot.settings import Settings
from tests.gateway.conftest import SECRET
from tests.security.raw import get, parse, post

pytestmark = pytest.mark.asyncio


@pytest_asyncio.fixture
async def guarded(redis_url, worker, monkeypatch):
    """Call with limits of :class:`Connections`, get a function that opens a connection, and the metrics."""
    monkeypatch.setattr(connections, "FIRST_REQUEST_SECONDS", 30.0)
    monkeypatch.setattr(connections, "KEEPALIVE_SECONDS", 30.0)
    monkeypatch.setattr(connections, "LINGER_SECONDS", 0.2)
    monkeypatch.setattr(connections, "BODY_SECONDS", 0.6)
    monkeypatch.setattr(bodies, "READ_SECONDS", 0.3)
    runners = []

    async def start(**limits):
        app = build_app(check(Settings(secret=SECRET, redis_url=redis_url, worker_sockets=(worker.socket,), for_tests=True)))
        guard = Connections(app[keys.METRICS], limits.pop("exempt", lambda address: False), **limits)
        runner = Runner(app, guard, shutdown_timeout=0.1)
        runners.append(runner)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        port = site._server.sockets[0].getsockname()[1]

        async def connect():
            return await asyncio.open_connection("127.0.0.1", port)
        return connect, guard, app[keys.METRICS]

    yield start
    for runner in runners:
        await runner.cleanup()


@pytest.fixture
def impatient(monkeypatch):
    """A first request must come at once, and the next one soon."""
    monkeypatch.setattr(connections, "FIRST_REQUEST_SECONDS", 0.3)
    monkeypatch.setattr(connections, "KEEPALIVE_SECONDS", 0.5)


async def rest(reader):
    """Everything until the server closes."""
    try:
        async with asyncio.timeout(30):
            return await reader.read()
    except ConnectionResetError:
        return b""


@pytest.mark.parametrize("sent", [b"", b"G", b"GET / HTTP/1.1\r\nHost: gjj\r\nX-A: "])
async def test_a_connection_without_a_whole_first_request_is_closed(guarded, impatient, sent):
    """Attack: slow loris, headers that never end."""
    connect, guard, _ = await guarded()
    reader, writer = await connect()
    writer.write(sent)
    assert await rest(reader) == b"" and len(guard) == 0


async def test_headers_one_letter_at_a_time_do_not_buy_time(guarded, impatient):
    connect, guard, _ = await guarded()
    reader, writer = await connect()
    closed = asyncio.create_task(rest(reader))
    for letter in get("/healthz", b"X-A: " + b"a" * 200).decode():
        if closed.done():
            break
        writer.write(letter.encode())
        await asyncio.wait([closed], timeout=0.05)
    assert await closed == b"" and len(guard) == 0


async def test_a_second_request_that_never_ends_is_closed_too(guarded, impatient):
    connect, guard, _ = await guarded()
    reader, writer = await connect()
    writer.write(get("/healthz") + b"GET /healthz HTTP/1.1\r\n")
    (answer,) = parse(await rest(reader))
    assert answer.status == 200 and len(guard) == 0


@pytest.mark.parametrize("body", [b"", b'{"id"'])
async def test_a_body_that_never_ends_is_refused_and_closed(guarded, new_token, client, token, body):
    connect, guard, _ = await guarded()
    reader, writer = await connect()
    writer.write(post("/api/v1/messages", b"Authorization: Bearer " + token.encode(), b"Content-Length: 500", body=body, length=False))
    (answer,) = parse(await rest(reader))
    assert (answer.status, answer.code) == (400, "bad_request") and len(guard) == 0


async def test_a_log_in_form_that_never_ends_is_closed(guarded):
    """Attack: the console's log-in is open to everybody, and it must read the form before it can refuse it."""
    connect, guard, _ = await guarded()
    reader, writer = await connect()
    form = post("/admin/log-in", b"Content-Length: 500", body=b"name=", length=False)
    writer.write(form.replace(b"application/json", b"application/x-www-form-urlencoded"))
    assert await rest(reader) == b"" and len(guard) == 0


async def test_a_body_announced_too_large_is_refused_before_it_comes(guarded, token):
    connect, _, _ = await guarded()
    reader, writer = await connect()
    writer.write(post("/api/v1/messages", b"Authorization: Bearer " + token.encode(), b"Content-Length: 10000000", body=b"", length=False))
    (answer,) = parse(await rest(reader))
    assert (answer.status, answer.code) == (413, "too_large")


async def test_when_all_places_are_taken_the_longest_silent_one_gives_way(guarded):
    connect, guard, metrics = await guarded(most=10)
    silent = [await connect() for _ in range(10)]
    reader, writer = await connect()
    writer.write(get("/healthz", b"Connection: close"))
    assert parse(await rest(reader))[0].status == 200
    assert await rest(silent[0][0]) == b"" and len(guard) <= 10
    assert metrics.registry.get_sample_value("gjj_connections_refused_total", {"reason": "idle"}) == 1


async def test_a_citizen_being_answered_never_gives_way(guarded, worker, token):
    connect, guard, metrics = await guarded(most=1)
    reader, writer = await connect()
    body = b'{"id": "6f9619ff-8b86-4d01-b42d-00cf4fc964ff", "text": "\xe7\xad\x89"}'
    writer.write(post("/api/v1/messages", b"Authorization: Bearer " + token.encode(), b"Connection: close", body=body))
    while not worker.state["requests"]:
        await asyncio.sleep(0.01)
    assert await rest((await connect())[0]) == b""
    worker.state["gate"].set()
    assert parse(await rest(reader))[0].status == 200
    assert metrics.registry.get_sample_value("gjj_connections_refused_total", {"reason": "full"}) == 1


async def test_one_address_cannot_take_all_places(guarded):
    connect, guard, metrics = await guarded(most_per_address=5)
    opened = [await connect() for _ in range(6)]
    assert await rest(opened[5][0]) == b"" and len(guard) == 5
    assert metrics.registry.get_sample_value("gjj_connections_refused_total", {"reason": "address"}) == 1


async def test_behind_a_trusted_proxy_many_come_from_one_address(guarded):
    connect, guard, _ = await guarded(most_per_address=5, exempt=lambda address: address == "127.0.0.1")
    opened = [await connect() for _ in range(8)]
    opened[7][1].write(get("/healthz", b"Connection: close"))
    assert parse(await rest(opened[7][0]))[0].status == 200


async def test_places_are_counted_down_again(guarded):
    connect, guard, metrics = await guarded(most_per_address=3)
    for _ in range(20):
        reader, writer = await connect()
        writer.write(get("/healthz", b"Connection: close"))
        assert parse(await rest(reader))[0].status == 200
    assert len(guard) == 0 and metrics.registry.get_sample_value("gjj_connections_open") == 0


async def test_a_packed_body_is_never_unpacked(guarded):
    """Attack: decompression bombs, also behind a second header that says there is none."""
    import gzip
    connect, _, _ = await guarded()
    for headers in ([b"Content-Encoding: gzip"], [b"Content-Encoding: identity", b"Content-Encoding: gzip"], [b"Content-Encoding: br"],
                    [b"Content-Encoding: gzip, gzip"], [b"Content-Encoding: deflate"]):
        reader, writer = await connect()
        writer.write(post("/api/v1/sessions", *headers, b"Connection: close", body=gzip.compress(b" " * 10_000_000)))
        (answer,) = parse(await rest(reader))
        assert (answer.status, answer.code) == (400, "bad_content_type")
