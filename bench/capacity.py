"""``./gjj bench capacity``: what a message costs here, whether queueing theory agrees with the running system, and what a county,
a prefecture, a province and the nation would need under the assumptions of capacity.yml."""
from __future__ import annotations

import argparse
import asyncio
import itertools
import tempfile
import time
from pathlib import Path
from random import Random
from typing import Any, Dict, Iterator, List, Tuple

import aiohttp
import redis

from bench.capacity_plan import PATIENCE, Measured, assumptions, plan
from bench.citizens import Citizen, questions
from bench.queueing import Talk, simulate
from bench.report import Report, percentile
from bench.system import System

LOADS = (0.3, 0.6, 0.8)
"""Shares of the highest throughput at which reality and simulation are compared."""
HEADERS = 900
"""Bytes of TLS records and headers that a message adds in both directions; a round estimate."""


def main(argv: List[str]) -> int:
    parser = argparse.ArgumentParser(prog="./gjj bench capacity", description="一句话要多少资源，多大的地方要多少机器")
    parser.add_argument("--seconds", type=float, default=30.0, help="每种负荷测多久，默认 30 秒")
    args = parser.parse_args(argv)
    report = Report("capacity", "容量：从一句话到全国")
    with tempfile.TemporaryDirectory(prefix="gjj-bench-") as name, System(Path(name)) as system:
        measured, highest = asyncio.run(_Measuring(report, system, args.seconds).run())
    _plans(report, measured)
    report.figures["messages_per_second_per_worker"] = highest
    report.write()
    return 0


class _Measuring:
    """One worker, one gateway, one Redis on this machine."""

    def __init__(self, report: Report, system: System, seconds: float) -> None:
        self._report, self._system, self._seconds = report, system, seconds
        self._texts: Iterator[str] = itertools.cycle(questions(seed=11))
        self._redis = redis.Redis.from_url(system.redis_url)

    async def run(self) -> Tuple[Measured, float]:
        async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0), timeout=aiohttp.ClientTimeout(total=60)) as http:
            citizen = await Citizen(http, self._system.url).arrive()
            for _ in range(20):
                await citizen.say(next(self._texts))
            alone, body_bytes, redis_bytes, gateway_cpu = await self._alone(http)
            highest = await self._highest(http)
            mean = sum(alone) / len(alone)
            service = [seconds / mean / highest for seconds in alone]  # side by side, parts of two messages overlap
            measured = Measured(service, gateway_cpu, redis_bytes, body_bytes + HEADERS, self._system.workers[0].memory(), self._system.gateway.memory())
            self._report.text("## 一句话要多少（一个对话进程）")
            self._report.table(["项目", "测得"], [
                ["一个人时一句多久，毫秒（中位数）", percentile(alone, 0.5) * 1000],
                ["最多每秒几句", highest],
                ["网关每句 CPU，毫秒", gateway_cpu * 1000],
                ["Redis 每句字节", f"{redis_bytes:.0f}"],
                ["答复和问句每句字节（正文）", f"{body_bytes:.0f}"],
                ["对话进程内存，MB", f"{measured.worker_memory / 1e6:.0f}"],
                ["网关内存，MB", f"{measured.gateway_memory / 1e6:.0f}"]])
            await self._against_simulation(http, service, highest)
        return measured, highest

    async def _alone(self, http: aiohttp.ClientSession) -> Tuple[List[float], float, float, float]:
        before, cpu = self._redis.info("memory")["used_memory"], self._system.gateway.cpu()
        seconds, size, end = [], 0, time.perf_counter() + self._seconds
        while time.perf_counter() < end:
            citizen = await Citizen(http, self._system.url).arrive()
            for _ in range(4):
                sent = await citizen.say(next(self._texts))
                seconds.append(sent.seconds)
                size += len(str(sent.replies).encode()) + len(sent.text.encode())
        count = len(seconds)
        return seconds, size / count, (self._redis.info("memory")["used_memory"] - before) / count, (self._system.gateway.cpu() - cpu) / count

    async def _highest(self, http: aiohttp.ClientSession) -> float:
        """Messages a second with thirty citizens who never pause."""
        citizens = [await Citizen(http, self._system.url).arrive() for _ in range(30)]
        started, count = time.perf_counter(), 0

        async def talk(citizen: Citizen) -> None:
            nonlocal count
            while time.perf_counter() - started < self._seconds:
                await citizen.say(next(self._texts))
                count += 1

        await asyncio.gather(*map(talk, citizens))
        return count / (time.perf_counter() - started)

    async def _against_simulation(self, http: aiohttp.ClientSession, service: List[float], highest: float) -> None:
        rows, figures = [], {}
        for share in LOADS:
            draw = Random(3)
            starts, now = [], 0.0
            while now < self._seconds:
                now += draw.expovariate(share * highest)
                starts.append(now)
            real = await self._at(http, starts)
            thought = simulate(starts, Talk(1, 1), service, 1, PATIENCE, Random(5)).seconds
            figures[str(share)] = {"real": real, "simulated": thought}
            rows.append([f"{share:.0%}", len(real), *(percentile(values, q) * 1000 for q in (0.5, 0.95) for values in (real, thought))])
        self._report.text("## 模拟与实测（同样的到达时刻，每句各来自一个人）")
        self._report.table(["负荷", "句数", "实测 p50 毫秒", "模拟 p50", "实测 p95", "模拟 p95"], rows)
        self._report.figures["validation"] = figures

    async def _at(self, http: aiohttp.ClientSession, starts: List[float]) -> List[float]:
        """Latencies of messages sent at ``starts``, each by a citizen who has arrived before."""
        citizens = [await Citizen(http, self._system.url).arrive() for _ in starts]
        began = time.perf_counter()

        async def one(citizen: Citizen, at: float) -> float:
            await asyncio.sleep(began + at - time.perf_counter())
            return (await citizen.say(next(self._texts))).seconds

        return list(await asyncio.gather(*map(one, citizens, starts)))


def _plans(report: Report, measured: Measured) -> None:
    given = assumptions()
    report.text(
        f"## 要多少\n\n假设在 `bench/capacity.yml`：每人每年 {given['conversations_per_person_year']} 次咨询，每次 {given['turns']} 句，"
        f"会话留 {given['keep_days']} 天，高峰 p95 ≤ {given['goal_p95_seconds']} 秒，每核每月 {given['core_price_month']} 元，"
        f"每 GB 内存每月 {given['memory_price_month']} 元。对话进程、网关各至少两个，坏一个不影响；Redis 每个主节点至多 {given['redis_node_gb']} GB，各配一个副本，各算一核。")
    rows: List[List[Any]] = []
    figures: Dict[str, Any] = {}
    for scale in given["scales"]:
        for day in given["days"]:
            need = plan(scale["people"], given, day, measured)
            figures[f"{scale['name']}，{day['name']}"] = need.__dict__
            rows.append([
                scale["name"], day["name"], need.peak, need.workers, need.redis_masters, need.cores, f"{need.p95 * 1000:.0f}", f"{need.memory_bytes / 1e9:.0f}",
                f"{need.redis_bytes / 1e9:.2f}", f"{need.bytes_second * 8 / 1e6:.1f}", f"{need.price_month:,.0f}"])
    report.table(["规模", "哪天", "高峰每秒几句", "对话进程", "Redis 主节点", "核", "高峰 p95 毫秒（模拟）", "内存 GB（含副本）", "会话 GB", "带宽 Mbit/s", "每月元"], rows)
    report.figures["plans"] = figures
