"""The start page: what waits, and where everything is."""
from __future__ import annotations

from aiohttp import web

from bot.gateway.admin.area import Area
from bot.gateway.admin.guard import account, allow
from bot.gateway.admin.render import AREAS, page
from bot.gateway.errors import ApiError

routes = web.RouteTableDef()


@routes.get("/admin")
@allow("viewer")
async def without_slash(request: web.Request) -> web.Response:
    raise web.HTTPSeeOther("/admin/")


@routes.get("/admin/")
@allow("viewer")
async def show(request: web.Request) -> web.Response:
    me = account(request)
    waiting = {area.path: await _waiting(request, area) for area in request.app[AREAS] if me.may(area.role)}
    return page(request, "home.html", title=f"{me.name}，您好", waiting=waiting)


async def _waiting(request: web.Request, area: Area) -> int:
    """An area that cannot tell right now does not take the start page with it."""
    try:
        return await area.waiting(request) if area.waiting is not None else 0
    except ApiError:
        return 0
