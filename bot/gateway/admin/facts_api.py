"""The same for programs: /admin/api/v1/facts."""
from __future__ import annotations

import asyncio
from typing import Any, Dict

import msgspec
from aiohttp import web

from bot.content.facts import FactValues, search
from bot.content.impact import of_fact
from bot.content.version import plain, version
from bot.gateway.admin import content
from bot.gateway.admin.facts import record
from bot.gateway.admin.guard import account, allow
from bot.knowledge.policy import Fact

routes = web.RouteTableDef()


class Change(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    values: FactValues
    version: str
    reason: str


@routes.get("/admin/api/v1/facts")
@allow("viewer")
@content.api
async def listing(request: web.Request) -> web.StreamResponse:
    base = await asyncio.to_thread(request.app[content.LIBRARY].base)
    query = request.query
    found = await asyncio.to_thread(search, base, query.get("q", "")[:100], query.get("status", ""), query.get("scope", ""))
    return content.json({"total": len(found), "facts": [_shown(fact) for fact in found]})


@routes.get("/admin/api/v1/facts/{ident}")
@allow("viewer")
@content.api
async def one(request: web.Request) -> web.StreamResponse:
    """With every place that rests on the fact, and its history."""
    desk, library, ident = request.app[content.FACTS], request.app[content.LIBRARY], request.match_info["ident"]
    fact = await desk.get(ident)
    touches = await asyncio.to_thread(lambda: of_fact(library.base(), library.data, ident))
    return content.json({**_shown(fact), "touches": touches, "revisions": await desk.history.list(ident)})


@routes.put("/admin/api/v1/facts/{ident}")
@allow("editor")
@content.api
async def save(request: web.Request) -> web.StreamResponse:
    wanted = await content.decoded(request, Change)
    saved = await request.app[content.FACTS].save(request.match_info["ident"], wanted.values, wanted.version, account(request).name, wanted.reason[:200])
    if saved.changed:
        await record(request, saved, wanted.reason[:200])
    return content.json({**_shown(saved.fact), "changed": saved.changed})


def _shown(fact: Fact) -> Dict[str, Any]:
    return {**plain(fact), "version": version(fact)}
