"""``./gjj bench machines``: several machines under load while each part in turn is killed, paused or cut off. Nothing may be lost,
doubled, out of order or unsaid; how long it takes until answers come as before is told for each."""
from __future__ import annotations

import argparse
import asyncio
import itertools
import signal
import sys
import tempfile
import time
from pathlib import Path
from typing import Any, Awaitable, Callable, Dict, List, Mapping, Tuple

import aiohttp

from bench.citizens import Citizen, Findings, compare, questions
from bench.fault_kinds import LIGHT, REAL, RESTART_PAUSE
from bench.redis_cluster import RedisCluster
from bench.report import Report, percentile
from bench.sentinels import Sentinels
from bench.several import Several, Wire, nginx_binary
from bench.system import Part

AWAY = 15.0
"""Seconds a part is paused or cut off."""
SLOW = 1.0
"""Seconds; answers slower than this count as trouble."""
SETTLED = 8.0
"""Seconds without trouble after which all is as before."""
GROUPS: Dict[str, Tuple[str, Callable[[Path], Any]]] = {"sentinel": ("三台 Redis、三个 Sentinel", Sentinels), "cluster": ("六台 Redis 的集群", RedisCluster)}

Fault = Callable[[Several], Awaitable[None]]


async def _kill(part: Part) -> None:
    part.kill()
    await asyncio.sleep(RESTART_PAUSE)
    await asyncio.to_thread(part.start().wait)


async def _pause(part: Part) -> None:
    part.signal(signal.SIGSTOP)
    await asyncio.sleep(AWAY)
    part.signal(signal.SIGCONT)


async def _cut(wires: List[Wire]) -> None:
    for wire in wires:
        wire.signal(signal.SIGUSR1)
    await asyncio.sleep(AWAY)
    for wire in wires:
        wire.signal(signal.SIGUSR2)


async def _fail_over(several: Several) -> None:
    await asyncio.to_thread(several.group.fail_over)


FAULTS: Dict[str, Fault] = {
    "kill -9 一个对话进程": lambda s: _kill(s.workers[1]),
    "一个对话进程停住": lambda s: _pause(s.workers[1]),
    "一个对话进程断网（自己还在运行）": lambda s: _cut(s.worker_wires),
    "kill -9 一个网关": lambda s: _kill(s.gateways[1]),
    "一个网关停住": lambda s: _pause(s.gateways[1]),
    "一个网关断网": lambda s: _cut([s.gateway_wire]),
    "kill -9 Redis 主机，切换": _fail_over,
    "kill -9 nginx": lambda s: _kill(s.nginx),
}


def main(argv: List[str]) -> int:
    parser = argparse.ArgumentParser(prog="./gjj bench machines", description="几台机器：两个网关、四个对话进程、一组 Redis，逐个杀掉、停住、断网")
    parser.add_argument("groups", nargs="*", metavar="Redis", help="sentinel、cluster，默认两个都做")
    parser.add_argument("--citizens", type=int, default=12, help="几个人在谈，默认 12")
    parser.add_argument("--real", action="store_true", help="对话进程装模型（四个约 5 GB 内存）；默认用不装模型的，句数更多")
    args = parser.parse_args(argv)
    unknown = set(args.groups) - set(GROUPS)
    if unknown:
        parser.error(f"没有这种 Redis：{'、'.join(sorted(unknown))}")
    if nginx_binary() is None:
        print("没有 nginx：请先装上（Debian：apt install nginx-light）。", file=sys.stderr)
        return 2
    report = Report("machines", "几台机器")
    wrong = 0
    for name in args.groups or GROUPS:
        title, build = GROUPS[name]
        with tempfile.TemporaryDirectory(prefix="gjj-machines-") as folder:
            with Several(Path(folder), build(Path(folder)), REAL if args.real else LIGHT) as several:
                rows, found = asyncio.run(drills(several, args.citizens, FAULTS))
        wrong += found.wrong
        report.text(f"## nginx、两个网关、四个对话进程、{title}；{args.citizens} 个人不停地说")
        report.table(["故障", "其间句数", "恢复用时（秒）", "最慢一句（秒）", "婉拒"], rows)
        report.text(f"{found.messages} 句：丢失 {found.lost}，重复 {found.doubled}，乱序 {found.disordered}，答复不一致 {found.changed}，"
                    f"没有说明的拒绝 {found.untold}（要求都是 0）；连不上 {found.silent} 次，都用同一个编号再发成功。")
        report.figures[name] = {"rows": rows, **found.__dict__}
    report.write()
    return 1 if wrong else 0


async def drills(several: Several, citizens: int, faults: Mapping[str, Fault]) -> Tuple[List[List[Any]], Findings]:
    """``faults`` one after another while citizens talk: a row for each, and what a comparison afterwards shows."""
    texts = itertools.cycle(questions(seed=6)[:300])
    over = asyncio.Event()
    told: List[Tuple[float, float]] = []  # when it was said, when it was answered
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=60), connector=aiohttp.TCPConnector(limit=0)) as http:
        people = [await Citizen(http, several.url).arrive() for _ in range(citizens)]

        async def talk(person: Citizen) -> None:
            while not over.is_set():
                said = time.monotonic()
                await person.say(next(texts))
                told.append((said, time.monotonic()))
                await asyncio.sleep(0.1)

        talking = [asyncio.create_task(talk(person)) for person in people]
        rows: List[List[Any]] = []
        try:
            await asyncio.sleep(3)
            for name, fault in faults.items():
                refused, began, before = sum(len(s.refusals) for p in people for s in p.sent), time.monotonic(), len(told)
                await fault(several)
                back = time.monotonic()
                await _settled(told, back, talking)
                since = [(said, answered) for said, answered in told[before:] if answered >= began]
                slow = [answered for said, answered in since if answered - said > SLOW]
                rows.append([name, len(since), max(slow) - began if slow else 0.0, max(a - s for s, a in since),
                             sum(len(s.refusals) for p in people for s in p.sent) - refused])
                print(rows[-1], flush=True)
        finally:
            over.set()
        await asyncio.gather(*talking)
        return rows, await compare(people)


async def _settled(told: List[Tuple[float, float]], since: float, talking: "List[asyncio.Task[None]]") -> None:
    """Until answers have come as usual for :data:`SETTLED` seconds; raises what ended a citizen's talk."""
    end = since + 90
    while time.monotonic() < end:
        for task in talking:
            if task.done():
                task.result()
        now = time.monotonic()
        latest = [answered - said for said, answered in told if answered > now - SETTLED]
        if now - since > SETTLED and latest and percentile(latest, 1.0) <= SLOW:
            return
        await asyncio.sleep(0.2)
