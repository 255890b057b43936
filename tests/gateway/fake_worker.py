"""A worker with canned replies that speaks the private API on a Unix socket.

By hand: ``python -m tests.gateway.fake_worker /tmp/worker.sock``. Texts that test the gateway:
``慢`` waits 60 s, ``卡`` waits 1.5 s, ``繁忙`` is refused with 503, ``超时`` with 504, ``坏`` answers no JSON,
``断`` cuts the stream after the first reply, the first time; ``死`` cuts the connection without an answer, the first time;
``交班`` is refused because the worker is about to stop; ``等`` waits for ``state["gate"]``; ``接手`` gets no reply, and a member of staff writes instead; ``原样：…`` answers with the very text.
"""
from __future__ import annotations

import asyncio
import json
import sys
from datetime import datetime, timedelta, timezone

from aiohttp import web

from bot import clock
from bot.endpoint import Endpoint
from bot.state.talks import Note, Talks
from tests.gateway import canned

STATE = web.AppKey("state", dict)
STAGES = {"turn": 0.002, "read": 0.025, "dialogue": 0.01}
"""Seconds, as a real worker tells."""
routes = web.RouteTableDef()


def error(status, code, message):
    return web.json_response({"error": {"code": code, "message": message}}, status=status)


def now():
    return datetime.now(timezone(timedelta(hours=8))).isoformat(timespec="seconds")


@routes.post("/v1/messages")
async def messages(request):
    state, body = request.app[STATE], await request.json()
    state["requests"].append({
        "body": body, "request_id": request.headers.get("X-Request-ID"), "traceparent": request.headers.get("traceparent")})
    key = (body["conversation"], body["id"])
    if key not in state["answers"]:
        if "choice" in body:
            if body["choice"] not in canned.CHOICES:
                return error(422, "unknown_choice", "这个按钮已经失效，请直接把想问的打出来。")
            text, replies = canned.CHOICES[body["choice"]]
        else:
            text = body["text"]
            if "慢" in text:
                await asyncio.sleep(60)
            if "卡" in text:
                await asyncio.sleep(1.5)
            if "等" in text:
                await state["gate"].wait()
            if "死" in text and key not in state["cut"]:
                state["cut"].add(key)
                request.transport.close()
            if "交班" in text:
                return error(503, "draining", "系统正在交接，请过几秒再发一次。")
            if "繁忙" in text:
                return error(503, "unavailable", "正在交接班，请稍等几秒再发。")
            if "超时" in text:
                return error(504, "timeout", "这次查得太久了，请再发一次。")
            if "坏" in text:
                return web.Response(text="<html>", content_type="text/html")
            found = [replies for word, replies in canned.BY_WORD.items() if word in text]
            if body["conversation"] in state["held"]:
                found = [[]]
            elif "人工" in text:
                said = [m["text"] for m in state["history"].get(body["conversation"], []) if m["from"] == "citizen"]
                keep_order(state, body["conversation"], [*said, text])
            if text.startswith("原样："):
                found = [[canned.reply("smalltalk", text, topic="chitchat")]]
            replies = found[0] if found else canned.DECLINE
        state["processed"] += 1
        replies = [{"id": f"{body['id'][:8]}-{n}", **reply} for n, reply in enumerate(replies)]
        state["answers"][key] = replies
        log = state["history"].setdefault(body["conversation"], [])
        log.append({"from": "citizen", "text": text, "at": now(), "id": body["id"]})
        if "接手" in text:
            log.append({"from": "staff", "text": "我是管理部的工作人员，您请说。", "at": now(), "id": f"s-{body['id'][:8]}"})
        log.extend({"from": "assistant", "text": r["text"], "at": now(), "id": r["id"], "reply": r} for r in replies)
        await note(request, body["conversation"], text, replies)
    replies = state["answers"][key]
    if "ndjson" not in request.headers.get("Accept", ""):
        timing = ", ".join(f"{name};dur={seconds * 1000}" for name, seconds in STAGES.items())
        return web.json_response({"id": body["id"], "replies": replies}, headers={"Server-Timing": timing})
    response = web.StreamResponse(headers={"Content-Type": "application/x-ndjson"})
    await response.prepare(request)
    for reply in replies:
        await response.write(json.dumps({"reply": reply}).encode() + b"\n")
        if "断" in body.get("text", "") and key not in state["cut"]:
            state["cut"].add(key)
            request.transport.close()
            break
        await asyncio.sleep(state["pause"])
    else:
        await response.write(json.dumps({"done": True, "stages": STAGES}).encode() + b"\n")
    return response


@routes.get("/v1/history")
async def history(request):
    return web.json_response({"messages": request.app[STATE]["history"].get(request.query["conversation"], [])})


@routes.get("/v1/conversations/{conversation}")
async def transcript(request):
    messages = request.app[STATE]["history"].get(request.match_info["conversation"], [])
    return web.json_response({"messages": [{**m, "candidates": canned.candidates(m["text"])} if m["from"] == "citizen" else m for m in messages]})


@routes.post("/v1/conversations/{conversation}/person")
async def take(request):
    state, conversation, body = request.app[STATE], request.match_info["conversation"], await request.json()
    if conversation not in state["history"]:
        return error(404, "not_found", "没有这段对话，可能已经到期或者被市民清除了。")
    if state["held"].setdefault(conversation, body["staff"]) != body["staff"]:
        return error(409, "held", "另一位工作人员正在和他说话。")
    await changed(request, conversation, "person", holder=body["staff"])
    return web.json_response(body)


