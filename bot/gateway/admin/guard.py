"""Who may do what in the console. Nothing under /admin answers unless its handler says for whom it is.

``@allow("editor")`` needs an editor who is logged in; ``@everyone`` is for the log-in pages. The middleware enforces it:
a handler that says neither is refused, so that a forgotten decorator closes a page instead of opening it.
"""
from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Awaitable, Callable, Optional
from urllib.parse import quote

from aiohttp import web
from redis.exceptions import RedisError

from bot.gateway import bodies, keys as gateway_keys
from bot.gateway.admin import cookies, csrf, keys, next_page, policy, roles
from bot.gateway.admin.accounts import Account
from bot.gateway.admin.sessions import FULL, AdminSession
from bot.gateway.errors import ApiError

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
PREFIX = "/admin"
API = "/admin/api/"
BACKGROUND = "X-Background"
"""Header of requests a page makes by itself: they do not keep a session alive."""
LARGEST_BODY = 20 * 2**20
"""Bytes a logged-in person may send (imports)."""
_NO_DATABASE = "管理后台暂时连不上数据库，请稍后再试。"
_ROLE = "admin_role"
"""Attribute of a handler."""
_EVERYONE = "everyone"
_UNIDENTIFIED = "unidentified"


@dataclass
class Visit:
    """What the middleware found out about a request under /admin."""

    identity: str
    """Of the browser: the session id, or what only ties forms to it."""
    fresh: bool
    """Whether the browser still has to be given it."""
    session: Optional[AdminSession] = None
    account: Optional[Account] = None


VISIT = web.RequestKey("admin_visit", Visit)


def allow(role: str) -> Callable[[Handler], Handler]:
    """The handler is for accounts with at least this role."""
    if role not in roles.ROLES:
        raise ValueError(f"unknown role {role!r}")

    def mark(handler: Handler) -> Handler:
        setattr(handler, _ROLE, role)
        return handler
    return mark


def everyone(handler: Handler) -> Handler:
    """The handler answers without a log-in."""
    setattr(handler, _ROLE, _EVERYONE)
    return handler


def everyone_in_json(handler: Any) -> Handler:
    """The handler answers programs without a log-in and without a token. Pages of other sites cannot send it JSON: browsers
    ask us first, and we do not allow it."""
    handler.admin_needs_json = True
    return everyone(handler)


def unidentified(handler: Handler) -> Handler:
    """The handler is the same for all and needs no database: scripts and styles."""
    setattr(handler, _ROLE, _UNIDENTIFIED)
    return handler


def role_of(handler: Any) -> Optional[str]:
    """What the handler says about itself: a role, ``everyone``, ``unidentified`` or, forgotten, nothing."""
    return getattr(handler, _ROLE, None)


def account(request: web.Request) -> Account:
    """Who is logged in; only for handlers with ``@allow``."""
    found = request[VISIT].account
    if found is None:
        raise ApiError("unauthorized", "请先登录。")
    return found


def is_console(request: web.Request) -> bool:
    return request.path == PREFIX or request.path.startswith(PREFIX + "/")


def is_api(request: web.Request) -> bool:
    return request.path.startswith(API)


@web.middleware
async def guard(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Identify, authorise, check against forgery; then let the handler answer."""
    if not is_console(request):
        return await handler(request)
    if _came_from_elsewhere(request):
        return web.Response(headers={"Refresh": f"0; url={request.rel_url.raw_path_qs}", "Cache-Control": "no-store"})
    try:
        response = await _enter(request, handler)
    except RedisError:
        raise ApiError("unavailable", _NO_DATABASE, 5) from None
    visit = request.get(VISIT)
    if visit is not None and visit.fresh and not response.prepared:
        cookies.keep(request, response, visit.identity)
    return response


def _came_from_elsewhere(request: web.Request) -> bool:
    """A link in a mail or another page: browsers hold back SameSite=Strict cookies once, so the page calls itself again.
    Otherwise who follows such a link would look logged out, and the answer would replace the session's cookie."""
    return (request.method == "GET" and not is_api(request) and not cookies.identity(request)
            and request.headers.get("Sec-Fetch-Mode") == "navigate"
            and request.headers.get("Sec-Fetch-Site") in ("cross-site", "same-site"))


async def _enter(request: web.Request, handler: Handler) -> web.StreamResponse:
    needed = role_of(request.match_info.handler)
    if needed == _UNIDENTIFIED and request.method in csrf.SAFE_METHODS:
        return await handler(request)
    try:
        visit = await _identify(request)
    except OSError:
        raise ApiError("unavailable", _NO_DATABASE, 5) from None
    request[VISIT] = visit
    if request.match_info.http_exception is not None:
        return await handler(request)
    if needed is None:
        raise ApiError("forbidden", "这一页没有写明谁可以用，已经关闭。")
    if needed != _EVERYONE:
        if visit.account is None:
            return _to_log_in(request)
        step = policy.next_step(request.app[gateway_keys.SETTINGS], visit.account)
        if step is not None and not policy.leads_there(request.path):
            if is_api(request):
                raise ApiError("forbidden", "请先在网页上完成密码或两步验证的设置。")
            raise web.HTTPSeeOther(step)
        if not visit.account.may(needed):
            raise ApiError("forbidden", f"这里要{roles.TITLES[needed]}或更高的角色，您现在是{visit.account.title}。")
    cloned = request if visit.account is None else request.clone(client_max_size=LARGEST_BODY)
    if getattr(request.match_info.handler, "admin_needs_json", False):
        csrf.check_origin(request)
        if request.content_type != "application/json":
            raise ApiError("bad_content_type")
    elif request.method not in csrf.SAFE_METHODS:
        await bodies.read_form(cloned)
        await csrf.check(cloned, request.app[keys.CSRF_KEY], "" if visit.fresh else visit.identity)
    if visit.session is not None and visit.account is not None and BACKGROUND not in request.headers:
        await request.app[keys.SESSIONS].touch(visit.session)
    return await handler(cloned)


async def _identify(request: web.Request) -> Visit:
    identity = cookies.identity(request)
    if not identity:
        return Visit(cookies.new_identity(), fresh=True)
    visit = Visit(identity, fresh=False, session=await request.app[keys.SESSIONS].find(identity))
    if visit.session is None:
        return visit
    found = await request.app[keys.ACCOUNTS].get(visit.session.name)
    if found is None or not found.enabled or found.epoch != visit.session.epoch:
        await request.app[keys.SESSIONS].end(identity)
        visit.session = None
    elif visit.session.stage == FULL:
        visit.account = found
    return visit


def _to_log_in(request: web.Request) -> web.StreamResponse:
    if is_api(request):
        raise ApiError("unauthorized", "登录已经结束，请重新登录。")
    wanted = next_page.checked(request.path_qs) if request.method == "GET" else ""
    raise web.HTTPSeeOther("/admin/log-in" + (f"?next={quote(wanted, safe='')}" if wanted else ""))
