"""What the console is sent: forms that are none, and JSON with what nobody can store, on every route that takes something."""
import random

import pytest

from bench.fuzz_raw import mutated
from tests.gateway.admin.conftest import admin, clock, console, empty_console, quick_passwords  # noqa: F401
from tests.security.test_console import routes

pytestmark = pytest.mark.asyncio
FORM, PARTS = "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"
FIELD = b'--x\r\nContent-Disposition: form-data; name="name"\r\n'
NO_FORMS = {
    "a charset that nobody knows": (FORM + "; charset=nonsense", b"name=a"),
    "a charset that is none": (FORM + "; charset=hex", b"name=a"),
    "another charset": (FORM + "; charset=utf-16", b"name=a"),
    "bytes that are no UTF-8": (FORM, b"name=\xff\xfe"),
    "parts without a boundary": ("multipart/form-data", b"x"),
    "a part that does not end": (PARTS, FIELD + b"\r\nabc"),
    "a part without a name": (PARTS, b"--x\r\nContent-Disposition: form-data\r\n\r\nabc\r\n--x--\r\n"),
    "a part in a charset that nobody knows": (PARTS, FIELD + b"Content-Type: text/plain; charset=nonsense\r\n\r\nabc\r\n--x--\r\n"),
    "a part in an encoding that nobody knows": (PARTS, FIELD + b"Content-Transfer-Encoding: nonsense\r\n\r\nabc\r\n--x--\r\n"),
    "parts within parts": (PARTS, b'--x\r\nContent-Type: multipart/mixed; boundary=y\r\n\r\n--y\r\n\r\na\r\n--y--\r\n--x--\r\n'),
    "too many fields": (FORM, b"&".join(b"a=b" for _ in range(2000))),
}


@pytest.mark.parametrize("what", list(NO_FORMS))
async def test_without_a_log_in_what_is_no_form_is_refused_with_a_page(console, what):  # noqa: F811
    """Attack: a crash on demand, by anybody, on the page that everybody may open."""
    browser = await console()
    kind, body = NO_FORMS[what]
    for path in ("/admin/log-in", "/admin/log-in/code", "/admin/log-out", "/admin/set-up/abc"):
        response = await browser.client.post(path, data=body, headers={"Content-Type": kind}, allow_redirects=False)
        assert response.status in (400, 413) and "Traceback" not in await response.text(), path


@pytest.mark.parametrize("what", ["a charset that nobody knows", "a part that does not end"])
async def test_with_a_log_in_what_is_no_form_is_refused_on_every_route(admin, what):  # noqa: F811
    browser = await admin("administrator")
    kind, body = NO_FORMS[what]
    tried = 0
    for method, path, handler in routes(browser.app):
        if method == "GET" or getattr(handler, "admin_needs_json", False):
            continue
        response = await browser.client.request(method, path, data=body, headers={"Content-Type": kind, "X-CSRF-Token": browser.csrf}, allow_redirects=False)
        assert response.status in (400, 413), (method, path)
        tried += 1
    assert tried > 60


@pytest.mark.parametrize("body", ['{"do": "\\udfff", "\\ud800": [{"a": "\\ud83d"}]}', "[" * 100_000, "null"])
async def test_with_a_log_in_json_that_nobody_can_store_is_refused_on_every_route(admin, body):  # noqa: F811
    """Attack: lone surrogates break whatever writes text, long after it was read."""
    browser = await admin("administrator")
    tried = 0
    for method, path, _ in routes(browser.app):
        if method in ("GET", "DELETE") or not path.startswith("/admin/api/"):
            continue
        response = await browser.client.request(method, path, data=body, headers={"Content-Type": "application/json", "X-CSRF-Token": browser.csrf}, allow_redirects=False)
        assert response.status < 500, (method, path, response.status)
        assert response.status < 400 or (await response.json())["error"]["request_id"] == response.headers["X-Request-ID"], path
        tried += 1
    assert tried > 20


FAQ = {"question": "能停车吗", "answer": "能。", "topic": "branch_hours_contact"}


@pytest.mark.parametrize("method, path, body", [
    ("PUT", "/admin/api/v1/session", {"name": "\ud800", "password": "\ud800"}),
    ("POST", "/admin/api/v1/faqs", {**FAQ, "question": "停车\ud800"}),
    ("POST", "/admin/api/v1/faqs", {**FAQ, "similar": ["\udfff"]}),
    ("POST", "/admin/api/v1/faqs/check", {"values": {**FAQ, "answer": "\ud83d"}}),
    ("POST", "/admin/api/v1/faqs/faq_branches/enabled", {"enabled": True, "version": "\ud800"}),
    ("POST", "/admin/api/v1/inbox/settle", {"do": "ignore", "idents": ["\ud800"]}),
    ("POST", "/admin/api/v1/desk/261122-0001/say", {"text": "您好\ud800"}),
    ("PUT", "/admin/api/v1/cards/wd_rent/parts/pitfalls", {"value": ["\ud800"], "version": "1", "ground": {"source": "\ud800", "note": ""}}),
])
async def test_text_that_nobody_can_store_is_refused_where_text_is_stored(admin, method, path, body):  # noqa: F811
    browser = await admin("administrator")
    status, told = await browser.api(method, path, body)
    assert (status, told["error"]["code"]) == (422, "invalid")


async def test_whatever_comes_as_a_form_is_never_a_crash(console):  # noqa: F811
    """Fuzzing: good forms with bytes changed, taken away, doubled; at the page that everybody may open."""
    browser = await console()
    dice = random.Random(20261123)
    good = [(FORM, b"name=%E5%BC%A0%E4%B8%89&password=abc&next=%2Fadmin&csrf=0"),
            (PARTS, FIELD + b"\r\nabc\r\n--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.csv\"\r\nContent-Type: text/csv; charset=utf-8\r\n\r\na,b\r\n--x--\r\n")]
    seen = set()
    for turn in range(400):
        kind, body = good[turn % 2]
        raw = mutated(dice, body)
        headers = {"Content-Type": kind if dice.random() < 0.8 else kind + f"; charset={dice.choice(['utf-8', 'utf-7', 'idna', 'base64', 'x'])}"}
        response = await browser.client.post("/admin/log-in", data=raw, headers=headers, allow_redirects=False)
        assert response.status < 500, (headers, raw)
        seen.add(response.status)
    assert {400, 403} <= seen
