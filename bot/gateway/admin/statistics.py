"""统计: what a director reads, from counts alone; plots, tables, CSV and a monthly report to print."""
from __future__ import annotations

import asyncio
from typing import Any, List, Tuple

from aiohttp import web

from bot.clock import today
from bot.content.library import Library
from bot.content.statistics import HITS, LEVEL_TITLES, OUTCOME_TITLES, STEPS, Period, Statistics
from bot.gateway import keys
from bot.gateway.admin import charts, csv_safe, insight
from bot.gateway.admin.area import Area
from bot.gateway.admin.audit import audit
from bot.gateway.admin.guard import allow
from bot.gateway.admin.render import page
from bot.gateway.errors import dumps
from bot.knowledge.handoff import handoff_wording
from bot.state import day_counts
from bot.state.client import TextClient

routes = web.RouteTableDef()
AREA = Area(path="/admin/statistics", title="统计", role="viewer", order=60, summary="多少人问、答上多少、满意率、追问和提醒、转人工，按天按周按月看",
            actions={"statistics.export": "导出统计"})


@routes.get("/admin/statistics")
@allow("viewer")
async def statistics(request: web.Request) -> web.Response:
    found = await _read(request, Period.read(request.query, today()))
    return page(request, "statistics/show.html", title="统计", s=found, plots=plots(found), steps=STEPS, reasons=found.reasons(handoff_wording().reasons), tiles=tiles(found))


@routes.get("/admin/statistics/report")
@allow("viewer")
async def report(request: web.Request) -> web.Response:
    """A month on paper."""
    found = await _read(request, Period.month(request.query.get("month", ""), today()))
    first = found.period.first
    return page(request, "statistics/report.html", title=f"{first.year}年{first.month}月服务情况", s=found, plots=plots(found), tiles=tiles(found),
                reasons=found.reasons(handoff_wording().reasons), steps=STEPS)


@routes.get("/admin/statistics/export.csv")
@allow("viewer")
async def export(request: web.Request) -> web.Response:
    """``what``: ``days`` (default), ``questions`` or ``rules``."""
    found = await _read(request, Period.read(request.query, today()))
    what = request.query.get("what", "days")
    header, lines = table(found, what)
    await audit(request, "statistics.export", target=f"{found.period.first} 到 {found.period.last}")
    name = f"{what if what in ('questions', 'rules') else 'days'}-{found.period.first}-{found.period.last}.csv"
    return web.Response(text=csv_safe.BOM + csv_safe.rows([header, *lines]), content_type="text/csv", charset="utf-8",
                        headers={"Content-Disposition": f'attachment; filename="{name}"'})


@routes.get("/admin/api/v1/statistics")
@allow("viewer")
async def api(request: web.Request) -> web.Response:
    found = await _read(request, Period.read(request.query, today()))
    return web.json_response({
        "from": found.period.first.isoformat(), "to": found.period.last.isoformat(), "by": found.period.by,
        "total": {name: n for name, n in sorted(found.total.items()) if n}, "before": {name: n for name, n in sorted(found.earlier.items()) if n},
        "shares": {name: found.share(name) for name in ("satisfied", "self", "direct")},
        "steps": [{"from": step.first.isoformat(), "to": step.last.isoformat(), "counts": {name: n for name, n in sorted(step.counts.items()) if n}} for step in found.steps],
        "asked": [{"title": one.title, "times": one.times, "before": one.before} for one in found.asked(50)],
        "rising": [{"title": one.title, "times": one.times, "before": one.before} for one in found.rising()],
        "rules": [{"rule": use.rule, "kind": use.kind, "offered": use.offered, "accepted": use.accepted, "passed": use.passed} for use in found.rules()],
    }, dumps=dumps)


def table(found: Statistics, what: str) -> Tuple[List[str], List[List[Any]]]:
    """Header and lines of an export."""
    if what == "questions":
        return ["问的事", "这一段", "上一段"], [[one.title, one.times, one.before] for one in found.asked(10_000)]
    if what == "rules":
        return ["编号", "种类", "说的话", "说了", "接受", "没接受"], [[u.rule, u.kind, u.text, u.offered, u.accepted, u.passed] for u in found.rules()]
    return found.rows()


def plots(found: Statistics) -> "dict[str, Any]":
    labels = found.labels
    return {
        "outcomes": charts.stacked("对话是怎么结束的", labels, [charts.Series(title, found.series(f"outcome:{name}"), n) for n, (name, title) in enumerate(OUTCOME_TITLES, 1)]),
        "hits": charts.stacked("问题答得怎么样", labels, [charts.Series(HITS[name], found.series(f"hit:{name}"), n) for n, name in enumerate(("direct", "clarified", "unanswered", "declined"), 1)]),
        "shares": charts.lines("满意率、助手办结率和直接答上率", labels, [
            charts.Series("满意率", found.shares("satisfied"), 1), charts.Series("助手办结率", found.shares("self"), 2), charts.Series("直接答上率", found.shares("direct"), 3)]),
        "levels": charts.stacked("服务到了哪一层", labels, [charts.Series(title, found.series(f"level:{name}"), n) for (name, title), n in zip(LEVEL_TITLES, (5, 1, 2, 3))]),
        "hours": charts.stacked("一天里哪个钟点问得多", [f"{hour}点" for hour in range(24)], [charts.Series("来话", found.hours(), 1)]),
        "asked": charts.ranks("问得最多的事", [(one.title, one.times) for one in found.asked(10)]),
        "waits": charts.ranks("等人工等了多久", found.waits(), 2),
    }


def tiles(found: Statistics) -> "list[dict[str, Any]]":
    """The figures on top, each with what it was in the period before."""
    def number(title: str, name: str, hint: str = "") -> "dict[str, Any]":
        return {"title": title, "value": f"{found.total[name]:,}", "before": f"{found.earlier[name]:,}", "hint": hint}

    def percent(title: str, kind: str, hint: str) -> "dict[str, Any]":
        return {"title": title, "value": _percent(found.share(kind)), "before": _percent(found.share_before(kind)), "hint": hint}

    return [
        number("对话", "conversations"), percent("助手办结率", "self", "问了事情、没有转人工、最后答上了的对话占多少"),
        percent("满意率", "satisfied", "打 4 星、5 星的占全部打分多少"), percent("直接答上率", "direct", "不用反问就答上的占全部提问多少"),
        {"title": "转人工", "value": f"{found.handed:,}", "before": f"{found.handed_before:,}", "hint": ""},
        number("感动服务", "level:moved", "达到感动服务的对话"), number("感动案例", "cases", "记下的案例"),
        {"title": "等人工平均", "value": f"{found.mean_wait:.0f} 分钟" if found.mean_wait is not None else "—", "before": "", "hint": "从记工单到有人接手"},
    ]


def _percent(value: "float | None") -> str:
    return "—" if value is None else f"{value:.1%}"


async def _read(request: web.Request, period: Period) -> Statistics:
    return await read(request.app[keys.REDIS], request.app[insight.LIBRARY], period)


async def read(redis: TextClient, library: Library, period: Period) -> Statistics:
    """Of a period; raises RedisError, ContentError."""
    base = await asyncio.to_thread(library.base)
    days = await day_counts.read(redis, period.first, period.last)
    earlier = await day_counts.read(redis, period.before.first, period.before.last)
    return Statistics(base, period, days, earlier)
