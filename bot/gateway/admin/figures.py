"""本州数字: one person fills in, another confirms; what each figure reaches."""
from __future__ import annotations

import asyncio
from typing import Any, Dict, List, Optional

import msgspec
from aiohttp import web

from bot import clock
from bot.content import preview
from bot.content.differences import differences
from bot.content.figures import FigureValues, Pending
from bot.content.impact import of_figure
from bot.content.refusal import Refused
from bot.content.version import plain, version
from bot.gateway.admin import content, revisions
from bot.gateway.admin.accounts import Account
from bot.gateway.admin.area import Area
from bot.gateway.admin.audit import audit
from bot.gateway.admin.guard import account, allow
from bot.gateway.admin.render import page, redirect
from bot.gateway.errors import ApiError
from bot.knowledge.base import KnowledgeBase
from bot.knowledge.policy import Setting

routes = web.RouteTableDef()
FIELDS = {"name": "名称", "value": "内容", "unit": "单位", "applies_to": "适用对象", "document": "依据文件", "effective_from": "生效日期", "effective_to": "失效日期",
          "filled_by": "填写人", "checked_by": "复核人"}
STATES = ("没有填", "等复核", "有效", "未生效", "已失效")
OFFICES = "branches"
"""The one figure that is a list of offices."""


async def _waiting(request: web.Request) -> int:
    me = account(request)
    return sum(pending.filled_by != me.name for pending in (await request.app[content.FIGURES].pending()).values()) if me.may("publisher") else 0


AREA = Area(
    path="/admin/figures", title="本州数字", role="viewer", order=24, summary="本中心自己的额度、比例、期限和网点：一人填写，另一人复核后才会说出来",
    actions={"figure.propose": "填写本州数字", "figure.confirm": "复核本州数字", "figure.reject": "退回本州数字", "figure.withdraw": "撤回本州数字"}, waiting=_waiting)


@routes.get("/admin/figures")
@allow("viewer")
async def listing(request: web.Request) -> web.Response:
    base = await asyncio.to_thread(request.app[content.LIBRARY].base)
    pending = await request.app[content.FIGURES].pending()
    wanted = request.query.get("state", "")
    rows = [(key, setting, state(setting, pending.get(key))) for key, setting in base.center.items()]
    return page(request, "figures/list.html", title="本州数字", rows=[row for row in rows if wanted not in STATES or row[2] == wanted], state=wanted, states=STATES,
                pending=pending, settings=base.center, filled=sum(setting.value is not None for setting in base.center.values()), shown=shown)


@routes.get("/admin/figures/{key}")
@allow("viewer")
@content.page_of
async def one(request: web.Request) -> web.Response:
    return await _show(request)


@routes.post("/admin/figures/{key}")
@allow("editor")
@content.page_of
async def propose(request: web.Request) -> web.Response:
    desk, form, key = request.app[content.FIGURES], await request.post(), request.match_info["key"]
    try:
        values = read(key, form)
        pending = await desk.propose(key, values, str(form.get("version", "")), account(request).name, str(form.get("reason", ""))[:200])
    except content.REFUSALS as error:
        return await _show(request, _typed(key, form), content.problems_of(error), 422)
    await record(request, "figure.propose", key, None, pending)
    return redirect(request, f"/admin/figures/{key}", "已填写，等另一位同事复核。复核以前助手不会说出来。")


@routes.post("/admin/figures/{key}/confirm")
@allow("publisher")
@content.page_of
async def confirm(request: web.Request) -> web.Response:
    form, key = await request.post(), request.match_info["key"]
    try:
        before = await request.app[content.FIGURES].get(key)
        after = await request.app[content.FIGURES].confirm(key, str(form.get("pending", "")), account(request).name)
    except content.REFUSALS as error:
        return redirect(request, f"/admin/figures/{key}", content.problems_of(error)[0], "error")
    await audit(request, "figure.confirm", key, plain(before), plain(after))
    return redirect(request, f"/admin/figures/{key}", "已复核，一秒内就用上了。")


@routes.post("/admin/figures/{key}/reject")
@allow("editor")
@content.page_of
async def reject(request: web.Request) -> web.Response:
    form, key = await request.post(), request.match_info["key"]
    try:
        await send_back(request, key, str(form.get("pending", "")), str(form.get("reason", "")))
    except content.REFUSALS as error:
        return redirect(request, f"/admin/figures/{key}", content.problems_of(error)[0], "error")
    return redirect(request, f"/admin/figures/{key}", "已经拿掉，现在的内容没有变。")


