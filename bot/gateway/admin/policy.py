"""What an account must settle before it may go on."""
from __future__ import annotations

from typing import Optional

from bot.gateway.admin import roles
from bot.gateway.admin.accounts import Account
from bot.settings import Settings

PASSWORD_PAGE = "/admin/me/password"
SECOND_FACTOR_PAGE = "/admin/me/second-factor"


def needs_second_factor(settings: Settings, account: Account) -> bool:
    """Whether the account's role may not do without a second factor."""
    wanted = settings.admin_second_factor
    return wanted != "none" and roles.includes(account.role, wanted)


def next_step(settings: Settings, account: Account) -> Optional[str]:
    """The page on which the account must first choose a password or set up its second factor."""
    if account.must_change:
        return PASSWORD_PAGE
    if not account.second_factor and needs_second_factor(settings, account):
        return SECOND_FACTOR_PAGE
    return None


def leads_there(path: str) -> bool:
    """Whether ``path`` belongs to these steps."""
    return path.startswith("/admin/me/")
