"""What staff do, for the console: read a conversation, take it, speak in it, hand it back; read and change work orders. Private, like
everything on the worker's socket; the gateway decides who is staff."""
from __future__ import annotations

import json
from typing import Any, Dict, Type, TypeVar

import msgspec
from aiohttp import web

from bot.state.orders import STATES

from .desk import NotHeld, ServiceDesk

DESK = web.AppKey("desk", ServiceDesk)
routes = web.RouteTableDef()


class Holder(msgspec.Struct, forbid_unknown_fields=True):
    staff: str


class Speech(msgspec.Struct, forbid_unknown_fields=True):
    staff: str
    id: str
    text: str


class Change(msgspec.Struct, forbid_unknown_fields=True):
    staff: str
    state: str
    note: str = ""


T = TypeVar("T")


@routes.get("/v1/conversations/{conversation}")
async def transcript(request: web.Request) -> web.Response:
    """The whole conversation with what was understood; no messages when there is none (any more)."""
    return _json({"messages": await request.app[DESK].transcript(request.match_info["conversation"])})


@routes.post("/v1/conversations/{conversation}/person")
async def take(request: web.Request) -> web.Response:
    body = await _body(request, Holder)
    try:
        taken = await request.app[DESK].take(request.match_info["conversation"], body.staff)
    except LookupError:
        return _refuse(404, "not_found", "没有这段对话，可能已经到期或者被市民清除了。")
    return _json({"staff": body.staff}) if taken else _refuse(409, "held", "另一位工作人员正在和他说话。")


@routes.post("/v1/conversations/{conversation}/person/messages")
async def say(request: web.Request) -> web.Response:
    body = await _body(request, Speech)
    if not body.text.strip() or not body.id:
        return _refuse(422, "invalid", "还没有写内容。")
    try:
        await request.app[DESK].say(request.match_info["conversation"], body.staff, body.id, body.text)
    except NotHeld:
        return _refuse(409, "not_held", "请先接手这段对话，再和市民说话。")
    return _json({"id": body.id})


@routes.delete("/v1/conversations/{conversation}/person/{staff}")
async def hand_back(request: web.Request) -> web.Response:
    try:
        await request.app[DESK].hand_back(request.match_info["conversation"], request.match_info["staff"])
    except NotHeld:
        return _refuse(409, "not_held", "这段对话现在不在您手上。")
    return web.Response(status=204)


@routes.get("/v1/orders")
async def orders(request: web.Request) -> web.Response:
    return _json({"orders": await request.app[DESK].orders.waiting()})


@routes.get("/v1/orders/{number}")
async def order(request: web.Request) -> web.Response:
    found = await request.app[DESK].orders.get(request.match_info["number"])
    return _json(found) if found is not None else _refuse(404, "not_found", "没有这张工单。")


@routes.post("/v1/orders/{number}")
async def change(request: web.Request) -> web.Response:
    body = await _body(request, Change)
    if body.state not in STATES:
        return _refuse(422, "invalid", "工单状态应是 open、taken、done 之一。")
    changed = await request.app[DESK].orders.change(request.match_info["number"], body.state, body.staff, body.note)
    return _json({"state": body.state}) if changed else _refuse(404, "not_found", "没有这张工单。")


async def _body(request: web.Request, kind: Type[T]) -> T:
    try:
        return msgspec.json.decode(await request.read(), type=kind)
    except msgspec.DecodeError:
        raise web.HTTPBadRequest(text=json.dumps({"error": {"code": "bad_json", "message": "内容的格式不对。"}}, ensure_ascii=False), content_type="application/json") from None


def _json(data: Dict[str, Any]) -> web.Response:
    return web.json_response(data, dumps=lambda d: json.dumps(d, ensure_ascii=False))


def _refuse(status: int, code: str, message: str) -> web.Response:
    return web.json_response({"error": {"code": code, "message": message}}, status=status, dumps=lambda d: json.dumps(d, ensure_ascii=False))