async def send_back(request: web.Request, key: str, ident: str, reason: str) -> None:
    """Withdraw one's own, or, as somebody who may confirm, send back another's; raises Refused, Unknown, ApiError."""
    desk = request.app[content.FIGURES]
    action = sending_back(await desk.waiting(key), account(request), reason)
    await record(request, action, key, await desk.reject(key, ident), None, reason.strip()[:200])


def sending_back(waiting: Optional[Pending], me: Account, reason: str) -> str:
    """The action it is when ``me`` takes away what waits; raises Refused, ApiError when he may not."""
    if waiting is not None and waiting.filled_by == me.name:
        return "figure.withdraw"
    if not me.may("publisher"):
        raise ApiError("forbidden", "别人填的数字要发布员才能退回。")
    if not reason.strip():
        raise Refused("请写明为什么退回，填写人要照着改")
    return "figure.reject"


async def record(request: web.Request, action: str, key: str, before: Optional[Pending], after: Optional[Pending], reason: str = "") -> None:
    await audit(request, action, key, plain(before) if before else None, plain(after) if after else None, reason)


def state(setting: Setting, pending: Optional[Pending]) -> str:
    """One of :data:`STATES`."""
    if pending is not None:
        return "等复核"
    if setting.value is None:
        return "没有填"
    if setting.is_set(clock.today()):
        return "有效"
    return "未生效" if setting.effective_from and clock.today() < setting.effective_from else "已失效"


def shown(value: Any, unit: Optional[str] = None) -> str:
    """A value as a person writes it."""
    if isinstance(value, list):
        return "\n".join(f"{office['name']}：{office['address']}，电话 {office['phone']}，{office['hours']}" for office in value)
    return "" if value is None else f"{value}{unit or ''}"


def read(key: str, form: Any) -> FigureValues:
    """The form's fields; raises :class:`Refused` for a date that is none."""
    value: Any = str(form.get("value", "")).strip()
    if key == OFFICES:
        value = [dict(zip(("name", "address", "phone", "hours"), row)) for row in content.rows(form, "office-name", "office-address", "office-phone", "office-hours")]
    if form.get("clear") == "1":
        value = None
    return FigureValues(
        value=value, unit=str(form.get("unit", "")), applies_to=str(form.get("applies_to", "")), document=str(form.get("document", "")),
        effective_from=content.given_date(form, "effective_from", "生效日期"), effective_to=content.given_date(form, "effective_to", "失效日期"))


def _typed(key: str, form: Any) -> FigureValues:
    return read(key, content.without_wrong_dates(form))


async def _show(request: web.Request, typed: Optional[FigureValues] = None, problems: "List[str] | None" = None, status: int = 200) -> web.Response:
    desk, key = request.app[content.FIGURES], request.match_info["key"]
    setting = await desk.get(key)
    library = request.app[content.LIBRARY]
    pending, base = await desk.waiting(key), await asyncio.to_thread(library.base)
    touches = await asyncio.to_thread(of_figure, base, library.data, key)
    values = typed or FigureValues(**{name: getattr(setting, name) for name in FigureValues.__struct_fields__})
    entries = await revisions.entries(desk.history, key, _worded)
    wanted = msgspec.structs.replace(setting, **{name: getattr(pending.values, name) for name in FigureValues.__struct_fields__}) if pending else setting
    replies = await asyncio.to_thread(_replies, base, key, wanted) if wanted.value is not None else []
    return page(request, "figures/edit.html", title=setting.name, status=status, key=key, setting=setting, values=values, problems=problems or [], version=version(setting),
                pending=pending, touches=touches, entries=entries, fields=FIELDS, offices=key == OFFICES, state=state(setting, pending), shown=shown, replies=replies,
                change=differences(_worded(plain(setting)), _worded(plain(wanted))) if pending else [], actions=content.ACTIONS, who=content.who)


def _worded(record: Dict[str, Any]) -> Dict[str, Any]:
    return {**record, "value": shown(record.get("value"))} if record else record


def _replies(base: KnowledgeBase, key: str, setting: Setting) -> List[Dict[str, Any]]:
    """Up to two answers of cards as they would be said with the figure."""
    base = preview.with_figure(base, key, setting)
    found = [(card, aspect) for card in base.cards.values() for aspect, answer in card.answers.items() if any(local.key == key for local in answer.local)]
    return [preview.card_reply(base, card, aspect) for card, aspect in found[:2]]

