"""The same for programs: /admin/api/v1/faqs."""
from __future__ import annotations

import asyncio
from typing import Any, Dict

import msgspec
from aiohttp import web

from bot.content.faq_search import Wanted
from bot.content.faqs import FaqValues
from bot.content.version import plain, version
from bot.gateway.admin import content, revisions
from bot.gateway.admin.audit import audit
from bot.gateway.admin.faqs import record
from bot.gateway.admin.faqs_import import export_of, uploaded
from bot.gateway.admin.guard import account, allow
from bot.knowledge.faq import Faq
from bot.knowledge.faq_office import Plan, state

routes = web.RouteTableDef()


class Check(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``id``: the record that is being edited, if any."""

    values: FaqValues
    id: str = ""


class Change(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    values: FaqValues
    version: str
    reason: str = ""


class Switch(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    enabled: bool
    version: str


@routes.get("/admin/api/v1/faqs")
@allow("viewer")
@content.api
async def listing(request: web.Request) -> web.StreamResponse:
    base = await asyncio.to_thread(request.app[content.LIBRARY].base)
    found = await asyncio.to_thread(request.app[content.SEARCH].find, base.faqs, Wanted.read(request.query))
    return content.json({"total": found.total, "page": found.page, "pages": found.pages, "faqs": [_shown(faq) for faq in found.faqs]})


@routes.post("/admin/api/v1/faqs")
@allow("editor")
@content.api
async def create(request: web.Request) -> web.StreamResponse:
    values = await content.decoded(request, FaqValues)
    saved = await request.app[content.FAQS].add(values, account(request).name)
    await record(request, saved, "create")
    return content.json(_saved(saved), 201)


@routes.post("/admin/api/v1/faqs/check")
@allow("viewer")
@content.api
async def check(request: web.Request) -> web.StreamResponse:
    """What there is to say about a record before it is saved; changes nothing."""
    wanted = await content.decoded(request, Check)
    found = await request.app[content.FAQS].check(wanted.values, wanted.id)
    return content.json({
        "problems": found.problems, "warnings": found.warnings, "suggestions": found.suggestions, "training": found.training, "reply": found.reply,
        "near": [{"id": near.faq.id, "question": near.faq.question, "wording": near.wording, "score": near.score, "double": near.double, "state": state(near.faq)}
                 for near in found.near]})


@routes.get("/admin/api/v1/faqs/export.{kind:csv|xlsx}")
@allow("viewer")
@content.api
async def export(request: web.Request) -> web.StreamResponse:
    return await export_of(request, request.match_info["kind"])


@routes.post("/admin/api/v1/faqs/import")
@allow("editor")
@content.api
async def rehearse(request: web.Request) -> web.StreamResponse:
    """A form with the field ``file``; nothing is written before the answer's ``upload`` is posted."""
    name, raw = await uploaded(request)
    rehearsal = await request.app[content.IMPORTS].rehearse(name, raw, account(request).name)
    problems = [{"row": row, "message": problem} for row, problem in rehearsal.plan.problems]
    return content.json({"upload": None if problems else rehearsal.upload.id, "problems": problems, **_planned(rehearsal.plan)}, 422 if problems else 200)


@routes.post("/admin/api/v1/faqs/import/{upload}")
@allow("editor")
@content.api
async def apply(request: web.Request) -> web.StreamResponse:
    plan = await request.app[content.IMPORTS].apply(request.match_info["upload"], account(request).name)
    await audit(request, "faq.import", f"{plan.added} 条新增，{len(plan.changed) - plan.added} 条修改", None, {"ids": [after.id for _, _, after in plan.changed][:500]})
    return content.json(_planned(plan))


@routes.get("/admin/api/v1/faqs/{ident}")
@allow("viewer")
@content.api
async def one(request: web.Request) -> web.StreamResponse:
    return content.json(_shown(await request.app[content.FAQS].get(request.match_info["ident"])))


@routes.put("/admin/api/v1/faqs/{ident}")
@allow("editor")
@content.api
async def save(request: web.Request) -> web.StreamResponse:
    wanted = await content.decoded(request, Change)
    saved = await request.app[content.FAQS].save(request.match_info["ident"], wanted.values, wanted.version, account(request).name, wanted.reason[:200])
    if saved.changed:
        await record(request, saved, "update", wanted.reason[:200])
    return content.json(_saved(saved))


@routes.post("/admin/api/v1/faqs/{ident}/enabled")
@allow("editor")
@content.api
async def switch(request: web.Request) -> web.StreamResponse:
    wanted = await content.decoded(request, Switch)
    saved = await request.app[content.FAQS].switch(request.match_info["ident"], wanted.enabled, wanted.version, account(request).name)
    if saved.changed:
        await record(request, saved, "enable" if wanted.enabled else "disable")
    return content.json(_saved(saved))


@routes.get("/admin/api/v1/faqs/{ident}/history")
@allow("viewer")
@content.api
async def history(request: web.Request) -> web.StreamResponse:
    desk = request.app[content.FAQS]
    return await revisions.listed(desk, request.match_info["ident"])


@routes.post("/admin/api/v1/faqs/{ident}/restore")
@allow("editor")
@content.api
async def restore(request: web.Request) -> web.StreamResponse:
    desk = request.app[content.FAQS]
    saved = await revisions.restored(request, desk, request.match_info["ident"])
    if saved.changed:
        await record(request, saved, "restore")
    return content.json(_saved(saved))


def _shown(faq: Faq) -> Dict[str, Any]:
    return {**plain(faq), "state": state(faq), "version": version(faq)}


def _saved(saved: Any) -> Dict[str, Any]:
    return {**_shown(saved.faq), "changed": saved.changed, "training": saved.training, "warnings": list(saved.warnings)}


def _planned(plan: Plan) -> Dict[str, Any]:
    return {
        "added": plan.added, "changed": len(plan.changed) - plan.added, "same": plan.same, "training": plan.training,
        "warnings": [{"row": row, "message": warning} for row, warning in plan.warnings],
        "rows": [{"row": row, "id": after.id, "question": after.question, "new": before is None} for row, before, after in plan.changed]}
