"""The page: self-contained, without inline code, with every word in one file; alone, embedded and as a kiosk."""
import json
import re
from pathlib import Path

import pytest

from bot.gateway.pages import WEB_DIR, load

pytestmark = pytest.mark.asyncio
SERVED = {path.name: path.read_text("utf-8") for path in WEB_DIR.iterdir()}
SOURCES = {str(path): path.read_text("utf-8") for path in (Path(__file__).resolve().parents[2] / "web" / "src").rglob("*.ts")}


async def test_no_inline_script_style_or_handler():
    html = SERVED["chat.html"]
    assert re.findall(r"<script(?![^>]*\ssrc=)", html) == [] and "<style" not in html
    assert re.findall(r"\s(?:on\w+|style)=", html) == []


@pytest.mark.parametrize("name", sorted(SERVED))
async def test_cross_site_scripting_nothing_is_ever_written_as_html(name):
    assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function", SERVED[name])


@pytest.mark.parametrize("name", sorted(SERVED))
async def test_nothing_is_loaded_from_elsewhere(name):
    text = re.sub(r"^/\*!.*?\*/", "", SERVED[name]).replace("http://www.w3.org/", "")
    assert not re.search(r"https?://(?!\$)|url\((?!brocade\.svg)", text.replace("`${scheme}://", ""))


async def test_every_wording_key_used_exists_and_every_key_is_used():
    wording = json.loads(SERVED["wording.json"])
    code = "".join(SOURCES.values()) + SERVED["chat.html"]
    used = set(re.findall(r"""say(?:All<\w+>)?\(["'`]([a-z_.]+)["'`]""", code)) | set(re.findall(r"\{\{([a-z_.]+)\}\}", code))
    assert used <= set(wording)
    named = used | set(re.findall(r"""\? "([a-z_.]+)" : """, code)) | set(re.findall(r"""\? "[a-z_.]+" : "([a-z_.]+)\"""", code))
    prefixes = ("kind.", "why.", "thumb.")  # chosen by kind at run time
    assert {key for key in wording if key not in named and not key.startswith(prefixes)} == set()


async def test_html_has_its_words_filled_in():
    html = load()["chat.html"].body.decode()
    assert "{{" not in html and "<title>湘西公积金柜台助手</title>" in html and 'lang="zh-CN"' in html


async def test_compressed_and_not_modified(client):
    first = await client.get("/web/chat.css", headers={"Accept-Encoding": "gzip"})
    assert first.headers["Content-Encoding"] == "gzip" and first.content_type == "text/css"
    again = await client.get("/web/chat.css", headers={"If-None-Match": first.headers["ETag"]})
    assert again.status == 304 and again.headers["ETag"] == first.headers["ETag"]
    plain = await client.get("/web/chat.css", headers={"Accept-Encoding": "identity"})
    assert "Content-Encoding" not in plain.headers


@pytest.mark.parametrize("path, content_type", [
    ("/", "text/html"), ("/embed", "text/html"), ("/kiosk", "text/html"), ("/web/chat.js", "text/javascript"), ("/web/theme.css", "text/css"), ("/widget.js", "text/javascript"), ("/web/wording.json", "application/json"),
    ("/web/mark.svg", "image/svg+xml")])
async def test_served_files(client, path, content_type):
    response = await client.get(path)
    assert (response.status, response.content_type, response.charset) == (200, content_type, "utf-8")
    assert (await client.head(path)).status == 200


async def test_the_page_may_ask_for_the_microphone_and_for_nothing_else(client):
    policy = (await client.get("/embed")).headers["Permissions-Policy"]
    assert {"microphone=(self)", "camera=()", "geolocation=()"} <= set(policy.split(", "))


async def test_attack_clickjacking_a_kiosk_cannot_be_framed(client):
    headers = (await client.get("/kiosk")).headers
    assert headers["X-Frame-Options"] == "DENY" and "frame-ancestors 'none'" in headers["Content-Security-Policy"]


async def test_services_have_names_for_paper(client):
    names = await (await client.get("/web/matters.json")).json()
    assert names["wd_rent"] == "租房提取" and len(names) == 46
