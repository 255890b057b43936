"""``./gjj bench faults``: every part is killed, paused or starved while citizens talk; what they were told is compared with what
is kept afterwards. Nothing may be lost, doubled, out of order or unsaid."""
from __future__ import annotations

import argparse
import asyncio
import itertools
import tempfile
import time
from dataclasses import asdict
from pathlib import Path
from typing import Awaitable, Callable, Dict, List, Tuple

import aiohttp

from bench import fault_kinds
from bench.citizens import Citizen, Findings, compare, questions
from bench.own_disk import NotAllowed
from bench.report import Report
from bench.system import System

Fault = Callable[[System], Awaitable[None]]

FAULTS: Dict[str, Tuple[str, Callable[[Path, str], System], Fault]] = {
    "worker": ("kill -9 一个对话进程", fault_kinds.plain, fault_kinds.kill_worker),
    "drain": ("TERM 一个对话进程（交接）", fault_kinds.plain, fault_kinds.drain_worker),
    "gateway": ("kill -9 网关", fault_kinds.plain, fault_kinds.kill_gateway),
    "redis": ("kill -9 Redis，从只追加日志恢复", fault_kinds.plain, fault_kinds.kill_redis),
    "hang": ("Redis 停住 10 秒", fault_kinds.plain, fault_kinds.pause_redis),
    "disk": ("只追加日志写不下去 5 秒（RLIMIT_FSIZE）", fault_kinds.small_disk, fault_kinds.fill_disk),
    "full": ("只追加日志所在的磁盘写满 5 秒", fault_kinds.own_disk, fault_kinds.fill_own_disk),
    "clocks": ("两个对话进程的时钟差 5 秒", fault_kinds.skewed, fault_kinds.kill_worker),
    "reload": ("换版本", fault_kinds.own_releases, fault_kinds.reload),
    "sentinel": ("Sentinel 切换", fault_kinds.sentinel, fault_kinds.kill_master),
}
"""name → what happens, the system it happens to, how."""


def main(argv: List[str]) -> int:
    parser = argparse.ArgumentParser(prog="./gjj bench faults", description="故障演练")
    parser.add_argument("faults", nargs="*", metavar="故障", help="只做这些：" + "、".join(FAULTS))
    parser.add_argument("--citizens", type=int, default=8, help="几个人在谈，默认 8")
    parser.add_argument("--rounds", type=int, default=5, help="每种故障几次，默认 5")
    parser.add_argument("--calm", type=float, default=5.0, help="每次故障前后各平静几秒，默认 5")
    parser.add_argument("--light", action="store_true", help="对话进程不装模型，只演练其余部分（快，句数多）")
    args = parser.parse_args(argv)
    unknown = set(args.faults) - set(FAULTS)
    if unknown:
        parser.error(f"没有这种故障：{'、'.join(sorted(unknown))}")
    report = Report("faults", "故障演练")
    rows, wrong = [], 0
    for name in args.faults or FAULTS:
        title, build, fault = FAULTS[name]
        with tempfile.TemporaryDirectory(prefix="gjj-faults-") as folder:
            try:
                with build(Path(folder), fault_kinds.LIGHT if args.light else fault_kinds.REAL) as system:
                    found = asyncio.run(drill(system, fault, args.citizens, args.rounds, args.calm))
            except NotAllowed as reason:
                report.text(f"{title}：没有做，这台机器不让挂载文件系统（{reason}）。")
                continue
        wrong += found.wrong
        report.figures[name] = asdict(found)
        rows.append([
            title, args.rounds, found.messages, found.lost, found.doubled, found.disordered, found.changed, found.untold,
            found.refusals, found.silent, found.slowest])
        print(rows[-1], flush=True)
    report.text(f"{args.citizens} 个人不停地说，两个对话进程；被拒绝的句子像网页那样用同一个编号再发。")
    report.table(
        ["故障", "次数", "句数", "丢失", "重复", "乱序", "答复不一致", "没有说明的拒绝", "婉拒", "连不上网关", "最慢一句（秒）"], rows)
    report.text(f"合计差错：**{wrong}**（要求 0）")
    report.write()
    return 1 if wrong else 0


async def drill(system: System, fault: Fault, citizens: int, rounds: int, calm: float) -> Findings:
    """Citizens talk all the time; ``fault`` happens ``rounds`` times. Returns what a comparison afterwards shows."""
    texts = itertools.cycle(questions(seed=5)[:200])
    over = asyncio.Event()
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=60), connector=aiohttp.TCPConnector(limit=0)) as http:
        people = [await Citizen(http, system.url).arrive() for _ in range(citizens)]

        async def talk(person: Citizen) -> None:
            while not over.is_set():
                await person.say(next(texts))

        talking = [asyncio.create_task(talk(person)) for person in people]
        try:
            for _ in range(rounds):
                await _calm(calm, talking)
                await fault(system)
            await _calm(calm, talking)
        finally:
            over.set()
        await asyncio.gather(*talking)
        return await compare(people)


async def _calm(seconds: float, talking: "List[asyncio.Task[None]]") -> None:
    """Let them talk for a while; a citizen who got no answer at all ends the drill."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        done = [task for task in talking if task.done()]
        if done:
            done[0].result()
        await asyncio.sleep(0.1)
