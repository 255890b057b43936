"""``/admin/api/v1/session``: who is logged in and for how long, for pages that stay open."""
from __future__ import annotations

from aiohttp import web

from bot.gateway.admin import keys
from bot.gateway.admin.guard import VISIT, account, allow
from bot.gateway.errors import dumps

routes = web.RouteTableDef()


def _state(request: web.Request, seen: float) -> web.Response:
    session, sessions, me = request[VISIT].session, request.app[keys.SESSIONS], account(request)
    assert session is not None
    now = request.app[keys.CLOCK]()
    return web.json_response({
        "name": me.name, "role": me.role, "idle_left": max(0, round(min(
            seen + sessions.idle, session.created + sessions.longest) - now)),
    }, dumps=dumps)


@routes.get("/admin/api/v1/session")
@allow("viewer")
async def show(request: web.Request) -> web.Response:
    """Seconds until the session ends by itself; send ``X-Background: 1``, or asking counts as use."""
    return _state(request, request[VISIT].session.seen)


@routes.post("/admin/api/v1/session")
@allow("viewer")
async def stay(request: web.Request) -> web.Response:
    """The person is still there."""
    return _state(request, request.app[keys.CLOCK]())
