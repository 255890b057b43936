"""事项卡片: read a card with everything on it, and change it part by part."""
from __future__ import annotations

import asyncio
from typing import Any, Dict, List, Optional

from aiohttp import web

from bot.content import conditions
from bot.content.cards import Saved, part_of
from bot.content.impact import FIELD_TITLES
from bot.content.version import plain, version
from bot.gateway.admin import content, revisions
from bot.gateway.admin.area import Area
from bot.gateway.admin.audit import audit
from bot.gateway.admin.guard import allow
from bot.gateway.admin.render import page, redirect
from bot.knowledge.base import KnowledgeBase
from bot.knowledge.card import ASPECTS, Card
from bot.knowledge.faq_draft import key
from bot.knowledge.render import ASPECT_TITLES

routes = web.RouteTableDef()
LEVELS = {1: "丢钱、丢资格或违法", 2: "有期限", 3: "白跑", 4: "更好选择", 5: "便利"}
BASICS = {"name": "全称", "short": "短称", "category": "类别", "audience": "谁会来办", "related": "相关事项", "facts": "依据", "superseded": "失效的旧说法", "reference_hunan": "外地参照",
          "topics": "主题标签"}
AREA = Area(path="/admin/cards", title="事项卡片", role="viewer", order=22, summary="46 个事项的条件、材料、步骤、答复，和该多问的一句、该多提的一个醒",
            actions={"card.update": "修改事项", "card.remove": "去掉事项的一部分", "card.restore": "恢复事项的旧内容"})


@routes.get("/admin/cards")
@allow("viewer")
async def listing(request: web.Request) -> web.Response:
    base = await asyncio.to_thread(request.app[content.LIBRARY].base)
    text = request.query.get("q", "").strip()[:100]
    terms = [key(term) for term in text.split() if key(term)]
    groups: Dict[str, List[Card]] = {}
    for card in base.cards.values():
        if not terms or await asyncio.to_thread(_holds, card, terms):
            groups.setdefault(card.category, []).append(card)
    return page(request, "cards/list.html", title="事项卡片", card_groups=groups, text=text, count=len(base.cards))


@routes.get("/admin/cards/{code}")
@allow("viewer")
@content.page_of
async def one(request: web.Request) -> web.Response:
    base = await asyncio.to_thread(request.app[content.LIBRARY].base)
    card = await request.app[content.CARDS].get(request.match_info["code"])
    rules = [(rule, conditions.lines(base, rule.when), conditions.lines(base, rule.unless)) for rule in (*card.ask, *card.remind)]
    return page(request, "cards/show.html", title=card.short, card=card, base=base, rules=rules, lists=FIELD_TITLES, aspects=ASPECT_TITLES, levels=LEVELS, asks=len(card.ask),
                missing=[aspect for aspect in ASPECTS if aspect not in card.answers], asked=[rule.id for rule in card.ask])


@routes.get("/admin/cards/{code}/edit")
@allow("editor")
@content.page_of
async def edit(request: web.Request) -> web.Response:
    card = await request.app[content.CARDS].get(request.match_info["code"])
    part = request.query.get("part", "")
    present = part_of(card, part) is not None
    return page(request, "cards/edit.html", title=f"{card.short}：{title_of(part)}", card=card, part=part, anchor=anchor_of(part),
                removable=present and part != "answers.overview" and part.startswith(("answers.", "rule.")))


@routes.get("/admin/cards/{code}/history")
@allow("viewer")
@content.page_of
async def history(request: web.Request) -> web.Response:
    desk = request.app[content.CARDS]
    card = await desk.get(request.match_info["code"])
    entries = await revisions.entries(desk.history, card.code, readable)
    return page(request, "cards/history.html", title=f"{card.short}：修改记录", card=card, entries=entries, now=plain(card), version=version(plain(card)), actions=content.ACTIONS,
                who=content.who)


