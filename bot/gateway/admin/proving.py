"""Showing who one is, wherever it is asked: password, then second factor, with the same waiting and the same audit entries."""
from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Awaitable, Callable, Optional, Tuple

from bot.clock import now
from bot.gateway.admin.accounts import Account, Accounts
from bot.gateway.admin.lockout import Lockout, Who
from bot.gateway.admin.passwords import Passwords
from bot.gateway.admin.second_factor import SecondFactor
from bot.gateway.errors import ApiError

Note = Callable[..., Awaitable[None]]
"""Called with the action, ``who`` and ``reason``: one entry of the audit log."""
_WRONG = "账号或密码不对。请检查大小写和输入法，再试一次。"
_WRONG_CODE = "验证码不对。请看手机上最新的六位数字；用过的数字不能再用，等下一个。"


@dataclass(frozen=True)
class Proving:
    """The steps; ``clock`` gives seconds since 1970."""

    accounts: Accounts
    passwords: Passwords
    lockout: Lockout
    second_factor: SecondFactor
    clock: Callable[[], float]
    note: Note

    async def password(self, who: Who, password: str) -> Account:
        """Whose password this is; raises :class:`ApiError` 403, the same for an unknown account, and 429.

        An account with a second factor keeps its counted failures until the code: else guessing codes would never make wait.
        """
        account = await self.accounts.get(who.name)
        attempt = await self._attempt(who, account)
        hashed = account.password if account is not None and account.enabled else ""
        if not await self.passwords.verify(hashed, password) or account is None:
            await self.note("log_in.refused", who=_known(account), reason="密码")
            raise ApiError("forbidden", _WRONG)
        if not account.second_factor:
            await self.lockout.right(who, attempt)
        if self.passwords.outdated(account.password):
            hashed = await self.passwords.hash(password)
            _, account = await self.accounts.change(account.name, lambda found: dataclasses.replace(found, password=hashed))
        return account

    async def code(self, who: Who, code: str) -> Tuple[Account, Optional[int]]:
        """The account, and how many recovery codes are left when one was used; raises :class:`ApiError` 403 and 429."""
        attempt = await self._attempt(who, await self.accounts.get(who.name))
        before, after = await self.accounts.change(who.name, lambda found: self.second_factor.accept(found, code, self.clock()))
        if after is before:
            await self.note("log_in.refused", who=who.name, reason="验证码")
            raise ApiError("forbidden", _WRONG_CODE)
        await self.lockout.right(who, attempt)
        return after, len(after.recovery) if len(after.recovery) < len(before.recovery) else None

    async def done(self, account: Account, recovery_left: Optional[int]) -> Account:
        """Remember the log-in; returns the newest record."""
        _, after = await self.accounts.change(
            account.name, lambda found: dataclasses.replace(found, last_log_in=now().isoformat(timespec="seconds")))
        await self.note("log_in.in", who=after.name, reason="用了恢复码" if recovery_left is not None else "")
        return after

    async def _attempt(self, who: Who, account: Optional[Account]) -> str:
        wait, attempt = await self.lockout.attempt(who)
        if wait:
            if await self.lockout.news(who, wait):
                await self.note("log_in.locked", who=_known(account), reason=f"{wait} 秒")
            time = f"{wait} 秒" if wait < 90 else f"{round(wait / 60)} 分钟"
            raise ApiError("rate_limited", f"试错的次数多了一些。为了账号安全，请等 {time}再试；急用请找管理员解锁。", retry_after=wait)
        return attempt


def _known(account: Optional[Account]) -> str:
    """Whom the audit log names. What was typed for an unknown account may be a password in the wrong field."""
    return account.name if account is not None else "没有的账号"
