"""The same for programs, and for the form of a card's part: /admin/api/v1/cards."""
from __future__ import annotations

import asyncio
from typing import Any, Dict, List

import msgspec
from aiohttp import web

from bot.content import preview
from bot.content.cards import Ground, Saved, converted, part_of, with_part
from bot.content.version import plain, version
from bot.gateway.admin import content, revisions
from bot.gateway.admin.card_form import fields_of, values_of_facts
from bot.gateway.admin.cards import names, record
from bot.gateway.admin.guard import account, allow
from bot.knowledge.base import KnowledgeBase
from bot.knowledge.card import Card, Rule

routes = web.RouteTableDef()


class Change(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``value`` null takes an answer or rule away."""

    value: Any
    version: str
    ground: Ground


class Wanted(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    value: Any


@routes.get("/admin/api/v1/cards")
@allow("viewer")
@content.api
async def listing(request: web.Request) -> web.StreamResponse:
    base = await asyncio.to_thread(request.app[content.LIBRARY].base)
    return content.json({"cards": [{"code": card.code, "id": card.id, "name": card.name, "short": card.short, "category": card.category} for card in base.cards.values()]})


@routes.get("/admin/api/v1/cards/{code}")
@allow("viewer")
@content.api
async def one(request: web.Request) -> web.StreamResponse:
    card = await request.app[content.CARDS].get(request.match_info["code"])
    return content.json({**plain(card), "version": version(plain(card))})


@routes.get("/admin/api/v1/cards/{code}/history")
@allow("viewer")
@content.api
async def history(request: web.Request) -> web.StreamResponse:
    desk = request.app[content.CARDS]
    return await revisions.listed(desk, request.match_info["code"])


@routes.post("/admin/api/v1/cards/{code}/restore")
@allow("editor")
@content.api
async def restore(request: web.Request) -> web.StreamResponse:
    desk = request.app[content.CARDS]
    saved = await revisions.restored(request, desk, request.match_info["code"])
    await record(request, saved, "restore")
    return content.json({**plain(saved.card), "version": version(plain(saved.card)), "changed": saved.changed})


@routes.get("/admin/api/v1/cards/{code}/parts/{part}")
@allow("viewer")
@content.api
async def part(request: web.Request) -> web.StreamResponse:
    """The part with its version, the form's fields and everything that can be chosen in them."""
    base = await asyncio.to_thread(request.app[content.LIBRARY].base)
    card, name = await request.app[content.CARDS].get(request.match_info["code"]), request.match_info["part"]
    value = part_of(card, name)
    shown = msgspec.to_builtins(value)
    vocabulary = {**names(base), "topic_keys": {"default": "默认", **names(base)["aspects"]}}
    return content.json({"value": shown, "version": version(shown), "fields": fields_of(name, value), "names": vocabulary, "profile": values_of_facts(base)})


@routes.put("/admin/api/v1/cards/{code}/parts/{part}")
@allow("editor")
@content.api
async def save(request: web.Request) -> web.StreamResponse:
    wanted, name = await content.decoded(request, Change), request.match_info["part"]
    saved: Saved = await request.app[content.CARDS].save(request.match_info["code"], name, wanted.value, wanted.version, account(request).name, wanted.ground)
    await record(request, saved, "update" if wanted.value is not None else "remove", name, wanted.ground.sentence())
    return content.json({"changed": saved.changed})


@routes.post("/admin/api/v1/cards/{code}/parts/{part}/preview")
@allow("viewer")
@content.api
async def show(request: web.Request) -> web.StreamResponse:
    """What a citizen would be sent; changes nothing."""
    wanted, name = await content.decoded(request, Wanted), request.match_info["part"]
    base = await asyncio.to_thread(request.app[content.LIBRARY].base)
    card = await request.app[content.CARDS].get(request.match_info["code"])
    value = converted(name, wanted.value, part_of(card, name))
    return content.json({"replies": await asyncio.to_thread(_replies, base, with_part(card, name, value), name, value)})


def _replies(base: KnowledgeBase, card: Card, name: str, value: Any) -> List[Dict[str, Any]]:
    if isinstance(value, Rule):
        return [preview.rule_reply(base, value)]
    aspect = name.partition(".")[2] if name.startswith("answers.") else {"channels": "channel"}.get(name, name)
    return [preview.card_reply(base, card, aspect)] if value is not None and name not in ("basics", "pitfalls") else []
