"""What thumbs and stars leave for review: the conversation can be searched by them, and a thumb down comes into the learning inbox.

Done after the citizen has his answer, so nobody waits; what fails is lost, the rating itself is kept (bot.gateway.feedback).
"""
from __future__ import annotations

import asyncio
import json
import uuid
from typing import Any, AsyncIterator, Dict, List, Optional, Sequence, Set

from aiohttp import web
from redis.exceptions import RedisError

from bot.clock import now
from bot.gateway import keys
from bot.gateway.bodies import FeedbackBody
from bot.gateway.errors import ApiError
from bot.gateway.logs import LOGGER
from bot.state.inbox import Entry, Guess
from bot.state.talks import Note, Talks


class Ratings:
    """Notes ratings for one application."""

    def __init__(self, app: web.Application) -> None:
        self._app = app
        self._talks = Talks(app[keys.REDIS], app[keys.SETTINGS].conversation_ttl)
        self._running: Set["asyncio.Task[None]"] = set()

    def thumb(self, conversation: str, body: FeedbackBody) -> None:
        self._later(self._thumb(conversation, body))

    def stars(self, conversation: str, stars: int) -> None:
        self._later(self._note(Note(conversation, _now(), facets=[f"stars:{stars}"])))

    async def finished(self) -> None:
        """Until everything begun is noted."""
        await asyncio.gather(*self._running, return_exceptions=True)

    def _later(self, work: Any) -> None:
        task = asyncio.ensure_future(self._safely(work))
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    async def _safely(self, work: Any) -> None:
        try:
            await work
        except (ApiError, RedisError, OSError, KeyError, ValueError) as error:
            LOGGER.warning("rating not noted: %s", type(error).__name__)

    async def _thumb(self, conversation: str, body: FeedbackBody) -> None:
        entry = None
        if body.score < 0:
            raw = await self._app[keys.WORKERS].staff("GET", f"/conversations/{conversation}", uuid.uuid4().hex)
            entry = entry_of(conversation, json.loads(raw)["messages"], body.reply, "down", body.reason)
        await self._note(Note(
            conversation, _now(), facets=["thumb:up" if body.score > 0 else "thumb:down"],
            entry=entry.stored(0) | {"turn": f"rated {entry.message}"} if entry else None))

    async def _note(self, note: Note) -> None:
        await self._talks.note([note], _now())


def entry_of(conversation: str, messages: Sequence[Dict[str, Any]], reply: str, kind: str, reason: str = "") -> Optional[Entry]:
    """The citizen's message that ``reply`` answered, as an entry of the inbox; None when there is none."""
    said: Optional[Dict[str, Any]] = None
    for message in messages:
        if message["from"] == "citizen":
            said = message
        elif message["id"] == reply and said is not None and said["text"]:
            told = message.get("reply") or {}
            home = told.get("faq") or told.get("service") or ""
            answered = f"{home}.{told.get('aspect') or 'overview'}" if home else ""
            return Entry(conversation, str(said["id"]), _now(), kind, said["text"], guesses_of(said, told), answered, reason)
    return None


def guesses_of(said: Dict[str, Any], told: Dict[str, Any]) -> List[Guess]:
    """What was understood, from a stored transcript; the topic is known of the reply alone."""
    home, found = told.get("faq") or told.get("service") or "", []
    for one in said.get("candidates") or []:
        if one["home"] == "focus" or one["home"].startswith("intent:"):
            continue
        topic = told.get("topic") if one["home"] == home else None
        found.append(Guess(one["home"], one.get("aspect") or "overview", topic or one["home"], round(one["score"], 3)))
    return found


RATINGS = web.AppKey("ratings", Ratings)


async def ratings(app: web.Application) -> AsyncIterator[None]:
    """Opened after Redis and the workers."""
    app[RATINGS] = Ratings(app)
    yield
    await app[RATINGS].finished()


def _now() -> int:
    return int(now().timestamp())
