"""待学问题: what was not answered well, in groups, and one click for each thing to do about it."""
from __future__ import annotations

from functools import partial
from typing import Any, Awaitable, Callable, Dict, List, Sequence, Tuple
from urllib.parse import urlencode

from aiohttp import web

from bot.content.learning import Group, Learning, Target
from bot.content.refusal import Conflict, Refused, Unknown
from bot.gateway import bodies
from bot.gateway.admin import insight
from bot.gateway.admin.area import Area
from bot.gateway.admin.audit import audit
from bot.gateway.admin.guard import account, allow
from bot.gateway.admin.render import page, redirect
from bot.gateway.errors import ApiError, dumps
from bot.knowledge.faq_draft import key

routes = web.RouteTableDef()
KIND_TITLES = {"unanswered": "没听懂", "declined": "当作题外话", "clarified": "反问过", "unsure": "没把握", "down": "点了没帮助", "handed": "找了人工", "marked": "工作人员标出"}
STATE_TITLES = {"open": "待处理", "aside": "当作题外话的", "similar": "已加相似问法", "faq": "已建常见问题", "out_of_scope": "不归我们管", "ignored": "已忽略"}
PAGE = 12
MOST_PREFILLED = 8
MOST_IDENTS = 2000


class Settle(bodies.Strict, frozen=True):
    """``do``: similar, faq, out_of_scope, ignore or reopen."""

    do: str
    idents: List[str] = []
    texts: List[str] = []
    place: str = ""


async def _waiting(request: web.Request) -> int:
    return await request.app[insight.LEARNING].waiting()


AREA = Area(
    path="/admin/inbox", title="待学问题", role="viewer", order=30, summary="市民问了、助手没答好的话，按意思归好了组，点一下就能教会它",
    actions={"inbox.similar": "加为相似问法", "inbox.faq": "拿去新建常见问题", "inbox.out_of_scope": "记为不归我们管", "inbox.ignored": "忽略待学问题", "inbox.reopen": "放回待处理"},
    waiting=_waiting)


@routes.get("/admin/inbox")
@allow("viewer")
async def inbox(request: web.Request) -> web.Response:
    state, kind = _filter(request)
    groups, shown, number = await _page_of(request, state, kind)
    return page(
        request, "inbox/list.html", title="待学问题", groups=shown, count=len(groups), messages=sum(len(g.items) for g in groups), state=state, kind=kind,
        page_number=number, pages=_pages(len(groups)), kind_titles=KIND_TITLES, state_titles=STATE_TITLES, moment=insight.moment)


@routes.get("/admin/inbox/{ident}")
@allow("viewer")
async def group(request: web.Request) -> web.Response:
    learning = request.app[insight.LEARNING]
    found = await _found(learning, request.match_info["ident"])
    wanted = request.query.get("q", "").strip()
    more = await _search(request, wanted) if wanted else []
    return page(
        request, "inbox/group.html", title="这一组待学问题", group=found, state=found.state, wanted=wanted, more=more,
        kind_titles=KIND_TITLES, state_titles=STATE_TITLES, moment=insight.moment, when=insight.when)


@routes.post("/admin/inbox/settle")
@allow("editor")
async def settle_form(request: web.Request) -> web.Response:
    form = await request.post()
    do, _, place = str(form.get("do", "")).partition(":")
    back = str(form.get("back", ""))
    back = back if back.startswith("/admin/inbox") else "/admin/inbox"
    idents, texts = [str(v) for v in form.getall("ident", [])], [str(v) for v in form.getall("text", [])]
    try:
        said, location = await settle(request, do, idents, texts, place)
    except Refused as refused:
        return redirect(request, back, "；".join(refused.problems) + "。", "error")
    return redirect(request, location or back, said)


async def settle(request: web.Request, do: str, idents: Sequence[str], texts: Sequence[str], place: str = "") -> Tuple[str, str]:
    """:func:`settled` for whoever is logged in."""
    return await settled(request.app[insight.LEARNING], account(request).name, partial(audit, request), do, idents, texts, place)


