"""Headers of every answer, and that nothing a client sends ends up in one."""
import pytest

from tests.gateway.conftest import refusal

pytestmark = pytest.mark.asyncio
SITE = "https://gjj.example.gov.cn"


def plain_routes(app):
    for route in app.router.routes():
        if route.method == "GET" and "{" not in route.resource.canonical and not route.resource.canonical.startswith("/admin"):
            yield route.resource.canonical


async def test_every_answer_has_the_security_headers(make_client):
    client = await make_client(allowed_origins=(SITE,))
    tried = 0
    for path in [*plain_routes(client.app), "/nothing", "/web/nothing.js"]:
        response = await client.get(path, allow_redirects=False)
        headers, policy = response.headers, response.headers["Content-Security-Policy"]
        assert headers["X-Content-Type-Options"] == "nosniff" and headers["Referrer-Policy"] == "no-referrer", path
        assert headers["Cross-Origin-Opener-Policy"] == "same-origin" and len(headers["X-Request-ID"]) == 32, path
        assert "default-src 'none'" in policy and "object-src 'none'" in policy and "base-uri 'none'" in policy and "unsafe" not in policy, path
        assert "script-src 'self';" in policy and "*" not in policy, path
        framed = path == "/embed"
        assert policy.endswith(f"frame-ancestors 'self' {SITE}" if framed else "frame-ancestors 'none'"), path
        assert headers.get("X-Frame-Options") == (None if framed else "DENY"), path
        assert "Access-Control-Allow-Origin" not in headers and "Set-Cookie" not in headers, path
        if response.content_type.startswith("text/") or response.content_type == "application/json":
            assert response.charset == "utf-8", path
        if path.startswith("/api/"):
            assert headers["Cache-Control"] == "no-store", path
        tried += 1
    assert tried > 8


@pytest.mark.parametrize("proxies, sent, expected", [
    ((), {}, None), ((), {"X-Forwarded-Proto": "https"}, None), (("10.0.0.1",), {"X-Forwarded-Proto": "https"}, None),
    (("127.0.0.1",), {"X-Forwarded-Proto": "http"}, None), (("127.0.0.1",), {"X-Forwarded-Proto": "https"}, "max-age=31536000; includeSubDomains"),
])
async def test_strict_transport_security_when_a_trusted_proxy_says_https(make_client, proxies, sent, expected):
    client = await make_client(trusted_proxies=proxies)
    for path in ("/", "/api/v1/history", "/nothing"):
        assert (await client.get(path, headers=sent)).headers.get("Strict-Transport-Security") == expected


@pytest.mark.parametrize("path", ["/a%0d%0aSet-Cookie:%20x=1", "/web/%0d%0aX-Evil:1", "/api/v1/suggest?q=%0d%0aX-Evil:1", "/embed?x=%0d%0aX-Evil:1"])
async def test_line_breaks_in_an_address_reach_no_header(client, path):
    """Attack: response splitting."""
    from yarl import URL
    response = await client.get(URL(path, encoded=True))
    assert "X-Evil" not in response.headers and "Set-Cookie" not in response.headers and response.status in (200, 404)


async def test_a_handler_that_would_put_a_line_break_into_a_header_is_stopped(make_client):
    from aiohttp import web

    async def careless(request):
        raise web.HTTPSeeOther("/next?" + request.query["to"])

    async def download(request):
        return web.Response(headers={"Content-Disposition": "attachment; filename=" + request.query["to"]})
    client = await make_client(prepare=lambda app: app.router.add_routes([web.get("/careless", careless), web.get("/download", download)]))
    assert await refusal(await client.get("/download", params={"to": "a\r\nX-Evil: 1"})) == (400, "bad_request")
    redirect = await client.get("/careless", params={"to": "a\r\nX-Evil: 1"}, allow_redirects=False)
    assert redirect.status == 303 and "X-Evil" not in redirect.headers


@pytest.mark.parametrize("path", ["/metrics", "/healthz", "/readyz", "/"])
async def test_versions_are_not_told(client, path):
    response = await client.get(path, headers={"X-Forwarded-For": "203.0.113.9"})
    for word in ("aiohttp", "Python/", "3.12"):
        assert word not in str(response.headers)
    assert response.headers["Server"] == "gjj"
