"""感动案例: the list, editing the wording before publication, votes of colleagues, print."""
from __future__ import annotations

from typing import Any, Dict, List

from aiohttp import web

from bot.content.version import version
from bot.gateway import bodies
from bot.gateway.admin import insight
from bot.gateway.admin.area import Area
from bot.gateway.admin.audit import audit
from bot.gateway.admin.guard import account, allow
from bot.gateway.admin.render import page, redirect
from bot.gateway.errors import ApiError, dumps
from bot.state.cases import anonymise

routes = web.RouteTableDef()
AREA = Area(
    path="/admin/cases", title="感动案例", role="viewer", order=70, summary="从会话里记下的好事，改好文字、大家投票、公布和打印",
    actions={"case.edit": "修改案例", "case.publish": "公布案例", "case.vote": "给案例投票", "case.drop": "删除案例"})
LONGEST = 2000


class Edit(bodies.Strict, frozen=True):
    title: str
    why: str
    texts: List[str]
    version: str


class Publish(bodies.Strict, frozen=True):
    on: bool


class Vote(bodies.Strict, frozen=True):
    yes: bool


@routes.get("/admin/cases")
@allow("viewer")
async def cases(request: web.Request) -> web.Response:
    return page(request, "cases/list.html", title="感动案例", cases=await _all(request))


@routes.get("/admin/cases/print")
@allow("viewer")
async def print_all(request: web.Request) -> web.Response:
    """The published ones on paper."""
    return page(request, "cases/print.html", title="感动服务案例", cases=[case for case in await _all(request) if case["published"]])


@routes.get("/admin/cases/{ident}")
@allow("viewer")
async def show(request: web.Request) -> web.Response:
    return page(request, "cases/show.html", title="感动案例", case=await _case(request))


@routes.post("/admin/cases/{ident}/{verb:edit|publish|drop}")
@allow("editor")
async def act_form(request: web.Request) -> web.Response:
    form, verb, ident = await request.post(), request.match_info["verb"], request.match_info["ident"]
    if verb == "drop":
        await drop(request)
        return redirect(request, "/admin/cases", "已删除。")
    if verb == "publish":
        await publish(request, form.get("on") == "1")
        return redirect(request, f"/admin/cases/{ident}", "已公布。" if form.get("on") == "1" else "已收回。")
    texts = [str(text) for text in form.getall("text", [])]
    try:
        await edit(request, str(form.get("title", "")), str(form.get("why", "")), texts, str(form.get("version", "")))
    except ApiError as error:
        return redirect(request, f"/admin/cases/{ident}", error.message, "error")
    return redirect(request, f"/admin/cases/{ident}", "已保存。改过文字以后要重新公布。")


@routes.post("/admin/cases/{ident}/vote")
@allow("viewer")
async def vote_form(request: web.Request) -> web.Response:
    form = await request.post()
    await vote(request, form.get("yes") == "1")
    return redirect(request, f"/admin/cases/{request.match_info['ident']}", "已投票。" if form.get("yes") == "1" else "已收回投票。")


async def edit(request: web.Request, title: str, why: str, texts: List[str], version: str) -> None:
    """Change the wording that ``version`` named; raises ApiError conflict or invalid. What looks personal is replaced again."""
    case = await _case(request)
    before = case["stored"]
    if version != case["version"]:
        raise ApiError("conflict", "别人刚刚改过这个案例，您的改动没有保存，请看过再改。")
    if len(texts) != len(before["messages"]) or any(len(text) > LONGEST for text in (title, why, *texts)):
        raise ApiError("invalid", f"每段话不能超过 {LONGEST} 个字，也不能增减段数；不要的话把那一段清空。")
    messages = [{**message, "text": anonymise(text.replace("\r\n", "\n").strip())} for message, text in zip(before["messages"], texts)]
    after = {**before, "title": anonymise(title.strip()), "why": anonymise(why.strip()), "messages": messages, "published": ""}
    await _put(request, case, after, "case.edit")


