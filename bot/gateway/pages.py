"""The chat page, alone, embedded or as a kiosk, and the widget script: read once at start and served from memory.

Script and style are built from ``web/`` (docs/embed.md); page, words, pictures and theme are written here as they are.
"""
from __future__ import annotations

import gzip
import hashlib
import html
import json
import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Callable, Dict, Tuple

import yaml
from aiohttp import web
from aiohttp.typedefs import Handler

from bot.settings import ROOT

WEB_DIR = Path(__file__).parent / "web"
TYPES = {".html": "text/html", ".js": "text/javascript", ".css": "text/css", ".json": "application/json",
         ".svg": "image/svg+xml"}
MATTERS = "matters.json"
"""Names of the center's services by code, for titles on paper."""
_PLACE = re.compile(r"\{\{([a-z_.]+)\}\}")


@dataclass(frozen=True)
class Asset:
    """One file ready to send."""

    body: bytes
    packed: bytes
    etag: str
    content_type: str


def load(directory: Path = WEB_DIR, services: Path = ROOT / "data" / "services") -> Dict[str, Asset]:
    """All files by name, and :data:`MATTERS`; ``{{key}}`` in HTML and in the widget script becomes the wording of that key. Raises KeyError for an unknown key."""
    wording = json.loads((directory / "wording.json").read_text("utf-8"))
    assets = {}
    for path in sorted(directory.iterdir()):
        if path.suffix in TYPES:
            body = path.read_bytes()
            if path.suffix == ".html":
                body = _fill(body, lambda key: html.escape(wording[key]))
            elif path.name == "widget.js":  # runs on another site, so it cannot fetch the wording itself
                body = _fill(body, lambda key: json.dumps(wording[key], ensure_ascii=False)[1:-1])
            assets[path.name] = pack(body, path.suffix)
    assets[MATTERS] = pack(json.dumps(_matters(services), ensure_ascii=False).encode(), ".json")
    return assets


def _matters(services: Path) -> Dict[str, str]:
    """Short name of each service card by its code."""
    return dict(_matter(path, path.stat().st_mtime_ns) for path in sorted(services.glob("*.yml")))


@lru_cache(maxsize=512)
def _matter(path: Path, mtime_ns: int) -> Tuple[str, str]:
    """Code and short name of one card; kept, because reading all of them is nearly all that assembling the gateway costs."""
    card = yaml.load(path.read_text("utf-8"), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    return card["code"], card["short"]


def pack(body: bytes, suffix: str) -> Asset:
    """``suffix``: one of :data:`TYPES`."""
    return Asset(body, gzip.compress(body, 9, mtime=0), hashlib.sha256(body).hexdigest()[:20], TYPES[suffix])


def _fill(body: bytes, word: Callable[[str], str]) -> bytes:
    return _PLACE.sub(lambda match: word(match[1]), body.decode("utf-8")).encode()


def routes(assets: Dict[str, Asset]) -> "list[web.RouteDef]":
    """Fixed routes: ``/``, ``/embed``, ``/kiosk``, ``/widget.js`` and ``/web/<file>`` for known names only (no path is built)."""

    def page(name: str) -> Handler:
        async def show(request: web.Request) -> web.Response:
            return send(request, assets[name])
        return show

    async def file(request: web.Request) -> web.Response:
        asset = assets.get(request.match_info["name"])
        if asset is None or asset.content_type == "text/html":
            raise web.HTTPNotFound()
        return send(request, asset)

    async def script(request: web.Request) -> web.Response:
        response = send(request, assets["widget.js"])
        response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"  # loaded by the center's site
        return response

    return [web.get("/", page("chat.html")), web.get("/embed", page("chat.html")), web.get("/kiosk", page("chat.html")),
            web.get("/widget.js", script), web.get("/web/{name}", file)]


def send(request: web.Request, asset: Asset) -> web.Response:
    """The file, packed where the browser takes it so; 304 when it has this version."""
    headers = {"Cache-Control": "no-cache", "ETag": f'"{asset.etag}"', "Vary": "Accept-Encoding"}
    if any(tag.value == asset.etag for tag in request.if_none_match or ()):
        return web.Response(status=304, headers=headers)
    body = asset.body
    if "gzip" in request.headers.get("Accept-Encoding", ""):
        headers["Content-Encoding"] = "gzip"
        body = asset.packed
    return web.Response(body=body, content_type=asset.content_type, charset="utf-8", headers=headers)
