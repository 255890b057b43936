"""事实和出处: what answers rest on, when it holds, and what rests on it."""
from __future__ import annotations

import asyncio
from typing import Any, List, Optional

from aiohttp import web

from bot import clock
from bot.content.facts import SCOPES, STATUS, FactValues, Saved, search, values_of
from bot.content.impact import of_fact
from bot.content.refusal import Conflict
from bot.content.version import plain, version
from bot.gateway.admin import content, revisions
from bot.gateway.admin.area import Area
from bot.gateway.admin.audit import audit
from bot.gateway.admin.guard import account, allow
from bot.gateway.admin.render import page, redirect
from bot.knowledge.policy import Source

routes = web.RouteTableDef()
FIELDS = {"statement": "说的是什么", "value": "数值", "scope": "范围", "effective_from": "生效日期", "effective_to": "失效日期", "sources": "出处", "status": "状态", "note": "备注"}
PAGE = 50
AREA = Area(path="/admin/facts", title="事实和出处", role="viewer", order=25, summary="每句答复的依据：哪份文件、第几条、什么时候起",
            actions={"fact.update": "修改事实"})


@routes.get("/admin/facts")
@allow("viewer")
async def listing(request: web.Request) -> web.Response:
    base = await asyncio.to_thread(request.app[content.LIBRARY].base)
    text, status, scope = (request.query.get(name, "")[:100] for name in ("q", "status", "scope"))
    found = await asyncio.to_thread(search, base, text, status if status in STATUS else "", scope if scope in SCOPES else "")
    asked = request.query.get("page", "1")
    pages = max(1, -(-len(found) // PAGE))
    number = min(max(1, int(asked) if asked.isdecimal() and len(asked) < 5 else 1), pages)
    return page(request, "facts/list.html", title="事实和出处", found=found[(number - 1) * PAGE: number * PAGE], total=len(found), number=number, pages=pages, text=text,
                chosen=status, scope=scope, statuses=STATUS, scopes=SCOPES)


@routes.get("/admin/facts/{ident}")
@allow("viewer")
@content.page_of
async def one(request: web.Request) -> web.Response:
    return await _show(request)


@routes.post("/admin/facts/{ident}")
@allow("editor")
@content.page_of
async def save(request: web.Request) -> web.Response:
    desk, form = request.app[content.FACTS], await request.post()
    fact = await desk.get(request.match_info["ident"])
    reason = str(form.get("reason", ""))[:200]
    values = _read(content.without_wrong_dates(form), values_of(fact))
    try:
        values = _read(form, values_of(fact))
        saved = await desk.save(fact.id, values, str(form.get("version", "")), account(request).name, reason)
    except Conflict as error:
        return await _show(request, values, content.problems_of(error), 409, revisions.clash(error, values))
    except content.REFUSALS as error:
        return await _show(request, values, content.problems_of(error), 422, reason=reason, sent_version=str(form.get("version", "")))
    if not saved.changed:
        return redirect(request, f"/admin/facts/{fact.id}", "内容和原来一样，没有改动。", "info")
    await record(request, saved, reason)
    return redirect(request, f"/admin/facts/{fact.id}", "已保存，一秒内就用上了。请看看下面用到它的答复要不要跟着改。")


async def record(request: web.Request, saved: Saved, reason: str) -> None:
    await audit(request, "fact.update", saved.fact.id, plain(saved.before) if saved.before else None, plain(saved.fact), reason)


def _read(form: Any, before: FactValues) -> FactValues:
    """The form's fields; raises :class:`Refused` for a date that is none."""
    status, scope = str(form.get("status", "")), str(form.get("scope", ""))
    return FactValues(
        statement=" ".join(str(form.get("statement", "")).split()), value=before.value, scope=scope if scope in SCOPES else before.scope,  # type: ignore[arg-type]
        effective_from=content.given_date(form, "effective_from", FIELDS["effective_from"]), effective_to=content.given_date(form, "effective_to", FIELDS["effective_to"]),
        status=status if status in STATUS else before.status,  # type: ignore[arg-type]
        sources=[Source(title=title, article=article) for title, article in content.rows(form, "source-title", "source-article")],
        note=" ".join(str(form.get("note", "")).split()) or None)


async def _show(request: web.Request, typed: Optional[FactValues] = None, problems: "List[str] | None" = None, status: int = 200, clash: "List[Any] | None" = None,
                reason: str = "", sent_version: str = "") -> web.Response:
    desk, library, ident = request.app[content.FACTS], request.app[content.LIBRARY], request.match_info["ident"]
    fact = await desk.get(ident)
    touches = await asyncio.to_thread(lambda: of_fact(library.base(), library.data, ident))
    entries = await revisions.entries(desk.history, ident)
    return page(request, "facts/edit.html", title="事实", status=status, fact=fact, values=typed or values_of(fact), problems=problems or [], version=sent_version or version(fact),
                touches=touches, entries=entries, fields=FIELDS, statuses=STATUS, scopes=SCOPES, clash=clash or [], reason=reason, usable=fact.usable(clock.today()),
                actions=content.ACTIONS, who=content.who)
