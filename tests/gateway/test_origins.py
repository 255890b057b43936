"""Which pages may call, frame and read us, and the headers that make browsers enforce it."""
import pytest

from tests.gateway.conftest import MESSAGE_ID, refusal

pytestmark = pytest.mark.asyncio
SITE = "https://gjj.example.gov.cn"


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://gjj.example.gov.cn", "https://gjj.example.gov.cn.evil.example",
                                    "https://gjj.example.gov.cn:444", "http://[bad"])
@pytest.mark.parametrize("method, path", [("POST", "sessions"), ("POST", "messages"), ("DELETE", "session"), ("POST", "feedback"),
                                          ("POST", "rating")])
async def test_cross_site_request_forgery_is_refused(make_client, origin, method, path):
    client = await make_client(allowed_origins=(SITE,))
    response = await client.request(method, f"/api/v1/{path}", json={}, headers={"Origin": origin})
    assert await refusal(response) == (403, "forbidden_origin")
    assert "Access-Control-Allow-Origin" not in response.headers


async def test_own_page_and_listed_site_may_post(make_client):
    client = await make_client(allowed_origins=(SITE,))
    for origin in (SITE, f"http://{client.host}:{client.port}", f"https://{client.host}:{client.port}"):
        assert (await client.post("/api/v1/sessions", json={}, headers={"Origin": origin})).status == 201


async def test_listed_site_may_read_answers_and_errors_and_gets_no_cookies(make_client):
    client = await make_client(allowed_origins=(SITE,))
    for response in (await client.post("/api/v1/sessions", json={}, headers={"Origin": SITE}),
                     await client.get("/api/v1/history", headers={"Origin": SITE})):
        assert response.headers["Access-Control-Allow-Origin"] == SITE
        assert "Access-Control-Allow-Credentials" not in response.headers and "Origin" in response.headers["Vary"]


async def test_preflight(make_client):
    client = await make_client(allowed_origins=(SITE,))
    ask = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "authorization,content-type"}
    granted = await client.options("/api/v1/messages", headers={"Origin": SITE, **ask})
    assert (granted.status, granted.headers["Access-Control-Allow-Origin"]) == (204, SITE)
    assert granted.headers["Access-Control-Allow-Headers"] == "Authorization, Content-Type"
    assert await refusal(await client.options("/api/v1/messages", headers={"Origin": "https://evil.example", **ask})) == (
        403, "forbidden_origin")


async def test_pages_carry_no_permission_for_inline_code(client):
    for path in ("/", "/embed"):
        policy = (await client.get(path)).headers["Content-Security-Policy"]
        assert "unsafe" not in policy and "script-src 'self';" in policy and policy.startswith("default-src 'none'")


async def test_clickjacking_only_the_embed_page_may_be_framed_and_only_by_listed_sites(make_client):
    client = await make_client(allowed_origins=(SITE,))
    page, embed = await client.get("/"), await client.get("/embed")
    assert page.headers["Content-Security-Policy"].endswith("frame-ancestors 'none'") and page.headers["X-Frame-Options"] == "DENY"
    assert embed.headers["Content-Security-Policy"].endswith(f"frame-ancestors 'self' {SITE}") and "X-Frame-Options" not in embed.headers


@pytest.mark.parametrize("path", ["/", "/web/main.js", "/api/v1/history", "/healthz", "/nothing"])
async def test_security_headers_everywhere(client, path):
    headers = (await client.get(path)).headers
    assert headers["X-Content-Type-Options"] == "nosniff" and headers["Referrer-Policy"] == "no-referrer"
    assert headers["Server"] == "gjj" and len(headers["X-Request-ID"]) == 32 and headers["Cross-Origin-Resource-Policy"] == "same-origin"


async def test_widget_script_may_be_loaded_by_other_sites(client):
    response = await client.get("/widget.js")
    assert (response.status, response.content_type) == (200, "text/javascript")
    assert response.headers["Cross-Origin-Resource-Policy"] == "cross-origin"


async def test_request_id_is_ours_unless_a_trusted_proxy_sends_one(make_client, client):
    sent = {"X-Request-ID": "proxy-request-1"}
    assert (await client.get("/healthz", headers=sent)).headers["X-Request-ID"] != "proxy-request-1"
    trusting = await make_client(trusted_proxies=("127.0.0.0/8",))
    assert (await trusting.get("/healthz", headers=sent)).headers["X-Request-ID"] == "proxy-request-1"
    assert len((await trusting.get("/healthz", headers={"X-Request-ID": "bad id"})).headers["X-Request-ID"]) == 32


async def test_message_from_a_listed_site(make_client, new_token):
    client = await make_client(allowed_origins=(SITE,))
    headers = {"Origin": SITE, "Authorization": f"Bearer {await new_token(client)}"}
    assert (await client.post("/api/v1/messages", json={"id": MESSAGE_ID, "text": "你好"}, headers=headers)).status == 200
