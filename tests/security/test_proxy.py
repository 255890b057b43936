"""deploy/nginx/gjj.conf itself, run by nginx with a certificate of its own in front of the gateway."""
import asyncio
import re
import shutil
import socket
import ssl
import subprocess

import pytest
import pytest_asyncio
from aiohttp import ClientSession, TCPConnector

from bench.ports import free_port
from tests.gateway import system
from tests.gateway.conftest import MESSAGE_ID
from tests.security.raw import parse, post, read

NAME = "zhushou.example.gov.cn"
FOLDER = system.ROOT / "deploy" / "nginx"
NGINX = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")

pytestmark = pytest.mark.skipif(not NGINX or not shutil.which("openssl"), reason="nginx or openssl is not installed")


@pytest.fixture(scope="module")
def proxy(tmp_path_factory, redis_url, fake_worker):
    """(https port, http port, folder with access log of the gateway and log of nginx)."""
    folder = tmp_path_factory.mktemp("nginx")
    https, http = free_port(), free_port()
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "1",
                    "-subj", f"/CN={NAME}", "-addext", f"subjectAltName=DNS:{NAME}", "-keyout", folder / "privkey.pem", "-out", folder / "fullchain.pem"],
                   check=True, capture_output=True)
    port = free_port()
    # only the places are changed; every rule is the file's own
    text = (FOLDER / "gjj.conf").read_text("utf-8")
    for old, new in ((r"listen 443", f"listen 127.0.0.1:{https}"), (r"listen 80", f"listen 127.0.0.1:{http}"), ("/etc/nginx/gjj", str(folder)),
                     ("/var/log/nginx", str(folder)), (r"server 127\.0\.0\.1:8080", f"server 127.0.0.1:{port}")):
        text, count = re.subn(old, new, text)
        assert count, f"{old} is not in gjj.conf"
    (folder / "gjj.conf").write_text(text, "utf-8")
    shutil.copy(FOLDER / "proxy.conf", folder / "proxy.conf")
    temporary = "".join(f"{kind}_temp_path {folder}/{kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
    (folder / "nginx.conf").write_text(f"pid {folder}/nginx.pid; daemon off; error_log {folder}/error.log; events {{ worker_connections 256; }} "
                                       f"http {{ {temporary} include {folder}/gjj.conf; }}", "utf-8")
    command = [NGINX, "-p", str(folder), "-c", str(folder / "nginx.conf"), "-e", str(folder / "error.log")]
    checked = subprocess.run([*command, "-t"], capture_output=True, text=True)
    assert checked.returncode == 0 and "warn" not in checked.stderr, checked.stderr
    environment = {"port": port, "GJJ_VAR": str(folder / "var"), "GJJ_TRUSTED_PROXIES": "127.0.0.1"}
    with system.gateway(redis_url, fake_worker, **environment), system.process(command, stderr=subprocess.DEVNULL):
        def listening():
            with socket.socket() as probe:
                return probe.connect_ex(("127.0.0.1", https)) == 0
        system.wait_until(listening)
        yield https, http, folder


@pytest_asyncio.fixture
async def browser(proxy):
    """A client that knows the name and trusts the certificate."""
    https, http, folder = proxy
    trust = ssl.create_default_context(cafile=folder / "fullchain.pem")

    class Resolver:
        async def resolve(self, host, port=0, family=socket.AF_INET):
            return [{"hostname": host, "host": "127.0.0.1", "port": port, "family": socket.AF_INET, "proto": 0, "flags": 0}]

        async def close(self):
            pass

    async with ClientSession(connector=TCPConnector(resolver=Resolver(), ssl=trust)) as session:
        session.https, session.http = f"https://{NAME}:{https}", f"http://{NAME}:{http}"
        yield session


@pytest.mark.asyncio
async def test_page_and_message_over_https_with_hsts(browser):
    async with browser.get(browser.https + "/") as page:
        assert page.status == 200
        assert page.headers["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains"
        assert page.headers["Server"] in ("nginx", "gjj")
    async with browser.post(browser.https + "/api/v1/sessions", json={}, headers={"Origin": browser.https}) as response:
        token = (await response.json())["token"]
    body = {"id": MESSAGE_ID, "text": "租房"}
    async with browser.post(browser.https + "/api/v1/messages", json=body, headers={"Authorization": f"Bearer {token}"}) as response:
        assert response.status == 200 and (await response.json())["replies"]


@pytest.mark.asyncio
async def test_websocket_through_the_proxy(browser):
    async with browser.post(browser.https + "/api/v1/sessions", json={}) as response:
        token = (await response.json())["token"]
    async with browser.ws_connect(browser.https + "/api/v1/ws", origin=browser.https) as window:
        await window.send_json({"token": token})
        await window.send_json({"id": MESSAGE_ID, "text": "你好"})
        assert (await window.receive_json(timeout=30))["type"] == "typing"


@pytest.mark.asyncio
async def test_pages_are_sent_on_to_https_and_the_api_is_not(browser):
    async with browser.get(browser.http + "/", allow_redirects=False) as page:
        assert (page.status, page.headers["Location"]) == (301, f"https://{NAME}/")
    async with browser.post(browser.http + "/api/v1/sessions", json={}, allow_redirects=False) as response:
        assert response.status == 403


@pytest.mark.asyncio
async def test_metrics_and_large_bodies_stop_at_the_proxy(browser):
    async with browser.get(browser.https + "/metrics") as response:
        assert response.status == 404
    async with browser.post(browser.https + "/api/v1/sessions", data=b" " * 100_000) as response:
        assert response.status == 413


@pytest.mark.asyncio
async def test_a_forged_address_does_not_get_through(browser, proxy):
    """Attack: escaping the limits with X-Forwarded-For written by oneself."""
    statuses = set()
    for number in range(70):
        forged = {"X-Forwarded-For": f"203.0.113.{number}", "X-Real-IP": f"203.0.113.{number}", "Forwarded": f"for=203.0.113.{number}"}
        async with browser.post(browser.https + "/api/v1/sessions", json={}, headers=forged) as response:
            statuses.add(response.status)
    assert 429 in statuses


@pytest.mark.asyncio
async def test_both_logs_agree_on_the_request_and_keep_no_query(browser, proxy):
    async with browser.get(browser.https + "/api/v1/suggest", params={"q": "秘密"}, headers={"X-Request-ID": "forged-by-the-client"}) as response:
        request_id = response.headers["X-Request-ID"]
    folder = proxy[2]

    async def logged(path):
        async with asyncio.timeout(30):
            while request_id not in (text := path.read_text("utf-8")):
                await asyncio.sleep(0.02)
            return text
    ours, theirs = await logged(folder / "var" / "log" / "access.log"), await logged(folder / "gjj.log")
    assert request_id != "forged-by-the-client" and "q=" not in ours + theirs


def handshake(port, version, ciphers="DEFAULT:@SECLEVEL=0", name=NAME):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    context.minimum_version = context.maximum_version = version
    context.set_ciphers(ciphers)
    with socket.create_connection(("127.0.0.1", port)) as plain, context.wrap_socket(plain, server_hostname=name) as wrapped:
        return wrapped.version(), wrapped.cipher()[0]


def test_only_current_tls_with_forward_secrecy(proxy):
    assert handshake(proxy[0], ssl.TLSVersion.TLSv1_3)[0] == "TLSv1.3"
    version, cipher = handshake(proxy[0], ssl.TLSVersion.TLSv1_2)
    assert version == "TLSv1.2" and cipher.startswith("ECDHE-") and ("GCM" in cipher or "CHACHA20" in cipher)
    for version, ciphers in ((ssl.TLSVersion.TLSv1_1, "DEFAULT:@SECLEVEL=0"), (ssl.TLSVersion.TLSv1_2, "AES128-SHA:@SECLEVEL=0"),
                             (ssl.TLSVersion.TLSv1_2, "ECDHE-ECDSA-AES128-SHA:@SECLEVEL=0")):
        with pytest.raises((ssl.SSLError, ConnectionResetError)):
            handshake(proxy[0], version, ciphers)


def test_an_unknown_host_gets_no_answer(proxy):
    """Attack: DNS rebinding, and scanners."""
    with socket.create_connection(("127.0.0.1", proxy[1])) as connection:
        connection.sendall(b"GET / HTTP/1.1\r\nHost: evil.example\r\n\r\n")
        assert read(connection) == b""


def test_smuggling_through_the_proxy(proxy):
    context = ssl.create_default_context(cafile=proxy[2] / "fullchain.pem")
    for sent in (post("/api/v1/sessions", b"Transfer-Encoding: chunked", body=b"0\r\n\r\n"), post("/api/v1/sessions", b"Content-Length: 2"),
                 post("/api/v1/sessions", b"Transfer-Encoding: xchunked", length=False, body=b"0\r\n\r\n")):
        hidden = sent.replace(b"Host: gjj", f"Host: {NAME}".encode()) + f"GET /healthz HTTP/1.1\r\nHost: {NAME}\r\n\r\n".encode()
        with socket.create_connection(("127.0.0.1", proxy[0])) as plain, context.wrap_socket(plain, server_hostname=NAME) as connection:
            connection.sendall(hidden)
            answers = parse(read(connection))
        assert len(answers) == 1 and answers[0].status in (400, 501)