@routes.post("/admin/cards/{code}/restore")
@allow("editor")
@content.page_of
async def restore(request: web.Request) -> web.Response:
    desk, code = request.app[content.CARDS], request.match_info["code"]
    try:
        saved = await revisions.restored_by_form(request, desk, code)
    except content.REFUSALS as error:
        return redirect(request, f"/admin/cards/{code}/history", content.problems_of(error)[0], "error")
    await record(request, saved, "restore")
    return redirect(request, f"/admin/cards/{code}", "已恢复，一秒内就用上了。")


async def record(request: web.Request, saved: Saved, action: str, part: str = "", reason: str = "") -> None:
    if saved.changed:
        await audit(request, f"card.{action}", saved.card.code + (f"／{title_of(part)}" if part else ""), saved.before, saved.after, reason)


def title_of(part: str) -> str:
    """The part's name in Chinese."""
    kind, _, name = part.partition(".")
    if kind == "answers":
        return f"“{ASPECT_TITLES.get(name, name)}”的答复"
    return {"basics": "基本情况", "ask.new": "新的追问", "remind.new": "新的提醒"}.get(part) or FIELD_TITLES.get(part) or (f"规则 {name}" if kind == "rule" else part)


def anchor_of(part: str) -> str:
    """Where the part stands on the card's page."""
    return "rules" if part in ("ask.new", "remind.new") else part.replace(".", "-", 1)


def readable(card: Dict[str, Any]) -> Dict[str, Any]:
    """A card's state as named fields, answers and rules each on their own."""
    found: Dict[str, Any] = {title: card.get(name) for name, title in {**BASICS, **FIELD_TITLES}.items()} if card else {}
    for aspect, answer in card.get("answers", {}).items():
        found[f"答复：{ASPECT_TITLES.get(aspect, aspect)}"] = answer
    for rule in (*card.get("ask", ()), *card.get("remind", ())):
        found[f"规则 {rule['id']}"] = _flat(rule)
    return found


def _flat(rule: Dict[str, Any]) -> str:
    return "\n".join(f"{name}：{value}" for name, value in rule.items() if value not in (None, [], {}))


def _holds(card: Card, terms: List[str]) -> bool:
    letters = key(" ".join((card.name, card.code, card.id, card.audience, *(answer.text for answer in card.answers.values()),
                            *(rule.id + rule.text for rule in (*card.ask, *card.remind)))))
    return all(term in letters for term in terms)


def names(base: KnowledgeBase) -> Dict[str, Dict[str, Optional[str]]]:
    """What can be chosen in forms, with Chinese titles."""
    return {
        "cards": {code: card.short for code, card in base.cards.items()},
        "aspects": dict(ASPECT_TITLES),
        "topics": {name: topic.meaning for name, topic in base.topics.topics.items()},
        "facts": {ident: fact.statement for ident, fact in base.facts.items() if fact.status == "current" and fact.scope != "hunan"},
        "old_facts": {ident: fact.statement for ident, fact in base.facts.items() if fact.status == "superseded"},
        "hunan_facts": {ident: fact.statement for ident, fact in base.facts.items() if fact.scope == "hunan"},
        "figures": {name: setting.name for name, setting in base.center.items()},
        "moods": {name: mood.title for name, mood in base.moods.items()},
        "seasons": {name: season.name for name, season in base.terms.seasons.items()},
        "rules": {ident: rule.text for ident, rule in base.rules.items()},
        "profile": {name: fact.meaning for name, fact in base.profile.items()},
        "levels": {str(level): f"{level} {title}" for level, title in LEVELS.items()},
        "categories": {name: name for name in ("单位缴存", "个人账户", "提取", "贷款", "权益与服务")},
        "places": {**{aspect: f"本事项：{title}" for aspect, title in ASPECT_TITLES.items()},
                   **{f"{code}.{aspect}": f"{card.short}：{ASPECT_TITLES[aspect]}" for code, card in base.cards.items() for aspect in card.answers}},
    }
