"""The one training that may run, in Redis: who asked for it and when, how far it is, and how it ended.

``gjj:{training}:job`` (hash) is the current or last one; ``…:lock`` its id, with a lease that the trainer renews, so that a
trainer that died frees it; ``…:history`` the last ones that ended; ``…:warm`` exists while an administrator is likely to train,
``…:trainer`` while a trainer is there.
"""
from __future__ import annotations

import json
import time
import uuid
from typing import Any, Dict, List, Optional

import msgspec

from bot.state.client import Client, Script, as_text
from bot.state.keys import PREFIX

BASE = f"{PREFIX}{{training}}:"
JOB, LOCK, HISTORY, WARM, TRAINER = (BASE + name for name in ("job", "lock", "history", "warm", "trainer"))
LEASE = 15.0
"""Seconds without a sign of life after which a running training is dead."""
PATIENCE = 60.0
"""Seconds a training waits for a trainer to take it."""
PRESENT = 5
WARM_FOR = 900
KEPT = 30

QUEUED, RUNNING, DONE = "queued", "running", "done"
PUBLISHED, KEPT_ASIDE, REFUSED, INVALID, FAILED, CANCELLED = "published", "kept", "refused", "invalid", "failed", "cancelled"

# KEYS: lock, job. ARGV: id, milliseconds, fields …
_START = Script("""
local holder = redis.call('GET', KEYS[1])
if holder then return holder end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
redis.call('DEL', KEYS[2])
redis.call('HSET', KEYS[2], unpack(ARGV, 3))
return ARGV[1]
""")
# KEYS: lock, job. ARGV: milliseconds, trainer. Gives the id of a job that waits, now taken.
_TAKE = Script("""
local id = redis.call('GET', KEYS[1])
if not id or redis.call('HGET', KEYS[2], 'state') ~= 'queued' then return false end
redis.call('HSET', KEYS[2], 'state', 'running', 'trainer', ARGV[2])
redis.call('PEXPIRE', KEYS[1], ARGV[1])
return id
""")
# KEYS: lock, job. ARGV: id, milliseconds, fields … Gives who cancelled ("" for nobody), or false when the job is no longer ours.
_BEAT = Script("""
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return false end
redis.call('PEXPIRE', KEYS[1], ARGV[2])
if #ARGV > 2 then redis.call('HSET', KEYS[2], unpack(ARGV, 3)) end
return redis.call('HGET', KEYS[2], 'cancelled_by') or ''
""")
# KEYS: lock, job, history. ARGV: id, how many are kept, record, fields …
_END = Script("""
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
redis.call('HSET', KEYS[2], unpack(ARGV, 4))
redis.call('DEL', KEYS[1])
redis.call('LPUSH', KEYS[3], ARGV[3])
redis.call('LTRIM', KEYS[3], 0, ARGV[2] - 1)
return 1
""")
# KEYS: lock, job. ARGV: by. Only while it runs or waits.
_CANCEL = Script("""
if not redis.call('GET', KEYS[1]) then return 0 end
redis.call('HSET', KEYS[2], 'cancelled_by', ARGV[1])
return 1
""")


class Job(msgspec.Struct, frozen=True):
    """One training. Times are seconds since 1970, ``percent`` 0–100, ``left`` seconds or -1 while nobody can tell."""

    id: str
    by: str
    at: float
    state: str = QUEUED
    publish: bool = True
    """Put it in service when the gate passes."""
    reason: str = ""
    """Written reason to publish it even when the gate refuses."""
    note: str = ""
    full: bool = False
    """Train from the beginning even when the release in service could just learn what is new."""
    step: str = ""
    percent: float = 0.0
    left: float = -1.0
    outcome: str = ""
    message: str = ""
    release: str = ""
    problems: List[str] = []
    seconds: Dict[str, float] = {}
    """How long each finished step took."""
    ended: float = 0.0
    trainer: str = ""
    cancelled_by: str = ""
    alive: bool = False
    """Whether somebody holds the lock for it."""


class Taken(RuntimeError):
    """Another training is under way: ``job`` tells whose and since when."""

    def __init__(self, job: Job):
        super().__init__(f"{job.by}在 {_clock(job.at)} 开始的训练还没有结束，等它结束再开始，或请他取消。")
        self.job = job


