"""会话: finding a conversation, reading it with what was understood and decided, and taking from it what is worth keeping.

Everything citizens said is masked before it is stored; each reading is in the audit log all the same.
"""
from __future__ import annotations

import asyncio
import time
from datetime import date, datetime, timedelta
from typing import Any, Dict, List, Mapping, Tuple, Type

from aiohttp import web

from bot.clock import SHANGHAI, now, today
from bot.gateway import bodies, keys
from bot.gateway.admin import insight
from bot.gateway.admin.area import Area
from bot.gateway.admin.audit import audit
from bot.gateway.admin.guard import account, allow
from bot.gateway.admin.render import page, redirect
from bot.gateway.errors import ApiError, dumps
from bot.gateway.ratings import guesses_of
from bot.gateway.tokens import Session
from bot.knowledge.base import KnowledgeBase
from bot.knowledge.render import ASPECT_TITLES
from bot.knowledge.service_level import OUTCOMES, TITLES as LEVELS
from bot.state import day_counts, service_counts
from bot.state.inbox import Entry
from bot.state.masking import mask
from bot.state.talks import Note, Talk
from bot.training import regression

routes = web.RouteTableDef()
AREA = Area(
    path="/admin/conversations", title="会话", role="viewer", order=40, summary="按事情、规则、评价和时间找一段对话，看助手怎么理解、怎么决定的",
    actions={"conversation.read": "阅读会话", "conversation.learn": "把一句话放进待学问题", "conversation.regression": "把一句话加入回归题", "conversation.case": "记为感动案例",
             "conversation.erase": "清除会话"})
KINDS = {"answer": "答复", "question": "追问", "reminder": "提醒", "clarify": "反问", "form": "算账", "handoff": "转人工", "smalltalk": "寒暄", "decline": "没答", "error": "出错"}
HITS = {"hit:unanswered": "有没听懂的", "hit:clarified": "反问过", "hit:declined": "有题外话", "hit:handed": "转过人工", "thumb:down": "点过没帮助", "thumb:up": "点过有帮助"}
PAGE = 50


class Learn(bodies.Strict, frozen=True):
    message: str


class Keep(bodies.Strict, frozen=True):
    message: str
    topic: str


class Mark(bodies.Strict, frozen=True):
    why: str


class Erase(bodies.Strict, frozen=True):
    reason: str


VERBS: Dict[str, Type[bodies.Strict]] = {"learn": Learn, "regression": Keep, "case": Mark, "erase": Erase}
"""What a program can do to a conversation, and the body it sends."""


@routes.get("/admin/conversations")
@allow("viewer")
async def conversations(request: web.Request) -> web.Response:
    talks, library = request.app[insight.TALKS], request.app[insight.LIBRARY]
    base = await asyncio.to_thread(library.base)
    found, count, number = await _find(request)
    return page(
        request, "conversations/list.html", title="会话", talks=[_row(base, talk) for talk in found], count=count, page_number=number, pages=_pages(count),
        wanted=request.query, topics=[(name, _topic(base, name)) for name in await talks.facets("topic")], rules=[(name, name) for name in await talks.facets("rule")],
        hits=list(HITS.items()), stars=[(str(n), f"{n} 星") for n in range(5, 0, -1)])


@routes.get("/admin/conversations/{conversation}")
@allow("viewer")
async def conversation(request: web.Request) -> web.Response:
    told = await _told(request)
    await audit(request, "conversation.read", target=told["conversation"])
    base = await asyncio.to_thread(request.app[insight.LIBRARY].base)
    return page(request, "conversations/show.html", title="一段会话", t=told, kinds=KINDS, topics=[(name, topic.meaning) for name, topic in base.topics.topics.items()])


@routes.post("/admin/conversations/{conversation}/learn")
@allow("editor")
async def learn_form(request: web.Request) -> web.Response:
    form = await request.post()
    await learn(request, str(form.get("message", "")))
    return _back(request, "已放进待学问题。")


@routes.post("/admin/conversations/{conversation}/regression")
@allow("editor")
async def regression_form(request: web.Request) -> web.Response:
    form = await request.post()
    try:
        await keep(request, str(form.get("message", "")), str(form.get("topic", "")))
    except regression.RegressionError as error:
        return _back(request, f"{error}。", "error")
    return _back(request, "已加入回归题，以后每次训练都会考这一句。")


@routes.post("/admin/conversations/{conversation}/case")
@allow("editor")
async def case_form(request: web.Request) -> web.Response:
    form = await request.post()
    try:
        ident = await mark(request, str(form.get("why", "")).strip()[:300])
    except ValueError as error:
        return _back(request, f"{error}。", "error")
    return redirect(request, f"/admin/cases/{ident}", "已记成案例，姓名、单位、地名、日期和金额都换掉了。公布前请再看一遍。")


