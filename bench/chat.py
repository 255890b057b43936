"""``./gjj bench chat``: the whole chain beside stock Rasa, as citizens meet it.

Both systems serve the same trained release from the same Redis server on the same machine, in turns, in one run. So what is
compared is everything around the model: dialogue engine, state, locks, custom actions, HTTP. Stock runs as its documentation
says: ``rasa run`` with REST, RedisTrackerStore and RedisLockStore, and custom actions over HTTP from ``rasa run actions``.
"""
from __future__ import annotations

import argparse
import asyncio
import itertools
import random
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any, Callable, Dict, Iterator, List, Sequence, Tuple

import aiohttp

from bench.chat_profile import profile
from bench.citizens import Citizen, questions
from bench.report import Report, percentile, spread
from bench.stock_rasa import StockCitizen, StockRasa
from bench.system import Part, System, redis_server
from bot.endpoint import Endpoint

Arrive = Callable[[aiohttp.ClientSession], Any]
OURS, STOCK = "本系统", "rasa run"


def main(argv: List[str]) -> int:
    parser = argparse.ArgumentParser(prog="./gjj bench chat", description="整条链路的延迟和吞吐，与 rasa run 比")
    parser.add_argument("--workers", type=int, default=1, help="两边各几个对话进程，默认 1")
    parser.add_argument("--repeat", type=int, default=5, help="每项重复几次，默认 5")
    parser.add_argument("--turns", type=int, default=20, help="一个人时每次谈几句，默认 20")
    parser.add_argument("--citizens", type=int, default=50, help="同时几个人，默认 50")
    parser.add_argument("--seconds", type=float, default=30.0, help="同时谈多少秒，默认 30")
    parser.add_argument("--long", type=int, nargs="*", default=[300, 500], help="谈了这么多句以后的延迟，默认 300 500")
    parser.add_argument("--profile", type=int, default=100, help="看 CPU 时间去了哪里，用多少句，默认 100；0 不看")
    args = parser.parse_args(argv)
    report = Report("chat", "整条链路")
    with tempfile.TemporaryDirectory(prefix="gjj-bench-") as name:
        folder = Path(name)
        redis, url = redis_server(folder)
        try:
            redis.start().wait()
            port = int(url.split(":")[2].split("/")[0])
            with System(folder / "ours", args.workers, url) as ours, StockRasa(folder, port, args.workers) as stock:
                asyncio.run(Comparison(report, ours, stock, args).run())
            if args.profile:
                asyncio.run(profile(report, url.rsplit("/", 1)[0] + "/2", args.profile))
        finally:
            redis.stop()
    report.write()
    return 0


