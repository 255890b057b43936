"""``/admin/api/v1/session``: logging in and out for programs; who is logged in and for how long, for pages that stay open."""
from __future__ import annotations

from aiohttp import web

from bot.gateway import bodies
from bot.gateway.admin import cookies, csrf, keys
from bot.gateway.admin.audit import audit
from bot.gateway.admin.entering import replace_session
from bot.gateway.admin.guard import VISIT, account, allow, everyone_in_json
from bot.gateway.admin.log_in_steps import check_code, check_password, note
from bot.gateway.errors import ApiError, dumps

routes = web.RouteTableDef()
PATH = "/admin/api/v1/session"


class LogIn(bodies.Strict, frozen=True):
    """``code``: of the second factor, where the account has one."""

    name: str
    password: str
    code: str = ""


@routes.put(PATH)
@everyone_in_json
async def log_in(request: web.Request) -> web.Response:
    """Sets the session's cookie; the answer holds the token for ``X-CSRF-Token``."""
    body = await bodies.read_as(request, LogIn)
    found, recovery_left = await check_password(request, body.name, body.password), None
    if found.second_factor:
        if not body.code:
            raise ApiError("forbidden", "这个账号用两步验证，请同时给出 code。")
        found, recovery_left = await check_code(request, found.name, body.code)
    found = await note(request, found, recovery_left)
    identity = await replace_session(request, found)
    response = web.json_response(
        {"name": found.name, "role": found.role, "csrf": csrf.token(request.app[keys.CSRF_KEY], identity)}, dumps=dumps)
    cookies.keep(request, response, identity)
    request[VISIT].fresh = False
    return response


@routes.delete(PATH)
@allow("viewer")
async def log_out(request: web.Request) -> web.Response:
    await audit(request, "log_in.out")
    await request.app[keys.SESSIONS].end(request[VISIT].identity)
    return web.Response(status=204)


@routes.get(PATH)
@allow("viewer")
async def show(request: web.Request) -> web.Response:
    """Seconds until the session ends by itself; send ``X-Background: 1``, or asking counts as use."""
    session = request[VISIT].session
    assert session is not None
    return _state(request, session.seen)


@routes.post(PATH)
@allow("viewer")
async def stay(request: web.Request) -> web.Response:
    """The person is still there."""
    return _state(request, request.app[keys.CLOCK]())


def _state(request: web.Request, seen: float) -> web.Response:
    session, sessions, me = request[VISIT].session, request.app[keys.SESSIONS], account(request)
    assert session is not None
    end = min(seen + sessions.idle, session.created + sessions.longest)
    return web.json_response(
        {"name": me.name, "role": me.role, "idle_left": max(0, round(end - request.app[keys.CLOCK]()))}, dumps=dumps)
