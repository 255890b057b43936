"""One turn at a time per conversation, first come first served, and each message once.

A turn holds a lock with a lease that is renewed while it lasts; a dead worker's turn ends with its lease. The token of
the turn is its fence: saving checks, in the same step, that the lock still carries it, so a worker that was thought dead
cannot write. (A counter would not do: a failover may forget increments, and two turns would get the same number.)
"""
from __future__ import annotations

import asyncio
import logging
import secrets
from contextlib import asynccontextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any, AsyncIterator, Dict, List, Optional, Set
from weakref import WeakValueDictionary

from bot import tracing

from . import blocks, keys, scripts
from .client import Client, RedisError
from .head import Head, Snapshot
from .window import WINDOW

logger = logging.getLogger(__name__)

_ASK_AGAIN = 0.5
"""Seconds after which a waiting turn shows that it lives; it is woken without that as soon as it is its turn."""
_REPLY = "reply"
"""Key of a structured reply in a bot event's metadata (the same as actions.actions.REPLY; a test compares them)."""


class Busy(RuntimeError):
    """The conversation is still being answered and did not become free in time."""


@dataclass
class Turn:
    """The right to answer ``conversation`` now; ends when the tracker is saved or the block is left."""

    conversation: str
    token: str
    given: Optional[List[Dict[str, Any]]] = None
    """Replies already given to the message of this turn; None when it is new."""
    snapshot: Optional[Snapshot] = None
    """What was stored when the turn began; nobody else can have changed it since."""
    over: bool = False


_current: ContextVar[Optional[Turn]] = ContextVar("turn", default=None)


def current(conversation: str) -> Optional[Turn]:
    """The turn in which this task answers ``conversation``, if it is in one that is not over."""
    turn = _current.get()
    return turn if turn is not None and turn.conversation == conversation and not turn.over else None


class Turns:
    """``lease``: seconds after which a dead worker's lock frees itself. ``back``: how many earlier events the tracker of a turn
    holds at least (it holds whole saves), for whoever needs fewer than Rasa's policies in general."""

    def __init__(self, client: Client, lease: float, back: int = WINDOW):
        self._redis = client
        self._lease = lease
        self._back = back
        self._leaving: Set["asyncio.Task[None]"] = set()
        self._arriving: "WeakValueDictionary[str, asyncio.Lock]" = WeakValueDictionary()

    @asynccontextmanager
    async def alone(self, conversation: str, wait: float, message: str = "") -> AsyncIterator[Turn]:
        """Hold the conversation; raises :class:`Busy` after ``wait`` seconds, RedisError.

        ``message``: id of the message to be answered, so that :attr:`Turn.given` is known.
        """
        turn = Turn(conversation, secrets.token_hex(12))
        with tracing.span("turn"):
            await self._enter(turn, wait, message)
        renewal = asyncio.create_task(self._renew(turn))
        before = _current.get()
        _current.set(turn)
        try:
            yield turn
        except RedisError:
            self._leave_later(turn)
            raise
        finally:
            _current.set(before)
            renewal.cancel()
            await self._leave(turn)

    async def recall(self, conversation: str, message: str) -> Optional[List[Dict[str, Any]]]:
        """Replies already given to message id ``message``; None when it is new."""
        block = await scripts.GIVEN(self._redis, [keys.events(conversation), keys.replies(conversation)], message)
        return _replies(block, message)

    async def _enter(self, turn: Turn, wait: float, message: str) -> None:
        clock = asyncio.get_running_loop().time
        deadline = clock() + wait
        name = turn.conversation
        wanted = [keys.events(name), keys.head(name), keys.replies(name), keys.lock(name), keys.queue(name)]
        arriving = self._arriving.setdefault(name, asyncio.Lock())
        try:
            while True:
                # Each command may take another connection: two of one conversation could overtake each other on the way.
                async with arriving:
                    entered, *found = await scripts.ENTER(self._redis, wanted, turn.token, int(self._lease * 1000), message, self._back)
                if entered:
                    turn.given = _replies(found[0], message)
                    turn.snapshot = Snapshot(Head.read(found[1]), found[2]) if found[0] is None else None
                    return
                left = deadline - clock()
                if left <= 0:
                    raise Busy(name)
                lease = found[0] / 1000 if found[0] > 0 else _ASK_AGAIN
                pause = max(0.001, min(left, lease, _ASK_AGAIN))
                await self._redis.blpop([f"{keys.queue(name)}:{turn.token}"], timeout=round(pause, 3))
        except RedisError:
            self._leave_later(turn)
            raise
        except BaseException:
            await self._leave(turn)
            raise

    async def _renew(self, turn: Turn) -> None:
        while True:
            await asyncio.sleep(self._lease / 3)
            try:
                if not await scripts.KEEP(self._redis, [keys.lock(turn.conversation)], turn.token, int(self._lease * 1000)):
                    return  # lost or over: saving will find out
            except RedisError:
                continue

    async def _leave(self, turn: Turn) -> None:
        if not turn.over:
            turn.over = True
            await self._free(turn)

    def _leave_later(self, turn: Turn) -> None:
        """Without waiting: Redis may be away, then the lease ends the turn."""

        async def leave() -> None:
            try:
                await self._free(turn)
            except RedisError as error:
                logger.warning("a turn is left to its lease: %s", type(error).__name__)

        turn.over = True
        task = asyncio.create_task(leave())
        self._leaving.add(task)
        task.add_done_callback(self._leaving.discard)

    async def _free(self, turn: Turn) -> None:
        await scripts.LEAVE(self._redis, [keys.lock(turn.conversation), keys.queue(turn.conversation)], turn.token)


def _replies(block: Optional[bytes], message: str) -> Optional[List[Dict[str, Any]]]:
    """The structured replies to ``message`` in ``block``, in order."""
    if block is None:
        return None
    found: List[Dict[str, Any]] = []
    wanted = False
    for line in blocks.unpack(block):
        if line["event"] == "user":
            wanted = line.get("message_id") == message
        elif wanted and line["event"] == "bot" and _REPLY in (line.get("metadata") or {}):
            found.append(line["metadata"][_REPLY])
    return found