class Comparison:
    """All measurements of one run."""

    def __init__(self, report: Report, ours: System, stock: StockRasa, args: argparse.Namespace) -> None:
        self._report, self._args = report, args
        self._ours = ours
        self._chance = random.Random(7)
        self._texts: Iterator[str] = itertools.cycle(questions(seed=7))
        self._arrive: Dict[str, Arrive] = {
            OURS: lambda http: Citizen(http, ours.url).arrive(), STOCK: lambda http: StockCitizen(http, stock.url).arrive()}
        self._parts: Dict[str, Sequence[Part]] = {OURS: [*ours.workers, ours.gateway], STOCK: stock.parts}

    async def run(self) -> None:
        self._report.text(
            f"同一个版本、同一台 Redis（只追加日志）、同一次运行里轮流测，两边各 {self._args.workers} 个对话进程；"
            "所以比的是模型以外的一切：对话引擎、会话存储、锁、动作、HTTP。问句来自 tests/questions，几乎句句不同。比值越小越好，吞吐相反。")
        timeout = aiohttp.ClientTimeout(total=180)
        async with aiohttp.ClientSession(timeout=timeout, connector=aiohttp.TCPConnector(limit=0)) as http:
            for system in self._arrive:  # both have answered before anything is measured
                citizen = await self._arrive[system](http)
                for _ in range(3):
                    await citizen.say(next(self._texts))
            await self._one_citizen(http)
            await self._many_citizens(http)
            await self._long_conversations(http)

    async def _one_citizen(self, http: aiohttp.ClientSession) -> None:
        """Latency of one citizen, conversation against conversation."""
        medians: Dict[str, List[float]] = {OURS: [], STOCK: []}
        processor: Dict[str, List[float]] = {OURS: [], STOCK: []}
        by_turn: Dict[str, List[List[float]]] = {OURS: [], STOCK: []}
        for _ in range(self._args.repeat):
            texts = [next(self._texts) for _ in range(self._args.turns)]
            for system in medians:
                citizen = await self._arrive[system](http)
                before = self._cpu(system)
                seconds = [await _timed(citizen.say(text)) for text in texts]
                processor[system].append((self._cpu(system) - before) / len(texts))
                medians[system].append(statistics.median(seconds))
                by_turn[system].append(seconds)
        ratios = [a / b for a, b in zip(medians[OURS], medians[STOCK])]
        cpu = [a / b for a, b in zip(processor[OURS], processor[STOCK])]
        everything = {system: [s for turn in by_turn[system] for s in turn] for system in by_turn}
        self._report.text(f"## 一个人，每次谈 {self._args.turns} 句，{self._args.repeat} 次")
        self._report.table(
            ["", "p50 毫秒", "p95 毫秒", "每句 CPU 毫秒（全部进程）"],
            [[system, percentile(everything[system], 0.5) * 1000, percentile(everything[system], 0.95) * 1000,
              statistics.median(processor[system]) * 1000] for system in everything])
        self._report.text(f"p50 之比：**{spread(ratios)}**（要求 ≤ 0.35）；CPU 之比：{spread(cpu)}")
        self._report.plot("one-citizen", {
            system: [(turn + 1, statistics.median(run[turn] for run in runs) * 1000) for turn in range(self._args.turns)]
            for system, runs in by_turn.items()}, "第几句", "毫秒")
        self._report.figures["one_citizen"] = {"p50_ratio": ratios, "cpu_ratio": cpu, "seconds": by_turn}

    async def _many_citizens(self, http: aiohttp.ClientSession) -> None:
        """Messages a second with many citizens who wait for each answer before they go on."""
        rates: Dict[str, List[float]] = {OURS: [], STOCK: []}
        latencies: Dict[str, List[float]] = {OURS: [], STOCK: []}
        health: List[float] = []
        for _ in range(max(1, self._args.repeat // 2 + 1)):
            for system in rates:
                probing = asyncio.create_task(self._probe(health)) if system == OURS else None
                rate, seconds = await self._crowd(http, system)
                if probing:
                    probing.cancel()
                    await asyncio.gather(probing, return_exceptions=True)
                rates[system].append(rate)
                latencies[system] += seconds
        ratios = [a / b for a, b in zip(rates[OURS], rates[STOCK])]
        self._report.text(f"## {self._args.citizens} 个人同时，每次 {self._args.seconds:.0f} 秒")
        self._report.table(
            ["", "每秒几句", "p50 毫秒", "p99 毫秒"],
            [[system, spread(rates[system]), percentile(latencies[system], 0.5) * 1000, percentile(latencies[system], 0.99) * 1000]
             for system in rates])
        self._report.text(
            f"吞吐之比：**{spread(ratios)}**（要求 ≥ 3）。这时问对话进程“活着吗”（/healthz）：p50 {percentile(health, 0.5) * 1000:.0f} 毫秒，"
            f"p99 {percentile(health, 0.99) * 1000:.0f} 毫秒，最慢 {max(health) * 1000:.0f} 毫秒。")
        self._report.figures["many_citizens"] = {"ratio": ratios, "rates": rates, "health": health}

    async def _crowd(self, http: aiohttp.ClientSession, system: str) -> Tuple[float, List[float]]:
        seconds: List[float] = []
        citizens = [await self._arrive[system](http) for _ in range(self._args.citizens)]
        started = time.perf_counter()
        end = started + self._args.seconds

        async def talk(citizen: Any) -> None:
            while time.perf_counter() < end:
                seconds.append(await _timed(citizen.say(next(self._texts))))

        await asyncio.gather(*map(talk, citizens))
        return len(seconds) / (time.perf_counter() - started), seconds

    async def _probe(self, found: List[float]) -> None:
        """How long the busy worker's health check takes, ten times a second."""
        door = Endpoint.parse(self._ours.env["GJJ_WORKER_SOCKETS"].split(",")[0]).health
        async with aiohttp.ClientSession(connector=aiohttp.UnixConnector(door.path)) as http:
            while True:
                found.append(await _timed(_health(http)))
                await asyncio.sleep(0.1)

    async def _long_conversations(self, http: aiohttp.ClientSession) -> None:
        """A first message against one after hundreds of turns: in turns, in any order, with sentences of like length."""
        few = questions(seed=8)[:40]  # to get there quickly; what is measured are new sentences
        visitors = {}
        for length in self._args.long:
            visitors[length] = await self._arrive[OURS](http)
            for turn in range(length):
                await visitors[length].say(few[turn % len(few)])
        seconds: Dict[int, List[float]] = {length: [] for length in (1, *visitors)}
        for texts in alike(self._texts, len(seconds), max(20, 40 * self._args.repeat)):
            for length, text in zip(self._chance.sample(list(seconds), len(seconds)), texts):
                citizen = visitors[length] if length in visitors else await self._arrive[OURS](http)
                seconds[length].append(await _timed(citizen.say(text)))
        self._report.text("## 谈得久了")
        first = statistics.median(seconds[1])
        self._report.table(
            ["第几句", "p50 毫秒", "与第 1 句之比", "分四段比", "四分位"],
            [[length, statistics.median(values) * 1000, statistics.median(values) / first, spread(_parts(values, seconds[1])),
              f"{percentile(values, 0.25) * 1000:.0f}–{percentile(values, 0.75) * 1000:.0f}"] for length, values in seconds.items()])
        self._report.text("要求：第 300 句、500 句以后再来，都 ≤ 1.2 × 第 1 句。")
        self._report.figures["long"] = {str(length): values for length, values in seconds.items()}

    def _cpu(self, system: str) -> float:
        return sum(part.cpu() for part in self._parts[system])


def alike(texts: Iterator[str], size: int, count: int) -> List[List[str]]:
    """``count`` groups of ``size`` new sentences, those of a group about as long as each other: a long one takes longer to read."""
    found = sorted(itertools.islice(texts, size * count), key=len)
    groups = [found[at : at + size] for at in range(0, len(found), size)]
    random.Random(7).shuffle(groups)
    return groups


def _parts(values: Sequence[float], first: Sequence[float]) -> List[float]:
    """Ratios of the medians in each of four parts of the time."""
    size = -(-len(values) // 4)
    return [statistics.median(values[at : at + size]) / statistics.median(first[at : at + size]) for at in range(0, len(values), size)]


async def _health(http: aiohttp.ClientSession) -> None:
    async with http.get("http://worker/healthz") as response:
        assert response.status == 200


async def _timed(call: Any) -> float:
    started = time.perf_counter()
    await call
    return time.perf_counter() - started
