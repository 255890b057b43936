"""What goes wrong under /admin becomes a page for people; the API's refusals stay JSON."""
from __future__ import annotations

from aiohttp import web

from bot.gateway.admin import cookies, keys
from bot.gateway.admin.guard import VISIT, Handler, is_api, is_console
from bot.gateway.admin.render import page
from bot.gateway.errors import BY_STATUS, ApiError
from bot.gateway.logs import LOGGER
from bot.gateway.middlewares import ADDRESSES, REFUSAL, REQUEST_ID, route_name


@web.middleware
async def refusals(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Wraps the guard. Outside the named networks there is no console, and no page that says so."""
    if not is_console(request):
        return await handler(request)
    if not request.app[keys.NETWORKS].admits(request, request.app[ADDRESSES]):
        raise ApiError("not_found")
    if is_api(request):
        return await handler(request)
    try:
        return await handler(request)
    except ApiError as error:
        return _page(request, error)
    except web.HTTPException as error:
        if error.status < 400:
            raise
        return _page(request, ApiError(BY_STATUS.get(error.status, "bad_request" if error.status < 500 else "internal")))
    except Exception:  # noqa: BLE001
        # As in the gateway's own middleware: the person gets a page, the operator an event.
        LOGGER.error("unhandled", exc_info=True, extra={"request_id": request[REQUEST_ID], "route": route_name(request)})
        return _page(request, ApiError("internal"))


def _page(request: web.Request, error: ApiError) -> web.Response:
    request[REFUSAL] = error.code
    response = page(request, "refusal.html", title="没有办成", status=error.status, message=error.message,
                    request_id=request[REQUEST_ID])
    if error.retry_after is not None:
        response.headers["Retry-After"] = str(error.retry_after)
    visit = request.get(VISIT)
    if visit is not None and visit.fresh:
        cookies.keep(request, response, visit.identity)
    return response
