"""What the pages about training and releases share: their stores, and how moments and outcomes are told."""
from __future__ import annotations

from datetime import datetime
from typing import AsyncIterator, Dict, List, Tuple

from aiohttp import web

from bot.clock import SHANGHAI, today
from bot.gateway import keys
from bot.state.client import close, connect
from bot.training.in_service import shared_by
from bot.training.jobs import CANCELLED, FAILED, INVALID, KEPT_ASIDE, PUBLISHED, REFUSED, Jobs
from bot.training.releases import Release, Releases
from bot.training.shared_releases import SharedReleases

JOBS = web.AppKey("admin_jobs", Jobs)
RELEASES = web.AppKey("admin_releases", Releases)
SHARED = web.AppKey("admin_shared_releases", SharedReleases)

OUTCOMES: Dict[str, Tuple[str, str]] = {
    PUBLISHED: ("已发布", "ok"), KEPT_ASIDE: ("检验通过，等人发布", "info"), REFUSED: ("检验没有通过", "warn"), INVALID: ("内容有错，没有训练", "bad"),
    FAILED: ("没有训练成", "bad"), CANCELLED: ("已取消", ""),
}


async def stores(app: web.Application) -> AsyncIterator[None]:
    """Models are bytes, which the gateway's own client would decode."""
    settings = app[keys.SETTINGS]
    client = connect(settings.redis_url, settings.redis_timeout)
    app[JOBS] = Jobs(client)
    app[RELEASES] = Releases(settings.releases_dir)
    app[SHARED] = shared_by(settings, client)
    yield
    await close(client)


async def known(request: web.Request) -> List[Release]:
    """Every release of this machine and of the others, newest first."""
    found = {release.id: release for release in await request.app[SHARED].manifests()}
    found.update((release.id, release) for release in request.app[RELEASES].all())
    return sorted(found.values(), key=lambda release: release.id, reverse=True)


def moment(at: float) -> str:
    """“今天 15:04” or “11月22日 15:04”."""
    when = datetime.fromtimestamp(at, SHANGHAI)
    day = "今天" if when.date() == today() else f"{when.month}月{when.day}日"
    return f"{day} {when:%H:%M}"


def made(release: Release) -> str:
    try:
        return moment(datetime.fromisoformat(release.created).timestamp())
    except ValueError:
        return release.created


def span(seconds: float) -> str:
    """“48 秒” or “1 分 20 秒”."""
    whole = max(0, round(seconds))
    return f"{whole} 秒" if whole < 60 else f"{whole // 60} 分 {whole % 60} 秒" if whole % 60 else f"{whole // 60} 分钟"
