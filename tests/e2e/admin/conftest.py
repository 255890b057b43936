"""The console in a real Chromium: a gateway of its own with the fake worker, accounts, and browsers that are logged in."""
from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor

import pytest

from bot.gateway.admin import keys
from bot.gateway.admin.accounts import Account, Accounts
from bot.gateway.admin.passwords import Passwords
from bot.gateway.admin.sessions import AdminSessions
from bot.state.client import close, connect
from tests.gateway import system

PASSWORD = "湘江北去橘子洲头看万山红遍"


class Console:
    """A running gateway: ``base`` is its address, ``redis_url`` where it keeps things, ``var`` its folder."""

    def __init__(self, base, redis_url, var):
        self.base, self.redis_url, self.var = base, redis_url, var

    def run(self, work):
        """``work(client)`` with a Redis client, in an event loop of its own (the browser's driver occupies this thread's)."""
        async def whole():
            client = connect(self.redis_url, 3, decode=True)
            try:
                return await work(client)
            finally:
                await close(client)

        with ThreadPoolExecutor(1) as pool:
            return pool.submit(asyncio.run, whole()).result()

    def account(self, name, role, password=PASSWORD, **fields):
        """An account that can log in with ``password``; one that exists is left as it is."""
        async def make(client):
            accounts = Accounts(client)
            found = await accounts.get(name)
            return found or await accounts.create(
                Account(name=name, role=role, password=await Passwords().hash(password), **fields))
        return self.run(make)

    def change(self, name, change):
        """Apply ``change`` (record → record) to an account."""
        return self.run(lambda client: Accounts(client).change(name, change))

    def forget(self):
        """No accounts, sessions, counted failures or audit entries."""
        async def delete(client):
            left = [key async for key in client.scan_iter(keys.PREFIX + "*")]
            if left:
                await client.delete(*left)
        self.run(delete)

    def session(self, account):
        """The id of a new session, for the cookie."""
        import time

        return self.run(lambda client: AdminSessions(client, 900, 28800, time.time).start(account))


@pytest.fixture(scope="session")
def console(parts, tmp_path_factory):
    url, worker = parts
    var = tmp_path_factory.mktemp("var")
    with system.gateway(url, worker, GJJ_FOR_TESTS="1", GJJ_VAR=str(var), GJJ_ADMIN_SECOND_FACTOR="none") as base:
        yield Console(base, url, var)


@pytest.fixture
def visit(open_page, console):
    """Call with a path to get a page of the console without a log-in."""
    return lambda path="/admin/", **options: open_page(console.base + path, **options)


@pytest.fixture
def enter(browser, console):
    """Call with a role (and a path) to get a page that is logged in: ``page = enter("editor", "/admin/faqs")``.

    Options: name, width, height, and what Playwright takes for a browser context (``color_scheme="dark"``).
    """
    contexts, errors = [], []

    def open_one(role, path="/admin/", name="", width=1280, height=800, **options):
        context = browser.new_context(viewport={"width": width, "height": height}, locale="zh-CN", **options)
        contexts.append(context)
        account = console.account(name or f"{role}-测试", role)
        context.add_cookies([{"name": "gjj-admin", "value": console.session(account), "url": console.base,
                              "httpOnly": True, "sameSite": "Strict"}])
        page = context.new_page()
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("console", lambda line: errors.append(line.text) if line.type == "error" and "Content Security" in line.text else None)
        page.goto(console.base + path)
        page.wait_for_selector("html[data-ready]")
        return page

    yield open_one
    for context in contexts:
        context.close()
    assert errors == []
