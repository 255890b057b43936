"""Scripts and styles of the console, read once and served from memory."""
from __future__ import annotations

import functools
from pathlib import Path
from typing import Dict

from aiohttp import web

from bot.gateway.admin.guard import unidentified
from bot.gateway.pages import TYPES, Asset, pack, send

routes = web.RouteTableDef()
_FOLDER = Path(__file__).parent / "static"


@functools.lru_cache(maxsize=1)
def _assets() -> Dict[str, Asset]:
    return {path.name: pack(path.read_bytes(), path.suffix) for path in sorted(_FOLDER.iterdir()) if path.suffix in TYPES}


def address(name: str) -> str:
    """Address of a file of static/; raises KeyError for one that is not there."""
    _assets()[name]
    return f"/admin/static/{name}"


@routes.get("/admin/static/{name}")
@unidentified
async def file(request: web.Request) -> web.Response:
    asset = _assets().get(request.match_info["name"])
    if asset is None:
        raise web.HTTPNotFound()
    return send(request, asset)
