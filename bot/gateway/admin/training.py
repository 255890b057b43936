"""训练: the button, how far it is, how it ended; and the questions the center wants answered right for good."""
from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any, Dict, List, Optional

import msgspec
from aiohttp import web

from bot.gateway import bodies, keys
from bot.gateway.admin import trainings
from bot.gateway.admin.area import Area
from bot.gateway.admin.audit import audit
from bot.gateway.admin.guard import account, allow
from bot.gateway.admin.render import page, redirect
from bot.gateway.admin.trainings import JOBS, RELEASES, SHARED
from bot.gateway.errors import ApiError, dumps
from bot.knowledge.base import load
from bot.training import content, regression
from bot.training.jobs import DONE, Job, Taken
from bot.training.releases import ReleaseError, Releases
from bot.training.steps import STEPS

routes = web.RouteTableDef()
AREA = Area(
    path="/admin/training", title="训练", role="viewer", order=50, summary="新加的问法训练一次才会听；检验通过才发布，随时能取消",
    actions={"training.start": "开始训练", "training.cancel": "取消训练", "regression.add": "登记回归问句", "regression.remove": "删去回归问句"})
_API = "/admin/api/v1/training"
_LONGEST_NOTE = 200


class StartBody(bodies.Strict, frozen=True):
    """``publish``: put it in service when it passes; ``reason``: publish it even when it does not, and why; ``full``: from the
    beginning, even when only a few wordings are new."""

    publish: bool = True
    reason: str = ""
    note: str = ""
    full: bool = False


class QuestionBody(bodies.Strict, frozen=True):
    question: str
    topic: str = ""


@routes.get(AREA.path)
@allow("viewer")
async def show(request: web.Request) -> web.Response:
    jobs = request.app[JOBS]
    await jobs.warm()
    job = await jobs.current()
    data = _data(request)
    changes = await asyncio.to_thread(_changes, request.app[RELEASES], data)
    return page(
        request, "training/show.html", title="训练", job=job, history=await jobs.history(), service=await request.app[SHARED].in_service(), changes=changes,
        outcomes=trainings.OUTCOMES, moment=trainings.moment, span=trainings.span, steps=STEPS, questions=len(regression.questions(data)))


@routes.post(AREA.path)
@allow("editor")
async def start_form(request: web.Request) -> web.Response:
    form = await request.post()
    try:
        await start(request, StartBody(bool(form.get("publish")), str(form.get("reason", "")), str(form.get("note", "")), bool(form.get("full"))))
    except ApiError as error:
        return redirect(request, AREA.path, error.message, "error")
    return redirect(request, AREA.path, "训练开始了，关掉这一页也会继续。")


@routes.post(AREA.path + "/cancel")
@allow("editor")
async def cancel_form(request: web.Request) -> web.Response:
    said = "已经请训练程序停下。" if await cancel(request) else "没有正在进行的训练，可能刚刚结束。"
    return redirect(request, AREA.path, said, "info")


@routes.get(_API)
@allow("viewer")
async def status(request: web.Request) -> web.Response:
    job = await request.app[JOBS].current()
    return web.json_response({"job": told(job) if job else None}, dumps=dumps)


@routes.post(_API)
@allow("editor")
async def start_api(request: web.Request) -> web.Response:
    job = await start(request, await bodies.read_as(request, StartBody))
    return web.json_response({"job": told(job)}, status=201, dumps=dumps)


@routes.delete(_API)
@allow("editor")
async def cancel_api(request: web.Request) -> web.Response:
    if not await cancel(request):
        raise ApiError("conflict", "没有正在进行的训练。")
    return web.Response(status=204)


