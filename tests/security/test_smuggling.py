"""Request smuggling: a message whose end can be read in two ways is refused, and nothing behind it is answered."""
import pytest

from tests.security.raw import exchange, get, post

SESSIONS = "/api/v1/sessions"
CHUNKED = b"Transfer-Encoding: chunked"
HIDDEN = get("/healthz")


@pytest.mark.parametrize("sent", [
    pytest.param(post(SESSIONS, CHUNKED, body=b"0\r\n\r\n") + HIDDEN, id="Content-Length and Transfer-Encoding"),
    pytest.param(post(SESSIONS, b"Content-Length: 2"), id="Content-Length twice, equal"),
    pytest.param(post(SESSIONS, b"Content-Length: 40"), id="Content-Length twice, different"),
    pytest.param(post(SESSIONS, b"Content-Length: 2, 2", length=False), id="Content-Length as a list"),
    pytest.param(post(SESSIONS, b"Content-Length: +2", length=False), id="Content-Length with a sign"),
    pytest.param(post(SESSIONS, b"Content-Length: -2", length=False), id="Content-Length below zero"),
    pytest.param(post(SESSIONS, b"Content-Length: 0x2", length=False), id="Content-Length in hexadecimal"),
    pytest.param(post(SESSIONS, b"Content-Length: 99999999999999999999999", length=False), id="Content-Length that overflows"),
    pytest.param(post(SESSIONS, b"Content-Length : 2", length=False), id="space before the colon"),
    pytest.param(post(SESSIONS, b"Transfer-Encoding: xchunked", length=False, body=b"0\r\n\r\n"), id="unknown Transfer-Encoding"),
    pytest.param(post(SESSIONS, CHUNKED, b"Transfer-Encoding: identity", length=False, body=b"2\r\n{}\r\n0\r\n\r\n"), id="two Transfer-Encodings"),
    pytest.param(post(SESSIONS, b"Transfer-Encoding: chunked, identity", length=False, body=b"2\r\n{}\r\n0\r\n\r\n"), id="chunked is not last"),
    pytest.param(post(SESSIONS, b"Transfer-Encoding: \x0bchunked", length=False, body=b"2\r\n{}\r\n0\r\n\r\n"), id="control character before chunked"),
    pytest.param(post(SESSIONS, CHUNKED, version=b"1.0", length=False, body=b"2\r\n{}\r\n0\r\n\r\n"), id="chunks in HTTP/1.0"),
    pytest.param(post(SESSIONS, CHUNKED, length=False, body=b"zz\r\n{}\r\n0\r\n\r\n"), id="chunk size that is no number"),
    pytest.param(post(SESSIONS, CHUNKED, length=False, body=b"-2\r\n{}\r\n0\r\n\r\n"), id="chunk size below zero"),
    pytest.param(post(SESSIONS, CHUNKED, length=False, body=b"fffffffffffffffff\r\n{}\r\n0\r\n\r\n"), id="chunk size that overflows"),
    pytest.param(post(SESSIONS, CHUNKED, length=False, body=b"2\r\n{}X\r\n0\r\n\r\n"), id="chunk longer than its size"),
    pytest.param(post(SESSIONS, CHUNKED, length=False, body=b"2;\n{}\r\n0\r\n\r\n"), id="line feed in a chunk extension"),
    pytest.param(post(SESSIONS, b"X-A: b\r\n c"), id="folded header"),
    pytest.param(post(SESSIONS).replace(b"\r\n", b"\n"), id="line feeds alone"),
    pytest.param(get("/healthz", b"X-A: b\rX-B: c"), id="carriage return alone"),
    pytest.param(get("/healthz", b"X-A: b\0c"), id="NUL in a header"),
    pytest.param(get("/healthz", b"Host: other"), id="two hosts"),
    pytest.param(b"GET /healthz HTTP/1.1\r\n\r\n", id="no host"),
    pytest.param(get("/healthz", b"X: " + b"a" * 20_000), id="header of 20 kB"),
    pytest.param(get("/healthz", *(b"X-%d: a" % n for n in range(300))), id="300 headers"),
    pytest.param(get("/" + "a" * 20_000), id="address of 20 kB"),
    pytest.param(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", id="TLS without TLS"),
    pytest.param(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", id="HTTP/2 unannounced"),
    pytest.param(get("/api/v1/history", b"Authorization: Bearer a", b"Authorization: Bearer b"), id="two tokens"),
    pytest.param(post(SESSIONS, b"Origin: http://gjj", b"Origin: https://evil.example"), id="two origins"),
    pytest.param(post(SESSIONS, b"Content-Type: text/plain"), id="two content types"),
    pytest.param(post(SESSIONS, b"Expect: <script>"), id="Expect that nobody defined"),
])
def test_a_message_that_can_be_read_in_two_ways_is_refused(running, sent):
    (answer,) = exchange(running, sent, end=False)
    assert (answer.status, answer.code) == (400, "bad_request")
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert b"script" not in answer.body and b"Bad" not in answer.body


def test_what_comes_after_a_whole_message_is_the_next_message_and_no_part_of_the_first(running):
    first, second = exchange(running, post(SESSIONS) + HIDDEN)
    assert (first.status, second.status, second.body) == (201, 200, b'{"status": "ok"}')


def test_a_body_that_is_not_all_there_makes_no_session(running):
    assert exchange(running, post(SESSIONS, b"Content-Length: 20", length=False)) == []


@pytest.mark.parametrize("method, status", [(b"TRACE", 405), (b"CONNECT", 404), (b"PROPFIND", 405), (b"<script>", 400), (b"G\0T", 400)])
def test_methods_that_nobody_offers(running, method, status):
    (answer,) = exchange(running, get("/").replace(b"GET", method, 1))
    assert answer.status == status and b"script" not in answer.body


def test_a_foreign_host_in_the_address_leads_nowhere_else(running):
    """Attack: using the gateway as a proxy."""
    (answer,) = exchange(running, get("http://169.254.169.254/latest/meta-data/"))
    assert answer.code == "not_found"
