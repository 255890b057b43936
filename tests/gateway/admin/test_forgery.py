"""Requests that a page of ours did not make are refused; so are requests beyond a role."""
import aiohttp
import pytest

from bot.gateway.admin import csrf, keys
from bot.gateway.admin.guard import role_of
from bot.gateway.admin.roles import ROLES
from tests.gateway.admin.conftest import cookie
from tests.gateway.conftest import refusal

pytestmark = pytest.mark.asyncio
FORM = "/admin/me/sign-out-elsewhere"


async def post(browser, headers=None, data=None):
    async with browser.client.post(FORM, headers=headers or {}, data=data or {}, allow_redirects=False) as response:
        return response.status


async def test_a_form_without_the_token_or_with_a_wrong_one_is_refused(admin):
    browser = await admin("viewer")
    assert await post(browser) == 403
    assert await post(browser, data={"csrf": ""}) == 403
    assert await post(browser, data={"csrf": "0" * 64}) == 403
    assert await post(browser, {"X-CSRF-Token": "汉字".encode().decode("latin-1")}) == 403
    assert await post(browser, data={"csrf": browser.csrf}) == 303


async def test_the_token_of_somebody_else_s_session_is_refused(admin):
    browser = await admin("viewer")
    other = await admin("editor", beside=browser)
    assert other.csrf != browser.csrf
    assert await post(browser, {"X-CSRF-Token": other.csrf}) == 403


async def test_the_token_from_before_the_log_in_is_refused_after_it(admin):
    browser = await admin("viewer")
    before = csrf.token(browser.app[keys.CSRF_KEY], "A" * 43)
    assert await post(browser, {"X-CSRF-Token": before}) == 403


@pytest.mark.parametrize("headers, status", [
    ({"Origin": "https://evil.example"}, 403), ({"Origin": "null"}, 403), ({"Sec-Fetch-Site": "cross-site"}, 403),
    ({"Sec-Fetch-Site": "same-site"}, 403), ({"Sec-Fetch-Site": "same-origin"}, 303)])
async def test_pages_of_other_sites_cannot_send_forms_even_with_a_token(admin, headers, status):
    browser = await admin("viewer")
    assert await post(browser, {**headers, "X-CSRF-Token": browser.csrf}) == status


async def test_a_site_that_may_embed_the_chat_may_still_not_use_the_console(admin):
    browser = await admin("viewer", allowed_origins=("https://gjj.example.gov.cn",))
    assert await post(browser, {"Origin": "https://gjj.example.gov.cn", "X-CSRF-Token": browser.csrf}) == 403


async def test_a_file_form_carries_the_token_too(admin):
    browser = await admin("viewer")
    form = aiohttp.FormData({"csrf": browser.csrf})
    form.add_field("file", b"x" * 100_000, filename="a.csv")
    assert await post(browser, data=form) == 303
    form = aiohttp.FormData()
    form.add_field("csrf", browser.csrf.encode(), filename="token")
    assert await post(browser, data=form) == 403


async def test_without_a_log_in_only_small_bodies_are_read(console):
    browser = await console()
    await browser.text("/admin/log-in")
    async with browser.client.post("/admin/log-in", data={"name": "x" * 100_000}) as response:
        assert response.status == 413


async def test_the_api_refuses_as_json(admin, console):
    browser = await admin("viewer")
    async with browser.client.post("/admin/api/v1/session") as response:
        assert await refusal(response) == (403, "forbidden")
    async with browser.client.get("/admin/api/v1/accounts") as response:
        assert await refusal(response) == (403, "forbidden")
    browser.client.session.cookie_jar.clear()
    async with browser.client.get("/admin/api/v1/session") as response:
        assert await refusal(response) == (401, "unauthorized")


@pytest.mark.parametrize("role", ROLES)
async def test_each_role_opens_exactly_its_pages(admin, role):
    """Every GET page without parameters, asked for as this role."""
    browser = await admin(role)
    wrong = []
    for route in browser.app.router.routes():
        path, needed = route.resource.canonical, role_of(route.handler)
        if route.method != "GET" or not path.startswith("/admin") or "{" in path or needed in (None, "everyone", "unidentified"):
            continue
        response = await browser.get(path)
        refused = response.status == 403
        if refused == (ROLES.index(role) >= ROLES.index(needed)):
            wrong.append((path, needed, response.status))
    assert wrong == []


async def test_each_changing_route_refuses_a_lower_role(admin):
    """Every POST, PUT, PATCH and DELETE, asked for by a viewer although it is for others."""
    browser = await admin("viewer")
    for route in list(browser.app.router.routes()):
        path, needed = route.resource.canonical, role_of(route.handler)
        if route.method in ("GET", "HEAD") or not path.startswith("/admin") or needed in ("everyone", "viewer"):
            continue
        path = str(route.resource.url_for(**dict.fromkeys(route.resource.get_info().get("pattern").groupindex, "x"))) \
            if "{" in path else path
        async with browser.client.request(route.method, path, headers={"X-CSRF-Token": browser.csrf}) as response:
            assert response.status in (403, 404), (route.method, path)


async def test_a_handler_that_forgot_its_role_is_closed(make_client, tmp_path):
    async def forgetful(request):
        raise AssertionError("reached")

    client = await make_client(prepare=lambda app: app.router.add_get("/admin/forgotten", forgetful), var_dir=tmp_path)
    assert (await client.get("/admin/forgotten")).status == 403


async def test_security_headers(admin):
    browser = await admin("viewer")
    response = await browser.get("/admin/me")
    policy = response.headers["Content-Security-Policy"]
    for part in ("default-src 'none'", "script-src 'self'", "style-src 'self'", "form-action 'self'", "frame-ancestors 'none'", "base-uri 'none'"):
        assert part in policy
    assert "unsafe" not in policy
    assert response.headers["Cache-Control"] == "no-store" and response.headers["X-Frame-Options"] == "DENY"
    assert response.headers["Referrer-Policy"] == "same-origin" and response.headers["X-Content-Type-Options"] == "nosniff"
    assert cookie(browser)


async def test_from_networks_that_are_not_named_there_is_no_console(console):
    browser = await console(admin_networks=("10.0.0.0/8",))
    assert await refusal(await browser.get("/admin/log-in")) == (404, "not_found")
    assert (await browser.get("/healthz")).status == 200
    browser = await console(admin_networks=("127.0.0.0/8",))
    assert (await browser.get("/admin/log-in")).status == 200
