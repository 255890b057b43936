"""Security headers of the console, in place of the chat page's."""
from __future__ import annotations

from aiohttp import web

from bot.gateway.admin.guard import is_console

CONTENT_POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; connect-src 'self'; " \
                 "font-src 'self'; frame-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"


async def add_headers(request: web.Request, response: web.StreamResponse) -> None:
    """``on_response_prepare``, after the gateway's own."""
    if not is_console(request):
        return
    response.headers["Content-Security-Policy"] = CONTENT_POLICY
    response.headers["X-Frame-Options"] = "DENY"
    # With no-referrer, browsers send "Origin: null" with forms, and the check for forged requests would refuse them.
    response.headers["Referrer-Policy"] = "same-origin"
    response.headers["X-Robots-Tag"] = "noindex"
    response.headers.setdefault("Cache-Control", "no-store")
