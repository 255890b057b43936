"""要到期的: what begins or ends in the next 90 days, and what says it."""
from __future__ import annotations

import asyncio

from aiohttp import web

from bot import clock
from bot.content.deadlines import AHEAD, deadlines
from bot.gateway.admin import content
from bot.gateway.admin.area import Area
from bot.gateway.admin.guard import allow
from bot.gateway.admin.render import page

routes = web.RouteTableDef()
URGENT = 14
"""Days."""


async def _waiting(request: web.Request) -> int:
    today = clock.today()
    return sum(one.ends and one.left(today) <= URGENT for one in await _all(request))


AREA = Area(path="/admin/deadlines", title="要到期的", role="viewer", order=26, summary="九十天内到期或生效的数字、事实和问题，以及哪些答复要跟着改", waiting=_waiting)


@routes.get("/admin/deadlines")
@allow("viewer")
async def listing(request: web.Request) -> web.Response:
    return page(request, "figures/deadlines.html", title="要到期的", found=await _all(request), urgent=URGENT, days=AHEAD.days)


async def _all(request: web.Request):  # type: ignore[no-untyped-def]
    library = request.app[content.LIBRARY]
    return await asyncio.to_thread(lambda: deadlines(library.base(), library.data, clock.today()))


@routes.get("/admin/api/v1/deadlines")
@allow("viewer")
@content.api
async def api(request: web.Request) -> web.StreamResponse:
    today = clock.today()
    return content.json({"deadlines": [{"day": one.day, "ends": one.ends, "left": one.left(today), "kind": one.kind, "title": one.title, "href": one.href,
                                        "touches": one.touches} for one in await _all(request)]})
