"""The steps of a log-in, for the pages and for programs: password, second factor, and what is done when both were right."""
from __future__ import annotations

import functools
from typing import Optional, Tuple

from aiohttp import web

from bot.gateway.admin import keys, names
from bot.gateway.admin.accounts import Account
from bot.gateway.admin.audit import audit
from bot.gateway.admin.entering import attempts_of
from bot.gateway.admin.proving import Proving


async def check_password(request: web.Request, typed: str, password: str) -> Account:
    """Whose password this is; raises :class:`ApiError` 403, the same for an unknown account, and 429."""
    return await _proving(request).password(attempts_of(request, names.normal(typed)), password)


async def check_code(request: web.Request, name: str, code: str) -> Tuple[Account, Optional[int]]:
    """The account, and how many recovery codes are left when one was used; raises :class:`ApiError` 403 and 429."""
    return await _proving(request).code(attempts_of(request, name), code)


async def note(request: web.Request, account: Account, recovery_left: Optional[int]) -> Account:
    """Remember the log-in; returns the newest record."""
    return await _proving(request).done(account, recovery_left)


def _proving(request: web.Request) -> Proving:
    app = request.app
    return Proving(app[keys.ACCOUNTS], app[keys.PASSWORDS], app[keys.LOCKOUT], app[keys.SECOND_FACTOR], app[keys.CLOCK],
                   functools.partial(audit, request))
