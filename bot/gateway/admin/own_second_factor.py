"""One's own second factor: setting it up with a QR code, changing the phone, new recovery codes."""
from __future__ import annotations

import dataclasses
from typing import Callable, List, Optional

from aiohttp import web

from bot.gateway import keys as gateway_keys
from bot.gateway.admin import cookies, keys, policy
from bot.gateway.admin.accounts import Account
from bot.gateway.admin.audit import audit
from bot.gateway.admin.entering import attempts_of, enter, replace_session
from bot.gateway.admin.guard import VISIT, account, allow
from bot.gateway.admin.render import page
from bot.gateway.admin.second_factor import qr, recovery_codes

routes = web.RouteTableDef()
_WRONG_NEW = "新验证器上的六位数字不对，或者已经过了时间。请看最新的一组再输。"
_WRONG_OLD = "现在这个验证器的数字（或恢复码）不对。"
_WRONG_PASSWORD = "密码不对。"
_FRESH_SECONDS = 600
"""After logging in, the password just typed need not be typed again."""


@routes.get(policy.SECOND_FACTOR_PAGE)
@allow("viewer")
async def show(request: web.Request) -> web.Response:
    return await _form(request, [])


@routes.post(policy.SECOND_FACTOR_PAGE)
@allow("viewer")
async def set_up(request: web.Request) -> web.Response:
    """The first code of the new secret makes it count; a secret in use is only replaced with a code of its own."""
    form, me = await request.post(), account(request)
    session, factor, now = request[VISIT].session, request.app[keys.SECOND_FACTOR], request.app[keys.CLOCK]()
    assert session is not None
    who = attempts_of(request, me.name)
    wait, attempt = await request.app[keys.LOCKOUT].attempt(who)
    if wait:
        return await _form(request, [f"试错的次数多了一些，请等 {wait} 秒再试。"], 429)
    if not _is_fresh(request) and not await request.app[keys.PASSWORDS].verify(me.password, str(form.get("password", ""))):
        return await _form(request, [_WRONG_PASSWORD], 403)
    step = factor.step_of(me.name, session.proposed, str(form.get("code", "")), now, 0) if session.proposed else None
    if step is None:
        return await _form(request, [_WRONG_NEW], 422)
    codes, digests = recovery_codes()

    def change(found: Account) -> Optional[Account]:
        if found.second_factor and factor.accept(found, str(form.get("old", "")), now) is None:
            return None
        return dataclasses.replace(found, second_factor=session.proposed, last_step=step, recovery=digests, epoch=found.epoch + 1)

    before, after = await request.app[keys.ACCOUNTS].change(me.name, change)
    if after is before:
        return await _form(request, [_WRONG_OLD], 403)
    await request.app[keys.LOCKOUT].right(who, attempt)
    await audit(request, "account.second_factor", target=me.name)
    return await _codes(request, after, codes)


@routes.post("/admin/me/recovery-codes")
@allow("viewer")
async def new_codes(request: web.Request) -> web.Response:
    codes, digests = recovery_codes()
    after = await _with_code(request, lambda found: dataclasses.replace(found, recovery=digests))
    if after is None:
        return await _form(request, [_WRONG_OLD], 403)
    await audit(request, "account.recovery_codes", target=after.name)
    return await _codes(request, after, codes)


@routes.post("/admin/me/second-factor/remove")
@allow("viewer")
async def remove(request: web.Request) -> web.Response:
    if policy.needs_second_factor(request.app[gateway_keys.SETTINGS], account(request)):
        return await _form(request, ["您的角色要用两步验证，不能停用。换手机请用下面的“换一个验证器”。"], 403)
    after = await _with_code(request, lambda found: dataclasses.replace(
        found, second_factor="", recovery=(), last_step=0, epoch=found.epoch + 1))
    if after is None:
        return await _form(request, [_WRONG_OLD], 403)
    await audit(request, "account.second_factor_removed", target=after.name)
    return await enter(request, after, "/admin/me", "两步验证停用了。")


async def _with_code(request: web.Request, change: Callable[[Account], Account]) -> Optional[Account]:
    """Apply ``change`` if the form's ``old`` holds a right code; ``None`` for a wrong one, or too many."""
    form, me, now = await request.post(), account(request), request.app[keys.CLOCK]()
    who = attempts_of(request, me.name)
    wait, attempt = await request.app[keys.LOCKOUT].attempt(who)
    if wait:
        return None

    def checked(found: Account) -> Optional[Account]:
        accepted = request.app[keys.SECOND_FACTOR].accept(found, str(form.get("old", "")), now)
        return None if accepted is None else change(accepted)

    before, after = await request.app[keys.ACCOUNTS].change(me.name, checked)
    if after is before:
        return None
    await request.app[keys.LOCKOUT].right(who, attempt)
    return after


async def _form(request: web.Request, errors: List[str], status: int = 200) -> web.Response:
    me, session, factor = account(request), request[VISIT].session, request.app[keys.SECOND_FACTOR]
    assert session is not None
    proposed = session.proposed
    if not proposed:
        proposed = factor.propose(me.name)
        await request.app[keys.SESSIONS].propose(session, proposed)
    required = policy.needs_second_factor(request.app[gateway_keys.SETTINGS], me)
    return page(request, "me/second-factor.html", title="两步验证", status=status, errors=errors, required=required,
                picture=qr(factor.address(me.name, proposed)), typed=factor.typed(me.name, proposed), fresh=_is_fresh(request))


async def _codes(request: web.Request, after: Account, codes: List[str]) -> web.Response:
    """Shown once, in the answer itself: they are kept nowhere."""
    identity = await replace_session(request, after)
    request[VISIT].identity, request[VISIT].account = identity, after
    response = page(request, "me/codes.html", title="恢复码", codes=codes)
    cookies.keep(request, response, identity)
    return response


def _is_fresh(request: web.Request) -> bool:
    session = request[VISIT].session
    return session is not None and request.app[keys.CLOCK]() - session.created < _FRESH_SECONDS
