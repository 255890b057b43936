"""The same for programs: /admin/api/v1/figures."""
from __future__ import annotations

import asyncio
from typing import Any, Dict, Optional

import msgspec
from aiohttp import web

from bot.content.figures import FigureValues, Pending
from bot.content.impact import of_figure
from bot.content.version import plain, version
from bot.gateway.admin import content
from bot.gateway.admin.audit import audit
from bot.gateway.admin.figures import record, send_back, state
from bot.gateway.admin.guard import account, allow
from bot.knowledge.policy import Setting

routes = web.RouteTableDef()


class Proposal(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    values: FigureValues
    version: str
    reason: str = ""


class Decision(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``pending``: the id of what waits."""

    pending: str
    reason: str = ""


@routes.get("/admin/api/v1/figures")
@allow("viewer")
@content.api
async def listing(request: web.Request) -> web.StreamResponse:
    base = await asyncio.to_thread(request.app[content.LIBRARY].base)
    pending = await request.app[content.FIGURES].pending()
    return content.json({"figures": [_shown(key, setting, pending.get(key)) for key, setting in base.center.items()]})


@routes.get("/admin/api/v1/figures/{key}")
@allow("viewer")
@content.api
async def one(request: web.Request) -> web.StreamResponse:
    """With every place the figure reaches, and its history."""
    desk, library, key = request.app[content.FIGURES], request.app[content.LIBRARY], request.match_info["key"]
    setting = await desk.get(key)
    touches = await asyncio.to_thread(lambda: of_figure(library.base(), library.data, key))
    return content.json({**_shown(key, setting, await desk.waiting(key)), "touches": touches, "revisions": await desk.history.list(key)})


@routes.put("/admin/api/v1/figures/{key}")
@allow("editor")
@content.api
async def propose(request: web.Request) -> web.StreamResponse:
    """Fill in; answered 202, because nothing is said before a second person confirms."""
    wanted, key = await content.decoded(request, Proposal), request.match_info["key"]
    pending = await request.app[content.FIGURES].propose(key, wanted.values, wanted.version, account(request).name, wanted.reason[:200])
    await record(request, "figure.propose", key, None, pending)
    return content.json({"pending": pending}, 202)


@routes.post("/admin/api/v1/figures/{key}/confirm")
@allow("publisher")
@content.api
async def confirm(request: web.Request) -> web.StreamResponse:
    wanted, key = await content.decoded(request, Decision), request.match_info["key"]
    before = await request.app[content.FIGURES].get(key)
    after = await request.app[content.FIGURES].confirm(key, wanted.pending, account(request).name)
    await audit(request, "figure.confirm", key, plain(before), plain(after))
    return content.json(_shown(key, after, None))


@routes.post("/admin/api/v1/figures/{key}/reject")
@allow("editor")
@content.api
async def reject(request: web.Request) -> web.StreamResponse:
    wanted, key = await content.decoded(request, Decision), request.match_info["key"]
    await send_back(request, key, wanted.pending, wanted.reason)
    return content.json(_shown(key, await request.app[content.FIGURES].get(key), None))


def _shown(key: str, setting: Setting, pending: Optional[Pending]) -> Dict[str, Any]:
    return {"key": key, **plain(setting), "version": version(setting), "state": state(setting, pending), "pending": plain(pending) if pending else None}
