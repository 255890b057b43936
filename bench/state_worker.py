"""One worker process of the parallel benchmark: takes messages on a Unix socket, keeps them in a store, without a model."""
from __future__ import annotations

import asyncio
import json
import sys
from typing import Any

from rasa.core.lock_store import RedisLockStore
from rasa.core.tracker_store import RedisTrackerStore as StockStore
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, BotUttered, UserUttered

from bot.state.tracker_store import ConflictingWriters, RedisTrackerStore
from bot.state.turns import Turns

_WAIT = 60.0


async def main(kind: str, port: int, socket: str) -> None:
    """Serve until killed."""
    worker = _Ours(port) if kind == "ours" else _Stock(port)

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        async def handle(line: bytes) -> None:
            message = json.loads(line)
            try:
                answer = await worker.answer(message["sender"], message["id"], message["text"])
            except Exception as error:  # noqa: BLE001 – the driver counts it
                answer = f"error:{type(error).__name__}"
            writer.write(json.dumps({"n": message["n"], "answer": answer}).encode() + b"\n")

        pending = set()
        while line := await reader.readline():
            task = asyncio.create_task(handle(line))
            pending.add(task)
            task.add_done_callback(pending.discard)

    async with await asyncio.start_unix_server(serve, socket, limit=2**20) as listening:
        await listening.serve_forever()


def _extend(tracker: Any, ident: str, text: str) -> str:
    """A short turn: what is said, one answer, listening again."""
    reply = f"答{text}"
    tracker.update(UserUttered(text, {"name": "ask", "confidence": 1.0}, message_id=ident))
    tracker.update(ActionExecuted("action_respond"))
    tracker.update(BotUttered(reply, metadata={"reply": {"id": f"{ident}.1", "text": reply}}))
    tracker.update(ActionExecuted("action_listen"))
    return reply


class _Ours:
    def __init__(self, port: int):
        self._store = RedisTrackerStore(Domain.empty(), host=f"redis://127.0.0.1:{port}/0")
        self._turns = Turns(self._store.redis, lease=10)

    async def answer(self, sender: str, ident: str, text: str) -> str:
        for _ in range(3):
            try:
                async with self._turns.alone(sender, wait=_WAIT, message=ident) as turn:
                    if turn.given is not None:
                        return str(turn.given[0]["text"])
                    tracker = await self._store.get_or_create_tracker(sender, append_action_listen=False)
                    await asyncio.sleep(0)  # where the model would work
                    reply = _extend(tracker, ident, text)
                    await self._store.save(tracker)
                    return reply
            except ConflictingWriters:
                continue
        raise TimeoutError


class _Stock:
    def __init__(self, port: int):
        self._store = StockStore(Domain.empty(), host="127.0.0.1", port=port)
        self._locks = RedisLockStore(host="127.0.0.1", port=port, db=1)

    async def answer(self, sender: str, ident: str, text: str) -> str:
        async with self._locks.lock(sender):
            tracker = await self._store.get_or_create_tracker(sender, append_action_listen=False)
            await asyncio.sleep(0)
            reply = _extend(tracker, ident, text)
            await self._store.save(tracker)
            return reply


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], int(sys.argv[2]), sys.argv[3]))
