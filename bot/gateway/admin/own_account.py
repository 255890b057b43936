"""One's own account: password, and signing out everywhere else."""
from __future__ import annotations

from datetime import datetime
from typing import List

from aiohttp import web

from bot.clock import SHANGHAI
from bot.gateway import keys as gateway_keys
from bot.gateway.admin import keys, password_rules, policy
from bot.gateway.admin.audit import audit
from bot.gateway.admin.entering import attempts_of, enter
from bot.gateway.admin.guard import VISIT, account, allow
from bot.gateway.admin.render import page, redirect

routes = web.RouteTableDef()


@routes.get("/admin/me")
@allow("viewer")
async def show(request: web.Request) -> web.Response:
    required = policy.needs_second_factor(request.app[gateway_keys.SETTINGS], account(request))
    session, sessions = request[VISIT].session, await request.app[keys.SESSIONS].of(account(request))
    return page(request, "me/account.html", title="我的账号", required=required, sessions=sessions,
                here=session.key if session else "", moment=_moment)


@routes.get(policy.PASSWORD_PAGE)
@allow("viewer")
async def show_password(request: web.Request) -> web.Response:
    return _form(request, [])


@routes.post(policy.PASSWORD_PAGE)
@allow("viewer")
async def change_password(request: web.Request) -> web.Response:
    form, me = await request.post(), account(request)
    current, new = str(form.get("current", "")), str(form.get("password", ""))
    who = attempts_of(request, me.name)
    wait, attempt = await request.app[keys.LOCKOUT].attempt(who)
    if wait:
        return _form(request, [f"试错的次数多了一些，请等 {wait} 秒再试。"], 429)
    if not await request.app[keys.PASSWORDS].verify(me.password, current):
        await audit(request, "account.password_refused", target=me.name)
        return _form(request, ["现在的密码不对。"], 403)
    await request.app[keys.LOCKOUT].right(who, attempt)
    errors = password_rules.problems(new, str(form.get("again", "")), me.name)
    if not errors and new == current:
        errors = ["新密码和现在的一样，请换一个。"]
    if errors:
        return _form(request, errors, 422)
    _, after = await request.app[keys.STAFF].set_password(me.name, new)
    await audit(request, "account.password", target=me.name)
    return await enter(request, after, "/admin/me", "密码换好了。别处的登录都已退出。")


@routes.post("/admin/me/sessions/{handle}/end")
@allow("viewer")
async def end_session(request: web.Request) -> web.Response:
    me = account(request)
    if not await request.app[keys.SESSIONS].end_one(me, request.match_info["handle"]):
        return redirect(request, "/admin/me", "那个登录已经不在了。", "info")
    await audit(request, "account.sign_out_one", target=me.name)
    return redirect(request, "/admin/me", "那一处已经退出。")


@routes.post("/admin/me/sign-out-elsewhere")
@allow("viewer")
async def sign_out_elsewhere(request: web.Request) -> web.Response:
    _, after = await request.app[keys.STAFF].sign_out(account(request).name)
    await audit(request, "account.sign_out", target=after.name)
    return await enter(request, after, "/admin/me", "别处的登录都已退出，这里继续有效。")


def _moment(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, SHANGHAI).strftime("%m-%d %H:%M")


def _form(request: web.Request, errors: List[str], status: int = 200) -> web.Response:
    return page(request, "me/password.html", title="换密码", status=status, errors=errors, rule=password_rules.RULE)
