"""Cross-site request forgery: what changes something must carry a token made from the cookie of the same browser.

Besides, the browser's Origin must be ours, and the cookie is SameSite=Strict. Attack: a foreign page, or one of another
host of the same site, that makes an administrator's browser send a form.
"""
from __future__ import annotations

import hashlib
import hmac

from aiohttp import web

from bot.gateway.errors import ApiError
from bot.gateway.origins import Origins

HEADER = "X-CSRF-Token"
FIELD = "csrf"
SAFE_METHODS = ("GET", "HEAD")
_STALE = "这一页放得太久，或者登录已经换过。什么都没有改，请返回、刷新页面再做一次。"


def token(key: bytes, identity: str) -> str:
    """The token for the browser whose session cookie holds ``identity``."""
    return hmac.new(key, identity.encode(), hashlib.sha256).hexdigest()


async def check(request: web.Request, key: bytes, identity: str) -> None:
    """Raises :class:`ApiError` 403 unless the request was made by a page of ours in the same browser."""
    check_origin(request)
    given = request.headers.get(HEADER)
    if given is None and request.content_type in ("application/x-www-form-urlencoded", "multipart/form-data"):
        field = (await request.post()).get(FIELD)
        given = field if isinstance(field, str) else None
    if not identity or given is None or not hmac.compare_digest(given.encode(), token(key, identity).encode()):
        raise ApiError("forbidden", _STALE)


def check_origin(request: web.Request) -> None:
    """Raises :class:`ApiError` 403 for a browser's request from a page that is not ours."""
    origin = request.headers.get("Origin")
    if origin is not None and not Origins.is_own(request, origin):
        raise ApiError("forbidden", "这个请求不是从管理后台的页面发出的，没有执行。")
    if request.headers.get("Sec-Fetch-Site", "same-origin") not in ("same-origin", "none"):
        raise ApiError("forbidden", "这个请求不是从管理后台的页面发出的，没有执行。")
