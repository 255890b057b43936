"""What happens when somebody has shown who they are, at the log-in page and wherever a session is renewed."""
from __future__ import annotations

from aiohttp import web

from bot.gateway.admin import cookies, keys
from bot.gateway.admin.accounts import Account
from bot.gateway.admin.browsers import named
from bot.gateway.admin.guard import VISIT
from bot.gateway.admin.lockout import Who
from bot.gateway.admin.render import redirect
from bot.gateway.admin.sessions import FULL, HALF
from bot.gateway.middlewares import ADDRESSES, address


async def enter(request: web.Request, account: Account, location: str, message: str = "", kind: str = "ok") -> web.Response:
    """A new full session, whatever the browser brought along, then ``location``.

    Attack: session fixation. The id the browser had before is worth nothing afterwards.
    """
    response = await _renew(request, account, FULL, location, message, kind)
    cookies.keep_device(request, response, request.app[keys.DEVICE_KEY], account.name)
    return response


def attempts_of(request: web.Request, name: str) -> Who:
    """How wrong passwords and codes for ``name`` are counted here. Addresses behind which many people sit are not."""
    asking = address(request)
    shared = request.app[ADDRESSES].stands_for_many(asking)
    return Who(name, "" if shared else asking, cookies.device(request, request.app[keys.DEVICE_KEY], name))


async def half_enter(request: web.Request, account: Account, location: str) -> web.Response:
    """The password was right; the second factor is still missing."""
    return await _renew(request, account, HALF, location, "", "ok")


async def leave(request: web.Request, location: str, message: str) -> web.Response:
    """End this browser's session."""
    await request.app[keys.SESSIONS].end(request[VISIT].identity)
    response = redirect(request, location, message)
    cookies.keep(request, response, cookies.new_identity())
    return response


async def _renew(request: web.Request, account: Account, stage: str, location: str, message: str, kind: str) -> web.Response:
    identity = await replace_session(request, account, stage)
    response = redirect(request, location, message, kind)
    cookies.keep(request, response, identity)
    return response


async def replace_session(request: web.Request, account: Account, stage: str = FULL) -> str:
    """End the browser's session and begin one for ``account``; the caller puts the returned id into the cookie."""
    sessions = request.app[keys.SESSIONS]
    await sessions.end(request[VISIT].identity)
    return await sessions.start(account, stage, request.app[ADDRESSES].of(request), named(request.headers.get("User-Agent", "")))
