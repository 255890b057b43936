"""``./gjj bench load``: a town's citizens talk for ten minutes, then three times as many as can be served, then as before.

Nobody may meet an error before the overload; in it everybody is either answered or told when to come again; afterwards
answers must be as quick as before within seconds. The citizens run in this process, on the same machine: its share of the
processor and how late its own clock rings are part of the report, because a generator out of breath would measure itself.
"""
from __future__ import annotations

import argparse
import asyncio
import contextlib
import itertools
import math
import random
import secrets
import tempfile
import time
from dataclasses import asdict
from pathlib import Path
from typing import AsyncIterator, Dict, Iterator, List, Set, Tuple

import aiohttp

from bench import fault_kinds
from bench.citizens import questions
from bench.load_citizens import REST, SOCKET, Citizen, Sent, crowd, thinking
from bench.load_findings import Phase, Summary, latency_over_time, recovered_after, statuses_over_time
from bench.report import Report, percentile
from bench.system import System
from bot.endpoint import Endpoint

RECOVERY_LIMIT = 10.0
_TICK = 0.05
_SAMPLE = 1.0
_HEALTH = 0.25


def main(argv: List[str]) -> int:
    args = arguments(argv)
    report = Report("load", "高峰")
    with tempfile.TemporaryDirectory(prefix="gjj-load-") as folder:
        # As in production: rate limits count, each citizen comes through a proxy with an address of their own.
        production = {"GJJ_FOR_TESTS": "", "GJJ_TRUSTED_PROXIES": "127.0.0.1", "GJJ_SECRET": secrets.token_hex(32)}
        module = fault_kinds.LIGHT if args.light else fault_kinds.REAL
        with System(Path(folder), workers=args.workers, env=production, module=module) as system:
            run = Run(system, args)
            asyncio.run(run.everything())
    good = tell(report, run, args)
    report.write()
    return 0 if good else 1


