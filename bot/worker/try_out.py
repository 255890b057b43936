"""命中测试: what any release would say and why, for the console. Private, like everything on the worker's socket."""
from __future__ import annotations

import asyncio
import logging
from typing import Any, Dict, List, Mapping, Optional, Sequence, Tuple

import msgspec
from aiohttp import web
from rasa.core.tracker_store import InMemoryTrackerStore
from rasa.shared.core.domain import Domain

from actions.actions import live
from bot.quiet import place
from bot.training.releases import ReleaseError, Releases

from .agent import CounterAgent, load_agent
from .assistant import Assistant, free_megabytes
from .trial import explain

logger = logging.getLogger(__name__)
IDLE = 600.0
"""Seconds after which a release that was loaded for trying is let go."""
ROOM = 1200
"""Megabytes that must be free to load one more release."""
MOST_TURNS = 20
LONGEST = 1000


class Try(msgspec.Struct, forbid_unknown_fields=True):
    """``turns``: ``{"say": text}`` or ``{"press": title of a button}``, oldest first. ``release`` "" is the one in service."""

    turns: List[Dict[str, str]]
    release: str = ""


class Trials:
    """Opened with the assistant. At most one release is loaded besides those the assistant has."""

    def __init__(self, assistant: Assistant, releases: Releases):
        self._assistant = assistant
        self._releases = releases
        self._aside: Optional[Tuple[str, CounterAgent]] = None
        self._loading: Optional[Tuple[str, "asyncio.Task[None]"]] = None
        self._trouble: Dict[str, str] = {}
        self._one = asyncio.Lock()
        self._letting_go: Optional[asyncio.TimerHandle] = None

    async def play(self, release: str, turns: Sequence[Mapping[str, str]]) -> Optional[List[Dict[str, Any]]]:
        """Every turn explained; None while the release is being loaded. Raises :class:`ReleaseError` when it cannot be."""
        agent = self._agent(release or self._assistant.release or "")
        if agent is None:
            return None
        async with self._one:  # what is traced belongs to one trial at a time
            return await explain(agent, live().current(), turns)

    def close(self) -> None:
        if self._loading is not None:
            self._loading[1].cancel()
        self._let_go()

    def _agent(self, ident: str) -> Optional[CounterAgent]:
        found = self._assistant.agent_of(ident)
        if found is None and self._aside is not None and self._aside[0] == ident:
            found = self._aside[1]
            self._keep_a_while()
        if found is None and ident in self._trouble:
            raise ReleaseError(self._trouble.pop(ident))
        if found is None and (self._loading is None or self._loading[1].done()):
            if free_megabytes() < ROOM:
                raise ReleaseError("内存不够再装一个版本，请先发布或在空闲时再试")
            self._let_go()
            self._loading = (ident, asyncio.ensure_future(self._load(ident)))
        return found

    async def _load(self, ident: str) -> None:
        try:
            await self._assistant.shared.fetch_if_missing(ident, self._releases)
            agent = await load_agent(self._releases, ident, InMemoryTrackerStore(Domain.empty()))
            self._aside = (ident, agent)
            self._keep_a_while()
        except Exception as error:  # noqa: BLE001 – whoever asks next is told
            logger.error("trial of %s: %s", ident, place(error))
            self._trouble[ident] = str(error) if isinstance(error, ReleaseError) else f"版本 {ident} 装不上"

    def _keep_a_while(self) -> None:
        if self._letting_go is not None:
            self._letting_go.cancel()
        self._letting_go = asyncio.get_running_loop().call_later(IDLE, self._let_go)

    def _let_go(self) -> None:
        self._aside = None
        if self._letting_go is not None:
            self._letting_go.cancel()
            self._letting_go = None


TRIALS = web.AppKey("trials", Trials)
routes = web.RouteTableDef()


@routes.post("/v1/try")
async def post_try(request: web.Request) -> web.Response:
    try:
        body = msgspec.json.decode(await request.read(), type=Try)
        if not 0 < len(body.turns) <= MOST_TURNS or not all(_fits(turn) for turn in body.turns):
            raise msgspec.ValidationError
    except msgspec.DecodeError:
        return _json({"error": {"code": "invalid", "message": "要试的话没有填对。"}}, 422)
    try:
        told = await request.app[TRIALS].play(body.release, body.turns)
    except ReleaseError as error:
        return _json({"error": {"code": "unavailable", "message": str(error)}}, 409)
    return _json({"loading": True}, 202) if told is None else _json({"turns": told})


def _fits(turn: Dict[str, str]) -> bool:
    return len(turn) == 1 and next(iter(turn)) in ("say", "press") and 0 < len(next(iter(turn.values())).strip()) <= LONGEST


def _json(data: Dict[str, Any], status: int = 200) -> web.Response:
    return web.Response(body=msgspec.json.encode(data), status=status, content_type="application/json")
