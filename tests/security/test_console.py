"""The console from outside: every route of every area, without a log-in, with too small a role, and without the page's token."""
import re

import pytest
from yarl import URL

from tests.gateway.admin.conftest import admin, clock, console, empty_console, quick_passwords  # noqa: F401
from tests.gateway.conftest import refusal

pytestmark = pytest.mark.asyncio
OPEN = {
    ("GET", "/admin/log-in"), ("POST", "/admin/log-in"), ("GET", "/admin/log-in/code"), ("POST", "/admin/log-in/code"), ("POST", "/admin/log-out"),
    ("GET", "/admin/set-up/{token}"), ("POST", "/admin/set-up/{token}"), ("GET", "/admin/static/{name}"), ("PUT", "/admin/api/v1/session"),
}
"""Routes that answer without a log-in. A further one must be put here on purpose."""


def routes(app):
    for route in app.router.routes():
        path = route.resource.canonical if route.resource else ""
        if (path == "/admin" or path.startswith("/admin/")) and route.method != "HEAD":
            yield route.method, filled(route.resource), route.handler


def filled(resource):
    """A path that leads to the resource, with values that nothing has."""
    pattern = resource.get_info().get("pattern")
    if pattern is None:
        return resource.canonical
    verbs = re.findall(r"[a-z][a-z.-]+", pattern.pattern)
    for value in ("1", "2026-11-22", "1111111111111111", "1" * 32, "a.csv", *verbs):
        for name in ("1", value):
            path = re.sub(r"\{[^}]*\}(?!.*\{)", value, resource.canonical)
            path = re.sub(r"\{[^}]*\}", name, path)
            if pattern.fullmatch(path):
                return path
    raise AssertionError(f"no value fits {pattern.pattern}")


async def test_only_the_listed_routes_answer_without_a_log_in(console):  # noqa: F811
    browser = await console()
    found = {(route.method, route.resource.canonical) for route in browser.app.router.routes()
             if getattr(route.handler, "admin_role", None) in ("everyone", "unidentified") and route.method != "HEAD"}
    assert found - OPEN == set()


async def test_every_route_without_a_log_in_leads_to_the_log_in_or_is_refused(console):  # noqa: F811
    browser = await console()
    tried = 0
    for method, path, handler in routes(browser.app):
        if getattr(handler, "admin_role", None) in ("everyone", "unidentified"):
            continue
        response = await browser.client.request(method, path, allow_redirects=False, json={} if method != "GET" else None)
        if response.status == 303:
            assert response.headers["Location"].startswith("/admin/log-in"), path
        else:
            assert (await refusal(response))[0] in (401, 403), (method, path)
        tried += 1
    assert tried > 40


async def test_everything_that_changes_something_needs_the_pages_token(admin):  # noqa: F811
    """Attack: cross-site request forgery, with the cookie of an administrator."""
    browser = await admin("administrator")
    tried = 0
    for method, path, handler in routes(browser.app):
        if method == "GET" or getattr(handler, "admin_needs_json", False):  # logging in by JSON: nobody's session to misuse yet
            continue
        for headers in ({}, {"X-CSRF-Token": ""}, {"X-CSRF-Token": "0" * 64}):
            for body in ({"json": {}}, {"data": {"csrf": "0" * 64}}):
                response = await browser.client.request(method, path, headers=headers, allow_redirects=False, **body)
                assert response.status == 403, (method, path, headers, response.status)
        tried += 1
    assert tried > 20


@pytest.mark.parametrize("headers", [{"Origin": "https://evil.example"}, {"Origin": "null"}, {"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}])
async def test_the_right_token_from_a_foreign_page_does_nothing(admin, headers):  # noqa: F811
    browser = await admin("administrator")
    for method, path, _ in routes(browser.app):
        if method != "GET":
            response = await browser.client.request(method, path, headers={"X-CSRF-Token": browser.csrf, **headers}, json={}, allow_redirects=False)
            assert response.status == 403, (method, path)


RANK = ["viewer", "editor", "publisher", "administrator"]


@pytest.mark.parametrize("role", RANK[:-1])
async def test_a_role_reaches_nothing_above_it(admin, role):  # noqa: F811
    """Attack: calling what the navigation does not show."""
    browser = await admin(role)
    tried = 0
    for method, path, handler in routes(browser.app):
        needed = getattr(handler, "admin_role", None)
        if needed not in RANK or RANK.index(needed) <= RANK.index(role):
            continue
        response = await browser.client.request(method, path, headers={"X-CSRF-Token": browser.csrf}, json={} if method != "GET" else None, allow_redirects=False)
        assert response.status == 403, (method, path, response.status)
        tried += 1
    assert tried > 3


async def test_every_page_of_the_console_forbids_frames_scripts_and_caches(admin):  # noqa: F811
    browser = await admin("administrator")
    for method, path, _ in routes(browser.app):
        if method == "GET" and "/1" not in path and "/events" not in path and "/stream" not in path:
            response = await browser.client.get(path, allow_redirects=False)
            policy = response.headers["Content-Security-Policy"]
            assert "frame-ancestors 'none'" in policy and "unsafe" not in policy and response.headers["X-Frame-Options"] == "DENY", path
            assert response.headers["Cache-Control"] == "no-store" and response.status < 500, (path, response.status)
            if response.content_type == "text/html":
                text = await response.text()
                assert "<script>" not in text and "<style>" not in text and " style=\"" not in text and " onclick=" not in text, path


async def test_strange_identifiers_are_not_found_and_never_a_crash(admin):  # noqa: F811
    """Attack: somebody else's or nobody's id in a path: other shapes, other types, paths, formats."""
    browser = await admin("administrator")
    for strange in ("-1", "..%2f..%2fetc%2fpasswd", "%00", "a%0d%0ab", "%3Cscript%3E%e4%b8%ad%7B%7B7*7%7D%7D*"):
        for route in browser.app.router.routes():
            path = route.resource.canonical
            if "{" not in path or not path.startswith("/admin/") or route.method == "HEAD" or "events" in path or "stream" in path:
                continue
            tried = re.sub(r"\{[^}]*\}", lambda _, strange=strange: strange, path)
            response = await browser.client.request(route.method, URL(tried, encoded=True), headers={"X-CSRF-Token": browser.csrf},
                                                    json={} if route.method != "GET" else None, allow_redirects=False)
            assert response.status < 500, (route.method, tried, response.status)
            assert "root:" not in await response.text()
