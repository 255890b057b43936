"""The page: small, self-contained, without inline code, and with every word in one file."""
import gzip
import json
import re

import pytest

from bot.gateway.pages import WEB_DIR, load

pytestmark = pytest.mark.asyncio
SOURCES = {path.name: path.read_text("utf-8") for path in WEB_DIR.iterdir()}


async def test_whole_page_is_at_most_60_kb_compressed():
    assert sum(len(gzip.compress(text.encode(), 9)) for text in SOURCES.values()) <= 60_000


async def test_no_inline_script_style_or_handler():
    html = SOURCES["chat.html"]
    assert re.findall(r"<script(?![^>]*\ssrc=)", html) == [] and "<style" not in html
    assert re.findall(r"\s(?:on\w+|style)=", html) == []


@pytest.mark.parametrize("name", sorted(SOURCES))
async def test_cross_site_scripting_nothing_is_ever_written_as_html(name):
    assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function", SOURCES[name])


@pytest.mark.parametrize("name", sorted(SOURCES))
async def test_nothing_is_loaded_from_elsewhere(name):
    text = SOURCES[name].replace("http://www.w3.org/", "").replace("https://…", "")
    assert not re.search(r"https?://(?!\$)|url\((?!brocade\.svg)", text.replace("`${scheme}://", ""))


async def test_every_wording_key_used_exists_and_every_key_is_used():
    wording = json.loads(SOURCES["wording.json"])
    code = "".join(text for name, text in SOURCES.items() if name.endswith((".js", ".html")))
    used = set(re.findall(r"""say\(["'`]([a-z_.]+)["'`]""", code)) | set(re.findall(r"\{\{([a-z_.]+)\}\}", code))
    assert used <= set(wording)
    prefixes = ("kind.", "why.", "thumb.")  # chosen by kind at run time
    assert {key for key in wording if key not in used and not key.startswith(prefixes)} == set()


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
    ("/", "text/html"), ("/embed", "text/html"), ("/widget.js", "text/javascript"), ("/web/wording.json", "application/json"),
    ("/web/mark.svg", "image/svg+xml")])
async def test_served_files(client, path, content_type):
    response = await client.get(path)
    assert (response.status, response.content_type, response.charset) == (200, content_type, "utf-8")
    assert (await client.head(path)).status == 200
