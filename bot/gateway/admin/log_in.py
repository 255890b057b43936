"""The log-in pages: password, second factor, and the first password by a one-time link. Open to everyone."""
from __future__ import annotations

import dataclasses
from typing import Optional
from urllib.parse import quote

from aiohttp import web

from bot.gateway.admin import keys, next_page, password_rules, set_up
from bot.gateway.admin.accounts import Account
from bot.gateway.admin.audit import audit
from bot.gateway.admin.entering import enter, half_enter, leave
from bot.gateway.admin.guard import VISIT, everyone
from bot.gateway.admin.log_in_steps import check_code, check_password, note
from bot.gateway.admin.render import page, redirect
from bot.gateway.admin.sessions import HALF
from bot.gateway.errors import ApiError

routes = web.RouteTableDef()

LOG_IN, CODE = "/admin/log-in", "/admin/log-in/code"


@routes.get(LOG_IN)
@everyone
async def show(request: web.Request) -> web.Response:
    wanted = next_page.checked(request.query.get("next", ""))
    if request[VISIT].account is not None:
        raise web.HTTPSeeOther(next_page.after_log_in(wanted))
    if not await request.app[keys.ACCOUNTS].exist():
        return page(request, "log-in/none.html", title="还没有账号")
    ended = "好久没有操作，已经自动退出。请重新登录。" if "ended" in request.query else ""
    return _form(request, "", wanted, info=ended)


@routes.post(LOG_IN)
@everyone
async def log_in(request: web.Request) -> web.Response:
    form = await request.post()
    typed, wanted = str(form.get("name", "")), next_page.checked(str(form.get("next", "")))
    try:
        account = await check_password(request, typed, str(form.get("password", "")))
    except ApiError as error:
        return _form(request, typed, wanted, error.message, status=error.status)
    if account.second_factor:
        return await half_enter(request, account, CODE + _next(wanted))
    return await _welcome(request, account, wanted, None)


@routes.get(CODE)
@everyone
async def show_code(request: web.Request) -> web.Response:
    if _half(request) is None:
        raise web.HTTPSeeOther(LOG_IN)
    return _code_form(request, next_page.checked(request.query.get("next", "")))


@routes.post(CODE)
@everyone
async def finish(request: web.Request) -> web.Response:
    form = await request.post()
    wanted, name = next_page.checked(str(form.get("next", ""))), _half(request)
    if name is None:
        return redirect(request, LOG_IN + _next(wanted), "输入验证码的时间过了，请重新登录。", "error")
    try:
        account, recovery_left = await check_code(request, name, str(form.get("code", "")))
    except ApiError as error:
        return _code_form(request, wanted, error.message, status=error.status)
    return await _welcome(request, account, wanted, recovery_left)


@routes.post("/admin/log-out")
@everyone
async def log_out(request: web.Request) -> web.Response:
    if request[VISIT].account is not None:
        await audit(request, "log_in.out")
    return await leave(request, LOG_IN, "已经退出。")


@routes.get(set_up.PATH + "{token}")
@everyone
async def show_set_up(request: web.Request) -> web.Response:
    name = await request.app[keys.SET_UP].whose(request.match_info["token"])
    if name is None:
        return _gone(request)
    return page(request, "log-in/set-up.html", title="设置密码", name=name, errors=[], rule=password_rules.RULE)


@routes.post(set_up.PATH + "{token}")
@everyone
async def choose_first_password(request: web.Request) -> web.Response:
    token, form = request.match_info["token"], await request.post()
    name = await request.app[keys.SET_UP].whose(token)
    account = await request.app[keys.ACCOUNTS].get(name) if name else None
    if account is None or not account.enabled:
        return _gone(request)
    errors = password_rules.problems(str(form.get("password", "")), str(form.get("again", "")), account.name)
    if errors:
        return page(request, "log-in/set-up.html", title="设置密码", status=422, name=account.name, errors=errors, rule=password_rules.RULE)
    hashed = await request.app[keys.PASSWORDS].hash(str(form["password"]))
    if not await request.app[keys.SET_UP].use(token):
        return _gone(request)
    await request.app[keys.ACCOUNTS].change(account.name, lambda found: dataclasses.replace(
        found, password=hashed, must_change=False, epoch=found.epoch + 1))
    await audit(request, "log_in.set_up", target=account.name, who=account.name)
    return redirect(request, LOG_IN, "密码设好了，请用它登录。")


async def _welcome(request: web.Request, account: Account, wanted: str, recovery_left: Optional[int]) -> web.Response:
    since = account.last_log_in.replace("T", " ")[:16]
    account = await note(request, account, recovery_left)
    message = f"欢迎回来。上次登录是 {since}，不是您本人的话，请马上改密码。" if since else "欢迎。这是您第一次登录。"
    if recovery_left is not None:
        message = f"用掉了一个恢复码，还剩 {recovery_left} 个。手机换了的话，请到“我的账号”重新设置两步验证。"
    return await enter(request, account, next_page.after_log_in(wanted), message, "info")


def _half(request: web.Request) -> Optional[str]:
    session = request[VISIT].session
    return session.name if session is not None and session.stage == HALF else None


def _gone(request: web.Request) -> web.Response:
    return page(request, "log-in/link-gone.html", title="链接已经失效", status=404)


def _form(request: web.Request, name: str, wanted: str, error: str = "", info: str = "", status: int = 200) -> web.Response:
    return page(request, "log-in/password.html", title="登录", status=status, name=name, next=wanted, error=error, info=info)


def _code_form(request: web.Request, wanted: str, error: str = "", status: int = 200) -> web.Response:
    return page(request, "log-in/code.html", title="两步验证", status=status, next=wanted, error=error)


def _next(wanted: str) -> str:
    return f"?next={quote(wanted, safe='')}" if wanted else ""
