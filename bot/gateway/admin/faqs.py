"""常见问题: find, edit with the citizen's view beside it, history, enable and disable."""
from __future__ import annotations

import asyncio
from typing import Any, Dict, List, Optional

from aiohttp import web

from bot.content.faq_search import LACKS, ORDERS, STATES, VALIDITY, Wanted
from bot.content.faqs import FaqValues, Saved, values_of
from bot.content.refusal import Conflict
from bot.content.version import plain, version
from bot.gateway.admin import content, revisions
from bot.gateway.admin.area import Area
from bot.gateway.admin.audit import audit
from bot.gateway.admin.guard import account, allow
from bot.gateway.admin.render import page, redirect
from bot.knowledge.base import KnowledgeBase
from bot.knowledge.card import ASPECTS, Local
from bot.knowledge.faq import Faq, Option
from bot.knowledge.faq_office import state
from bot.knowledge.render import ASPECT_TITLES

routes = web.RouteTableDef()
FIELDS = {"id": "编号", "question": "问题", "similar": "相似问法", "answer": "答案", "topic": "主题", "facts": "依据", "local": "用到的本州数字", "related": "相关事项",
          "options": "答案下面的按钮", "effective_from": "生效日期", "effective_to": "失效日期", "enabled": "启用", "source": "来源", "author": "填写人", "updated_at": "更新日期"}
LIVE = "已保存，一秒内就用上了。"
WAITS = "已保存。新的问法要训练以后助手才听得懂：请到“训练”里训练一次。"
AREA = Area(
    path="/admin/faqs", title="常见问题", role="viewer", order=20, summary="市民常问的问题和答案：查找、修改、导入导出、恢复旧内容",
    actions={"faq.create": "新建常见问题", "faq.update": "修改常见问题", "faq.enable": "启用常见问题", "faq.disable": "停用常见问题", "faq.restore": "恢复常见问题的旧内容",
             "faq.import": "导入常见问题", "faq.export": "导出常见问题"})


@routes.get("/admin/faqs")
@allow("viewer")
async def listing(request: web.Request) -> web.Response:
    library, wanted = request.app[content.LIBRARY], Wanted.read(request.query)
    base = await asyncio.to_thread(library.base)
    found = await asyncio.to_thread(request.app[content.SEARCH].find, base.faqs, wanted)
    waiting = await asyncio.to_thread(request.app[content.SEARCH].waiting, base.faqs)
    return page(request, "faqs/list.html", title="常见问题", found=found, waiting=waiting, wanted=wanted, base=base, state=state, trouble=library.trouble,
                states=STATES, validity=VALIDITY, lacks=LACKS, orders=ORDERS, all_count=len(base.faqs))


@routes.get("/admin/faqs/new")
@allow("editor")
async def new(request: web.Request) -> web.Response:
    """``question``, ``similar`` (repeated), ``answer`` and ``topic`` may be given, for example by the inbox."""
    base = await asyncio.to_thread(request.app[content.LIBRARY].base)
    topic = request.query.get("topic", "policy_general")
    values = FaqValues(question=request.query.get("question", "")[:200], answer=request.query.get("answer", "")[:2000],
                       similar=[text[:200] for text in request.query.getall("similar", [])[:50]],
                       topic=topic if topic in base.topics.topics else "policy_general", source="管理员录入")
    return await _form(request, values, None)


@routes.post("/admin/faqs")
@allow("editor")
async def create(request: web.Request) -> web.Response:
    form = await request.post()
    values = FaqValues(question="", answer="")
    try:
        values = read(form)
        saved = await request.app[content.FAQS].add(values, account(request).name)
    except content.REFUSALS as error:
        return await _form(request, _typed(form, values), None, content.problems_of(error), 422)
    return await done(request, saved, "create")


@routes.get("/admin/faqs/{ident}")
@allow("viewer")
@content.page_of
async def edit(request: web.Request) -> web.Response:
    faq = await request.app[content.FAQS].get(request.match_info["ident"])
    return await _form(request, values_of(faq), faq)


@routes.post("/admin/faqs/{ident}")
@allow("editor")
@content.page_of
async def save(request: web.Request) -> web.Response:
    desk, form = request.app[content.FAQS], await request.post()
    faq = await desk.get(request.match_info["ident"])
    values = values_of(faq)
    try:
        values = read(form)
        saved = await desk.save(faq.id, values, str(form.get("version", "")), account(request).name, str(form.get("reason", ""))[:200])
    except Conflict as error:
        return await _form(request, values, await desk.get(faq.id), content.problems_of(error), 409, conflict=error)
    except content.REFUSALS as error:
        return await _form(request, _typed(form, values), faq, content.problems_of(error), 422, sent_version=str(form.get("version", "")))
    return await done(request, saved, "update", str(form.get("reason", "")))


