"""The area of the audit log: reading, filtering, exporting, checking; for administrators."""
from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, AsyncIterator, Dict, List, Mapping, Optional

from aiohttp import web

from bot.gateway.admin import csv_safe, keys, roles
from bot.gateway.admin.area import Area
from bot.gateway.admin.audit import audit
from bot.gateway.admin.audit_chain import AuditChain
from bot.gateway.admin.audit_verify import verify
from bot.gateway.admin.guard import allow
from bot.gateway.admin.render import AREAS, page
from bot.gateway.errors import dumps

routes = web.RouteTableDef()
AREA = Area("/admin/audit", "操作记录", "administrator", 95, "谁在什么时候改了什么、看了什么；检查有没有被动过", {
    "audit.export": "导出操作记录", "audit.check": "检查操作记录",
})
PER_PAGE = 50
FIELDS = {
    "name": "名字", "role": "角色", "enabled": "启用", "has_password": "有密码", "must_change": "密码要换", "second_factor": "两步验证",
    "recovery_codes": "恢复码个数", "created_at": "建立时间", "created_by": "建立的人", "last_log_in": "上次登录", "id": "编号",
    "question": "问题", "answer": "答案", "similar": "相似问法", "topic": "主题", "related": "相关事项", "title": "标题", "text": "文字",
    "effective_from": "生效日期", "effective_to": "失效日期", "source": "依据", "author": "作者", "updated_at": "修改时间", "value": "值",
    "unit": "单位", "document": "依据文件", "applies_to": "适用的人", "filled_by": "填写人", "checked_by": "复核人", "status": "状态", "note": "备注",
}
"""Chinese names of what areas record."""
_COLUMNS = {"number": "编号", "at": "时间", "who": "账号", "role": "角色", "address": "地址", "action": "动作", "target": "对象",
            "before": "之前", "after": "之后", "reason": "理由"}


@dataclass(frozen=True)
class Filter:
    """What is wanted; empty means anything. Dates are YYYY-MM-DD, both included."""

    who: str = ""
    action: str = ""
    target: str = ""
    since: str = ""
    until: str = ""

    @classmethod
    def of(cls, query: Mapping[str, str]) -> "Filter":
        return cls(*(query.get(name, "").strip()[:100] for name in ("who", "action", "target", "since", "until")))

    def admits(self, entry: Dict[str, Any]) -> bool:
        day = str(entry.get("at", ""))[:10]
        return (self.who in ("", entry.get("who")) and str(entry.get("action", "")).startswith(self.action)
                and self.target in str(entry.get("target", "")) and (not self.since or day >= self.since)
                and (not self.until or day <= self.until))


async def _entries(chain: AuditChain, wanted: Filter, before: Optional[int]) -> AsyncIterator[Dict[str, Any]]:
    async for entry in chain.newest(before):
        try:
            fields = {**dict.fromkeys(_COLUMNS, ""), **entry.fields}
        except ValueError:
            fields = {**dict.fromkeys(_COLUMNS, ""), "number": entry.number, "target": "读不懂，请运行检查"}
        if wanted.since and fields["at"] and fields["at"][:10] < wanted.since:
            return
        if wanted.admits(fields):
            yield fields


@routes.get(AREA.path)
@allow("administrator")
async def show(request: web.Request) -> web.Response:
    wanted = Filter.of(request.query)
    found, more = await _page(request, wanted)
    for entry in found:
        entry["changes"] = _changes(entry.get("before"), entry.get("after"))
    return page(request, "audit/list.html", title="操作记录", entries=found, wanted=wanted, names=_names(request),
                older=found[-1]["number"] if more else None)


@routes.get("/admin/api/v1/audit")
@allow("administrator")
async def list_entries(request: web.Request) -> web.Response:
    found, more = await _page(request, Filter.of(request.query))
    return web.json_response({"entries": found, "before": found[-1]["number"] if more else None}, dumps=dumps)


@routes.get("/admin/api/v1/audit/check")
@allow("administrator")
async def check_as_json(request: web.Request) -> web.Response:
    report = await verify(request.app[keys.AUDIT])
    return web.json_response({"whole": report.whole, "entries": report.entries, "last": report.last,
                              "fingerprint": report.fingerprint, "findings": report.findings}, dumps=dumps)


@routes.get(AREA.path + "/check")
@allow("administrator")
async def check(request: web.Request) -> web.Response:
    report = await verify(request.app[keys.AUDIT])
    await audit(request, "audit.check", reason="完好" if report.whole else f"{len(report.findings)} 处不对")
    return page(request, "audit/check.html", title="检查操作记录", report=report)


@routes.get(AREA.path + ".csv")
@allow("administrator")
async def export(request: web.Request) -> web.StreamResponse:
    """Everything the filter admits, newest first."""
    wanted = Filter.of(request.query)
    await audit(request, "audit.export", after={name: value for name, value in vars(wanted).items() if value})
    response = web.StreamResponse(headers={
        "Content-Type": "text/csv; charset=utf-8", "Content-Disposition": 'attachment; filename="audit.csv"'})
    await response.prepare(request)
    await response.write((csv_safe.BOM + csv_safe.rows([_COLUMNS.values()])).encode())
    names = _names(request)
    async for entry in _entries(request.app[keys.AUDIT], wanted, None):
        row = {**entry, "action": names.get(entry["action"], entry["action"])}
        await response.write(csv_safe.rows([[_text(row.get(name, "")) for name in _COLUMNS]]).encode())
    return response


async def _page(request: web.Request, wanted: Filter) -> "tuple[List[Dict[str, Any]], bool]":
    before = request.query.get("before", "")
    found: List[Dict[str, Any]] = []
    async for entry in _entries(request.app[keys.AUDIT], wanted, int(before) if before.isascii() and before.isdecimal() else None):
        if len(found) == PER_PAGE:
            return found, True
        found.append(entry)
    return found, False


def _names(request: web.Request) -> Dict[str, str]:
    """Chinese names of all actions."""
    return {action: name for area in request.app[AREAS] for action, name in area.actions.items()}


def _changes(before: Any, after: Any) -> List["tuple[str, Any, Any]"]:
    """(what, before, after) line by line."""
    if not isinstance(before or {}, dict) or not isinstance(after or {}, dict):
        return [("", _text(before), _text(after))]
    old, new = before or {}, after or {}
    return [(FIELDS.get(name, name), _shown(name, old.get(name)), _shown(name, new.get(name))) for name in {**old, **new}]


def _shown(name: str, value: Any) -> Any:
    if isinstance(value, bool):
        return "是" if value else "否"
    return roles.TITLES.get(value, value) if name == "role" and isinstance(value, str) else _text(value)


def _text(value: Any) -> Any:
    return json.dumps(value, ensure_ascii=False) if isinstance(value, (dict, list)) else value
