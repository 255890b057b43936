"""The admin console: log-in, the frame every area hangs in, and the list of areas.

A new area is one module (or package) with ``routes = web.RouteTableDef()`` and, when it has an entry in the navigation,
``AREA = Area(...)``; it is added to :data:`MODULES`. Each handler says with ``@allow`` who may use it.
"""
from __future__ import annotations

import time
from typing import AsyncIterator, List

from aiohttp import web

from bot.gateway import keys as gateway_keys
from bot.gateway.admin import (
    audit_page,
    cards,
    cards_api,
    cases,
    content,
    conversations,
    deadlines,
    desk,
    facts,
    facts_api,
    faqs,
    faqs_api,
    faqs_import,
    figures,
    figures_api,
    headers,
    home,
    inbox,
    insight,
    keys,
    log_in,
    own_account,
    own_second_factor,
    releases,
    render,
    session_api,
    staff_accounts,
    staff_api,
    static_files,
    statistics,
    training,
    trainings,
    try_it,
)
from bot.gateway.admin.accounts import Accounts
from bot.gateway.admin.audit_chain import AuditChain
from bot.gateway.admin.guard import guard
from bot.gateway.admin.lockout import Lockout
from bot.gateway.admin.networks import Networks
from bot.gateway.admin.passwords import Passwords
from bot.gateway.admin.refusals import refusals
from bot.gateway.admin.second_factor import SecondFactor
from bot.gateway.admin.sessions import AdminSessions
from bot.gateway.admin.set_up import SetUpLinks
from bot.gateway.admin.staff import Staff
from bot.settings import Settings

MODULES = (
    static_files,
    log_in,
    own_account,
    own_second_factor,
    session_api,
    home,
    staff_accounts,
    staff_api,
    audit_page,
    faqs_import,
    faqs_api,
    faqs,
    cards_api,
    cards,
    figures_api,
    figures,
    facts_api,
    facts,
    deadlines,
    desk,
    inbox,
    conversations,
    statistics,
    cases,
    training,
    releases,
    try_it,
)
"""Everything that answers under /admin."""

AREAS = tuple(sorted((module.AREA for module in MODULES if hasattr(module, "AREA")), key=lambda area: area.order))
"""The navigation, in order."""


def add_to(app: web.Application) -> None:
    """Put the console into the gateway; after the gateway's own parts, whose Redis client it uses."""
    settings = app[gateway_keys.SETTINGS]
    app[keys.CLOCK] = time.time
    app[keys.NETWORKS] = Networks(settings.admin_networks)
    app[keys.CSRF_KEY] = keys.purpose_key(settings.secret, "csrf")
    app[keys.MESSAGE_KEY] = keys.purpose_key(settings.secret, "message")
    app[keys.SECOND_FACTOR] = SecondFactor(_keys(settings, "sealing"))
    app[keys.DEVICE_KEY] = keys.purpose_key(settings.secret, "device")
    app[render.AREAS] = AREAS
    app.middlewares.extend((refusals, guard))
    app.cleanup_ctx.extend((_stores, insight.stores, content.stores, trainings.stores))
    app.on_response_prepare.append(headers.add_headers)
    for module in MODULES:
        app.router.add_routes(module.routes)


async def _stores(app: web.Application) -> AsyncIterator[None]:
    settings, redis, clock = app[gateway_keys.SETTINGS], app[gateway_keys.REDIS], app[keys.CLOCK]
    app[keys.ACCOUNTS] = Accounts(redis)
    app[keys.SESSIONS] = AdminSessions(redis, settings.admin_idle, settings.admin_session, clock)
    app[keys.PASSWORDS] = Passwords()
    app[keys.LOCKOUT] = Lockout(redis, clock)
    app[keys.SET_UP] = SetUpLinks(redis)
    app[keys.STAFF] = Staff(app[keys.ACCOUNTS], app[keys.PASSWORDS], app[keys.SET_UP], app[keys.LOCKOUT])
    app[keys.AUDIT] = AuditChain(
        redis, _keys(settings, "audit"), settings.audit_file, settings.admin_audit_days)
    yield


def _keys(settings: Settings, purpose: str) -> List[bytes]:
    """Of today's secret, and of earlier ones for what they have sealed or signed."""
    return [keys.purpose_key(secret, purpose) for secret in (settings.secret, *settings.previous_secrets)]
