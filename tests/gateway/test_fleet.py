"""Workers on other machines: found by name, shown the secret, added and taken away while the gateway runs."""
import asyncio
import socket

import pytest
from aiohttp import web

from bench.ports import free_port
from bot.gateway import keys
from bot.gateway.startup import StartupError, check
from bot.settings import Settings
from tests.gateway import fake_worker
from tests.gateway.conftest import MESSAGE_ID, SECRET

pytestmark = pytest.mark.asyncio
WORKER_SECRET = b"between-gateway-and-worker-0123456789"
URL = "/api/v1/messages"


class remote_worker:
    """A fake worker on ``host`` and ``port`` that serves only who shows the secret; its health door asks for none."""

    def __init__(self, host, port, secret=WORKER_SECRET):
        self.host, self.port, self.secret = host, port, secret

    async def __aenter__(self):
        app = fake_worker.build()
        self.state = app[fake_worker.STATE]
        self.refused = 0
        self.awake = asyncio.Event()
        self.awake.set()

        @web.middleware
        async def ask(request, handler):
            await self.awake.wait()
            if request.path != "/readyz" and request.headers.get("Authorization") != f"Bearer {self.secret.decode()}":
                self.refused += 1
                return fake_worker.error(401, "unauthorized", "没有出示密钥。")
            return await handler(request)

        app.middlewares.append(ask)
        self.runner = web.AppRunner(app, shutdown_timeout=0.1)
        await self.runner.setup()
        for port in (self.port, self.port + 1):
            await web.TCPSite(self.runner, self.host, port).start()
        return self

    async def __aexit__(self, *_):
        await self.runner.cleanup()


async def send(client, new_token, number=0):
    auth = {"Authorization": f"Bearer {await new_token(client)}"}
    async with client.post(URL, json={"id": f"{MESSAGE_ID[:-2]}{number:02d}", "text": "你好"}, headers=auth) as response:
        return response.status


async def test_a_worker_on_another_machine_answers_who_knows_the_secret(make_client, new_token):
    port = free_port(2)
    async with remote_worker("127.0.0.1", port) as remote:
        client = await make_client(worker_sockets=(f"127.0.0.1:{port}",), worker_secret=WORKER_SECRET)
        assert (await client.get("/readyz")).status == 200
        assert await send(client, new_token) == 200
        assert (remote.state["processed"], remote.refused) == (1, 0)
        metrics = await (await client.get("/metrics")).text()
        assert f'gjj_worker_up{{worker="127.0.0.1:{port}"}} 1.0' in metrics


async def test_the_wrong_secret_is_no_way_in_and_the_citizen_gets_a_sentence(make_client, new_token):
    port = free_port(2)
    async with remote_worker("127.0.0.1", port) as remote:
        client = await make_client(worker_sockets=(f"127.0.0.1:{port}",), worker_secret=b"x" * 32)
        assert await send(client, new_token) == 503
        assert remote.state["processed"] == 0 and remote.refused > 0


async def test_a_name_stands_for_all_its_addresses_and_follows_them(make_client, new_token, monkeypatch):
    """Scaling: a second worker appears behind the name and is used; the first is taken away and no message fails."""
    port = free_port(2)
    there = ["127.0.0.1"]
    loop = asyncio.get_running_loop()
    real = loop.getaddrinfo

    async def getaddrinfo(host, *arguments, **options):
        if host != "gjj-worker":
            return await real(host, *arguments, **options)
        if not there:
            raise socket.gaierror
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in there]

    monkeypatch.setattr(loop, "getaddrinfo", getaddrinfo)
    async with remote_worker("127.0.0.1", port) as first, remote_worker("127.0.0.2", port) as second:
        client = await make_client(worker_sockets=(f"gjj-worker:{port}",), worker_secret=WORKER_SECRET)
        fleet = client.app[keys.WORKERS]._fleet
        assert [await send(client, new_token, n) for n in range(4)] == [200] * 4
        assert (first.state["processed"], second.state["processed"]) == (4, 0)
        there.append("127.0.0.2")
        await fleet.find()
        assert [await send(client, new_token, n) for n in range(16)] == [200] * 16
        assert second.state["processed"] > 0
        there.remove("127.0.0.1")
        await fleet.find()
        before = first.state["processed"]
        assert [await send(client, new_token, n) for n in range(8)] == [200] * 8
        assert first.state["processed"] == before
        await fleet.probe()
        metrics = await (await client.get("/metrics")).text()
        assert 'worker="127.0.0.2:' in metrics and 'gjj_worker_up{worker="127.0.0.1:' not in metrics
        there.clear()  # the name service is away: the workers known so far go on
        await fleet.find()
        assert await send(client, new_token) == 200


async def test_what_a_frozen_worker_has_in_hand_goes_to_another(make_client, new_token, monkeypatch):
    """A machine that is paused or cut off neither answers nor closes its connections; nobody waits for the time limit."""
    monkeypatch.setattr("bot.gateway.fleet.PROBE_SECONDS", 0.1)
    monkeypatch.setattr("bot.gateway.fleet.PROBE_EVERY", 0.05)
    port = free_port(2)
    async with remote_worker("127.0.0.1", port) as first, remote_worker("127.0.0.2", port) as second:
        places = (f"127.0.0.1:{port}", f"127.0.0.2:{port}")
        client = await make_client(worker_sockets=places, worker_secret=WORKER_SECRET, message_timeout=60)
        first.awake.clear()
        assert await asyncio.gather(*(send(client, new_token, n) for n in range(6))) == [200] * 6
        assert (first.state["processed"], second.state["processed"]) == (0, 6)
        first.awake.set()
        fleet = client.app[keys.WORKERS]._fleet
        while not all(worker.healthy for worker in fleet._workers.values()):
            await asyncio.sleep(0.01)
        assert await asyncio.gather(*(send(client, new_token, n) for n in range(6, 18))) == [200] * 12
        assert first.state["processed"] > 0, "awake again, it serves again"


async def test_no_worker_found_is_a_sentence_within_the_citizens_patience(make_client, new_token):
    client = await make_client(worker_sockets=("gjj-worker.invalid:8090",), worker_secret=WORKER_SECRET)
    assert (await client.get("/readyz")).status == 503
    assert await send(client, new_token) == 503


async def test_workers_elsewhere_need_a_secret():
    settings = dict(secret=SECRET, redis_url="redis://127.0.0.1", for_tests=True)
    with pytest.raises(StartupError, match="GJJ_WORKER_SECRET_FILE"):
        check(Settings(**settings, worker_sockets=("/run/w.sock", "10.0.0.5:8090")))
    check(Settings(**settings, worker_sockets=("/run/w.sock", "10.0.0.5:8090"), worker_secret=WORKER_SECRET))
