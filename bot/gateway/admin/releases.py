"""版本: which there are, how they compare question by question, publishing and rolling back, and which worker serves what."""
from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any, Dict, List, Optional, Tuple

import msgspec
from aiohttp import web

from bot.gateway import bodies, keys
from bot.gateway.admin import trainings
from bot.gateway.admin.area import Area
from bot.gateway.admin.audit import audit
from bot.gateway.admin.guard import account, allow
from bot.gateway.admin.render import page, redirect
from bot.gateway.admin.trainings import RELEASES, SHARED
from bot.gateway.errors import ApiError, dumps
from bot.knowledge.base import load
from bot.knowledge.faq_text import TextError
from bot.training import assessment, content
from bot.training.gate import Check
from bot.training.in_service import NotPassed, put_in_service
from bot.training.releases import Release, ReleaseError, Releases, Switch
from bot.training.run import CONFUSION, GATE_FILE, RELIABILITY, topic_titles

routes = web.RouteTableDef()
AREA = Area(
    path="/admin/releases", title="版本", role="viewer", order=55, summary="逐句比较新旧版本，发布，十秒内换回上一个",
    actions={"release.publish": "发布版本", "release.rollback": "换回版本", "content.restore": "内容换回版本当时的样子"})
_API = "/admin/api/v1/releases"
_PLOTS = (CONFUSION, RELIABILITY)
_LONGEST_REASON = 200


class ServiceBody(bodies.Strict, frozen=True):
    """``reason`` is needed when the gate refused it; ``content``: the content goes back as well."""

    reason: str = ""
    content: bool = False


@routes.get(AREA.path)
@allow("viewer")
async def show_all(request: web.Request) -> web.Response:
    shared = request.app[SHARED]
    return page(
        request, "releases/list.html", title="版本", releases=await trainings.known(request), service=await _service(request), workers=await shared.serving(),
        made=trainings.made, moment=trainings.moment)


@routes.get(AREA.path + "/{id}")
@allow("viewer")
async def show(request: web.Request) -> web.Response:
    release, service = await _release(request), await _service(request)
    releases = request.app[RELEASES]
    against = request.query.get("with", "") or (service.id if service and service.id != release.id else service.previous if service else "")
    before = await asyncio.to_thread(_figures, releases, against) if against else None
    after = await asyncio.to_thread(_figures, releases, release.id)
    comparison = assessment.compare(before, after) if before and after else None
    since = await asyncio.to_thread(_since, releases, release.id, _data(request))
    titles = topic_titles(await asyncio.to_thread(load, _data(request)))
    return page(
        request, "releases/show.html", title=f"版本 {release.id}", release=release, service=service, checks=_checks(releases, release), against=against,
        comparison=comparison, others=[r.id for r in await trainings.known(request) if r.id != release.id], since=since, made=trainings.made,
        missed=[turn for turn in after.turns if not turn.ok] if after else [], plots=[name for name in _PLOTS if name in release.files],
        served_before=any(s.id == release.id for s in releases.switches()), span=trainings.span, moment=trainings.moment, titles=titles)


@routes.get(AREA.path + "/{id}/{plot:confusion.svg|reliability.svg}")
@allow("viewer")
async def plot(request: web.Request) -> web.Response:
    release = await _release(request)
    try:
        drawn = request.app[RELEASES].read(release.id, request.match_info["plot"])
    except ReleaseError:
        raise ApiError("not_found", "这个版本没有留下图。") from None
    return web.Response(body=drawn, content_type="image/svg+xml", headers={"Cache-Control": "private, max-age=86400"})


@routes.post(AREA.path + "/{id}/service")
@allow("publisher")
async def service_form(request: web.Request) -> web.Response:
    form = await request.post()
    ident = request.match_info["id"]
    try:
        _, kept = await switch(request, ident, ServiceBody(str(form.get("reason", "")), form.get("content") == "restore"))
    except ApiError as error:
        return redirect(request, f"{AREA.path}/{ident}", error.message, "error")
    said = f"已换成版本 {ident}，各对话进程几秒内陆续换上。" + (f"内容也换回了当时的样子，换回前的内容存在 {kept.name}。" if kept else "")
    return redirect(request, AREA.path, said)


@routes.get(_API)
@allow("viewer")
async def list_api(request: web.Request) -> web.Response:
    service = await _service(request)
    return web.json_response({
        "service": msgspec.to_builtins(service) if service else None, "releases": [_told(r) for r in await trainings.known(request)],
        "workers": [msgspec.to_builtins(one) for one in await request.app[SHARED].serving()]}, dumps=dumps)


