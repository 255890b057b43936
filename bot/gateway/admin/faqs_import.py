"""FAQs from and to files: template, export, upload, rehearsal, import."""
from __future__ import annotations

import asyncio
from collections import defaultdict
from typing import Dict, List, Optional, Tuple

from aiohttp import web

from bot import clock
from bot.content.differences import differences
from bot.content.faq_import import KINDS, Rehearsal, placed
from bot.content.faq_search import Wanted
from bot.content.refusal import Refused
from bot.content.version import plain
from bot.gateway.admin import content
from bot.gateway.admin.audit import audit
from bot.gateway.admin.faqs import FIELDS, LIVE
from bot.gateway.admin.guard import account, allow
from bot.gateway.admin.render import page, redirect
from bot.knowledge import faq_sheet
from bot.knowledge.faq_table import SheetError

routes = web.RouteTableDef()
TYPES = {"csv": "text/csv", "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}
SHOWN = 200
"""Rows of a rehearsal that are shown in full; of more there are only numbers."""


@routes.get("/admin/faqs/import")
@allow("editor")
async def form(request: web.Request) -> web.Response:
    return _form(request)


@routes.post("/admin/faqs/import")
@allow("editor")
async def rehearse(request: web.Request) -> web.Response:
    try:
        name, raw = await uploaded(request)
        rehearsal = await request.app[content.IMPORTS].rehearse(name, raw, account(request).name)
    except SheetError as error:
        return _form(request, [placed(problem) for problem in error.problems], 422)
    except content.REFUSALS as error:
        return _form(request, [(None, problem) for problem in content.problems_of(error)], 422)
    if rehearsal.plan.problems:
        return _form(request, list(rehearsal.plan.problems), 422, rehearsal)
    return _rehearsal(request, rehearsal)


@routes.post("/admin/faqs/import/{upload}")
@allow("editor")
async def apply(request: web.Request) -> web.Response:
    try:
        plan = await request.app[content.IMPORTS].apply(request.match_info["upload"], account(request).name)
    except content.REFUSALS as error:
        return _form(request, [(None, problem) for problem in content.problems_of(error)], 409)
    await audit(request, "faq.import", f"{plan.added} 条新增，{len(plan.changed) - plan.added} 条修改", None, {"ids": [after.id for _, _, after in plan.changed][:500]})
    done = f"已导入：新增 {plan.added} 条，修改 {len(plan.changed) - plan.added} 条，没有变化 {plan.same} 条。"
    return redirect(request, "/admin/faqs", done + ("新的问法要训练以后助手才听得懂：请到“训练”里训练一次。" if plan.training else LIVE.removeprefix("已保存，")))


@routes.get("/admin/faqs/template.{kind:csv|xlsx}")
@allow("viewer")
async def template(request: web.Request) -> web.Response:
    kind = request.match_info["kind"]
    return _download(await asyncio.to_thread(faq_sheet.content, kind, []), kind, "faq-template")


@routes.get("/admin/faqs/export.{kind:csv|xlsx}")
@allow("viewer")
async def export(request: web.Request) -> web.Response:
    return await export_of(request, request.match_info["kind"])


async def export_of(request: web.Request, kind: str) -> web.Response:
    """What the list's filter shows, all pages of it."""
    base = await asyncio.to_thread(request.app[content.LIBRARY].base)
    faqs = await asyncio.to_thread(request.app[content.SEARCH].every, base.faqs, Wanted.read(request.query))
    table = await asyncio.to_thread(faq_sheet.content, kind, faqs)
    await audit(request, "faq.export", f"{len(faqs)} 条（{kind}）")
    return _download(table, kind, f"faq-{clock.today():%Y%m%d}")


async def uploaded(request: web.Request) -> Tuple[str, bytes]:
    """Name and content of the field ``file``; raises :class:`Refused`."""
    field = (await request.post()).get("file")
    if not isinstance(field, web.FileField):
        raise Refused("请先选一个文件")
    raw = await asyncio.to_thread(field.file.read, faq_sheet.MOST_BYTES + 1)
    return field.filename or "", raw


def _form(request: web.Request, problems: "List[Tuple[Optional[int], str]] | None" = None, status: int = 200, rehearsal: Optional[Rehearsal] = None) -> web.Response:
    """``problems``: row (None: the whole file) and what is wrong."""
    rows: Dict[Optional[int], List[str]] = defaultdict(list)
    for row, problem in problems or ():
        rows[row].append(problem.rstrip("。") + "。")
    texts = dict(rehearsal.upload.rows) if rehearsal else {}
    whole = rows.pop(None, [])
    return page(request, "faqs/import.html", title="导入常见问题", status=status, whole=whole, rows=sorted(rows.items())[:SHOWN], more=max(0, len(rows) - SHOWN),
                texts=texts, unit=rehearsal.upload.unit if rehearsal else "行", name=rehearsal.upload.name if rehearsal else "", kinds=KINDS,
                columns=faq_sheet.titled_columns())


def _rehearsal(request: web.Request, rehearsal: Rehearsal) -> web.Response:
    plan = rehearsal.plan
    rows = [(row, before, after, differences(plain(before), {k: v for k, v in plain(after).items() if k != "updated_at"} | {"updated_at": plain(before)["updated_at"]}) if before else [])
            for row, before, after in plan.changed[:SHOWN]]
    warned: Dict[int, List[str]] = defaultdict(list)
    for row, warning in plan.warnings:
        warned[row].append(warning)
    return page(request, "faqs/rehearsal.html", title="导入预演", upload=rehearsal.upload, plan=plan, rows=rows, more=max(0, len(plan.changed) - SHOWN), warned=warned, fields=FIELDS)


def _download(raw: bytes, kind: str, name: str) -> web.Response:
    return web.Response(body=raw, content_type=TYPES[kind], headers={"Content-Disposition": f'attachment; filename="{name}.{kind}"', "Cache-Control": "no-store"})
