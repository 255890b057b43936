"""Logging in: password, second factor, and the first password by a one-time link. The only pages open to everyone."""
from __future__ import annotations

import dataclasses
from typing import Optional
from urllib.parse import quote

from aiohttp import web

from bot.gateway.admin import keys, names, next_page, password_rules, set_up
from bot.gateway.admin.accounts import Account
from bot.gateway.admin.audit import audit
from bot.gateway.admin.entering import attempts_of, enter, half_enter, leave, logged_in
from bot.gateway.admin.guard import VISIT, everyone
from bot.gateway.admin.lockout import Who
from bot.gateway.admin.render import page, redirect
from bot.gateway.admin.sessions import HALF

routes = web.RouteTableDef()

LOG_IN, CODE = "/admin/log-in", "/admin/log-in/code"
_WRONG = "账号或密码不对。请检查大小写和输入法，再试一次。"
_WRONG_CODE = "验证码不对。请看手机上最新的六位数字；用过的数字不能再用，等下一个。"


def _wait(seconds: int) -> str:
    time = f"{seconds} 秒" if seconds < 90 else f"{round(seconds / 60)} 分钟"
    return f"试错的次数多了一些。为了账号安全，请等 {time}再试；急用请找管理员解锁。"


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
    typed, password = str(form.get("name", "")), str(form.get("password", ""))
    wanted, name = next_page.checked(str(form.get("next", ""))), names.normal(typed)
    who, account = attempts_of(request, name), await request.app[keys.ACCOUNTS].get(name)
    wait, attempt = await request.app[keys.LOCKOUT].attempt(who)
    if wait:
        await _audit_wait(request, who, account, wait)
        return _form(request, typed, wanted, _wait(wait), status=429)
    hashed = account.password if account is not None and account.enabled else ""
    if not await request.app[keys.PASSWORDS].verify(hashed, password) or account is None:
        await audit(request, "log_in.refused", who=_known(account), reason="密码")
        return _form(request, typed, wanted, _WRONG, status=403)
    if account.second_factor:  # failures are forgotten only after the code, or guessing codes would never make wait
        return await half_enter(request, account, CODE + _next(wanted))
    await request.app[keys.LOCKOUT].right(who, attempt)
    return await _welcome(request, account, wanted, password)


@routes.get(CODE)
@everyone
async def show_code(request: web.Request) -> web.Response:
    if _half(request) is None:
        raise web.HTTPSeeOther(LOG_IN)
    return _code_form(request, next_page.checked(request.query.get("next", "")))


@routes.post(CODE)
@everyone
async def check_code(request: web.Request) -> web.Response:
    form = await request.post()
    wanted, name = next_page.checked(str(form.get("next", ""))), _half(request)
    if name is None:
        return redirect(request, LOG_IN + _next(wanted), "输入验证码的时间过了，请重新登录。", "error")
    who = attempts_of(request, name)
    wait, attempt = await request.app[keys.LOCKOUT].attempt(who)
    if wait:
        await _audit_wait(request, who, await request.app[keys.ACCOUNTS].get(name), wait)
        return _code_form(request, wanted, _wait(wait), status=429)
    code, clock = str(form.get("code", "")), request.app[keys.CLOCK]
    before, after = await request.app[keys.ACCOUNTS].change(
        name, lambda found: request.app[keys.SECOND_FACTOR].accept(found, code, clock()))
    if after is before:
        await audit(request, "log_in.refused", who=name, reason="验证码")
        return _code_form(request, wanted, _WRONG_CODE, status=403)
    await request.app[keys.LOCKOUT].right(who, attempt)
    left = len(after.recovery) if len(after.recovery) < len(before.recovery) else None
    return await _welcome(request, after, wanted, recovery_left=left)


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
        return page(request, "log-in/link-gone.html", title="链接已经失效", status=404)
    return page(request, "log-in/set-up.html", title="设置密码", name=name, errors=[], rule=password_rules.RULE)


@routes.post(set_up.PATH + "{token}")
@everyone
async def choose_first_password(request: web.Request) -> web.Response:
    token, form = request.match_info["token"], await request.post()
    name = await request.app[keys.SET_UP].whose(token)
    account = await request.app[keys.ACCOUNTS].get(name) if name else None
    if account is None or not account.enabled:
        return page(request, "log-in/link-gone.html", title="链接已经失效", status=404)
    errors = password_rules.problems(str(form.get("password", "")), str(form.get("again", "")), account.name)
    if errors:
        return page(request, "log-in/set-up.html", title="设置密码", status=422, name=account.name, errors=errors, rule=password_rules.RULE)
    hashed = await request.app[keys.PASSWORDS].hash(str(form["password"]))
    if not await request.app[keys.SET_UP].use(token):
        return page(request, "log-in/link-gone.html", title="链接已经失效", status=404)
    await request.app[keys.ACCOUNTS].change(account.name, lambda found: dataclasses.replace(
        found, password=hashed, must_change=False, epoch=found.epoch + 1))
    await audit(request, "log_in.set_up", target=account.name, who=account.name)
    return redirect(request, LOG_IN, "密码设好了，请用它登录。")


async def _welcome(request: web.Request, account: Account, wanted: str, password: str = "",
                   recovery_left: Optional[int] = None) -> web.Response:
    if password and request.app[keys.PASSWORDS].outdated(account.password):
        hashed = await request.app[keys.PASSWORDS].hash(password)
        await request.app[keys.ACCOUNTS].change(account.name, lambda found: dataclasses.replace(found, password=hashed))
    since = account.last_log_in.replace("T", " ")[:16]
    account = await logged_in(request, account)
    await audit(request, "log_in.in", who=account.name, reason="用了恢复码" if recovery_left is not None else "")
    message = f"欢迎回来。上次登录是 {since}，不是您本人的话，请马上改密码。" if since else "欢迎。这是您第一次登录。"
    if recovery_left is not None:
        message = f"用掉了一个恢复码，还剩 {recovery_left} 个。手机换了的话，请到“我的账号”重新设置两步验证。"
    return await enter(request, account, next_page.after_log_in(wanted), message, "info")


async def _audit_wait(request: web.Request, who: Who, account: Optional[Account], wait: int) -> None:
    if await request.app[keys.LOCKOUT].news(who, wait):
        await audit(request, "log_in.locked", who=_known(account), reason=f"{wait} 秒")


def _known(account: Optional[Account]) -> str:
    """Whom the audit log names. What was typed for an unknown account may be a password in the wrong field."""
    return account.name if account is not None else "没有的账号"


def _half(request: web.Request) -> Optional[str]:
    session = request[VISIT].session
    return session.name if session is not None and session.stage == HALF else None


def _form(request: web.Request, name: str, wanted: str, error: str = "", info: str = "", status: int = 200) -> web.Response:
    return page(request, "log-in/password.html", title="登录", status=status, name=name, next=wanted, error=error, info=info)


def _code_form(request: web.Request, wanted: str, error: str = "", status: int = 200) -> web.Response:
    return page(request, "log-in/code.html", title="两步验证", status=status, next=wanted, error=error)


def _next(wanted: str) -> str:
    return f"?next={quote(wanted, safe='')}" if wanted else ""
