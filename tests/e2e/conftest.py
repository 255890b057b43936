"""A real Chromium against the gateway with the fake worker, or against ``GJJ_E2E_URL`` when that is set.

Tests that need the fake worker's canned replies are marked ``canned`` and skipped on a real system.
"""
from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from bench.ports import free_port
from tests import browser as chromium
from tests.gateway import system

HOST_PAGE = """<!doctype html><html lang="zh-CN"><meta charset="utf-8"><title>中心网站</title>
<style>body * {{ display: none !important; color: red !important; font: 3px serif !important; position: absolute !important; opacity: 0 !important }}
:root {{ {variables} }}</style><h1>中心网站</h1><p>正文</p>
<script src="{base}/widget.js" async {attributes}></script></html>"""
"""A page whose style would break anything that it reaches."""


def pytest_configure(config):
    config.addinivalue_line("markers", "canned: needs the fake worker's replies")


def pytest_collection_modifyitems(items):
    for item in items:
        if "canned" in item.keywords and os.environ.get("GJJ_E2E_URL"):
            item.add_marker(pytest.mark.skip(reason="needs the fake worker, but GJJ_E2E_URL names a real system"))


@pytest.fixture(scope="session")
def browser():
    """One for all; every page gets a profile of its own."""
    with chromium.started() as running:
        yield running


@pytest.fixture(scope="session")
def host_site(tmp_path_factory):
    """A page of another origin that may embed the chat: its origin and its folder."""
    folder, port = tmp_path_factory.mktemp("site"), free_port()
    command = [sys.executable, "-m", "http.server", port, "--bind", "127.0.0.1", "--directory", folder]
    with system.process(command, stderr=system.subprocess.DEVNULL, stdout=system.subprocess.DEVNULL):
        yield f"http://127.0.0.1:{port}", folder


@pytest.fixture(scope="session")
def parts(tmp_path_factory):
    """Redis and fake worker for gateways of this run: (redis_url, worker_socket)."""
    folder = tmp_path_factory.mktemp("parts")
    with system.redis_server(folder) as url, system.fake_worker(folder, url) as worker:
        yield url, worker


@pytest.fixture(scope="session")
def base(request, host_site):
    if os.environ.get("GJJ_E2E_URL"):
        yield os.environ["GJJ_E2E_URL"].rstrip("/")
        return
    url, worker = request.getfixturevalue("parts")
    with system.gateway(url, worker, GJJ_FOR_TESTS="1", GJJ_ALLOWED_ORIGINS=host_site[0]) as started:
        yield started


@pytest.fixture
def open_page(browser):
    """Open an address in a fresh browser profile, after running ``script`` in it; fails the test on any script error."""
    contexts, errors = [], []

    def open_one(address, width=1280, height=800, script=None, **options):
        context = browser.new_context(viewport={"width": width, "height": height}, locale="zh-CN", **options)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: errors.append(str(error)))
        if script:
            page.add_init_script(script)
        page.goto(address)
        return page

    yield open_one
    for context in contexts:
        context.close()
    assert errors == []


@pytest.fixture
def chat(open_page, base):
    """Open the chat page and wait until it is usable."""
    def open_chat(path="/", **options):
        page = open_page(base + path, **options)
        page.wait_for_selector("html[data-ready]")
        return page
    return open_chat


def ask(page, text):
    """Type and send by keyboard, then wait until the answer is complete."""
    before = page.locator(".reply").count()
    page.locator("#input").fill(text)
    page.locator("#input").press("Enter")
    page.wait_for_function("n => document.querySelectorAll('.reply').length > n && !document.querySelector('#typing').firstChild", arg=before)


def said(page):
    """What the citizen said, in order."""
    return [text.split("：", 1)[-1].strip() for text in page.locator(".bubble").all_inner_texts()]


def from_menu(page, name):
    """Choose an entry of the menu."""
    page.locator("#menu summary").click()
    page.locator(".menu-list").get_by_role("button", name=name).click()
