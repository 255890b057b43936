"""接待台: citizens who wait for a person. Take over, answer in the citizen's own window, hand back, close the order.

What happens elsewhere is shown at once: pages ask ``changes``, which answers as soon as there is one (bot.gateway.live).
"""
from __future__ import annotations

import asyncio
import uuid
from datetime import datetime
from typing import Any, Dict, List, Mapping, Tuple, Type
from urllib.parse import quote

import msgspec
from aiohttp import web

from bot.clock import now, today
from bot.gateway import bodies, keys
from bot.gateway.admin import insight
from bot.gateway.admin.area import Area
from bot.gateway.admin.audit import audit
from bot.gateway.admin.conversations import KINDS, _message
from bot.gateway.admin.guard import account, allow
from bot.gateway.admin.render import page, redirect
from bot.gateway.errors import ApiError, dumps
from bot.gateway.live import LIVE
from bot.gateway.logs import LOGGER
from bot.knowledge.handoff import Phrase, handoff_wording, phrases
from bot.state import day_counts

routes = web.RouteTableDef()
LONGEST = 1000
"""Characters of one message of staff."""
WAIT_SECONDS = 20.0
"""How long ``changes`` waits; the page then asks again."""


class Nothing(bodies.Strict, frozen=True):
    """The verb says it all."""


class Say(bodies.Strict, frozen=True):
    """``message``: an id of the caller's; the same again is said once."""

    text: str
    message: str = ""


class Close(bodies.Strict, frozen=True):
    note: str = ""


VERBS: Dict[str, Type[bodies.Strict]] = {"take": Nothing, "back": Nothing, "say": Say, "close": Close}
"""What a program can do to a work order, and the body it sends."""


async def _waiting(request: web.Request) -> int:
    try:
        return sum(order["state"] == "open" for order in await _orders(request))
    except ApiError:
        return 0  # the start page is there to see what is wrong, also while no worker answers


AREA = Area(
    path="/admin/desk", title="接待台", role="editor", order=20, summary="市民要找人：接手、在他的窗口里答复、交还、办结工单",
    actions={"desk.read": "查看工单", "desk.take": "接手会话", "desk.say": "答复市民", "desk.back": "交还助手", "desk.close": "办结工单"}, waiting=_waiting)


@routes.get("/admin/desk")
@allow("editor")
async def desk(request: web.Request) -> web.Response:
    return page(request, "desk/list.html", title="接待台", serial=request.app[LIVE].serial, **await _list(request))


@routes.get("/admin/desk/rows")
@allow("editor")
async def rows(request: web.Request) -> web.Response:
    """The list alone, for the page to show anew."""
    return page(request, "desk/rows.html", title="", **await _list(request))


@routes.get("/admin/desk/{number}")
@allow("editor")
async def order(request: web.Request) -> web.Response:
    told = await _told(request)
    await audit(request, "desk.read", target=told["number"])
    return page(request, "desk/order.html", title=f"工单 {told['number']}", o=told, kinds=KINDS, phrases=_phrases(request), serial=request.app[LIVE].serial, message=uuid.uuid4().hex)


@routes.get("/admin/desk/{number}/lines")
@allow("editor")
async def lines(request: web.Request) -> web.Response:
    """The conversation alone, for the page to show anew."""
    return page(request, "desk/lines.html", title="", o=await _told(request), kinds=KINDS)


@routes.post("/admin/desk/{number}/{verb:take|say|back|close}")
@allow("editor")
async def act_form(request: web.Request) -> web.Response:
    form, verb = await request.post(), request.match_info["verb"]
    text = str(form.get("text", form.get("note", "")))
    try:
        said = await act(request, verb, text, str(form.get("message", "")))
    except ApiError as error:
        if error.status not in (404, 409, 422):
            raise
        return redirect(request, _here(request), error.message, "error")
    return redirect(request, "/admin/desk" if verb == "close" else _here(request), said)


async def act(request: web.Request, verb: str, text: str = "", message: str = "") -> str:
    """Take, say, hand back or close; the sentence to show. Raises ApiError: 404, 409 (somebody else has it), 422."""
    staff, found = account(request).name, await _order(request)
    number, conversation = found["number"], found["conversation"]
    person = f"/conversations/{insight.conversation_name(conversation)}/person"
    if verb == "take":
        await insight.worker(request, "POST", person, {"staff": staff})
        await _change(request, number, "taken", staff)
        if found["state"] == "open":
            await day_counts.add(request.app[keys.REDIS], {today().isoformat(): day_counts.waited(_waited(found["at"]))})
        await audit(request, "desk.take", target=number)
        return "已接手。您说的话会出现在他的窗口里，这时助手不出声。"
    if verb == "say":
        text = text.replace("\r\n", "\n").strip()
        if not text or len(text) > LONGEST:
            raise ApiError("invalid", f"写 1 到 {LONGEST} 个字。")
        await insight.worker(request, "POST", f"{person}/messages", {"staff": staff, "id": message[:64] or uuid.uuid4().hex, "text": text})
        await audit(request, "desk.say", target=number)
        return "已发给市民。"
    if verb == "back":
        await insight.worker(request, "DELETE", f"{person}/{quote(staff, safe='')}")
        await audit(request, "desk.back", target=number)
        return "已交还，助手接着答。"
    if await request.app[insight.PERSONS].holder(conversation) == staff:
        await insight.worker(request, "DELETE", f"{person}/{quote(staff, safe='')}")
    await _change(request, number, "done", staff, text.strip()[:LONGEST])
    await audit(request, "desk.close", target=number)
    return f"工单 {number} 已办结。"