class Jobs:
    """All calls raise RedisError."""

    def __init__(self, client: Client):
        self._redis = client

    async def start(
        self, by: str, publish: bool = True, reason: str = "", note: str = "", full: bool = False, ident: str = "", lease: float = PATIENCE,
    ) -> Job:
        """Ask for a training; raises :class:`Taken` when another one is under way. One caller wins, whoever else asks."""
        job = Job(ident or uuid.uuid4().hex, by, time.time(), publish=publish, reason=reason, note=note, full=full)
        holder = await _START(self._redis, [LOCK, JOB], job.id, int(lease * 1000), *_fields(job))
        if as_text(holder) != job.id:
            other = await self.current()
            raise Taken(other or Job(as_text(holder), "别人", time.time()))
        return job

    async def current(self) -> Optional[Job]:
        """The job that runs or the last one; one whose trainer died is told as failed. None before the first."""
        stored = {as_text(k): as_text(v) for k, v in (await self._redis.hgetall(JOB)).items()}
        if not stored:
            return None
        holder = await self._redis.get(LOCK)
        alive = holder is not None and as_text(holder) == stored["id"]
        job = msgspec.convert({**_parsed(stored), "alive": alive}, Job, strict=False)
        if job.state == DONE or alive:
            return job
        why = "没有训练程序接手：请看系统是不是用 ./gjj up 启动的。" if job.state == QUEUED else "训练程序中途断了，在用的版本没有受影响，请再训练一次。"
        return msgspec.structs.replace(job, state=DONE, outcome=FAILED, message=why)

    async def history(self) -> List[Job]:
        """Trainings that ended, newest first."""
        return [msgspec.convert(json.loads(raw), Job, strict=False) for raw in await self._redis.lrange(HISTORY, 0, KEPT - 1)]

    async def take(self, trainer: str) -> Optional[Job]:
        """The job that waits, for this trainer alone; None when there is none."""
        ident = await _TAKE(self._redis, [LOCK, JOB], int(LEASE * 1000), trainer)
        return await self.current() if ident else None

    async def beat(self, ident: str, **fields: Any) -> Optional[str]:
        """Sign of life with news; who cancelled ("" for nobody), or None when the job was given up on."""
        answer = await _BEAT(self._redis, [LOCK, JOB], ident, int(LEASE * 1000), *_pairs(fields))
        return None if answer is None else as_text(answer)

    async def end(self, job: Job) -> None:
        """The job is over; the lock is free."""
        job = msgspec.structs.replace(job, state=DONE, ended=time.time(), left=0.0, alive=False)
        record = msgspec.json.encode(job).decode()
        await _END(self._redis, [LOCK, JOB, HISTORY], job.id, KEPT, record, *_fields(job))

    async def cancel(self, by: str) -> bool:
        """Ask the trainer to stop; False when nothing runs. One that nobody has taken yet is over at once."""
        job = await self.current()
        if job is None or job.state == DONE or not await _CANCEL(self._redis, [LOCK, JOB], by):
            return False
        if job.state == QUEUED:
            await self.end(msgspec.structs.replace(job, outcome=CANCELLED, cancelled_by=by, message=f"{by}取消了训练。"))
        return True

    async def warm(self) -> None:
        """An administrator is likely to train soon: the trainer gets its libraries ready."""
        await self._redis.set(WARM, "1", ex=WARM_FOR)

    async def present(self, trainer: str, ready: bool = False) -> None:
        """A trainer is here and could take a job; ``ready``: at once, its libraries are loaded."""
        await self._redis.set(TRAINER, f"{trainer} {'ready' if ready else ''}".rstrip(), ex=PRESENT)

    async def is_ready(self) -> bool:
        """Whether a trainer could begin at once."""
        return as_text(await self._redis.get(TRAINER) or "").endswith(" ready")

    async def has_trainer(self) -> bool:
        """Whether a trainer is here, free or at work."""
        job = await self.current()
        return bool(await self._redis.exists(TRAINER)) or (job is not None and job.alive and job.state == RUNNING)

    async def is_warm(self) -> bool:
        return bool(await self._redis.exists(WARM))


def _fields(job: Job) -> List[Any]:
    return _pairs({name: value for name, value in msgspec.structs.asdict(job).items() if name != "alive"})


def _pairs(values: Dict[str, Any]) -> List[Any]:
    return [part for name, value in values.items()
            for part in (name, json.dumps(value, ensure_ascii=False) if isinstance(value, (dict, list, bool)) else value)]


def _parsed(stored: Dict[str, str]) -> Dict[str, Any]:
    return {name: json.loads(value) if name in ("problems", "seconds", "publish", "full") else value for name, value in stored.items()}


def _clock(at: float) -> str:
    from datetime import datetime

    from bot.clock import SHANGHAI

    return f"{datetime.fromtimestamp(at, SHANGHAI):%H:%M}"
