"""For operators: alive, ready, metrics, and the API's own description."""
from __future__ import annotations

import asyncio
import functools
from pathlib import Path

import yaml
from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from redis.exceptions import RedisError

from bot.gateway import keys
from bot.gateway.errors import ApiError, dumps
from bot.gateway.middlewares import ADDRESSES
from bot.training.jobs import DONE, KEPT_ASIDE, PUBLISHED, Jobs

routes = web.RouteTableDef()

REDIS_SECONDS = 2.0


@routes.get("/healthz")
async def alive(request: web.Request) -> web.Response:
    """The process runs; says nothing about Redis or the workers."""
    return web.json_response({"status": "ok"})


@routes.get("/readyz")
async def ready(request: web.Request) -> web.Response:
    """Redis and at least one worker answer."""
    try:
        await request.app[keys.REDIS].ping()
    except (RedisError, OSError):
        raise ApiError("unavailable", "Redis 没有应答。", 5) from None
    if not await request.app[keys.WORKERS].ready():
        raise ApiError("unavailable", "对话进程还没有准备好。", 5)
    return web.json_response({"status": "ready"})


@routes.get("/metrics")
async def metrics(request: web.Request) -> web.Response:
    """Prometheus text, for this machine and private networks only."""
    if not request.app[ADDRESSES].is_internal(request):
        raise ApiError("forbidden")
    await _ask_redis(request.app)
    await _ask_trainer(request.app)
    return web.Response(body=generate_latest(request.app[keys.METRICS].registry),
                        headers={"Content-Type": CONTENT_TYPE_LATEST, "Cache-Control": "no-store"})


async def _ask_redis(app: web.Application) -> None:
    """Whether it answers within a scrape's time, and how much it holds."""
    found = app[keys.METRICS]
    try:
        async with asyncio.timeout(REDIS_SECONDS):
            memory = await app[keys.REDIS].info("memory")
    except (RedisError, OSError, TimeoutError):
        found.redis_up.set(0)
        return
    found.redis_up.set(1)
    nodes = [memory] if "used_memory" in memory else list(memory.values())  # a Cluster answers by node
    found.redis_memory.set(sum(node.get("used_memory", 0) for node in nodes))


async def _ask_trainer(app: web.Application) -> None:
    """Whether there is one, and how the last training ended."""
    found, jobs = app[keys.METRICS], Jobs(app[keys.REDIS])
    try:
        async with asyncio.timeout(REDIS_SECONDS):
            there, job = await jobs.has_trainer(), await jobs.current()
    except (RedisError, OSError, TimeoutError):
        return  # gjj_redis_up tells; what was known last stays
    found.trainer_up.set(there)
    found.training.set(job is not None and job.alive and job.state != DONE)
    if job is not None and job.state == DONE:
        found.training_good.set(job.outcome in (PUBLISHED, KEPT_ASIDE))
        found.training_ended.set(job.ended)


@routes.get("/api/openapi.json")
async def description(request: web.Request) -> web.Response:
    return web.Response(text=_openapi(), content_type="application/json")


@functools.lru_cache(maxsize=1)
def _openapi() -> str:
    return dumps(yaml.safe_load((Path(__file__).parent / "openapi.yml").read_text("utf-8")))
