"""Health, metrics, the API description, and answers to what does not exist or breaks."""
import re

import jsonschema
import pytest

from bot.gateway import chat_api, keys
from bot.gateway.errors import SENTENCES
from tests.gateway import canned
from tests.gateway.conftest import MESSAGE_ID, refusal

pytestmark = pytest.mark.asyncio


async def test_alive_and_ready(client):
    assert await (await client.get("/healthz")).json() == {"status": "ok"}
    assert await (await client.get("/readyz")).json() == {"status": "ready"}


async def test_alive_but_not_ready_without_redis(make_client):
    client = await make_client(redis_url="unix:///nonexistent/redis.sock")
    assert (await client.get("/healthz")).status == 200
    assert await refusal(await client.get("/readyz")) == (503, "unavailable")


async def test_metrics_count_messages_and_hold_no_text(client, auth):
    await client.post("/api/v1/messages", json={"id": MESSAGE_ID, "text": "租房秘密"}, headers=auth)
    await client.post("/api/v1/feedback", json={"reply": "r", "score": 1}, headers=auth)
    text = await (await client.get("/metrics")).text()
    assert 'gjj_messages_total{outcome="ok",transport="http"} 1.0' in text
    assert 'gjj_feedback_total{score="1"} 1.0' in text and "秘密" not in text
    assert 'gjj_http_requests_total{method="POST",route="/api/v1/messages",status="200"} 1.0' in text


@pytest.mark.parametrize("proxies, headers, expected", [
    ((), {}, 200),
    ((), {"X-Forwarded-For": "10.0.0.1"}, 403),
    ((), {"X-Real-IP": "10.0.0.1"}, 403),
    (("127.0.0.1",), {"X-Forwarded-For": "203.0.113.9"}, 403),
    (("127.0.0.1",), {"X-Forwarded-For": "8.8.8.8, 127.0.0.1"}, 403),
    (("127.0.0.1",), {"X-Forwarded-For": "192.168.1.7"}, 200),
])
async def test_metrics_are_not_public(make_client, proxies, headers, expected):
    client = await make_client(trusted_proxies=proxies)
    assert (await client.get("/metrics", headers=headers)).status == expected


@pytest.mark.parametrize("method, path, expected", [
    ("GET", "/nothing", (404, "not_found")), ("GET", "/api/v1/nothing", (404, "not_found")),
    ("GET", "/web/../app.py", (404, "not_found")), ("GET", "/web/%2e%2e%2fapp.py", (404, "not_found")),
    ("GET", "/web/chat.html", (404, "not_found")), ("GET", "/api/v1/messages", (405, "method_not_allowed")),
    ("PUT", "/api/v1/session", (405, "method_not_allowed")), ("POST", "/", (405, "method_not_allowed")),
])
async def test_unknown_paths_and_methods(client, method, path, expected):
    assert await refusal(await client.request(method, path)) == expected


async def test_a_crash_is_500_with_a_sentence_and_no_details(make_client):
    def crash(app):
        app[keys.QUESTIONS].suggest = None
    client = await make_client(prepare=crash)
    response = await client.get("/api/v1/suggest?q=租房")
    assert await refusal(response) == (500, "internal") and "NoneType" not in await response.text()


def operations(app):
    for route in app.router.routes():
        path = route.resource.canonical
        if route.method != "HEAD" and (path.startswith("/api/") or path in ("/healthz", "/readyz", "/metrics")):
            yield path, route.method.lower()


async def test_every_route_is_described_and_nothing_else(client):
    described = await (await client.get("/api/openapi.json")).json()
    assert described["openapi"].startswith("3.1")
    assert {(path, method) for path, methods in described["paths"].items() for method in methods} == set(operations(client.app))


async def test_every_error_code_is_described(client):
    described = await (await client.get("/api/openapi.json")).json()
    assert set(described["components"]["schemas"]["ErrorBody"]["properties"]["code"]["enum"]) == set(SENTENCES)
    named = " ".join(r["description"] for r in described["components"]["responses"].values())
    assert set(SENTENCES) - set(re.findall(r"[a-z_]+", named)) == {"not_found", "method_not_allowed", "conflict"}


async def test_references_resolve_and_replies_fit_the_schema(client, auth):
    described = await (await client.get("/api/openapi.json")).json()
    for reference in re.findall(r"'\$ref': '#/components/(\w+)/(\w+)'", str(described)):
        assert reference[1] in described["components"][reference[0]]
    schema = {"$ref": "#/components/schemas/Answer", "components": described["components"]}
    for word in canned.BY_WORD:
        number = abs(hash(word)) % 10**12
        answer = await client.post("/api/v1/messages", headers=auth, json={"id": f"00000000-0000-4000-8000-{number:012d}", "text": word})
        jsonschema.Draft202012Validator(schema).validate(await answer.json())


async def test_chat_api_routes_are_the_designed_ones(client):
    assert {(route.method, route.path) for route in chat_api.routes} == {
        ("POST", "/api/v1/sessions"), ("POST", "/api/v1/messages"), ("GET", "/api/v1/history"), ("DELETE", "/api/v1/session"),
        ("POST", "/api/v1/feedback"), ("POST", "/api/v1/rating"), ("POST", "/api/v1/kept"), ("POST", "/api/v1/reminders"), ("DELETE", "/api/v1/reminders"), ("GET", "/api/v1/suggest")}
