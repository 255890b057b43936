"""The area for accounts: who may log in, with which role; for administrators."""
from __future__ import annotations

from typing import Awaitable, Callable, Dict
from urllib.parse import quote

from aiohttp import web

from bot.gateway import keys as gateway_keys
from bot.gateway.admin import cookies, keys, names, policy, roles, set_up
from bot.gateway.admin.accounts import Account, AccountExists, LastAdministrator
from bot.gateway.admin.area import Area
from bot.gateway.admin.audit import audit
from bot.gateway.admin.guard import account, allow
from bot.gateway.admin.render import page, redirect
from bot.gateway.admin.staff import Changed, public
from bot.gateway.errors import ApiError

routes = web.RouteTableDef()
AREA = Area("/admin/accounts", "账号", "administrator", 90, "谁能进后台、能做什么；停用、解锁、重置两步验证", {
    "account.create": "新建账号", "account.role": "改角色", "account.enable": "启用账号", "account.disable": "停用账号",
    "account.link": "发设密码的链接", "account.temporary_password": "发临时密码", "account.unlock": "解锁账号",
    "account.reset_second_factor": "重置两步验证", "account.sign_out": "退出全部登录", "account.sign_out_one": "退出一处登录", "account.password": "换密码",
    "account.password_refused": "换密码时旧密码不对", "account.second_factor": "设好两步验证",
    "account.second_factor_removed": "停用两步验证", "account.recovery_codes": "重新发恢复码",
    "log_in.in": "登录", "log_in.out": "退出", "log_in.refused": "登录没有成功", "log_in.locked": "登录次数太多被拦下",
    "log_in.set_up": "用链接设好密码",
})
LAST = "这是最后一位管理员，不能停用，也不能改成别的角色。请先让另一个账号当管理员。"
OWN = "自己的角色和启停，要请另一位管理员来改。"


@routes.get(AREA.path)
@allow("administrator")
async def show_all(request: web.Request) -> web.Response:
    found = await request.app[keys.ACCOUNTS].all()
    settings, locked = request.app[gateway_keys.SETTINGS], {}
    for one in found:
        _, locked[one.name] = await request.app[keys.LOCKOUT].failures(one.name)
    missing = {one.name for one in found if not one.second_factor and policy.needs_second_factor(settings, one)}
    return page(request, "accounts/list.html", title="账号", accounts=found, locked=locked, missing=missing)


@routes.get(AREA.path + "/new")
@allow("administrator")
async def show_new(request: web.Request) -> web.Response:
    return _new(request, "", "viewer", "link", {})


@routes.post(AREA.path)
@allow("administrator")
async def create(request: web.Request) -> web.Response:
    form = await request.post()
    name, role, way = str(form.get("name", "")), str(form.get("role", "")), str(form.get("way", ""))
    try:
        created = await make(request, name, role)
    except ApiError as error:
        return _new(request, name, role, way, {"name": error.message}, error.status)
    return await _give_access(request, created, way)


async def make(request: web.Request, name: str, role: str) -> Account:
    """A new account without a password; raises :class:`ApiError` 422 or 409."""
    if role not in roles.ROLES:
        raise ApiError("invalid", "请选一个角色。")
    try:
        created = await request.app[keys.STAFF].create(name, role, account(request).name)
    except names.NameRefused as error:
        raise ApiError("invalid", str(error)) from None
    except AccountExists:
        raise ApiError("conflict", "已经有这个账号了，请换一个名字。") from None
    await audit(request, "account.create", target=created.name, after=public(created))
    return created


@routes.get(AREA.path + "/{name}")
@allow("administrator")
async def show(request: web.Request) -> web.Response:
    return await _show(request, await _found(request))


@routes.post(AREA.path + "/{name}/role")
@allow("administrator")
async def set_role(request: web.Request) -> web.Response:
    role = str((await request.post()).get("role", ""))
    return await _change(request, "account.role", lambda name: change_role(request, name, role),
                         f"现在是{roles.TITLES.get(role, '')}。改了角色，要重新登录。")


@routes.post(AREA.path + "/{name}/disable")
@allow("administrator")
async def disable(request: web.Request) -> web.Response:
    return await _change(request, "account.disable", lambda name: set_enabled(request, name, False), "停用了，所有登录都已退出。")


