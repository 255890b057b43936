"""The story of a release in a real browser: log in, train, watch, read the gate's table, publish, roll back; with a stand-in for Rasa."""
from __future__ import annotations

import asyncio
import json
import re
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from redis.asyncio import Redis

from bot.gateway.admin.accounts import Account, Accounts
from bot.gateway.admin.passwords import Passwords
from tests.axe import violations
from tests.gateway import system

PASSWORD = "湘江北去橘子洲头看"
TRAINER = "import sys; from bot.training import service; sys.exit(service.main([sys.executable, '-m', 'tests.training.stand_in']))"


@pytest.fixture(scope="module")
def console(tmp_path_factory):
    """Gateway, fake worker, and the real trainer with a stand-in for Rasa: base address and a way to tell the stand-in its wishes."""
    folder = tmp_path_factory.mktemp("console")
    wishes = folder / "wishes.json"
    more = {"GJJ_VAR": str(folder / "var"), "GJJ_ADMIN_SECOND_FACTOR": "none", "GJJ_FOR_TESTS": "1", "STAND_IN_FILE": str(wishes), "PYTHONPATH": str(system.ROOT)}
    with system.redis_server(folder) as url, system.fake_worker(folder) as worker, system.gateway(url, worker, **more) as base:
        with ThreadPoolExecutor(1) as pool:  # the browser's driver occupies this thread's event loop
            pool.submit(asyncio.run, make_account(url, "小王", "publisher")).result()
        with system.process([sys.executable, "-c", TRAINER], env=system.environment(url, worker, 1, **more)):
            yield base, lambda **said: wishes.write_text(json.dumps(said))


async def make_account(url, name, role):
    async with Redis.from_url(url, decode_responses=True) as client:
        await Accounts(client).create(Account(name=name, role=role, password=await Passwords().hash(PASSWORD)))


@pytest.fixture
def page(open_page, console):
    """Logged in."""
    found = open_page(console[0] + "/admin/log-in", reduced_motion="reduce")
    found.fill("input[name=name]", "小王")
    found.fill("input[name=password]", PASSWORD)
    found.click("button.primary")
    found.wait_for_url("**/admin/")
    return found


def wait_for_end(page, base):
    """Until the page itself has noticed that the training is over."""
    deadline = time.monotonic() + 120
    while page.locator("#training").count() or page.url != base + "/admin/training":
        assert time.monotonic() < deadline, page.inner_text("main")
        page.wait_for_timeout(100)
    page.wait_for_load_state("networkidle")


def train(page, base, note):
    page.goto(base + "/admin/training")
    page.fill("input[name=note]", note)
    page.click("button:has-text('开始训练')")
    page.wait_for_selector("#training")


def clean(page):
    assert violations(page) == []


@pytest.mark.canned
def test_from_the_button_to_rolling_back(console, page):
    base, wish = console
    page.goto(base + "/admin/releases")
    assert "还没有版本" in page.inner_text("main")
    wish(pause=2)
    train(page, base, "第一个版本")
    seen = set()
    while page.locator("#training").count():
        clean(page) if not seen else None
        try:
            seen.add(page.inner_text("[data-step]", timeout=500).partition("：")[0])
        except Exception:  # noqa: BLE001 – the page has just been loaded anew
            break
        page.wait_for_timeout(200)
    assert {"训练", "检验"} & seen, seen
    wait_for_end(page, base)
    assert "已发布" in page.inner_text("main")
    clean(page)
    first = re.search(r"\d{8}-\d{6}a*", page.inner_text("main"))[0]

    wish(wrong=["租"])
    train(page, base, "弄坏了租房")
    wait_for_end(page, base)
    assert "检验没有通过" in page.inner_text("main")
    clean(page)
    page.click("a:has-text('看检验结果')")
    text = page.inner_text("main")
    assert "变差" in text and "租房提取" in text and "不通过" in text
    assert page.locator("figure img").count() == 2
    clean(page)
    second = re.search(r"\d{8}-\d{6}a*", page.inner_text("h1"))[0]

    page.click("form[data-confirm] button.danger")  # without a reason the browser itself refuses
    assert page.locator("input[name=reason]:invalid").count() == 1 and page.locator("dialog").count() == 0
    page.fill("input[name=reason]", "租房提取已停办")
    page.click("form[data-confirm] button.danger")
    clean(page)
    page.click("dialog button.danger, dialog button.primary")
    page.wait_for_url("**/admin/releases")
    assert f"在用的是 {second}" in page.inner_text("main") and "租房提取已停办" in page.inner_text("main")
    clean(page)

    started = time.monotonic()
    page.click("button:has-text('换回上一个')")
    page.click("dialog button.danger, dialog button.primary")
    page.wait_for_selector(f"text=在用的是 {first}")
    assert f"在用的是 {first}" in page.inner_text("main") and time.monotonic() - started < 10


@pytest.mark.canned
def test_cancelled(console, page):
    base, wish = console
    wish(pause=30)
    train(page, base, "不要了")
    page.click("button:has-text('取消训练')")
    page.click("dialog button.danger, dialog button.primary")
    wait_for_end(page, base)
    assert "小王取消了训练" in page.inner_text("main")
    wish()


@pytest.mark.canned
def test_try_it(console, page):
    base, _ = console
    page.goto(base + "/admin/try")
    clean(page)
    page.fill("input[name=say]", "租房能提吗")
    page.keyboard.press("Enter")
    page.wait_for_selector("article.turn")
    text = page.inner_text("main")
    assert "租房提取" in text and "0.912" in text and "没有说" in text and "已经说过" in text
    clean(page)
    page.click("button:has-text('两个人都有')")
    page.wait_for_selector("article.turn >> nth=1")
    options = page.locator("select[name=with] option").all_text_contents()
    if len(options) > 1:
        page.select_option("select[name=with]", index=1)
        page.fill("input[name=say]", "那多久到账")
        page.click("#try button.primary")
        page.wait_for_selector("text=正在装入那个版本")
        page.wait_for_selector("section[aria-label^='今天'] article.turn, section article.turn >> nth=3", timeout=20_000)
    clean(page)


@pytest.mark.canned
def test_the_center_s_questions(console, page):
    page.goto(console[0] + "/admin/training/questions")
    assert "回归问句" in page.inner_text("h1")
    clean(page)