@routes.get(_API + "/{id}")
@allow("viewer")
async def show_api(request: web.Request) -> web.Response:
    """With ``?with=ID`` also the comparison against that release."""
    release, releases = await _release(request), request.app[RELEASES]
    answer = {**_told(release), "gate": msgspec.to_builtins(_checks(releases, release))}
    if request.query.get("with"):
        before, after = [await asyncio.to_thread(_figures, releases, ident) for ident in (request.query["with"], release.id)]
        if before is None or after is None:
            raise ApiError("not_found", "其中一个版本没有留下逐句的检验结果。")
        answer["comparison"] = msgspec.to_builtins(assessment.compare(before, after))
    return web.json_response(answer, dumps=dumps)


@routes.post(_API + "/{id}/service")
@allow("publisher")
async def service_api(request: web.Request) -> web.Response:
    body = await bodies.read_as(request, ServiceBody)
    done, kept = await switch(request, request.match_info["id"], body)
    return web.json_response({"service": msgspec.to_builtins(done), "content_kept": kept.name if kept else None}, dumps=dumps)


async def switch(request: web.Request, ident: str, wish: ServiceBody) -> Tuple[Switch, Optional[Path]]:
    """Put a release in service, its content as well when that is wished; raises :class:`ApiError`."""
    if len(wish.reason) > _LONGEST_REASON:
        raise ApiError("invalid", f"理由请控制在 {_LONGEST_REASON} 字以内。")
    app, settings, kept = request.app, request.app[keys.SETTINGS], None
    release, before = await _release(request), await _service(request)
    served_before = any(switch.id == ident for switch in app[RELEASES].switches())
    try:
        if release.refusals and not served_before and not wish.reason.strip():
            raise NotPassed("这个版本没有通过检验，要发布请写明理由。")
        if wish.content:
            files = content.unpack(app[RELEASES].read(ident, content.FILE))
            kept = await asyncio.to_thread(content.restore, files, _data(request), settings.var_dir / "content-backups")
        done = await put_in_service(app[RELEASES], app[SHARED], ident, account(request).name, wish.reason)
    except (ReleaseError, TextError) as error:
        raise ApiError("conflict", str(error)) from None
    action = "release.rollback" if served_before else "release.publish"
    reason = wish.reason.strip() + (f"（检验没有通过：{'；'.join(release.refusals)}）" if release.refusals else "")
    await audit(request, action, target=ident, before={"版本": before.id if before else ""}, after={"版本": ident}, reason=reason)
    if kept is not None:
        await audit(request, "content.restore", target=ident, after={"换回前的内容": kept.name})
    return done, kept


async def _release(request: web.Request) -> Release:
    """The release of the address, from another machine if need be; raises :class:`ApiError` 404."""
    ident, releases = request.match_info["id"], request.app[RELEASES]
    try:
        await request.app[SHARED].fetch_if_missing(ident, releases)
        return releases.get(ident)
    except (ReleaseError, ValueError):
        raise ApiError("not_found", "没有这个版本，可能已经清理掉了。") from None


async def _service(request: web.Request) -> Optional[Switch]:
    return await request.app[SHARED].in_service() or request.app[RELEASES].in_service()


def _figures(releases: Releases, ident: str) -> Optional[assessment.Assessment]:
    try:
        return assessment.decode(releases.read(ident, assessment.FILE))
    except (ReleaseError, msgspec.DecodeError):
        return None


def _checks(releases: Releases, release: Release) -> List[Check]:
    try:
        return msgspec.json.decode(releases.read(release.id, GATE_FILE), type=List[Check])
    except (ReleaseError, msgspec.DecodeError):
        return []


def _since(releases: Releases, ident: str, data: Path) -> Optional[List[str]]:
    """What was changed in the content since; None for a release that kept none."""
    try:
        return content.differences(content.unpack(releases.read(ident, content.FILE)), content.snapshot(data))
    except ReleaseError:
        return None


def _told(release: Release) -> Dict[str, Any]:
    return {"id": release.id, "created": release.created, "author": release.author, "metrics": release.metrics, "counts": release.counts,
            "refusals": release.refusals, "seconds": release.seconds}


def _data(request: web.Request) -> Path:
    return request.app[keys.SETTINGS].root / "data"