@routes.post(AREA.path + "/{name}/enable")
@allow("administrator")
async def enable(request: web.Request) -> web.Response:
    return await _change(request, "account.enable", lambda name: set_enabled(request, name, True), "启用了。")


@routes.post(AREA.path + "/{name}/sign-out")
@allow("administrator")
async def sign_out(request: web.Request) -> web.Response:
    return await _change(request, "account.sign_out", request.app[keys.STAFF].sign_out, "全部登录都已退出。")


@routes.post(AREA.path + "/{name}/reset-second-factor")
@allow("administrator")
async def reset_second_factor(request: web.Request) -> web.Response:
    return await _change(request, "account.reset_second_factor", request.app[keys.STAFF].reset_second_factor,
                         "两步验证已重置，下次登录时重新设置。请当面确认是本人要求的。")


@routes.post(AREA.path + "/{name}/unlock")
@allow("administrator")
async def unlock(request: web.Request) -> web.Response:
    found = await _found(request)
    await request.app[keys.STAFF].unlock(found.name)
    await audit(request, "account.unlock", target=found.name)
    return redirect(request, _address(found.name), "解锁了，现在就可以再试。")


@routes.post(AREA.path + "/{name}/access")
@allow("administrator")
async def give_access(request: web.Request) -> web.Response:
    return await _give_access(request, await _found(request), str((await request.post()).get("way", "")))


async def change_role(request: web.Request, name: str, role: str) -> Changed:
    """Raises :class:`ApiError` 422, 409 and KeyError."""
    if role not in roles.ROLES:
        raise ApiError("invalid", "请选一个角色。")
    return await _by_another(request, name, lambda: request.app[keys.STAFF].set_role(name, role))


async def set_enabled(request: web.Request, name: str, enabled: bool) -> Changed:
    """Raises :class:`ApiError` 422, 409 and KeyError."""
    return await _by_another(request, name, lambda: request.app[keys.STAFF].set_enabled(name, enabled))


async def _by_another(request: web.Request, name: str, change: Callable[[], Awaitable[Changed]]) -> Changed:
    if name == account(request).name:
        raise ApiError("invalid", OWN)
    try:
        return await change()
    except LastAdministrator:
        raise ApiError("conflict", LAST) from None


async def _change(request: web.Request, action: str, change: Callable[[str], Awaitable[Changed]], done: str) -> web.Response:
    name = (await _found(request)).name
    try:
        before, after = await change(name)
    except ApiError as error:
        return redirect(request, _address(name), error.message, "error")
    await audit(request, action, target=name, before=public(before), after=public(after))
    return redirect(request, _address(name), done)


async def _give_access(request: web.Request, found: Account, way: str) -> web.Response:
    """Show a link or a temporary password, once."""
    staff, link, password = request.app[keys.STAFF], "", ""
    if way == "password":
        password = await staff.temporary_password(found.name)
        await audit(request, "account.temporary_password", target=found.name)
    else:
        link = f"{_origin(request)}{set_up.PATH}{await staff.link(found.name)}"
        await audit(request, "account.link", target=found.name)
    return page(request, "accounts/access.html", title=f"给 {found.name} 的入口", one=found, link=link, password=password)


async def _show(request: web.Request, found: Account) -> web.Response:
    failures, wait = await request.app[keys.LOCKOUT].failures(found.name)
    return page(request, "accounts/one.html", title=found.name, one=found, failures=failures, wait=wait,
                own=found.name == account(request).name, address=_address(found.name))


def _new(request: web.Request, name: str, role: str, way: str, errors: Dict[str, str], status: int = 200) -> web.Response:
    return page(request, "accounts/new.html", title="新建账号", status=status, name=name, role=role, way=way, errors=errors)


async def _found(request: web.Request) -> Account:
    found = await request.app[keys.ACCOUNTS].get(names.normal(request.match_info["name"]))
    if found is None:
        raise ApiError("not_found", "没有这个账号。")
    return found


def _address(name: str) -> str:
    return f"{AREA.path}/{quote(name)}"


def _origin(request: web.Request) -> str:
    """What people type to get here. Behind a proxy our own scheme is not theirs; anything but this machine is HTTPS."""
    return f"{'https' if cookies.secure(request) else 'http'}://{request.host}"