def arguments(argv: List[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="./gjj bench load", description="高峰：平时、超载、恢复")
    parser.add_argument("--workers", type=int, default=2, help="几个对话进程，默认 2")
    parser.add_argument("--citizens", type=int, default=500, help="同时几个人，默认 500，一半用 WebSocket")
    parser.add_argument("--think", type=float, default=45.0, help="两句话之间读和打字的平均秒数（指数分布），默认 45")
    parser.add_argument("--seconds", type=float, default=600.0, help="平时多少秒，默认 600")
    parser.add_argument("--overload", type=float, default=3.0, help="超载是最多能答的几倍，默认 3")
    parser.add_argument("--crowd", type=int, default=1500, help="超载时多来多少人，默认 1500")
    parser.add_argument("--overload-seconds", type=float, default=60.0, help="超载多少秒，默认 60")
    parser.add_argument("--recovery-seconds", type=float, default=60.0, help="之后再看多少秒，默认 60")
    parser.add_argument("--capacity-seconds", type=float, default=20.0, help="先用多少秒测最多能答几句，默认 20")
    parser.add_argument("--quick", action="store_true", help="一分钟的小样，数字不作数")
    parser.add_argument("--light", action="store_true", help="对话进程不装模型，只看其余部分")
    args = parser.parse_args(argv)
    if args.quick:
        args.citizens, args.think, args.seconds, args.capacity_seconds = 40, 5.0, 20.0, 5.0
        args.overload_seconds, args.recovery_seconds, args.crowd = 8.0, 15.0, 800
    return args


class Run:
    """One run: ``sent`` are all messages, ``phases`` when what happened, ``samples`` what the machine did."""

    def __init__(self, system: System, args: argparse.Namespace) -> None:
        self._system, self._args = system, args
        self._began = time.perf_counter()
        self._texts: Iterator[str] = itertools.cycle(questions(seed=11))
        self.sent: List[Sent] = []
        self.phases: Dict[str, Phase] = {}
        self.capacity = 0.0
        self.samples: List[Tuple[float, Dict[str, float]]] = []
        """(time, CPU share of one core by part)."""
        self.memory: Dict[str, Tuple[int, int]] = {}
        self.health: List[Tuple[float, float]] = []
        """(time, seconds) of questions at the workers' health doors; infinite when the worker said that it is not well."""
        self.lateness: List[float] = []
        """Seconds by which the generator's own timers rang late."""
        self._sending: "Set[asyncio.Task[Sent]]" = set()
        self.missed = 0
        """Overload arrivals that found no idle citizen and were not sent."""

    def clock(self) -> float:
        return time.perf_counter() - self._began

    async def everything(self) -> None:
        connector = aiohttp.TCPConnector(limit=0, keepalive_timeout=120)
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=None), connector=connector) as http:
            people = crowd(self._args.citizens, http, self._system.url, self.clock, self.sent.append)
            more = crowd(self._args.crowd, http, self._system.url, self.clock, self.sent.append, len(people))
            watching = [asyncio.ensure_future(work) for work in (self._sample(), self._listen_to_oneself(), self._ask_health())]
            talking: "List[asyncio.Task[None]]" = []
            try:
                await self._arrive([*people, *more])
                await self._measure_capacity(people)
                before = self._memory()
                pause = thinking(self._args.think, seed=1)
                talking = [asyncio.ensure_future(person.talk(self._texts, pause)) for person in people]
                async with self._phase("平时"):
                    await self._sleep(self._args.seconds, talking)
                async with self._phase("超载"):
                    await self._overload(more, talking)
                async with self._phase("恢复"):
                    await self._sleep(self._args.recovery_seconds, talking)
                await asyncio.gather(*self._sending)
                self.memory = {name: (before[name], now) for name, now in self._memory().items()}
            finally:
                for task in [*watching, *talking]:
                    task.cancel()
                await asyncio.gather(*watching, *talking, return_exceptions=True)
                await asyncio.gather(*(person.leave() for person in [*people, *more]), return_exceptions=True)

    @contextlib.asynccontextmanager
    async def _phase(self, name: str) -> AsyncIterator[None]:
        print(f"{name}……", flush=True)
        start = self.clock()
        yield
        self.phases[name] = Phase(name, start, self.clock())

    async def _arrive(self, people: List[Citizen]) -> None:
        """Sessions, some at a time, as doors open."""
        gate = asyncio.Semaphore(8)

        async def enter(person: Citizen) -> None:
            async with gate:
                await person.arrive()

        await asyncio.gather(*map(enter, people))

    async def _measure_capacity(self, people: List[Citizen]) -> None:
        """Messages a second when some never pause: what the overload is a multiple of."""
        few = people[:8 * self._args.workers]
        async with self._phase("最多"):
            end = self.clock() + self._args.capacity_seconds

            async def hurry(person: Citizen) -> None:
                while self.clock() < end:
                    if (await person.say(next(self._texts))).status == 429:  # each citizen has a limit too, which is not what is measured
                        await person.arrive()
                        await person.leave()

            await asyncio.gather(*map(hurry, few))
        phase = self.phases["最多"]
        self.capacity = sum(one.status == 200 for one in phase.of(self.sent)) / (phase.end - phase.start)
        for person in few:
            await person.leave()
            await person.arrive()

    async def _overload(self, crowd: List[Citizen], talking: "List[asyncio.Task[None]]") -> None:
        """Messages of the crowd at ``overload`` times the capacity, whoever is answered or not."""
        chance = random.Random(2)
        rate = self._args.overload * self.capacity
        end = self.clock() + self._args.overload_seconds
        due = self.clock()
        sending = self._sending
        idle = itertools.cycle(crowd)  # who was sent off last is asked last
        while (now := self.clock()) < end:
            while due <= now:
                due += chance.expovariate(rate)
                person = next((one for one in itertools.islice(idle, len(crowd)) if not one.busy), None)
                if person is None:
                    self.missed += 1
                    continue
                task = asyncio.ensure_future(person.say(next(self._texts)))
                sending.add(task)
                task.add_done_callback(sending.discard)
                await asyncio.sleep(0)  # it counts as busy from now on
            await self._sleep(min(0.01, max(0.0, due - now)), talking)

    async def _sleep(self, seconds: float, talking: "List[asyncio.Task[None]]") -> None:
        """Let time pass; a citizen of ours who broke ends the run instead of falling silent."""
        done, _ = await asyncio.wait(talking, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()

    async def _sample(self) -> None:
        parts = {part.name: part for part in [*self._system.workers, self._system.gateway, *([self._system.redis] if self._system.redis else [])]}
        before, then = {name: part.cpu() for name, part in parts.items()}, self.clock()
        own = time.process_time()
        while True:
            await asyncio.sleep(_SAMPLE)
            now = self.clock()
            used = {name: part.cpu() for name, part in parts.items()}
            shares = {name: (used[name] - before[name]) / (now - then) for name in parts}
            shares["市民（本程序）"] = (time.process_time() - own) / (now - then)
            self.samples.append((now, shares))
            before, then, own = used, now, time.process_time()

    async def _ask_health(self) -> None:
        doors = [Endpoint.parse(place).health for place in self._system.env["GJJ_WORKER_SOCKETS"].split(",")]
        while True:
            for door in doors:
                at, started = self.clock(), time.perf_counter()
                async with aiohttp.ClientSession(connector=aiohttp.UnixConnector(door.path)) as http:
                    async with http.get(door.base + "/healthz") as response:
                        self.health.append((at, time.perf_counter() - started if response.status == 200 else math.inf))
            await asyncio.sleep(_HEALTH)

    async def _listen_to_oneself(self) -> None:
        while True:
            due = time.perf_counter() + _TICK
            await asyncio.sleep(_TICK)
            self.lateness.append(time.perf_counter() - due)

    def _memory(self) -> Dict[str, int]:
        return {part.name: part.memory() for part in [*self._system.workers, self._system.gateway]}


def tell(report: Report, run: Run, args: argparse.Namespace) -> bool:
    """Write tables, plots and the verdict; whether all requirements were met."""
    summaries = {name: Summary.of(phase.of(run.sent)) for name, phase in run.phases.items()}
    calm, rush = summaries["平时"], summaries["超载"]
    phase = run.phases["恢复"]
    recovered = recovered_after(run.sent, phase.start, phase.end, calm.p95)
    report.text(
        f"{args.citizens} 个人，一半用 REST，一半用 WebSocket，两句话之间平均 {args.think:.0f} 秒（指数分布）；{args.workers} 个对话进程"
        f"{'（不装模型）' if args.light else ''}。限流照常，每人一个地址。最多每秒能答 {run.capacity:.1f} 句（{8 * args.workers} 个人不停地说），"
        f"超载是它的 {args.overload:g} 倍。" + ("**小样，数字不作数。**" if args.quick else ""))
    report.table(
        ["", "秒", "句数", "每秒", "答复", "婉拒（有说明）", "差错", "p50 毫秒", "p95", "p99", "最慢", "最慢的婉拒"],
        [[name, run.phases[name].end - run.phases[name].start, one.messages, one.messages / (run.phases[name].end - run.phases[name].start),
          one.answered, one.refused, one.failed, *(1000 * value for value in (one.p50, one.p95, one.p99, one.slowest, one.slowest_refusal))]
         for name, one in summaries.items()])
    by_transport = {kind: Summary.of([one for one in run.phases["超载"].of(run.sent) if one.transport == kind]) for kind in (REST, SOCKET)}
    report.text("超载时两种连接各有多少得到答复：" + "，".join(
        f"{kind} {one.answered}/{one.messages}（{one.answered / max(1, one.messages):.0%}）" for kind, one in by_transport.items()) + "。")
    requirements = [
        ("平时没有一句出错或被婉拒", calm.answered == calm.messages, f"{calm.messages - calm.answered} / {calm.messages}"),
        ("超载时没有答复的都是 429 或 503，带一句话和 Retry-After", rush.failed == 0, f"差错 {rush.failed} / {rush.messages}"),
        (f"超载结束后 {RECOVERY_LIMIT:.0f} 秒内恢复平时的速度", recovered is not None and recovered <= RECOVERY_LIMIT,
         "没有恢复" if recovered is None else f"{recovered:.1f} 秒"),
    ]
    report.table(["要求", "", "测得"], [[what, "达到" if met else "**没有达到**", found] for what, met, found in requirements])
    _machine(report, run)
    bucket = max(1.0, args.seconds / 120)
    report.plot("latency", latency_over_time(run.sent, bucket), "秒", "毫秒", log=True)
    report.plot("statuses", statuses_over_time(run.sent, bucket), "秒", "每秒几句")
    report.plot("cpu", {name: [(at, shares[name]) for at, shares in run.samples[::max(1, len(run.samples) // 150)]]
                        for name in (run.samples[0][1] if run.samples else {})}, "秒", "用几个核")
    report.figures.update(
        capacity=run.capacity, recovered=recovered, summaries={name: asdict(one) for name, one in summaries.items()},
        overload_by_transport={kind: asdict(one) for kind, one in by_transport.items()}, missed=run.missed,
        phases={name: [phase.start, phase.end] for name, phase in run.phases.items()}, memory=run.memory)
    return all(met for _, met, _ in requirements)


def _machine(report: Report, run: Run) -> None:
    """Who used the processor, who grew, and whether the generator kept up."""
    rows = []
    for name in (run.samples[0][1] if run.samples else {}):
        row: List[object] = [name]
        for phase in run.phases.values():
            shares = [found[name] for at, found in run.samples if phase.start <= at < phase.end]
            row.append(f"{sum(shares) / len(shares):.2f}" if shares else "")
        grown = run.memory.get(name)
        row.append(f"{grown[0] / 2**20:.0f} → {grown[1] / 2**20:.0f}" if grown else "")
        rows.append(row)
    report.text("各部分用了几个核（平均），内存（MB，平时开始 → 恢复结束）：")
    report.table(["", *run.phases, "内存"], rows)
    asked = {name: [seconds for at, seconds in run.health if phase.start <= at < phase.end] for name, phase in run.phases.items()}
    report.text("对话进程的健康口多久答复（毫秒，p50 / p99 / 最慢）：" + "；".join(
        f"{name} " + " / ".join(f"{1000 * percentile(found, share):.0f}" for share in (0.5, 0.99, 1.0))
        for name, found in asked.items() if found) + "。")
    if run.lateness:
        report.text(
            f"产生负荷的程序与被测的系统在同一台机器上；它自己的定时器迟到 p50 {percentile(run.lateness, 0.5) * 1000:.0f} 毫秒、"
            f"p99 {percentile(run.lateness, 0.99) * 1000:.0f} 毫秒，这一部分也算进了测得的延迟。超载时因为人人都在等而没有发出的：{run.missed} 句。")