async def start(request: web.Request, wish: StartBody) -> Job:
    """Ask for a training; raises :class:`ApiError` 409 when another runs, 403 when this account may not publish."""
    me = account(request)
    if (wish.publish or wish.reason) and not me.may("publisher"):
        if wish.reason:
            raise ApiError("forbidden", "只有发布员能在检验不通过时发布。")
        wish = msgspec.structs.replace(wish, publish=False)
    if len(wish.reason) > _LONGEST_NOTE or len(wish.note) > _LONGEST_NOTE:
        raise ApiError("invalid", f"理由和备注请控制在 {_LONGEST_NOTE} 字以内。")
    try:
        job = await request.app[JOBS].start(me.name, wish.publish, wish.reason.strip(), wish.note.strip(), wish.full)
    except Taken as taken:
        raise ApiError("conflict", str(taken)) from None
    await audit(request, "training.start", target=job.id[:8], after={"通过就发布": wish.publish, "从头训练": wish.full}, reason=wish.reason.strip() or wish.note.strip())
    return job


async def cancel(request: web.Request) -> bool:
    done = await request.app[JOBS].cancel(account(request).name)
    if done:
        await audit(request, "training.cancel")
    return done


def told(job: Job) -> Dict[str, Any]:
    """For programs and the page's script."""
    plain = msgspec.to_builtins(job)
    return {**plain, "since": trainings.moment(job.at), "left_text": trainings.span(job.left) if job.left >= 0 else "", "done": job.state == DONE}


@routes.get(AREA.path + "/questions")
@allow("viewer")
async def questions(request: web.Request) -> web.Response:
    data = _data(request)
    base = await asyncio.to_thread(load, data)
    names = {name: topic.meaning for name, topic in base.topics.topics.items()}
    return page(request, "training/questions.html", title="回归问句", questions=list(reversed(regression.questions(data))), topics=names)


@routes.post(AREA.path + "/questions")
@allow("editor")
async def add_question_form(request: web.Request) -> web.Response:
    form = await request.post()
    try:
        added = await add_question(request, QuestionBody(str(form.get("question", "")), str(form.get("topic", ""))))
    except ApiError as error:
        return redirect(request, AREA.path + "/questions", error.message, "error")
    return redirect(request, AREA.path + "/questions", f"登记了“{added.question}”，以后每次训练都检查它。")


@routes.post(AREA.path + "/questions/remove")
@allow("editor")
async def remove_question_form(request: web.Request) -> web.Response:
    form = await request.post()
    try:
        await remove_question(request, str(form.get("question", "")))
    except ApiError as error:
        return redirect(request, AREA.path + "/questions", error.message, "error")
    return redirect(request, AREA.path + "/questions", "删掉了。", "info")


@routes.get(_API + "/questions")
@allow("viewer")
async def list_questions(request: web.Request) -> web.Response:
    return web.json_response({"questions": msgspec.to_builtins(regression.questions(_data(request)))}, dumps=dumps)


@routes.post(_API + "/questions")
@allow("editor")
async def add_question_api(request: web.Request) -> web.Response:
    added = await add_question(request, await bodies.read_as(request, QuestionBody))
    return web.json_response(msgspec.to_builtins(added), status=201, dumps=dumps)


@routes.delete(_API + "/questions")
@allow("editor")
async def remove_question_api(request: web.Request) -> web.Response:
    await remove_question(request, (await bodies.read_as(request, QuestionBody)).question)
    return web.Response(status=204)


async def add_question(request: web.Request, wish: QuestionBody) -> regression.Question:
    data = _data(request)
    try:
        base = await asyncio.to_thread(load, data)
        added = regression.add(base, bodies.clean(wish.question), wish.topic, account(request).name, data)
    except regression.RegressionError as error:
        raise ApiError("invalid", f"{error}。") from None
    await audit(request, "regression.add", target=added.question, after={"主题": added.topic})
    return added


async def remove_question(request: web.Request, question: str) -> None:
    try:
        regression.remove(question, _data(request))
    except regression.RegressionError as error:
        raise ApiError("invalid", f"{error}。") from None
    await audit(request, "regression.remove", target=question)


def _changes(releases: Releases, data: Path) -> Optional[List[str]]:
    """What was changed since the release in service was trained; None when that is not known."""
    ident = releases.current_id()
    try:
        return content.differences(content.unpack(releases.read(ident, content.FILE)), content.snapshot(data)) if ident else None
    except ReleaseError:
        return None


def _data(request: web.Request) -> Path:
    return request.app[keys.SETTINGS].root / "data"
