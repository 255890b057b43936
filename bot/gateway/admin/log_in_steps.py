"""The steps of a log-in, for the pages and for programs: password, second factor, and what is done when both were right."""
from __future__ import annotations

import dataclasses
from typing import Optional, Tuple

from aiohttp import web

from bot.clock import now
from bot.gateway.admin import keys, names
from bot.gateway.admin.accounts import Account
from bot.gateway.admin.audit import audit
from bot.gateway.admin.entering import attempts_of
from bot.gateway.admin.lockout import Who
from bot.gateway.errors import ApiError

_WRONG = "账号或密码不对。请检查大小写和输入法，再试一次。"
_WRONG_CODE = "验证码不对。请看手机上最新的六位数字；用过的数字不能再用，等下一个。"


async def check_password(request: web.Request, typed: str, password: str) -> Account:
    """Whose password this is; raises :class:`ApiError` 403, the same for an unknown account, and 429.

    An account with a second factor keeps its counted failures until the code: else guessing codes would never make wait.
    """
    name = names.normal(typed)
    who, account = attempts_of(request, name), await request.app[keys.ACCOUNTS].get(name)
    attempt = await _attempt(request, who, account)
    hashed = account.password if account is not None and account.enabled else ""
    if not await request.app[keys.PASSWORDS].verify(hashed, password) or account is None:
        await audit(request, "log_in.refused", who=_known(account), reason="密码")
        raise ApiError("forbidden", _WRONG)
    if not account.second_factor:
        await request.app[keys.LOCKOUT].right(who, attempt)
    if request.app[keys.PASSWORDS].outdated(account.password):
        hashed = await request.app[keys.PASSWORDS].hash(password)
        _, account = await request.app[keys.ACCOUNTS].change(
            account.name, lambda found: dataclasses.replace(found, password=hashed))
    return account


async def check_code(request: web.Request, name: str, code: str) -> Tuple[Account, Optional[int]]:
    """The account, and how many recovery codes are left when one was used; raises :class:`ApiError` 403 and 429."""
    who, clock = attempts_of(request, name), request.app[keys.CLOCK]
    attempt = await _attempt(request, who, await request.app[keys.ACCOUNTS].get(name))
    before, after = await request.app[keys.ACCOUNTS].change(
        name, lambda found: request.app[keys.SECOND_FACTOR].accept(found, code, clock()))
    if after is before:
        await audit(request, "log_in.refused", who=name, reason="验证码")
        raise ApiError("forbidden", _WRONG_CODE)
    await request.app[keys.LOCKOUT].right(who, attempt)
    return after, len(after.recovery) if len(after.recovery) < len(before.recovery) else None


async def note(request: web.Request, account: Account, recovery_left: Optional[int]) -> Account:
    """Remember the log-in; returns the newest record."""
    _, after = await request.app[keys.ACCOUNTS].change(
        account.name, lambda found: dataclasses.replace(found, last_log_in=now().isoformat(timespec="seconds")))
    await audit(request, "log_in.in", who=after.name, reason="用了恢复码" if recovery_left is not None else "")
    return after


async def _attempt(request: web.Request, who: Who, account: Optional[Account]) -> str:
    wait, attempt = await request.app[keys.LOCKOUT].attempt(who)
    if wait:
        if await request.app[keys.LOCKOUT].news(who, wait):
            await audit(request, "log_in.locked", who=_known(account), reason=f"{wait} 秒")
        time = f"{wait} 秒" if wait < 90 else f"{round(wait / 60)} 分钟"
        raise ApiError("rate_limited", f"试错的次数多了一些。为了账号安全，请等 {time}再试；急用请找管理员解锁。", retry_after=wait)
    return attempt


def _known(account: Optional[Account]) -> str:
    """Whom the audit log names. What was typed for an unknown account may be a password in the wrong field."""
    return account.name if account is not None else "没有的账号"
