"""Which web pages may use the API and embed the chat window."""
from __future__ import annotations

from typing import Dict, Sequence
from urllib.parse import urlsplit

from aiohttp import web

from bot.gateway.errors import ApiError


class Origins:
    """The allow-list: the gateway's own host and ``settings.allowed_origins``."""

    def __init__(self, allowed: Sequence[str]) -> None:
        self.allowed = tuple(origin.lower() for origin in allowed)

    def check(self, request: web.Request) -> None:
        """Raise :class:`ApiError` 403 for a browser request from a page that is not ours.

        Programs send no Origin header; they pass, because they still need a token and carry no browser's identity.
        """
        origin = request.headers.get("Origin")
        if origin is not None and not self.is_own(request, origin) and not self.is_allowed(origin):
            raise ApiError("forbidden_origin")

    def is_allowed(self, origin: str) -> bool:
        return origin.lower() in self.allowed

    @staticmethod
    def is_own(request: web.Request, origin: str) -> bool:
        """Whether the page came from this very host. The scheme is not compared: behind an HTTPS proxy ours is http."""
        try:
            parts = urlsplit(origin)
        except ValueError:
            return False
        return parts.scheme in ("http", "https") and parts.netloc.lower() == request.host.lower() != ""

    def cors_headers(self, request: web.Request) -> Dict[str, str]:
        """Headers that let an allowed page of another origin read the answer."""
        origin = request.headers.get("Origin")
        if origin is None or not self.is_allowed(origin):
            return {}
        return {"Access-Control-Allow-Origin": origin, "Access-Control-Expose-Headers": "X-Request-ID, Retry-After"}

    def preflight(self, request: web.Request) -> web.Response:
        """Answer a CORS preflight; an unlisted page gets no permission."""
        self.check(request)
        return web.Response(status=204, headers={
            "Access-Control-Allow-Methods": "GET, POST, DELETE",
            "Access-Control-Allow-Headers": "Authorization, Content-Type",
            "Access-Control-Max-Age": "600",
        })