@routes.post("/admin/conversations/{conversation}/erase")
@allow("publisher")
async def erase_form(request: web.Request) -> web.Response:
    form = await request.post()
    reason = str(form.get("reason", "")).strip()[:200]
    if not reason:
        return _back(request, "请写明为什么清除，比如“市民来电要求”。", "error")
    await erase(request, reason)
    return redirect(request, "/admin/conversations", "已清除这段会话，连同工单、评价和待学问题里的话。")


async def learn(request: web.Request, message: str) -> None:
    """Put one message of the citizen into the inbox; raises ApiError 404."""
    name = request.match_info["conversation"]
    messages = await insight.transcript(request, name)
    place = _place(messages, message)
    said, told = messages[place], next((m.get("reply") or {} for m in messages[place + 1:] if m["from"] == "assistant"), {})
    home = told.get("faq") or told.get("service") or ""
    entry = Entry(name, message, int(now().timestamp()), "marked", said["text"], guesses_of(said, told), f"{home}.{told.get('aspect') or 'overview'}" if home else "", account(request).name)
    note = Note(name, entry.at, entry={**entry.stored(0), "turn": f"marked {message}"})
    await request.app[insight.TALKS].note([note], entry.at)
    await audit(request, "conversation.learn", target=name, after={"message": message})


async def keep(request: web.Request, message: str, topic: str) -> None:
    """Put one message into the center's regression questions; raises RegressionError, ApiError 404."""
    messages = await insight.transcript(request, request.match_info["conversation"])
    said, library = messages[_place(messages, message)], request.app[insight.LIBRARY]
    base = await asyncio.to_thread(library.base)
    async with library.alone():
        question = await asyncio.to_thread(regression.add, base, said["text"], topic, account(request).name, library.data)
    await audit(request, "conversation.regression", target=question.question, after={"topic": topic})


async def mark(request: web.Request, why: str) -> str:
    """Keep the conversation as a case; its id. Raises ValueError, ApiError 404."""
    name = request.match_info["conversation"]
    messages = await insight.transcript(request, name)
    service = await _service(request, name)
    ident = await request.app[insight.CASES].mark(messages, service.get("level", "none"), why)
    await day_counts.add(request.app[keys.REDIS], {today().isoformat(): {"cases": 1}})
    await audit(request, "conversation.case", target=name, after={"case": ident})
    return ident


async def erase(request: web.Request, reason: str) -> None:
    """Forget everything of the conversation, as if its citizen had pressed the button."""
    name, settings = insight.conversation_name(request.match_info["conversation"]), request.app[keys.SETTINGS]
    moment = int(time.time())
    await request.app[keys.SESSIONS].revoke(Session(name, moment, moment + settings.session_ttl))
    await request.app[keys.WORKERS].erase(name, "")
    await request.app[keys.FEEDBACK].erase(name)
    await audit(request, "conversation.erase", target=name, reason=reason)


@routes.get("/admin/api/v1/conversations")
@allow("viewer")
async def api_list(request: web.Request) -> web.Response:
    found, count, number = await _find(request)
    plain = [{"conversation": t.conversation, "begun": t.begun, "at": t.at, "turns": t.turns, "said": t.said, "facets": t.facets} for t in found]
    return _json({"conversations": plain, "total": count, "page": number, "pages": _pages(count)})


@routes.get("/admin/api/v1/conversations/{conversation}")
@allow("viewer")
async def api_show(request: web.Request) -> web.Response:
    told = await _told(request)
    await audit(request, "conversation.read", target=told["conversation"])
    return _json(told)


@routes.post("/admin/api/v1/conversations/{conversation}/{verb:learn|regression|case|erase}")
@allow("editor")
async def api_act(request: web.Request) -> web.Response:
    """``learn`` {message}, ``regression`` {message, topic}, ``case`` {why}, ``erase`` {reason} (publishers)."""
    body = await bodies.read_as(request, VERBS[request.match_info["verb"]])
    try:
        match body:
            case Learn(message):
                await learn(request, message)
            case Keep(message, topic):
                await keep(request, message, topic)
            case Mark(why):
                return _json({"case": await mark(request, why.strip()[:300])})
            case Erase(reason):
                await _erase_with(request, reason.strip()[:200])
    except ValueError as error:  # of the regression questions and of cases
        raise ApiError("invalid", f"{error}。") from None
    return web.Response(status=204)