async def publish(request: web.Request, on: bool) -> None:
    case = await _case(request)
    await _put(request, case, {**case["stored"], "published": account(request).name if on else ""}, "case.publish")


async def drop(request: web.Request) -> None:
    case = await _case(request)
    await request.app[insight.CASES].drop(case["id"])
    await audit(request, "case.drop", target=case["id"], before={"title": case["title"]})


async def vote(request: web.Request, yes: bool) -> None:
    case = await _case(request)
    await request.app[insight.CASES].vote(case["id"], account(request).name, yes)
    await audit(request, "case.vote", target=case["id"], after={"vote": yes})


@routes.get("/admin/api/v1/cases")
@allow("viewer")
async def api_list(request: web.Request) -> web.Response:
    return _json({"cases": [_plain(case) for case in await _all(request)]})


@routes.get("/admin/api/v1/cases/{ident}")
@allow("viewer")
async def api_show(request: web.Request) -> web.Response:
    return _json(_plain(await _case(request)))


@routes.put("/admin/api/v1/cases/{ident}")
@allow("editor")
async def api_edit(request: web.Request) -> web.Response:
    body = await bodies.read_as(request, Edit)
    await edit(request, body.title, body.why, body.texts, body.version)
    return _json(_plain(await _case(request)))


@routes.post("/admin/api/v1/cases/{ident}/publish")
@allow("editor")
async def api_publish(request: web.Request) -> web.Response:
    await publish(request, (await bodies.read_as(request, Publish)).on)
    return web.Response(status=204)


@routes.post("/admin/api/v1/cases/{ident}/vote")
@allow("viewer")
async def api_vote(request: web.Request) -> web.Response:
    await vote(request, (await bodies.read_as(request, Vote)).yes)
    return web.Response(status=204)


@routes.delete("/admin/api/v1/cases/{ident}")
@allow("editor")
async def api_drop(request: web.Request) -> web.Response:
    await drop(request)
    return web.Response(status=204)


async def _put(request: web.Request, case: Dict[str, Any], after: Dict[str, Any], action: str) -> None:
    if not await request.app[insight.CASES].change(case["id"], case["stored"], after):
        raise ApiError("conflict", "别人刚刚改过这个案例，您的改动没有保存，请看过再改。")
    await audit(request, action, target=case["id"], before={name: case["stored"].get(name, "") for name in ("title", "why", "published")},
                after={name: after.get(name, "") for name in ("title", "why", "published")})


async def _case(request: web.Request) -> Dict[str, Any]:
    ident = request.match_info["ident"]
    stored = await request.app[insight.CASES].get(ident)
    if stored is None:
        raise ApiError("not_found", "没有这个案例，可能已经删除。")
    return _shown(request, ident, stored, (await request.app[insight.CASES].votes()).get(ident, set()))


async def _all(request: web.Request) -> List[Dict[str, Any]]:
    """Most votes first."""
    store = request.app[insight.CASES]
    votes = await store.votes()
    found = [_shown(request, ident, stored, votes.get(ident, set())) for ident, stored in (await store.all()).items()]
    return sorted(found, key=lambda case: (-len(case["votes"]), case["month"], case["id"]))


def _shown(request: web.Request, ident: str, stored: Dict[str, Any], votes: "set[str]") -> Dict[str, Any]:
    title = stored.get("title") or stored.get("why") or next((m["text"] for m in stored["messages"] if m["from"] == "citizen"), "")[:30]
    return {
        "id": ident, "title": title, "own_title": stored.get("title", ""), "why": stored.get("why", ""), "month": stored.get("month", ""), "messages": stored["messages"],
        "published": stored.get("published", ""), "votes": sorted(votes), "mine": account(request).name in votes, "stored": stored, "version": version(stored),
    }


def _plain(case: Dict[str, Any]) -> Dict[str, Any]:
    return {name: value for name, value in case.items() if name != "stored"}


def _json(value: Any) -> web.Response:
    return web.json_response(value, dumps=dumps)
