"""What is done to accounts, for the pages, the API and the command line alike. Nothing here writes the audit log: the caller does."""
from __future__ import annotations

import dataclasses
import secrets
from typing import Any, Dict, Tuple

from bot.clock import now
from bot.gateway.admin import names, roles
from bot.gateway.admin.accounts import Account, Accounts
from bot.gateway.admin.lockout import Lockout
from bot.gateway.admin.passwords import Passwords
from bot.gateway.admin.set_up import SetUpLinks

Changed = Tuple[Account, Account]
"""Before and after."""
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"


class Staff:
    """Creates and changes accounts.

    Every method raises KeyError for an unknown account; those that take rights away raise
    :class:`bot.gateway.admin.accounts.LastAdministrator` rather than leave nobody to manage accounts.
    """

    def __init__(self, accounts: Accounts, passwords: Passwords, links: SetUpLinks, lockout: Lockout) -> None:
        self.accounts = accounts
        self.lockout = lockout
        self._passwords = passwords
        self._links = links

    async def create(self, name: str, role: str, by: str, password: str = "", must_change: bool = False) -> Account:
        """``password`` already checked, or empty for an account that begins with a link.

        Raises :class:`bot.gateway.admin.names.NameRefused` and :class:`bot.gateway.admin.accounts.AccountExists`.
        """
        if role not in roles.ROLES:
            raise ValueError(role)
        hashed = await self._passwords.hash(password) if password else ""
        return await self.accounts.create(Account(
            name=names.check(name), role=role, password=hashed, must_change=must_change,
            created_at=now().isoformat(timespec="seconds"), created_by=by))

    async def link(self, name: str) -> str:
        """The token of a one-time link for choosing a password; the old password and all sessions end at once."""
        await self._change(name, password="", must_change=False)
        await self.lockout.unlock(name)
        return await self._links.create(name)

    async def temporary_password(self, name: str) -> str:
        """A random password that only opens the page for choosing an own one."""
        password = "-".join("".join(secrets.choice(_LETTERS) for _ in range(5)) for _ in range(3))
        await self.set_password(name, password, must_change=True)
        return password

    async def set_password(self, name: str, password: str, must_change: bool = False) -> Changed:
        hashed = await self._passwords.hash(password)
        changed = await self._change(name, password=hashed, must_change=must_change)
        await self.lockout.unlock(name)
        return changed

    async def set_role(self, name: str, role: str) -> Changed:
        if role not in roles.ROLES:
            raise ValueError(role)
        return await self._change(name, role=role)

    async def set_enabled(self, name: str, enabled: bool) -> Changed:
        return await self._change(name, enabled=enabled)

    async def reset_second_factor(self, name: str) -> Changed:
        return await self._change(name, second_factor="", recovery=(), last_step=0)

    async def sign_out(self, name: str) -> Changed:
        """End all sessions of the account."""
        return await self._change(name)

    async def unlock(self, name: str) -> bool:
        """Forget wrong passwords; whether there were any."""
        if await self.accounts.get(name) is None:
            raise KeyError(name)
        return await self.lockout.unlock(name)

    async def _change(self, name: str, **fields: Any) -> Changed:
        return await self.accounts.change(
            name, lambda found: dataclasses.replace(found, epoch=found.epoch + 1, **fields))


def public(account: Account) -> Dict[str, Any]:
    """What may be shown and logged of an account: no hashes, no secrets."""
    return {"name": account.name, "role": account.role, "enabled": account.enabled, "has_password": bool(account.password),
            "must_change": account.must_change, "second_factor": bool(account.second_factor),
            "recovery_codes": len(account.recovery), "created_at": account.created_at, "created_by": account.created_by,
            "last_log_in": account.last_log_in}
