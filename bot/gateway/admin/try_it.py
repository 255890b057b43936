"""试一试（命中测试）: what the assistant would say and why, the release in service beside another one. Nothing is kept or counted."""
from __future__ import annotations

import asyncio
import json
from typing import Any, Dict, List, Tuple

import msgspec
from aiohttp import web

from bot.gateway import bodies, keys
from bot.gateway.admin import trainings
from bot.gateway.admin.area import Area
from bot.gateway.admin.guard import allow
from bot.gateway.admin.render import page
from bot.gateway.admin.trainings import SHARED
from bot.gateway.errors import ApiError, dumps
from bot.gateway.middlewares import REQUEST_ID

routes = web.RouteTableDef()
AREA = Area(
    path="/admin/try", title="试一试", role="viewer", order=25, summary="问一句，看助手听成了什么、会怎么答、为什么多问或没有多问；可以和还没发布的版本比")
MOST_TURNS = 20
LEVELS = {1: "丢钱丢资格", 2: "有期限", 3: "白跑一趟", 4: "更好的选择", 5: "方便"}
KINDS = {"answer": "回答", "question": "多问一句", "reminder": "多提一个醒", "clarify": "请市民选", "decline": "说明", "handoff": "转人工",
         "smalltalk": "寒暄", "error": "出错", "form": "填表"}


class TryBody(bodies.Strict, frozen=True):
    """``turns`` as the worker takes them (bot.worker.try_out); ``release`` "" is the one in service."""

    turns: List[Dict[str, str]]
    release: str = ""


@routes.get(AREA.path)
@allow("viewer")
async def show(request: web.Request) -> web.Response:
    """``?say=`` asks at once: links from other pages."""
    said = bodies.clean(request.query.get("say", ""))[:500]
    return await _show(request, [{"say": said}] if said else [], request.query.get("with", ""))


@routes.post(AREA.path)
@allow("viewer")
async def ask(request: web.Request) -> web.Response:
    form = await request.post()
    turns = _turns(str(form.get("turns", "[]")))
    if form.get("press"):
        turns.append({"press": str(form["press"])})
    elif str(form.get("say", "")).strip():
        turns.append({"say": bodies.clean(str(form["say"]))[:500]})
    return await _show(request, turns[-MOST_TURNS:], str(form.get("with", "")))


@routes.post("/admin/api/v1/try")
@allow("viewer")
async def ask_api(request: web.Request) -> web.Response:
    body = await bodies.read_as(request, TryBody)
    answer = await _play(request, body.turns, body.release)
    return web.json_response(answer, status=202 if answer.get("loading") else 200, dumps=dumps)


async def _show(request: web.Request, turns: List[Dict[str, str]], other: str) -> web.Response:
    service = await request.app[SHARED].in_service()
    names = {release.id: _name(release, service) for release in await trainings.known(request)}
    other = other if other in names else ""
    sides = [""] + ([other] if other else [])
    columns: List[Tuple[str, Dict[str, Any]]] = []
    if turns:
        answers = await asyncio.gather(*(_side(request, turns, release) for release in sides))
        columns = [(names.get(release, release) if release else "在用的版本", answer) for release, answer in zip(sides, answers)]
    return page(
        request, "try/show.html", title="试一试", turns=turns, encoded=json.dumps(turns, ensure_ascii=False), columns=columns, other=other,
        releases=list(names.items()), levels=LEVELS, kinds=KINDS, loading=any(answer.get("loading") for _, answer in columns))


async def _side(request: web.Request, turns: List[Dict[str, str]], release: str) -> Dict[str, Any]:
    try:
        return await _play(request, turns, release)
    except ApiError as error:
        return {"trouble": error.message}


async def _play(request: web.Request, turns: List[Dict[str, str]], release: str) -> Dict[str, Any]:
    """The worker's answer: ``{"turns": […]}`` or ``{"loading": true}``; raises :class:`ApiError`."""
    if not 0 < len(turns) <= MOST_TURNS:
        raise ApiError("invalid", f"一次试 1 到 {MOST_TURNS} 句。")
    raw = await request.app[keys.WORKERS].staff("POST", "/try", request[REQUEST_ID], {"turns": turns, "release": release})
    answer: Dict[str, Any] = json.loads(raw)
    return answer


def _turns(raw: str) -> List[Dict[str, str]]:
    try:
        return msgspec.json.decode(raw, type=List[Dict[str, str]])[:MOST_TURNS]
    except msgspec.DecodeError:
        raise ApiError("invalid") from None


def _name(release: Any, service: Any) -> str:
    mark = "（在用）" if service and release.id == service.id else "（上一个）" if service and release.id == service.previous else "（没有通过检验）" if release.refusals else ""
    return f"{trainings.made(release)} 的 {release.id}{mark}"
