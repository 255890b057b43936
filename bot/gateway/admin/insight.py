"""What the inbox, statistics, conversations, cases and the staff desk share: their stores, and calls to the workers."""
from __future__ import annotations

import json
from datetime import datetime
from typing import Any, AsyncIterator, Dict, List, Mapping, Optional

from aiohttp import web

from bot.clock import SHANGHAI
from bot.content.faqs import FaqDesk
from bot.content.history import History
from bot.content.learning import Learning
from bot.content.library import Library
from bot.gateway import keys
from bot.gateway.errors import ApiError
from bot.gateway.middlewares import REQUEST_ID
from bot.state.cases import Cases
from bot.state.inbox import Inbox
from bot.state.persons import Persons
from bot.state.talks import Talks

LEARNING = web.AppKey("admin_learning", Learning)
LIBRARY = web.AppKey("admin_insight_library", Library)
TALKS = web.AppKey("admin_talks", Talks)
CASES = web.AppKey("admin_cases", Cases)
PERSONS = web.AppKey("admin_persons", Persons)


async def stores(app: web.Application) -> AsyncIterator[None]:
    """Opened after Redis."""
    redis, settings = app[keys.REDIS], app[keys.SETTINGS]
    app[LIBRARY] = Library(settings.root / "data")
    app[LEARNING] = Learning(Inbox(redis), FaqDesk(app[LIBRARY], History(redis, "faq")))
    app[TALKS] = Talks(redis, settings.conversation_ttl)
    app[CASES] = Cases(redis)
    app[PERSONS] = Persons(redis)
    yield


async def worker(request: web.Request, method: str, path: str, body: Optional[Dict[str, Any]] = None) -> Any:
    """What a worker answers to a call of the staff desk; None when it answers nothing. Raises ApiError."""
    raw = await request.app[keys.WORKERS].staff(method, path, request[REQUEST_ID], body)
    return json.loads(raw) if raw else None


async def transcript(request: web.Request, conversation: str) -> List[Dict[str, Any]]:
    """Every message of a conversation with what was understood; raises ApiError 404 when there is none (any more)."""
    messages: List[Dict[str, Any]] = (await worker(request, "GET", f"/conversations/{conversation_name(conversation)}"))["messages"]
    if not messages:
        raise ApiError("not_found", "没有这段对话，可能已经到期，或者被市民清除了。")
    return messages


def conversation_name(text: str) -> str:
    """Checked, because it becomes part of a path: conversation ids are letters, digits, - and _."""
    if not text or len(text) > 64 or not all(c.isascii() and (c.isalnum() or c in "-_") for c in text):
        raise ApiError("not_found", "没有这段对话。")
    return text


def moment(seconds: float) -> str:
    """``11月22日 10:05``."""
    return f"{datetime.fromtimestamp(seconds, SHANGHAI):%-m月%-d日 %H:%M}"


def when(iso: str) -> str:
    """The same of an ISO time."""
    return f"{datetime.fromisoformat(iso):%-m月%-d日 %H:%M}"


def page_number(query: Mapping[str, str]) -> int:
    text = query.get("page", "")
    return max(1, int(text)) if text.isascii() and text.isdigit() and len(text) < 6 else 1
