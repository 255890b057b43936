"""What every page of the console has in common."""
import re

import pytest

from bot.gateway.admin import AREAS
from bot.gateway.admin.area import Area
from bot.gateway.admin.guard import role_of
from bot.gateway.admin.navigation import GROUPS, OTHERS, grouped
from bot.gateway.admin.render import _TEMPLATES
from bot.gateway.admin.static_files import _FOLDER

pytestmark = pytest.mark.asyncio


async def test_every_handler_says_who_may_use_it(console):
    browser = await console()
    silent = [str(route) for route in browser.app.router.routes()
              if route.resource.canonical.startswith("/admin") and role_of(route.handler) is None]
    assert silent == []


async def test_every_area_has_its_place_and_every_place_an_area():
    assert sorted(path for _, paths in GROUPS for path in paths) == sorted(area.path for area in AREAS)
    new = Area("/admin/new", "新的", "viewer", 1)
    assert grouped([new]) == [(OTHERS, [new])]


@pytest.mark.parametrize("role", ["viewer", "administrator"])
async def test_the_start_page_offers_what_the_role_may_do(admin, role):
    browser = await admin(role)
    text = await browser.text("/admin/")
    offered = re.findall(r'<a class="card" href="([^"]+)"', text)
    assert sorted(offered) == sorted(area.path for area in AREAS if role == "administrator" or area.role == "viewer")


async def test_the_navigation_marks_where_one_is(admin):
    browser = await admin("administrator")
    text = await browser.text("/admin/accounts/new")
    assert re.findall(r'<a href="([^"]+)" aria-current="page">', text) == ["/admin/accounts"]


@pytest.mark.parametrize("path", sorted(_TEMPLATES.rglob("*.html")), ids=lambda path: path.stem)
async def test_no_inline_script_style_or_handler(path):
    html = path.read_text("utf-8")
    assert re.findall(r"<script(?![^>]*\ssrc=)", html) == [] and "<style" not in html
    assert re.findall(r"\s(?:on\w+|style)=[\"']", html) == []


@pytest.mark.parametrize("path", sorted(_TEMPLATES.rglob("*.html")), ids=lambda path: path.stem)
async def test_every_form_that_changes_something_carries_its_token(path):
    for form in re.findall(r"<form[^>]*method=\"post\".*?</form>", path.read_text("utf-8"), re.DOTALL):
        assert "csrf()" in form, form[:200]


@pytest.mark.parametrize("path", sorted(_FOLDER.glob("*.js")), ids=lambda path: path.stem)
async def test_cross_site_scripting_nothing_is_ever_written_as_html(path):
    assert not re.search(r"(?:inner|outer)HTML\s*\+?=(?!=)|insertAdjacentHTML|document\.write|\beval\(|new Function", path.read_text("utf-8"))


@pytest.mark.parametrize("path", sorted(_FOLDER.iterdir()), ids=lambda path: path.name)
async def test_nothing_is_loaded_from_elsewhere(path):
    text = path.read_text("utf-8").replace("http://www.w3.org/", "")
    assert not re.search(r"https?://(?!\$)|url\((?!/web/)", text)


async def test_refusals_are_pages_with_a_way_on(admin):
    browser = await admin("viewer")
    text = await browser.text("/admin/nothing", 404)
    assert "没有找到您要的页面" in text and 'href="/admin/"' in text and "请求编号" in text
    assert "text/html" in (await browser.post("/admin/me")).headers["Content-Type"]


async def test_a_crash_is_a_page_without_details(admin, monkeypatch):
    browser = await admin("viewer")
    monkeypatch.setattr("bot.gateway.admin.own_account.policy.needs_second_factor", None)
    text = await browser.text("/admin/me", 500)
    assert "已经记录" in text and "NoneType" not in text


async def test_without_redis_the_page_says_so(admin):
    from bot.gateway.admin import keys

    browser = await admin("viewer")

    async def broken(identity):
        raise ConnectionError("refused")
    browser.app[keys.SESSIONS].find = broken
    response = await browser.get("/admin/me")
    assert (await browser.get("/admin/static/admin.css")).status == 200
    assert response.status == 503 and "连不上数据库" in await response.text() and response.headers["Retry-After"] == "5"


async def test_a_handler_that_loses_redis_says_so_too(admin):
    from redis.exceptions import ConnectionError as Lost

    from bot.gateway.admin import keys

    browser = await admin("administrator")

    async def broken():
        raise Lost("gone")
    browser.app[keys.ACCOUNTS].all = broken
    assert "连不上数据库" in await browser.text("/admin/accounts", 503)
    status, body = await browser.api("GET", "/admin/api/v1/accounts")
    assert (status, body["error"]["code"]) == (503, "unavailable")


async def test_scripts_and_styles_are_cached_until_they_change(admin):
    browser = await admin("viewer")
    first = await browser.get("/admin/static/admin.css")
    again = await browser.get("/admin/static/admin.css", headers={"If-None-Match": first.headers["ETag"]})
    assert (first.status, again.status) == (200, 304) and first.content_type == "text/css"
    assert (await browser.get("/admin/static/..%2faudit.py")).status == 404


async def test_a_message_is_shown_once_and_cannot_be_planted(admin):
    browser = await admin("viewer")
    await browser.post("/admin/me/sign-out-elsewhere")
    assert "这里继续有效" in await browser.text("/admin/me")
    assert "这里继续有效" not in await browser.text("/admin/me")
    for planted in ("WyJvayIsICJ4Il0=.0000", "x", ".", "WyJvayIsICJ4Il0="):
        browser.client.session.cookie_jar.update_cookies({"gjj-admin-message": planted}, browser.client.make_url("/"))
        assert 'class="notice' not in await browser.text("/admin/me")
