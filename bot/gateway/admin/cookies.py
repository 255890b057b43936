"""The console's one identifying cookie, and two small signed ones: a message across a redirect, a browser known before."""
from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
import secrets
from typing import Optional, Tuple

from aiohttp import web

_HOST = "__Host-"
NAME = "gjj-admin"
MESSAGE = "gjj-admin-message"
DEVICE = "gjj-admin-device"
DEVICE_SECONDS = 400 * 86_400
LOOPBACK = ("localhost", "127.0.0.1", "::1")
_IDENTITY = re.compile(r"[A-Za-z0-9_-]{43}", re.ASCII)
_LONGEST_MESSAGE = 600


def secure(request: web.Request) -> bool:
    """Whether cookies are for encrypted connections only: always, but on this very machine without a proxy."""
    if request.secure or request.headers.get("X-Forwarded-Proto", "").lower() == "https":
        return True
    return _hostname(request.host) not in LOOPBACK


def identity(request: web.Request) -> str:
    """What the browser's cookie holds; empty without one that could be ours."""
    value = request.cookies.get(_name(request, NAME), "")
    return value if _IDENTITY.fullmatch(value) else ""


def new_identity() -> str:
    """For a browser that has not logged in: only ties forms to it."""
    return secrets.token_urlsafe(32)


def keep(request: web.Request, response: web.StreamResponse, value: str) -> None:
    """Give the browser its identity; it ends with the browser."""
    _set(request, response, NAME, value)


def put_message(request: web.Request, response: web.StreamResponse, key: bytes, kind: str, text: str) -> None:
    """Leave a message for the next page. ``kind`` is ``ok``, ``info`` or ``error``."""
    body = base64.urlsafe_b64encode(json.dumps([kind, text[:_LONGEST_MESSAGE]], ensure_ascii=False).encode()).decode()
    _set(request, response, MESSAGE, f"{body}.{_sign(key, body)}")


def take_message(request: web.Request, key: bytes) -> Optional[Tuple[str, str]]:
    """The message left for this page, if it is ours. Attack: another host of the domain that plants words in our mouth."""
    body, _, signature = request.cookies.get(_name(request, MESSAGE), "").partition(".")
    if not signature or not hmac.compare_digest(signature.encode(), _sign(key, body).encode()):
        return None
    kind, text = json.loads(base64.urlsafe_b64decode(body))
    return kind, text


def device(request: web.Request, key: bytes, name: str) -> str:
    """The id of a browser in which account ``name`` has logged in before; empty for any other."""
    identity, _, signature = request.cookies.get(_name(request, DEVICE), "").partition(".")
    good = signature and hmac.compare_digest(signature.encode(), _sign(key, f"{identity}|{name}").encode())
    return identity if good else ""


def keep_device(request: web.Request, response: web.StreamResponse, key: bytes, name: str) -> None:
    """Remember that account ``name`` logged in here. It opens nothing; it only counts wrong passwords apart."""
    identity = device(request, key, name) or secrets.token_hex(16)
    value = f"{identity}.{_sign(key, f'{identity}|{name}')}"
    response.set_cookie(_name(request, DEVICE), value, path="/", secure=secure(request), httponly=True, samesite="Strict",
                        max_age=DEVICE_SECONDS)


def drop_message(request: web.Request, response: web.StreamResponse) -> None:
    name = _name(request, MESSAGE)
    if name in request.cookies:
        response.del_cookie(name, path="/", secure=secure(request), httponly=True, samesite="Strict")


def _set(request: web.Request, response: web.StreamResponse, name: str, value: str) -> None:
    response.set_cookie(_name(request, name), value, path="/", secure=secure(request), httponly=True, samesite="Strict")


def _name(request: web.Request, name: str) -> str:
    return _HOST + name if secure(request) else name


def _sign(key: bytes, body: str) -> str:
    return hmac.new(key, body.encode(), hashlib.sha256).hexdigest()


def _hostname(host: str) -> str:
    if host.startswith("["):
        return host[1:].partition("]")[0]
    return host.partition(":")[0].lower()
