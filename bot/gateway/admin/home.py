"""The start page: what waits, and where everything is."""
from __future__ import annotations

from aiohttp import web

from bot.gateway.admin.guard import account, allow
from bot.gateway.admin.render import AREAS, page

routes = web.RouteTableDef()


@routes.get("/admin")
@allow("viewer")
async def without_slash(request: web.Request) -> web.Response:
    raise web.HTTPSeeOther("/admin/")


@routes.get("/admin/")
@allow("viewer")
async def show(request: web.Request) -> web.Response:
    me = account(request)
    waiting = {area.path: await area.waiting(request) for area in request.app[AREAS]
               if area.waiting is not None and me.may(area.role)}
    return page(request, "home.html", title=f"{me.name}，您好", waiting=waiting)
