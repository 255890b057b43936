"""Two worker processes, thousands of messages at once: how many are lost, doubled, out of order."""
from __future__ import annotations

import asyncio
import json
import random
import subprocess
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Dict, List, Tuple

WORKERS = 2
TOGETHER = 4
"""Messages of one sender in flight at the same time."""
SENDERS_AT_ONCE = 16
PATIENCE = 15.0
"""Seconds after which an unanswered message counts as an error."""
DOUBLED_EACH = 10
"""Every tenth message is sent to both workers at the same moment, as a client does that had no answer."""


@dataclass
class Result:
    """What the histories say afterwards."""

    sent: int = 0
    seconds: float = 0.0
    lost: int = 0
    doubled: int = 0
    out_of_order: int = 0
    errors: int = 0
    slow: int = 0
    """Messages that waited 0.9 seconds or longer."""
    waits: List[float] = field(default_factory=list)
    plan: List[Tuple[str, int]] = field(default_factory=list)
    """Senders and how many messages each has."""


async def run(kind: str, port: int, count: int, seed: int = 7) -> Result:
    """Send ``count`` messages: half from a few senders, :data:`TOGETHER` at once each, half from a sender each."""
    with tempfile.TemporaryDirectory() as folder:
        sockets = [str(Path(folder) / f"{n}.sock") for n in range(WORKERS)]
        processes = [subprocess.Popen([sys.executable, "-W", "ignore", "-m", "bench.state_worker", kind, str(port), s]) for s in sockets]
        try:
            links = [await _Link.open(socket) for socket in sockets]
            return await _drive(links, kind, count, random.Random(seed))
        finally:
            for process in processes:
                process.kill()
                process.wait()


class _Link:
    """A connection to one worker."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter):
        self._writer = writer
        self._waiting: Dict[int, "asyncio.Future[str]"] = {}
        self._next = 0
        self._reading = asyncio.create_task(self._read(reader))

    @classmethod
    async def open(cls, socket: str) -> "_Link":
        deadline = time.monotonic() + 120
        while True:
            try:
                return cls(*await asyncio.open_unix_connection(socket, limit=2**20))
            except OSError:
                if time.monotonic() > deadline:
                    raise
                await asyncio.sleep(0.1)

    async def ask(self, sender: str, ident: str, text: str) -> str:
        self._next += 1
        number = self._next
        self._waiting[number] = asyncio.get_running_loop().create_future()
        self._writer.write(json.dumps({"n": number, "sender": sender, "id": ident, "text": text}).encode() + b"\n")
        return await self._waiting[number]

    async def _read(self, reader: asyncio.StreamReader) -> None:
        while line := await reader.readline():
            answer = json.loads(line)
            waiting = self._waiting.pop(answer["n"])
            if not waiting.done():
                waiting.set_result(answer["answer"])


async def _drive(links: List[_Link], kind: str, count: int, chance: random.Random) -> Result:
    result = Result(sent=count)
    talkative = max(count // 2 // 250, 4)
    plan: List[Tuple[str, int]] = [(f"{kind}-many-{n}", count // 2 // talkative) for n in range(talkative)]
    plan += [(f"{kind}-one-{n}", 1) for n in range(count - sum(length for _, length in plan))]
    chance.shuffle(plan)
    gate = asyncio.Semaphore(SENDERS_AT_ONCE)

    async def send(sender: str, n: int) -> None:
        ident, text, link = f"{sender}/{n}", str(n), links[n % len(links)]
        began = time.perf_counter()
        asked = [link.ask(sender, ident, text)]
        if n % DOUBLED_EACH == 3:
            asked.append(links[(n + 1) % len(links)].ask(sender, ident, text))
        answers = await asyncio.gather(*(asyncio.wait_for(one, PATIENCE) for one in asked), return_exceptions=True)
        result.waits.append(time.perf_counter() - began)
        result.errors += sum(answer != f"答{text}" for answer in answers)

    async def talk(sender: str, length: int) -> None:
        async with gate:
            for first in range(0, length, TOGETHER):
                await asyncio.gather(*(send(sender, n) for n in range(first, min(first + TOGETHER, length))))

    began = time.perf_counter()
    await asyncio.gather(*(talk(sender, length) for sender, length in plan))
    result.seconds = time.perf_counter() - began
    result.slow = sum(wait >= 0.9 for wait in result.waits)
    result.plan = plan
    return result


def judge(result: Result, histories: Dict[str, List[str]]) -> Result:
    """Compare what was sent with what each conversation holds (message texts in order)."""
    for sender, length in result.plan:
        held = [int(text) for text in histories.get(sender, [])]
        counted = Counter(held)
        result.lost += sum(not counted[n] for n in range(length))
        result.doubled += sum(times - 1 for times in counted.values())
        first = list(dict.fromkeys(held))
        # Sent one group after the other; within a group each worker gets its share in order.
        result.out_of_order += sum(a // TOGETHER > b // TOGETHER for a, b in zip(first, first[1:]))
        for worker in range(WORKERS):
            mine = [n for n in first if n % WORKERS == worker and n % DOUBLED_EACH != 3]  # a double may overtake
            result.out_of_order += sum(a > b for a, b in zip(mine, mine[1:]))
    return result
