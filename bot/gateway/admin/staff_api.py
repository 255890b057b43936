"""``/admin/api/v1/accounts``: the same as the accounts' pages, for programs."""
from __future__ import annotations

from aiohttp import web

from bot.gateway import bodies
from bot.gateway.admin import keys, names, set_up
from bot.gateway.admin.accounts import Account
from bot.gateway.admin.audit import audit
from bot.gateway.admin.guard import allow
from bot.gateway.admin.staff import public
from bot.gateway.admin.staff_accounts import change_role, make, set_enabled
from bot.gateway.errors import ApiError, dumps

routes = web.RouteTableDef()
_PATH = "/admin/api/v1/accounts"


class NewAccount(bodies.Strict, frozen=True):
    name: str
    role: str


class Changes(bodies.Strict, frozen=True):
    """What is to be different; at least one."""

    role: "str | None" = None
    enabled: "bool | None" = None


@routes.get(_PATH)
@allow("administrator")
async def show_all(request: web.Request) -> web.Response:
    return _json({"accounts": [public(one) for one in await request.app[keys.ACCOUNTS].all()]})


@routes.post(_PATH)
@allow("administrator")
async def create(request: web.Request) -> web.Response:
    """The answer holds the one-time link's path with which the person chooses a password."""
    body = await bodies.read_as(request, NewAccount)
    created = await make(request, body.name, body.role)
    link = set_up.PATH + await request.app[keys.STAFF].link(created.name)
    return _json({"account": public(created), "set_up": link}, 201)


@routes.patch(_PATH + "/{name}")
@allow("administrator")
async def change(request: web.Request) -> web.Response:
    found, body = await _found(request), await bodies.read_as(request, Changes)
    if body.role is None and body.enabled is None:
        raise ApiError("invalid", "请写明要改什么：role 或 enabled。")
    after = found
    if body.role is not None:
        before, after = await change_role(request, found.name, body.role)
        await audit(request, "account.role", target=found.name, before=public(before), after=public(after))
    if body.enabled is not None:
        before, after = await set_enabled(request, found.name, body.enabled)
        await audit(request, f"account.{'enable' if body.enabled else 'disable'}", target=found.name,
                    before=public(before), after=public(after))
    return _json({"account": public(after)})


@routes.post(_PATH + "/{name}/{verb:link|sign-out|reset-second-factor|unlock}")
@allow("administrator")
async def act(request: web.Request) -> web.Response:
    found, verb, staff = await _found(request), request.match_info["verb"], request.app[keys.STAFF]
    answer = {}
    if verb == "link":
        answer["set_up"] = set_up.PATH + await staff.link(found.name)
    elif verb == "sign-out":
        await staff.sign_out(found.name)
    elif verb == "reset-second-factor":
        await staff.reset_second_factor(found.name)
    else:
        await staff.unlock(found.name)
    await audit(request, f"account.{verb.replace('-', '_')}", target=found.name)
    after = await request.app[keys.ACCOUNTS].get(found.name)
    assert after is not None
    return _json({"account": public(after), **answer})


async def _found(request: web.Request) -> Account:
    found = await request.app[keys.ACCOUNTS].get(names.normal(request.match_info["name"]))
    if found is None:
        raise ApiError("not_found", "没有这个账号。")
    return found


def _json(value: object, status: int = 200) -> web.Response:
    return web.json_response(value, status=status, dumps=dumps)
