"""What happens around every request: its id, the access log, errors as JSON, Origin check, security headers."""
from __future__ import annotations

import re
import time
import uuid

from aiohttp import web
from aiohttp.typedefs import Handler

from bot import tracing
from bot.gateway import keys
from bot.gateway.address import Addresses, Pseudonyms
from bot.gateway.errors import BY_STATUS, ApiError
from bot.gateway.logs import ACCESS, LOGGER

REQUEST_ID = web.RequestKey("request_id", str)
REFUSAL = web.RequestKey("refusal", str)
SAFE_METHODS = ("GET", "HEAD")
_CONTROL = frozenset(map(chr, (*range(9), *range(10, 32), 127)))
_FOLLOWED = ("/api/v1/", "/admin", "/channels/")
_PROXY_REQUEST_ID = re.compile(r"[A-Za-z0-9-]{8,64}", re.ASCII)

ADDRESSES = web.AppKey("addresses", Addresses)
PSEUDONYMS = web.AppKey("pseudonyms", Pseudonyms)

CONTENT_POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; " \
                 "font-src 'self'; frame-src 'none'; object-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors "
STRICT_TRANSPORT = "max-age=31536000; includeSubDomains"
HEADERS = {
    "Server": "gjj",  # the default tells versions
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Permissions-Policy": "camera=(), microphone=(self), geolocation=(), payment=(), usb=()",  # speech input
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


@web.middleware
async def observe(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Outermost: give the request an id, write one access log line, count it. No address, no query, no text; ``client``
    is a name for the address that lasts a day and cannot be turned back, so that one attacker's lines are found."""
    request_id = _request_id(request)
    request[REQUEST_ID] = request_id
    started = time.perf_counter()
    status = 500
    try:
        with _span(request) as span:
            try:
                response = await handler(request)
                status = response.status
                return response
            except web.HTTPException as error:
                status = error.status
                raise
            finally:
                span.set("http.response.status_code", status)
                if status >= 500:
                    span.failed(request.get(REFUSAL, "internal"))
    finally:
        seconds = time.perf_counter() - started
        method, route = _method(request), route_name(request)
        metrics = request.app[keys.METRICS]
        metrics.requests.labels(method, route, str(status)).inc()
        if status != 101:  # a WebSocket lives for minutes; it is no slow request
            metrics.seconds.labels(route).observe(seconds)
        line = {"request_id": request_id, "method": method, "route": route, "status": status, "ms": round(seconds * 1000, 1),
                "client": request.app[PSEUDONYMS].of(address(request))}
        if REFUSAL in request:
            line["code"] = request[REFUSAL]
        ACCESS.info("request", extra=line)


@web.middleware
async def errors(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Every refusal and every crash becomes the same JSON shape; a crash is logged without its message."""
    try:
        return _whole(await handler(request))
    except ApiError as error:
        request[REFUSAL] = error.code
        return error.response(request[REQUEST_ID])
    except web.HTTPException as error:
        if error.status < 400 and _CONTROL.isdisjoint("".join(error.headers.values())):
            raise
        code = request[REFUSAL] = BY_STATUS.get(error.status, "bad_request" if error.status < 500 else "internal")
        response = ApiError(code).response(request[REQUEST_ID])
        if "Allow" in error.headers:
            response.headers["Allow"] = error.headers["Allow"]
        return response
    except Exception:  # noqa: BLE001
        # The border of the process: whatever went wrong, the citizen gets a sentence and the operator an event.
        LOGGER.error("unhandled", exc_info=True, extra={"request_id": request[REQUEST_ID], "route": route_name(request)})
        return ApiError("internal").response(request[REQUEST_ID])


@web.middleware
async def unhurried(request: web.Request, handler: Handler) -> web.StreamResponse:
    """What one address may ask for in all, pages and scripts included; the routes have limits of their own besides."""
    request.app[keys.LIMITER].spend("any", "address", address(request))
    return await handler(request)


@web.middleware
async def same_origin(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Attack: cross-site request forgery. A page of another site may not post, erase or ask for permission to."""
    if request.path.startswith("/api/"):
        if request.method == "OPTIONS" and "Access-Control-Request-Method" in request.headers:
            return request.app[keys.ORIGINS].preflight(request)
        if request.method not in SAFE_METHODS:
            request.app[keys.ORIGINS].check(request)
    return await handler(request)


async def add_headers(request: web.Request, response: web.StreamResponse) -> None:
    """``on_response_prepare``: security and CORS headers on every answer, errors included."""
    request_id = request.get(REQUEST_ID)
    if request_id:
        response.headers["X-Request-ID"] = request_id
    for name, value in HEADERS.items():
        if name not in response.headers or name == "Server":
            response.headers[name] = value
    if request.app[ADDRESSES].is_encrypted(request):
        # Attack: the next visit begins without encryption, and somebody on the way answers it.
        response.headers["Strict-Transport-Security"] = STRICT_TRANSPORT
    # Attack: clickjacking. Only the embed page may be framed, and only by the listed sites.
    embed = request.path == "/embed"
    allowed = " ".join(("'self'",) + request.app[keys.ORIGINS].allowed) if embed else "'none'"
    response.headers["Content-Security-Policy"] = CONTENT_POLICY + allowed
    if not embed:
        response.headers["X-Frame-Options"] = "DENY"
    if request.path.startswith("/api/"):
        response.headers.setdefault("Cache-Control", "no-store")
        response.headers.add("Vary", "Origin")
        response.headers.update(request.app[keys.ORIGINS].cors_headers(request))


def _whole(response: web.StreamResponse) -> web.StreamResponse:
    """Attack: a line break in an address or a file name, to end up in a header of the answer and split it."""
    if not response.prepared and not _CONTROL.isdisjoint("".join(response.headers.values())):
        raise ApiError("bad_request")
    return response


def refusal_outside_the_application(error: ApiError) -> web.Response:
    """The answer to what is no HTTP request, and so never reached the application: same shape, same headers."""
    request_id = uuid.uuid4().hex
    response = error.response(request_id)
    response.headers.update({**HEADERS, "X-Request-ID": request_id, "Cache-Control": "no-store"})
    response.headers["Content-Security-Policy"] = CONTENT_POLICY + "'none'"
    response.force_close()
    return response


def route_name(request: web.Request) -> str:
    """The route's pattern; never the path as sent, which could hold anything."""
    resource = request.match_info.route.resource
    return resource.canonical if resource is not None else "unmatched"


def address(request: web.Request) -> str:
    """Whom limits and logs count this request to."""
    return request.app[ADDRESSES].counted(request)


def _span(request: web.Request) -> tracing.Span:
    """The span of what citizens, staff and partners ask for. Pages, files and health checks tell nothing worth following; a
    chat window stays open for hours, so there each message has its own span."""
    route = route_name(request)
    if not route.startswith(_FOLLOWED) or route == "/api/v1/ws":
        return tracing.Span()
    method = _method(request)
    # Only a trusted proxy's trace is continued: anybody else could fill the collector, or join other people's traces.
    above = request.headers if request.app[ADDRESSES].is_trusted_peer(request) else {}
    about = {tracing.REQUEST_ID: request[REQUEST_ID], "http.request.method": method, "http.route": route}
    return tracing.serving(f"{method} {route}", above, about)


def _method(request: web.Request) -> str:
    known = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
    return request.method if request.method in known else "other"


def _request_id(request: web.Request) -> str:
    """A trusted proxy's own id is kept so that both logs agree; anybody else's could forge log lines."""
    sent = request.headers.get("X-Request-ID", "")
    if _PROXY_REQUEST_ID.fullmatch(sent) and request.app[ADDRESSES].is_trusted_peer(request):
        return sent
    return uuid.uuid4().hex