@routes.get("/admin/api/v1/desk")
@allow("editor")
async def api_list(request: web.Request) -> web.Response:
    return _json({"orders": [*(await _list(request))["orders"]], "serial": request.app[LIVE].serial})


@routes.get("/admin/api/v1/desk/changes")
@allow("editor")
async def api_changes(request: web.Request) -> web.Response:
    """``?after=<serial>``: what has changed since, as soon as there is something; empty after a while without."""
    live, after = request.app[LIVE], request.query.get("after", "")
    changes = await live.wait(int(after) if after.isascii() and after.isdigit() and len(after) < 16 else -1, WAIT_SECONDS)
    return _json({"serial": live.serial, "changes": [{"conversation": one.conversation, "kind": one.kind} for one in changes]})


@routes.get("/admin/api/v1/desk/{number}")
@allow("editor")
async def api_order(request: web.Request) -> web.Response:
    told = await _told(request)
    await audit(request, "desk.read", target=told["number"])
    return _json(told)


@routes.post("/admin/api/v1/desk/{number}/{verb:take|say|back|close}")
@allow("editor")
async def api_act(request: web.Request) -> web.Response:
    verb = request.match_info["verb"]
    match await bodies.read_as(request, VERBS[verb]):
        case Say(text, message):
            said = await act(request, verb, text, message)
        case Close(note):
            said = await act(request, verb, note)
        case _:
            said = await act(request, verb)
    return _json({"message": said})


async def _list(request: web.Request) -> Dict[str, Any]:
    found = await _orders(request)
    persons = request.app[insight.PERSONS]
    holders = await asyncio.gather(*(persons.holder(one["conversation"]) for one in found))
    shown = [{**_summary(one), "person": holder or ""} for one, holder in zip(found, holders)]
    return {"orders": shown, "open": [one for one in shown if one["state"] == "open"], "taken": [one for one in shown if one["state"] != "open"]}


async def _told(request: web.Request) -> Dict[str, Any]:
    """The order with its conversation; without messages when that is gone."""
    found = await _order(request)
    base = await asyncio.to_thread(request.app[insight.LIBRARY].base)
    messages = (await insight.worker(request, "GET", f"/conversations/{insight.conversation_name(found['conversation'])}"))["messages"]
    person = await request.app[insight.PERSONS].holder(found["conversation"]) or ""
    return {**_summary(found), "profile": found["profile"], "note": found.get("note", ""), "person": person, "mine": person == account(request).name,
            "messages": [_message(base, one) for one in messages]}


def _summary(found: Mapping[str, Any]) -> Dict[str, Any]:
    wording = handoff_wording()
    return {
        "number": found["number"], "conversation": found["conversation"], "state": found["state"], "state_title": wording.states[found["state"]], "reason": wording.reasons.get(found["reason"], found["reason"]),
        "matter": found["matter"], "said": found["said"], "at": insight.when(found["at"]), "waited": _in_words(_waited(found["at"])), "staff": found.get("staff", ""),
    }


async def _orders(request: web.Request) -> List[Dict[str, Any]]:
    orders: List[Dict[str, Any]] = (await insight.worker(request, "GET", "/orders"))["orders"]
    return orders


async def _order(request: web.Request) -> Dict[str, Any]:
    number = request.match_info["number"]
    if not number.replace("-", "").isdigit() or not number.isascii() or len(number) > 20:
        raise ApiError("not_found", "没有这张工单。")
    order: Dict[str, Any] = await insight.worker(request, "GET", f"/orders/{number}")
    return order


async def _change(request: web.Request, number: str, state: str, staff: str, note: str = "") -> None:
    await insight.worker(request, "POST", f"/orders/{number}", {"staff": staff, "state": state, "note": note})


def _waited(at: str) -> float:
    return max(0.0, (now() - datetime.fromisoformat(at)).total_seconds())


def _in_words(seconds: float) -> str:
    minutes = int(seconds // 60)
    parts: Tuple[Tuple[int, str], ...] = ((minutes // 1440, "天"), (minutes // 60, "小时"), (minutes, "分钟"))
    return next((f"{count} {unit}" for count, unit in parts if count), "刚刚")


def _phrases(request: web.Request) -> List[Phrase]:
    try:
        return phrases(request.app[keys.SETTINGS].root / "data")
    except (OSError, msgspec.DecodeError) as error:
        LOGGER.warning("phrases unreadable: %s", type(error).__name__)
        return []


def _here(request: web.Request) -> str:
    return f"/admin/desk/{request.match_info['number']}"


def _json(value: Any) -> web.Response:
    return web.json_response(value, dumps=dumps)
