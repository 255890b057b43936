"""Putting a release in service, for the console, the terminal and the trainer alike: gate, disk, Redis, in the order that
leaves the old release serving wherever the power goes."""
from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import AsyncIterator, Optional

from bot.settings import Settings, ensure_secret
from bot.state.client import BytesClient, close, connect

from .releases import ReleaseError, Releases, Switch
from .shared_releases import SharedReleases, settled

ADDRESS = "redis.url"
"""File in the run folder in which the launcher leaves the address of the Redis it started."""


class NotPassed(ReleaseError):
    """The gate refused this release; it needs a written reason."""


def redis_url(settings: Settings) -> str:
    """The Redis of the running system of this folder; "" when nothing runs."""
    if settings.redis_url:
        return settings.redis_url
    try:
        return (settings.run_dir / ADDRESS).read_text(encoding="utf-8").strip()
    except OSError:
        return ""


def shared_by(settings: Settings, client: BytesClient) -> SharedReleases:
    """The releases in the Redis of ``client``, which must not decode."""
    return SharedReleases(client, settings.secret or ensure_secret(settings.var_dir), settings.previous_secrets)


@asynccontextmanager
async def opened(settings: Settings) -> AsyncIterator[Optional[SharedReleases]]:
    """The releases in Redis while the block runs; None when no system runs here."""
    url = redis_url(settings)
    if not url:
        yield None
        return
    client = connect(url, settings.redis_timeout)
    try:
        yield shared_by(settings, client)
    finally:
        await close(client)


async def put_in_service(releases: Releases, shared: Optional[SharedReleases], ident: str, by: str, reason: str = "") -> Switch:
    """Let all workers serve ``ident``; raises :class:`NotPassed` when the gate refused it, it never was in service and no
    reason is given, :class:`ReleaseError` when it cannot be used, RedisError."""
    if shared is not None:
        await shared.fetch_if_missing(ident, releases)
    release = releases.get(ident)
    known = any(switch.id == ident for switch in releases.switches())
    if release.refusals and not known and not reason.strip():
        raise NotPassed(f"版本 {ident} 没有通过检验：{'；'.join(release.refusals)}。要发布请写明理由。")
    if shared is not None:
        await shared.push(releases, ident)
    switch = await asyncio.to_thread(releases.switch, ident, by, reason.strip())
    if shared is not None:
        await shared.switch(switch)
    return switch


async def reconcile(releases: Releases, shared: SharedReleases) -> None:
    """Tell Redis of a release put in service on this machine while Redis was away; bring what was put in service elsewhere."""
    local, common = releases.in_service(), await shared.in_service()
    behind = settled(local, common)
    if behind["push"] and local is not None:
        await shared.push(releases, local.id)
        await shared.switch(local)
    elif behind["fetch"] and common is not None:
        await shared.fetch(common.id, releases)
        await asyncio.to_thread(releases.switch, common.id, common.by, common.reason, common.at)
    elif local is not None and local.id not in await shared.ids():
        await shared.push(releases, local.id)
