"""Fixtures for the console: ``people`` makes accounts, ``admin`` gives browsers that are logged in."""
from __future__ import annotations

import re

import pytest
import pytest_asyncio
import redis
from argon2 import profiles

from bot.gateway.admin import csrf, keys, passwords
from bot.gateway.admin.accounts import Account

PASSWORD = "湘江北去橘子洲头看万山红遍"
NEW_PASSWORD = "漫江碧透百舸争流鹰击长空"


class Browser:
    """A logged-in client of the console; knows its CSRF token and sends it along."""

    def __init__(self, client, csrf=""):
        self.client = client
        self.app = client.app
        self.csrf = csrf

    async def get(self, path, **options):
        """The response, redirects not followed."""
        return await self.client.get(path, allow_redirects=False, **options)

    async def text(self, path, status=200):
        """The page's HTML; fails when the answer is not ``status``."""
        async with self.client.get(path, allow_redirects=False) as response:
            text = await response.text()
            assert response.status == status, text
            self.csrf = token_in(text) or self.csrf
            return text

    async def post(self, path, fields=None, **options):
        """Send a form, redirects not followed. ``fields``: dict or aiohttp.FormData; the token is added."""
        headers = {"X-CSRF-Token": self.csrf, **options.pop("headers", {})}
        return await self.client.post(path, data=fields or {}, headers=headers, allow_redirects=False, **options)

    async def api(self, method, path, body=None):
        """(status, JSON) of a call to the console's API."""
        async with self.client.request(method, path, json=body, headers={"X-CSRF-Token": self.csrf}) as response:
            return response.status, await response.json() if response.status != 204 else None

    async def audit(self):
        """The audit log's entries, oldest first, as dicts."""
        return [entry.fields async for entry in self.app[keys.AUDIT].oldest()]


def token_in(text):
    found = re.search(r'<meta name="csrf" content="([0-9a-f]*)">', text)
    return found[1] if found else ""


def cookie(browser):
    """What identifies the browser; empty when nothing does."""
    return next((morsel.value for morsel in browser.client.session.cookie_jar if morsel.key == "gjj-admin"), "")


def set_cookie(browser, identity):
    browser.client.session.cookie_jar.clear()
    browser.client.session.cookie_jar.update_cookies({"gjj-admin": identity}, browser.client.make_url("/"))


class Clock:
    """The console's time in seconds, moved by hand."""

    def __init__(self):
        self.now = 1_795_300_000.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture(autouse=True)
def quick_passwords(monkeypatch):
    """Argon2 with the smallest effort; a test says that the real one is used otherwise."""
    monkeypatch.setattr(passwords, "PROFILE", profiles.CHEAPEST)


@pytest.fixture
def empty_console(redis_url):
    """No accounts, sessions or audit entries left by other tests."""
    with redis.Redis.from_url(redis_url) as client:
        left = client.keys("gjj:{admin}:*")
        if left:
            client.delete(*left)


@pytest_asyncio.fixture
async def console(empty_console, make_client, clock, tmp_path):
    """Call with settings to get a browser without a log-in; nobody needs a second factor unless the settings say so.

    ``await console(admin_second_factor="publisher", …)``
    """
    async def make(**settings):
        def prepare(app):
            app[keys.CLOCK] = clock
        settings = {"admin_second_factor": "none", "var_dir": tmp_path / "var", **settings}
        return Browser(await make_client(prepare=prepare, **settings))
    return make


async def add_account(app, name, role, password=PASSWORD, **fields):
    """An account that can log in with ``password``."""
    hashed = await app[keys.PASSWORDS].hash(password)
    return await app[keys.ACCOUNTS].create(Account(name=name, role=role, password=hashed, **fields))


async def log_in_as(browser, account):
    """Put a session of ``account`` into the browser, as the log-in page would."""
    identity = await browser.app[keys.SESSIONS].start(account)
    set_cookie(browser, identity)
    browser.csrf = csrf.token(browser.app[keys.CSRF_KEY], identity)
    return browser


@pytest_asyncio.fixture
async def admin(console):
    """Call with a role (and settings, if any) to get a browser that is logged in: ``browser = await admin("editor")``.

    ``admin("editor", beside=other)`` logs somebody else in on the same gateway, with a browser of its own.
    """
    async def make(role, name="", beside=None, **settings):
        browser = await console(**settings) if beside is None else Browser(second_client(beside.client))
        account = await add_account(browser.app, name or f"{role}-{'b' if beside else 'a'}", role)
        return await log_in_as(browser, account)

    clients = []

    def second_client(client):
        from aiohttp.test_utils import TestClient

        clients.append(TestClient(client.server))
        return clients[-1]

    yield make
    for client in clients:
        await client.session.close()
