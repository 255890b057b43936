"""``await audit(request, "faq.update", …)``: what every handler calls that changes something or reads what citizens said."""
from __future__ import annotations

from typing import Any, Optional

from aiohttp import web

from bot.gateway.admin import keys
from bot.gateway.admin.audit_entry import differences, kept
from bot.gateway.admin.guard import VISIT
from bot.gateway.middlewares import ADDRESSES, REQUEST_ID


async def audit(request: web.Request, action: str, target: str = "", before: Any = None, after: Any = None, reason: str = "",
                who: Optional[str] = None) -> None:
    """Record that the account of ``request`` did ``action``.

    ``action`` is ``<area>.<verb>`` and has its Chinese name in the area's ``actions``. Of two records only what differs is
    kept. Never pass passwords, codes or unmasked words of citizens. ``who``: the name when nobody is logged in yet.
    """
    account = request[VISIT].account
    old, new = differences(before, after)
    await request.app[keys.AUDIT].append({
        "who": who if who is not None else account.name if account else "",
        "role": account.role if account else "",
        "address": request.app[ADDRESSES].of(request), "action": action, "target": kept(target), "before": kept(old), "after": kept(new),
        "reason": kept(reason), "request": request.get(REQUEST_ID, ""),
    })