@routes.post("/admin/faqs/{ident}/enabled")
@allow("editor")
@content.page_of
async def switch(request: web.Request) -> web.Response:
    form = await request.post()
    enabled = form.get("enabled") == "1"
    try:
        saved = await request.app[content.FAQS].switch(request.match_info["ident"], enabled, str(form.get("version", "")), account(request).name)
    except content.REFUSALS as error:
        return redirect(request, f"/admin/faqs/{request.match_info['ident']}", content.problems_of(error)[0], "error")
    return await done(request, saved, "enable" if enabled else "disable")


@routes.get("/admin/faqs/{ident}/history")
@allow("viewer")
@content.page_of
async def history(request: web.Request) -> web.Response:
    desk = request.app[content.FAQS]
    faq = await desk.get(request.match_info["ident"])
    return page(request, "faqs/history.html", title="修改记录", faq=faq, entries=await revisions.entries(desk.history, faq.id), now=plain(faq), version=version(faq), fields=FIELDS,
                actions=content.ACTIONS, who=content.who)


@routes.post("/admin/faqs/{ident}/restore")
@allow("editor")
@content.page_of
async def restore(request: web.Request) -> web.Response:
    desk, ident = request.app[content.FAQS], request.match_info["ident"]
    try:
        saved = await revisions.restored_by_form(request, desk, ident)
    except content.REFUSALS as error:
        return redirect(request, f"/admin/faqs/{ident}/history", content.problems_of(error)[0], "error")
    return await done(request, saved, "restore")


async def done(request: web.Request, saved: Saved, action: str, reason: str = "") -> web.Response:
    """Record it and go back to the record."""
    where = f"/admin/faqs/{saved.faq.id}"
    if not saved.changed:
        return redirect(request, where, "内容和原来一样，没有改动。", "info")
    await record(request, saved, action, reason)
    advice = "".join(f"请再看一眼：{warning}。" for warning in saved.warnings)
    return redirect(request, where, (WAITS if saved.training else LIVE) + advice)


async def record(request: web.Request, saved: Saved, action: str, reason: str = "") -> None:
    await audit(request, f"faq.{action}", saved.faq.id, plain(saved.before) if saved.before else None, plain(saved.faq), reason)


def read(form: Any) -> FaqValues:
    """The form's fields; raises :class:`Refused` for a date that is none."""
    return FaqValues(
        question=str(form.get("question", "")), answer=str(form.get("answer", "")).replace("\r\n", "\n"), similar=content.lines(form, "similar"),
        topic=str(form.get("topic", "")), facts=str(form.get("facts", "")).split(), related=[str(code) for code in form.getall("related", [])],
        local=[Local(key=key, name=name) for key, name in content.rows(form, "local-key", "local-name")],
        options=[Option(title=title, service=service, aspect=aspect or "overview")
                 for title, service, aspect in content.rows(form, "option-title", "option-service", "option-aspect") if title or service],
        effective_from=content.given_date(form, "effective_from", "生效日期"), effective_to=content.given_date(form, "effective_to", "失效日期"),
        enabled=form.get("enabled") == "1", source=" ".join(str(form.get("source", "")).split()))


def _typed(form: Any, fallback: FaqValues) -> FaqValues:
    """What was typed, as far as it can be shown again: a wrong date is left out, everything else stays."""
    return read(content.without_wrong_dates(form))


async def _form(request: web.Request, values: FaqValues, faq: Optional[Faq], problems: "List[str] | None" = None, status: int = 200,
                conflict: Optional[Conflict] = None, sent_version: str = "") -> web.Response:
    base = await asyncio.to_thread(request.app[content.LIBRARY].base)
    now = version(faq) if faq else ""
    return page(
        request, "faqs/edit.html", title=faq.question if faq else "新建常见问题", status=status, faq=faq, values=values, problems=problems or [],
        version=sent_version or now, base=base, state=state(faq) if faq else "", card_groups=_cards(base), aspects=[(a, ASPECT_TITLES[a]) for a in ASPECTS],
        clash=revisions.clash(conflict, values) if conflict else [], fields=FIELDS, file=base.files.get(f"faq:{faq.id}", "") if faq else "",
        may_edit=account(request).may("editor"))


def _cards(base: KnowledgeBase) -> Dict[str, List[Any]]:
    """Cards by category, for choosing."""
    groups: Dict[str, List[Any]] = {}
    for card in base.cards.values():
        groups.setdefault(card.category, []).append(card)
    return groups
