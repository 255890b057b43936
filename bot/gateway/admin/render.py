"""Pages from templates: everything is escaped, nothing inline; every page knows who looks at it and where it belongs."""
from __future__ import annotations

import functools
from pathlib import Path
from typing import Any, Optional
from urllib.parse import urlencode

from aiohttp import web
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from bot.clock import today
from bot.gateway.admin import cookies, csrf, keys, roles, static_files
from bot.gateway.admin.area import Area
from bot.gateway.admin.guard import VISIT
from bot.gateway.admin.navigation import grouped

AREAS: "web.AppKey[tuple[Area, ...]]" = web.AppKey("admin_areas")
_TEMPLATES = Path(__file__).parent / "templates"


def page(request: web.Request, template: str, *, title: str, status: int = 200, **context: Any) -> web.Response:
    """The template filled in. It gets ``context`` and: ``title``, ``me`` (Account or None), ``navigation``: the areas this account sees, in groups,
    ``area`` the page belongs to, ``csrf_token``, ``notice`` left by :func:`redirect`, ``path``, ``today``, ``static(name)``,
    ``query(**changes)`` (this address with other parameters) and ``ROLE_TITLES``."""
    visit = request.get(VISIT)
    me = visit.account if visit else None
    message = cookies.take_message(request, request.app[keys.MESSAGE_KEY])
    areas = [area for area in request.app[AREAS] if me is not None and me.may(area.role)]
    text = _environment().get_template(template).render({
        "title": title, "me": me, "navigation": grouped(areas), "area": current(areas, request.path), "notice": message,
        "csrf_token": csrf.token(request.app[keys.CSRF_KEY], visit.identity) if visit else "",
        "path": request.path, "today": today(), "query": functools.partial(_query, request),
        "idle": request.app[keys.SESSIONS].idle if me else 0, **context,
    })
    response = web.Response(text=text, status=status, content_type="text/html", headers={"Cache-Control": "no-store"})
    if message:
        cookies.drop_message(request, response)
    return response


def redirect(request: web.Request, location: str, message: str = "", kind: str = "ok") -> web.Response:
    """After a form: go to ``location`` of our own and show ``message`` there. ``kind``: ``ok``, ``info`` or ``error``."""
    if not location.startswith("/admin"):
        raise ValueError(f"not a page of the console: {location!r}")
    response = web.Response(status=303, headers={"Location": location})
    if message:
        cookies.put_message(request, response, request.app[keys.MESSAGE_KEY], kind, message)
    return response


def current(areas: "list[Area]", path: str) -> Optional[Area]:
    """The area ``path`` belongs to."""
    under = [area for area in areas if path == area.path or path.startswith(area.path + "/")]
    return max(under, key=lambda area: len(area.path), default=None)


def _query(request: web.Request, **changes: Any) -> str:
    """The page's address with some parameters changed; ``None`` leaves one out."""
    kept = {**request.query, **{name: str(value) for name, value in changes.items() if value is not None}}
    for name, value in changes.items():
        if value is None:
            kept.pop(name, None)
    return request.path + (f"?{urlencode(kept)}" if kept else "")


@functools.lru_cache(maxsize=1)
def _environment() -> Environment:
    found = Environment(loader=FileSystemLoader(_TEMPLATES), autoescape=True, undefined=StrictUndefined,
                        trim_blocks=True, lstrip_blocks=True)
    found.globals.update(static=static_files.address, ROLE_TITLES=roles.TITLES, ROLE_DUTIES=roles.DUTIES)
    return found
