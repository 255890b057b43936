"""Typed names of what the console keeps in the application, and the names of its keys in Redis."""
from __future__ import annotations

import hashlib
import hmac
from typing import TYPE_CHECKING, Callable

from aiohttp import web

if TYPE_CHECKING:
    from bot.gateway.admin.accounts import Accounts
    from bot.gateway.admin.audit_chain import AuditChain
    from bot.gateway.admin.lockout import Lockout
    from bot.gateway.admin.networks import Networks
    from bot.gateway.admin.passwords import Passwords
    from bot.gateway.admin.second_factor import SecondFactor
    from bot.gateway.admin.sessions import AdminSessions
    from bot.gateway.admin.set_up import SetUpLinks
    from bot.gateway.admin.staff import Staff

PREFIX = "gjj:{admin}:"
"""One hash tag: scripts that touch several of these keys also run in a Cluster."""

ACCOUNTS: "web.AppKey[Accounts]" = web.AppKey("admin_accounts")
SESSIONS: "web.AppKey[AdminSessions]" = web.AppKey("admin_sessions")
PASSWORDS: "web.AppKey[Passwords]" = web.AppKey("admin_passwords")
LOCKOUT: "web.AppKey[Lockout]" = web.AppKey("admin_lockout")
SECOND_FACTOR: "web.AppKey[SecondFactor]" = web.AppKey("admin_second_factor")
STAFF: "web.AppKey[Staff]" = web.AppKey("admin_staff")
SET_UP: "web.AppKey[SetUpLinks]" = web.AppKey("admin_set_up")
AUDIT: "web.AppKey[AuditChain]" = web.AppKey("admin_audit")
NETWORKS: "web.AppKey[Networks]" = web.AppKey("admin_networks")
CSRF_KEY = web.AppKey("admin_csrf_key", bytes)
MESSAGE_KEY = web.AppKey("admin_message_key", bytes)
DEVICE_KEY = web.AppKey("admin_device_key", bytes)
CLOCK: "web.AppKey[Callable[[], float]]" = web.AppKey("admin_clock")
"""Seconds since 1970."""


def purpose_key(secret: bytes, purpose: str) -> bytes:
    """A key of its own for each purpose: what is signed for one is worth nothing for another."""
    return hmac.new(secret, f"gjj admin {purpose} v1".encode(), hashlib.sha256).digest()