@routes.post("/v1/conversations/{conversation}/person/messages")
async def speak(request):
    state, conversation, body = request.app[STATE], request.match_info["conversation"], await request.json()
    if state["held"].get(conversation) != body["staff"]:
        return error(409, "not_held", "请先接手这段对话，再和市民说话。")
    if all(message["id"] != body["id"] for message in state["history"][conversation]):
        state["history"][conversation].append({"from": "staff", "text": body["text"], "at": now(), "id": body["id"]})
    await changed(request, conversation, "staff")
    return web.json_response({"id": body["id"]})


@routes.delete("/v1/conversations/{conversation}/person/{staff}")
async def hand_back(request):
    state, conversation = request.app[STATE], request.match_info["conversation"]
    if state["held"].get(conversation) != request.match_info["staff"]:
        return error(409, "not_held", "这段对话现在不在您手上。")
    del state["held"][conversation]
    await changed(request, conversation, "person", holder="")
    return web.Response(status=204)


@routes.get("/v1/orders")
async def orders(request):
    return web.json_response({"orders": [order for order in request.app[STATE]["orders"].values() if order["state"] != "done"]})


@routes.get("/v1/orders/{number}")
async def order(request):
    found = request.app[STATE]["orders"].get(request.match_info["number"])
    return web.json_response(found) if found else error(404, "not_found", "没有这张工单。")


@routes.post("/v1/orders/{number}")
async def change_order(request):
    found, body = request.app[STATE]["orders"].get(request.match_info["number"]), await request.json()
    if not found:
        return error(404, "not_found", "没有这张工单。")
    found.update({name: value for name, value in body.items() if value})
    return web.json_response({"state": body["state"]})


def keep_order(state, conversation, said):
    """The work order that a wish for a person leads to."""
    number = f"261122-{len(state['orders']) + 1:04d}"
    state["orders"][number] = {"number": number, "conversation": conversation, "state": "open", "at": now(), "reason": "wish", "matter": "租房提取公积金", "said": said,
                               "profile": {"租的是什么房": "商品房"}}


async def note(request, conversation, text, replies):
    """What a worker leaves for the console: the index of conversations, and that somebody who is held has spoken."""
    state = request.app[STATE]
    if state["redis"] is None:
        return
    at = int(clock.now().timestamp())
    facets = [f"topic:{r['topic']}" for r in replies if r["kind"] == "answer"] + [f"rule:{r['rule']}" for r in replies if r["rule"]]
    await Talks(state["redis"], 86400).note([Note(conversation, at, turns=1, facets=facets, first={"said": text})], at)
    if conversation in state["held"]:
        await changed(request, conversation, "citizen")
    elif "人工" in text:
        await changed(request, conversation, "order")


async def changed(request, conversation, kind, holder=None):
    """Tell Redis, where the gateway hears it; only when the fake worker knows one (environment REDIS_URL)."""
    redis = request.app[STATE]["redis"]
    if redis is None:
        return
    if holder is not None:
        await (redis.set(f"gjj:{{{conversation}}}:person", holder) if holder else redis.delete(f"gjj:{{{conversation}}}:person"))
    await redis.xadd("gjj:live", {"conversation": conversation, "kind": kind})


@routes.delete("/v1/conversations/{conversation}")
async def erase(request):
    state, conversation = request.app[STATE], request.match_info["conversation"]
    state["history"].pop(conversation, None)
    state["answers"] = {key: value for key, value in state["answers"].items() if key[0] != conversation}
    state["erased"].append(conversation)
    return web.Response(status=204)


@routes.post("/v1/visits/{step}")
async def visit(request):
    state, step, body = request.app[STATE], request.match_info["step"], await request.json()
    state["visits"].append((step, body))
    if not state["ready"]:
        return error(503, "unavailable", "正在准备。")
    if step == "remember":
        return web.json_response({"kept": 1})
    if step == "greet":
        return web.json_response({"greeting": [{"text": "到日子了", "ask": "离职提取怎么办？"}]})
    return web.Response(status=204)


@routes.post("/v1/try")
async def try_out(request):
    """Explains every turn alike; a release that is named is loaded first; ``坏`` cannot be tried."""
    state, body = request.app[STATE], await request.json()
    state["tries"].append(body)
    if any("坏" in turn.get("say", "") for turn in body["turns"]):
        return error(409, "unavailable", "内存不够再装一个版本")
    if body["release"] and body["release"] not in state["loaded"]:
        state["loaded"].add(body["release"])
        return web.json_response({"loading": True}, status=202)
    return web.json_response({"turns": [canned.explained(turn.get("say") or turn["press"]) for turn in body["turns"]]})


@routes.get("/readyz")
async def ready(request):
    if not request.app[STATE]["ready"]:
        return error(503, "unavailable", "正在准备。")
    return web.json_response({"release": "test"})


def doors(socket):
    """Both sockets of a worker at ``socket``: for messages and for health."""
    return [str(socket), Endpoint(path=str(socket)).health.path]


def build(pause=0.0, redis=None):
    """The fake worker; ``pause`` is seconds between streamed replies, ``redis`` a client to tell changes through."""
    app = web.Application()
    app[STATE] = {"requests": [], "answers": {}, "history": {}, "erased": [], "visits": [], "tries": [], "loaded": set(), "held": {}, "orders": {}, "redis": redis, "processed": 0, "cut": set(), "ready": True, "pause": pause, "gate": asyncio.Event()}
    app.add_routes(routes)
    return app


if __name__ == "__main__":
    import os

    from bot.state.client import connect

    web.run_app(build(pause=0.3, redis=connect(os.environ["REDIS_URL"], 3) if os.environ.get("REDIS_URL") else None), path=doors(sys.argv[1]), print=None)