async def settled(learning: Learning, by: str, note: Callable[..., Awaitable[None]], do: str, idents: Sequence[str], texts: Sequence[str],
                  place: str = "") -> Tuple[str, str]:
    """Do one thing about some messages and ``note`` it in the audit log; the sentence to show and where to go then ("" = stay).
    Raises Refused, ApiError 422."""
    idents, chosen = list(idents)[:MOST_IDENTS], {key(text) for text in texts}
    if do in ("similar", "faq", "out_of_scope"):
        # What was not ticked is not taught, and stays where it is.
        idents = [entry.ident for entry in await learning.entries(idents) if key(entry.text) in chosen]
    if do == "similar":
        target, wordings = await learning.add_similar(idents, place, texts, by)
        await note("inbox.similar", target=target.title, after={"wordings": wordings})
        return f"已把 {len(wordings)} 句话加到“{target.title}”，重新训练以后生效。", ""
    if do == "faq":
        entries = await learning.becomes_faq(idents, by)
        wordings = list({key(entry.text): entry.text for entry in entries}.values())[: MOST_PREFILLED + 1]
        if not wordings:
            raise Refused("请至少选一句市民的话")
        await note("inbox.faq", target=wordings[0], after={"wordings": wordings})
        # The editor of FAQs is filled in; one similar question a parameter.
        query = urlencode([("question", wordings[0]), *(("similar", text) for text in wordings[1:])])
        return "市民的原话已经填好，写上答案就行。", f"/admin/faqs/new?{query}"
    if do == "out_of_scope":
        wordings = await learning.out_of_scope(idents, texts, by)
        await note("inbox.out_of_scope", after={"wordings": wordings})
        return f"已记下 {len(wordings)} 句不归我们管，重新训练以后助手会直接说明。", ""
    if do == "ignore":
        count = await learning.ignore(idents, by)
        await note("inbox.ignored", after={"messages": count})
        return f"已忽略 {count} 句，以后同样的话不再提示。", ""
    if do == "reopen":
        count = await learning.reopen(idents)
        await note("inbox.reopen", after={"messages": count})
        return f"已把 {count} 句放回待处理。已经加进内容的说法不会自动删掉。", ""
    raise ApiError("invalid", "没有这种处理办法。")


@routes.get("/admin/api/v1/inbox")
@allow("viewer")
async def api_list(request: web.Request) -> web.Response:
    state, kind = _filter(request)
    groups, shown, number = await _page_of(request, state, kind)
    return _json({"groups": [plain(one) for one in shown], "total": len(groups), "page": number, "pages": _pages(len(groups))})


@routes.get("/admin/api/v1/inbox/{ident}")
@allow("viewer")
async def api_group(request: web.Request) -> web.Response:
    return _json(plain(await _found(request.app[insight.LEARNING], request.match_info["ident"])))


@routes.post("/admin/api/v1/inbox/settle")
@allow("editor")
async def api_settle(request: web.Request) -> web.Response:
    """``{"do": "similar|faq|out_of_scope|ignore|reopen", "idents": […], "texts": […], "place": "wd_rent.materials"}``."""
    body = await bodies.read_as(request, Settle)
    try:
        said, location = await settle(request, body.do, body.idents, body.texts, body.place)
    except Conflict as refused:
        raise ApiError("conflict", "；".join(refused.problems) + "。") from None
    except Unknown as refused:
        raise ApiError("not_found", "；".join(refused.problems) + "。") from None
    except Refused as refused:
        raise ApiError("invalid", "；".join(refused.problems) + "。") from None
    return _json({"message": said, "next": location})


def plain(group: Group) -> Dict[str, Any]:
    """A group as JSON."""
    return {
        "id": group.ident, "text": group.text, "texts": group.texts, "idents": group.idents, "people": group.people, "kinds": group.kinds, "latest": group.latest,
        "state": group.state, "by": group.done.by if group.done else "", "target": group.done.target if group.done else "",
        "targets": [{"place": t.place, "title": t.title, "topic": t.topic, "score": t.score} for t in group.targets],
    }


async def _page_of(request: web.Request, state: str, kind: str) -> Tuple[List[Group], List[Group], int]:
    groups = await request.app[insight.LEARNING].groups(state, kind)
    number = min(insight.page_number(request.query), _pages(len(groups)))
    return groups, groups[(number - 1) * PAGE:number * PAGE], number


async def _found(learning: Learning, ident: str) -> Group:
    try:
        return await learning.group(ident)
    except Unknown as unknown:
        raise ApiError("not_found", "；".join(unknown.problems) + "。") from None


async def _search(request: web.Request, wanted: str) -> List[Target]:
    return await request.app[insight.LEARNING].search(wanted)


def _filter(request: web.Request) -> Tuple[str, str]:
    state, kind = request.query.get("state", "open"), request.query.get("kind", "")
    return (state if state in STATE_TITLES else "open"), (kind if kind in KIND_TITLES else "")


def _pages(count: int) -> int:
    return max(1, -(-count // PAGE))


def _json(value: Any) -> web.Response:
    return web.json_response(value, dumps=dumps)
