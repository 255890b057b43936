"""Remembering a visitor who agreed to it: keep the conversation's open dates, greet with those that have come, forget."""
from __future__ import annotations

from dataclasses import asdict
from typing import Dict, List

from aiohttp import web

from actions.actions import live
from actions.memory import SLOT, Memory
from actions.returning import greetings
from bot import clock
from bot.state.tracker_store import RedisTrackerStore
from bot.state.visitors import Visitors


class Visits:
    """What the worker does for returning visitors; raises RedisError."""

    def __init__(self, store: RedisTrackerStore):
        self._store = store
        self._visitors = Visitors(store.redis)

    async def remember(self, conversation: str, visitor: str) -> int:
        """Keep the dates told in this conversation for ``visitor``; returns how many are kept now."""
        tracker = await self._store.retrieve(conversation)
        memory = Memory.from_slots({SLOT: tracker.get_slot(SLOT)} if tracker else {})
        return await self._visitors.remember(visitor, memory.dates, clock.today())

    async def greet(self, visitor: str) -> List[Dict[str, str]]:
        """What to greet ``visitor`` with today; empty when nothing has come due."""
        due = await self._visitors.take_due(visitor, clock.today())
        return [asdict(g) for g in greetings(live().current(), due)] if due else []

    async def forget(self, visitor: str) -> None:
        await self._visitors.forget(visitor)


VISITS = web.AppKey("visits", Visits)
routes = web.RouteTableDef()
"""The visitor key travels in the body, never in an address, which logs would keep."""


@routes.post("/v1/visits/remember")
async def remember(request: web.Request) -> web.Response:
    body: Dict[str, str] = await request.json()
    return web.json_response({"kept": await request.app[VISITS].remember(body["conversation"], body["visitor"])})


@routes.post("/v1/visits/greet")
async def greet(request: web.Request) -> web.Response:
    body: Dict[str, str] = await request.json()
    return web.json_response({"greeting": await request.app[VISITS].greet(body["visitor"])})


@routes.post("/v1/visits/forget")
async def forget(request: web.Request) -> web.Response:
    body: Dict[str, str] = await request.json()
    await request.app[VISITS].forget(body["visitor"])
    return web.Response(status=204)
