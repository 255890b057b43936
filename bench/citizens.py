"""Citizens who talk to the chat API as the page does: one message after another, and the same id again after a refusal."""
from __future__ import annotations

import asyncio
import json
import random
import time
import uuid
from dataclasses import dataclass, field
from typing import Any, Dict, List, Optional

import aiohttp
from yarl import URL

from bot.settings import ROOT

LONGEST_PAUSE = 2.0


def questions(seed: int) -> List[str]:
    """The project's own test questions, shuffled: real sentences, hardly two alike, so that no cache helps."""
    found = []
    for path in sorted((ROOT / "tests" / "questions").glob("*.tsv")):
        found += [line.split("\t")[0] for line in path.read_text("utf-8").splitlines()[1:] if line and not line.startswith("#")]
    found = sorted(set(found))
    random.Random(seed).shuffle(found)
    return found


@dataclass
class Sent:
    """One message and what became of it. ``refusals`` are the sentences told meanwhile, ``silent`` attempts that got none."""

    id: str
    text: str
    replies: List[Dict[str, Any]] = field(default_factory=list)
    seconds: float = 0.0
    refusals: List[str] = field(default_factory=list)
    silent: int = 0


class Citizen:
    """One session."""

    def __init__(self, http: aiohttp.ClientSession, url: str) -> None:
        self._http = http
        self._api = url + "/api/v1"
        self._headers: Dict[str, str] = {}
        self.sent: List[Sent] = []

    async def arrive(self) -> "Citizen":
        async with self._http.post(self._api + "/sessions", json={}) as response:
            response.raise_for_status()
            self._headers = {"Authorization": "Bearer " + (await response.json())["token"]}
        return self

    async def say(self, text: str, ident: Optional[str] = None, patience: float = 90.0) -> Sent:
        """Send until answered; raises TimeoutError after ``patience`` seconds without an answer."""
        sent = Sent(ident or str(uuid.uuid4()), text)
        self.sent.append(sent)
        started, pause = time.perf_counter(), 0.1
        while True:
            try:
                async with self._http.post(
                        self._api + "/messages", json={"id": sent.id, "text": text}, headers=self._headers) as response:
                    body = await response.json()
                    if response.status == 200:
                        sent.replies, sent.seconds = body["replies"], time.perf_counter() - started
                        return sent
                    if response.status != 503:
                        raise RuntimeError(f"{response.status} {body}")
                    sent.refusals.append(body["error"]["message"])
            except (aiohttp.ClientError, asyncio.TimeoutError, OSError):
                sent.silent += 1  # the gateway itself is away: the page says so in its own words
            if time.perf_counter() - started > patience:
                raise TimeoutError(f"no answer in {patience:.0f} s: {sent}")
            await asyncio.sleep(pause)
            pause = min(2 * pause, LONGEST_PAUSE)

    async def hang_up(self, text: str, ident: str) -> None:
        """Send one message and break the connection before its answer can be read."""
        url = URL(self._api + "/messages")
        body = json.dumps({"id": ident, "text": text}).encode()
        head = {"Host": url.authority, "Content-Type": "application/json", "Content-Length": str(len(body)), **self._headers}
        _, writer = await asyncio.open_connection(url.host, url.port)
        lines = [f"POST {url.path} HTTP/1.1", *(f"{name}: {value}" for name, value in head.items()), "", ""]
        writer.write("\r\n".join(lines).encode() + body)
        await writer.drain()
        writer.close()

    async def history(self) -> List[Dict[str, Any]]:
        async with self._http.get(self._api + "/history", headers=self._headers) as response:
            response.raise_for_status()
            return list((await response.json())["messages"])


@dataclass
class Findings:
    """What a comparison of what was sent with what is kept shows; all zero when nothing went wrong."""

    messages: int = 0
    lost: int = 0
    doubled: int = 0
    disordered: int = 0
    changed: int = 0
    """Messages whose replies differ between what the citizen was told and what is kept."""
    untold: int = 0
    """Refusals without a sentence."""
    refusals: int = 0
    silent: int = 0
    slowest: float = 0.0

    @property
    def wrong(self) -> int:
        return self.lost + self.doubled + self.disordered + self.changed + self.untold


async def compare(citizens: List[Citizen]) -> Findings:
    found = Findings()
    for citizen in citizens:
        kept: Dict[str, List[str]] = {}
        order: List[str] = []
        for message in await citizen.history():
            if message["from"] == "citizen":
                order.append(message["id"])
                kept.setdefault(message["id"], [])
            elif order:
                kept[order[-1]].append(message["id"])
        ids = [sent.id for sent in citizen.sent]
        found.messages += len(ids)
        found.lost += sum(ident not in kept for ident in ids)
        found.doubled += len(order) - len(set(order))
        found.disordered += [i for i in dict.fromkeys(order) if i in ids] != [i for i in ids if i in kept]
        for sent in citizen.sent:
            found.changed += sent.id in kept and [reply["id"] for reply in sent.replies] != kept[sent.id]
            found.untold += sum("12329" not in sentence and "再" not in sentence for sentence in sent.refusals)
            found.refusals += len(sent.refusals)
            found.silent += sent.silent
            found.slowest = max(found.slowest, sent.seconds)
    return found
