"""Typed names of everything the application and its requests carry."""
from __future__ import annotations

import weakref
from typing import Dict, List

from aiohttp import web

from bot.gateway.feedback import FeedbackStore
from bot.gateway.limits import RateLimiter
from bot.gateway.metrics import Metrics
from bot.gateway.origins import Origins
from bot.gateway.sessions import Sessions
from bot.gateway.suggest import QuestionBank
from bot.gateway.workers import Workers
from bot.settings import Settings
from bot.state.client import TextClient

SETTINGS = web.AppKey("settings", Settings)
REDIS: web.AppKey[TextClient] = web.AppKey("redis")
WORKERS = web.AppKey("workers", Workers)
SESSIONS = web.AppKey("sessions", Sessions)
FEEDBACK = web.AppKey("feedback", FeedbackStore)
LIMITER = web.AppKey("limiter", RateLimiter)
METRICS = web.AppKey("metrics", Metrics)
ORIGINS = web.AppKey("origins", Origins)
QUESTIONS = web.AppKey("questions", QuestionBank)
WINDOWS = web.AppKey("windows", Dict[str, List[web.WebSocketResponse]])
"""Open WebSockets by conversation, oldest first."""
SOCKETS: "web.AppKey[weakref.WeakSet[web.WebSocketResponse]]" = web.AppKey("sockets")
"""Open WebSockets, so that shutdown can say goodbye to them."""