async def _erase_with(request: web.Request, reason: str) -> None:
    if not account(request).may("publisher"):
        raise ApiError("forbidden", "清除会话要发布员或更高的角色。")
    if not reason:
        raise ApiError("invalid", "请写明为什么清除。")
    await erase(request, reason)


async def _find(request: web.Request) -> Tuple[List[Talk], int, int]:
    query = request.query
    facets = [f"{name}:{query[name]}" for name in ("topic", "rule", "stars") if query.get(name)]
    facets += [query["hit"]] if query.get("hit") in HITS else []
    since, until = _bounds(query)
    number = insight.page_number(query)
    found, count = await request.app[insight.TALKS].find(facets, since, until, (number - 1) * PAGE, PAGE)
    return found, count, number


def _bounds(query: Mapping[str, str]) -> Tuple[int, int]:
    """First and last second of the days asked for."""
    def start(text: str, default: date) -> datetime:
        try:
            day = date.fromisoformat(text)
        except ValueError:
            day = default
        return datetime(day.year, day.month, day.day, tzinfo=SHANGHAI)
    first = start(query.get("from", ""), date(2000, 1, 1))
    return int(first.timestamp()), int((start(query.get("to", ""), today()) + timedelta(days=1)).timestamp()) - 1


async def _told(request: web.Request) -> Dict[str, Any]:
    """The conversation as JSON: messages with what was understood and decided in words, level, outcome, who holds it."""
    name = insight.conversation_name(request.match_info["conversation"])
    messages, base = await insight.transcript(request, name), await asyncio.to_thread(request.app[insight.LIBRARY].base)
    service = await _service(request, name)
    return {
        "conversation": name, "messages": [_message(base, message) for message in messages], "level": LEVELS[service.get("level", "none")],
        "outcome": OUTCOMES[service.get("outcome", "none")], "stars": int(service.get("stars", 0)), "moved": service.get("level") == "moved",
        "person": await request.app[insight.PERSONS].holder(name) or "",
    }


async def _service(request: web.Request, name: str) -> Dict[str, str]:
    return await request.app[keys.REDIS].hgetall(service_counts.key(name))


def _message(base: KnowledgeBase, message: Dict[str, Any]) -> Dict[str, Any]:
    told = {"from": message["from"], "text": message["text"], "at": insight.when(message["at"]), "id": message["id"], "kind": "", "topic_code": "", "understood": []}
    if message["from"] == "citizen":
        told["text"] = mask(message["text"])  # as it was before it was stored; twice is safe
        told["understood"] = [{"title": _home(base, one["home"], one.get("aspect") or ""), "score": round(one["score"], 3)} for one in message.get("candidates") or []]
    elif message["from"] == "assistant":
        reply = message["reply"]
        told.update(
            kind=reply["kind"], topic=_topic(base, reply["topic"]) if reply.get("topic") else "", topic_code=reply.get("topic") or "", confidence=reply.get("confidence"),
            home=_home(base, reply.get("faq") or reply.get("service") or "", reply.get("aspect") or ""), rule=reply.get("rule") or "", why=reply.get("why") or "", level=reply.get("level"))
    return told


def _home(base: KnowledgeBase, home: str, aspect: str) -> str:
    if home in base.faqs:
        return base.faqs[home].question
    if home in base.cards:
        return base.cards[home].short + (f"：{ASPECT_TITLES[aspect]}" if aspect in ASPECT_TITLES else "")
    return {"focus": f"接着上一件事：{ASPECT_TITLES.get(aspect, aspect)}", "intent:out_of_scope": "题外话", "intent:human": "找人工"}.get(home, "寒暄" if home.startswith("intent:") else home)


def _topic(base: KnowledgeBase, name: str) -> str:
    return base.topics.topics[name].meaning if name in base.topics.topics else name


def _row(base: KnowledgeBase, talk: Talk) -> Dict[str, Any]:
    return {
        "talk": talk, "begun": insight.moment(talk.begun), "topics": [_topic(base, name) for name in talk.with_prefix("topic")], "rules": talk.with_prefix("rule"),
        "stars": talk.with_prefix("stars"), "hits": [title for name, title in HITS.items() if name in talk.facets],
    }


def _place(messages: List[Dict[str, Any]], message: str) -> int:
    for place, one in enumerate(messages):
        if one["from"] == "citizen" and one["id"] == message and one["text"]:
            return place
    raise ApiError("not_found", "这段对话里没有这句话。")


def _back(request: web.Request, said: str, kind: str = "ok") -> web.Response:
    return redirect(request, f"/admin/conversations/{request.match_info['conversation']}", said, kind)


def _pages(count: int) -> int:
    return max(1, -(-count // PAGE))


def _json(value: Any) -> web.Response:
    return web.json_response(value, dumps=dumps)
