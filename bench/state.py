"""``./gjj bench state [--messages N] [--quick]``: our conversation store beside Rasa's RedisTrackerStore and RedisLockStore.

Same machine, same Redis, same run; turns recorded from the release in service.
"""
from __future__ import annotations

import argparse
import asyncio
import statistics
import time
import uuid
from dataclasses import replace
from typing import Any, Dict, List, Sequence, Tuple

import redis
from rasa.core.lock_store import RedisLockStore
from rasa.core.tracker_store import RedisTrackerStore as StockStore
from rasa.shared.core.events import UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

from bot.quiet import quiet_libraries
from bot.settings import Settings
from bot.state import keys
from bot.state.tracker_store import RedisTrackerStore
from bot.state.turns import Turns as Locks
from bot.worker.assistant import BACK

from . import state_parallel
from .report import Report, percentile, spread
from .state_server import Watcher, memory, server
from .state_turns import SAID, Turns, answer, load

LENGTHS = (1, 10, 50, 100, 300, 500, 1000)
MESSAGES_AT = (0, 10, 100, 300, 500, 1000)
"""Turns already held when the message that is timed comes."""
STOCK = "tracker:"


class Bench:
    """Both stores on one server, and conversations of any length in each."""

    def __init__(self, port: int, agent: Any, domain: Any, turns: Turns):
        self.port, self.agent, self.domain, self.turns = port, agent, domain, turns
        self.plain = redis.Redis(port=port)
        self.ours = RedisTrackerStore(domain, host=f"redis://127.0.0.1:{port}/0")
        self.stock = StockStore(domain, host="127.0.0.1", port=port)
        self.locks = Locks(self.ours.redis, lease=10, back=BACK)
        self.stock_locks = RedisLockStore(host="127.0.0.1", port=port, db=1)

    async def prepare(self, lengths: Sequence[int]) -> None:
        """Conversations ``base-N`` of N turns in both stores."""
        longest = max(lengths)
        tracker = None
        for n in range(longest):
            tracker = await self.ours.get_or_create_tracker("base", append_action_listen=False) if tracker is None else tracker
            tracker.update_with_events(self.turns.of(n), self.domain, override_timestamp=False)
            await self.ours.save(tracker)
            if n + 1 in lengths:
                self._copy_ours("base", f"base-{n + 1}")
        for n in lengths:
            if n:
                whole = DialogueStateTracker.from_events("base", self.turns.first(n), self.domain.slots)
                self.plain.set(f"{STOCK}base-{n}", self.stock.serialise_tracker(whole))

    def _copy_ours(self, source: str, target: str) -> None:
        for name in (keys.events, keys.head, keys.replies):
            self.plain.copy(name(source), name(target), replace=True)

    def fresh(self, kind: str, n: int) -> str:
        """Id of a new conversation of ``n`` turns."""
        sender = uuid.uuid4().hex
        if n and kind == "ours":
            self._copy_ours(f"base-{n}", sender)
        elif n:
            self.plain.copy(f"{STOCK}base-{n}", STOCK + sender)
        return sender

    async def save(self, kind: str, n: int) -> Tuple[float, float]:
        """Seconds of loading a conversation of ``n`` turns and of saving one turn more."""
        store = self.ours if kind == "ours" else self.stock
        sender, more = self.fresh(kind, n), self.turns.of(n)
        began = time.perf_counter()
        tracker = await store.retrieve(sender)
        loaded = time.perf_counter()
        assert tracker is not None
        tracker.update_with_events(more, self.domain, override_timestamp=False)
        ready = time.perf_counter()
        await store.save(tracker)
        return loaded - began, time.perf_counter() - ready

    async def message(self, kind: str, n: int, text: str) -> Tuple[float, float]:
        """Seconds and seconds of CPU of a whole message, model included, in a conversation of ``n`` turns."""
        sender, ident = self.fresh(kind, n), str(uuid.uuid4())
        began, worked = time.perf_counter(), time.process_time()
        await self.handle(kind, sender, ident, text)
        return time.perf_counter() - began, time.process_time() - worked

    async def handle(self, kind: str, sender: str, ident: str, text: str) -> None:
        if kind == "ours":
            async with self.locks.alone(sender, wait=30, message=ident) as turn:
                assert turn.given is None
                assert await answer(self.agent, self.ours, sender, ident, text)
        else:
            async with self.stock_locks.lock(sender):
                assert await answer(self.agent, self.stock, sender, ident, text)


def main(argv: List[str]) -> int:
    """Run all parts and write the report; 1 when a goal is missed."""
    parser = argparse.ArgumentParser(prog="./gjj bench state", description="会话存储与 Rasa 的 RedisTrackerStore、RedisLockStore 比")
    parser.add_argument("--messages", type=int, default=10_000, help="并发一段发多少条（原装的发五十分之一）")
    parser.add_argument("--quick", action="store_true", help="少测几遍，只看一眼")
    args = parser.parse_args(argv)
    quiet_libraries()
    report = Report("state", "会话存储：与 Rasa 的 RedisTrackerStore、RedisLockStore 同场比较")
    with server() as port:
        missed = asyncio.run(_run(report, port, args))
    report.text("**达标**" if not missed else "**没有达标**：" + "、".join(missed))
    report.write()
    return 1 if missed else 0


async def _run(report: Report, port: int, args: argparse.Namespace) -> List[str]:
    agent, domain = await load(replace(Settings.from_env(), redis_url=f"redis://127.0.0.1:{port}/0"))
    turns = await Turns.record(agent, domain)
    bench = Bench(port, agent, domain, turns)
    await bench.prepare(sorted({*LENGTHS, *MESSAGES_AT[1:]}))
    goals: Dict[str, Tuple[float, float]] = {}
    goals.update(await _saving(report, bench, 2 if args.quick else 5))
    goals.update(await _messages(report, bench, len(SAID) if args.quick else 10 * len(SAID)))
    goals.update(await _questions(report, bench))
    goals.update(_bytes(report, bench))
    bench.plain.flushall()
    goals.update(await _parallel(report, bench, args.messages))
    report.text("## 目标")
    report.table(["指标", "测得", "目标"], [[name, found, f"≤ {goal}"] for name, (found, goal) in goals.items()])
    report.figures["goals"] = goals
    return [name for name, (found, goal) in goals.items() if found > goal]


async def _saving(report: Report, bench: Bench, repeats: int) -> Dict[str, Tuple[float, float]]:
    times: Dict[str, Dict[int, List[Tuple[float, float]]]] = {"ours": {}, "stock": {}}
    for n in LENGTHS:
        for kind in ("ours", "stock"):
            few = 2 if kind == "stock" and n >= 300 else repeats  # stock takes seconds
            times[kind][n] = [await bench.save(kind, n) for _ in range(few)]
    rows = []
    for n in LENGTHS:
        load_ms, save_ms = ({k: statistics.median(t[part] for t in times[k][n]) * 1000 for k in times} for part in (0, 1))
        rows.append([n, load_ms["stock"], load_ms["ours"], save_ms["stock"], save_ms["ours"], save_ms["ours"] / save_ms["stock"]])
    report.text("## 读取和保存一轮（毫秒，中位数）")
    report.table(["已有轮数", "原装读取", "本项目读取", "原装保存", "本项目保存", "保存之比"], rows)
    report.plot("save", {"原装 RedisTrackerStore": [(r[0], r[3]) for r in rows], "本项目": [(r[0], r[4]) for r in rows]}, "已有轮数", "保存一轮（毫秒）", log=True)
    report.plot("load", {"原装 RedisTrackerStore": [(r[0], r[1]) for r in rows], "本项目": [(r[0], r[2]) for r in rows]}, "已有轮数", "读取（毫秒）", log=True)
    ratios = [a[1] / b[1] for a, b in zip(times["ours"][1000], times["stock"][1000])]
    report.text(f"1,000 轮时保存之比：{spread(ratios)}")
    report.figures["saving"] = rows
    return {"1,000 轮时保存 ÷ 原装": (statistics.median(ratios), 0.02)}


async def _messages(report: Report, bench: Bench, count: int) -> Dict[str, Tuple[float, float]]:
    """Lengths take turns, each time another one first, so that whatever else the machine does falls on all alike."""
    times: Dict[Tuple[str, int], List[Tuple[float, float]]] = {(kind, n): [] for kind in ("ours", "stock") for n in MESSAGES_AT}
    for i in range(count):
        first = i % len(MESSAGES_AT)
        for n in (*MESSAGES_AT[first:], *MESSAGES_AT[:first]):
            times["ours", n].append(await bench.message("ours", n, SAID[i % len(SAID)]))
            if i < (4 if n < 100 else 2) and n <= 500:
                times["stock", n].append(await bench.message("stock", n, SAID[i % len(SAID)]))
    wall = {key: [t[0] * 1000 for t in found] for key, found in times.items() if found}
    cpu = {n: [t[1] * 1000 for t in times["ours", n]] for n in MESSAGES_AT}
    p50 = {key: percentile(found, 0.5) for key, found in wall.items()}
    rows: List[Sequence[Any]] = [[n + 1, p50.get(("stock", n), "未测"), p50["ours", n], percentile(wall["ours", n], 0.95), percentile(cpu[n], 0.5),
             p50["ours", n] / p50["ours", 0], percentile(cpu[n], 0.5) / percentile(cpu[0], 0.5)] for n in MESSAGES_AT]
    report.text("## 一条消息从头到尾（含模型和动作，毫秒）")
    report.table(["第几轮", "原装存储 p50", "本项目 p50", "本项目 p95", "本项目 CPU", "p50 ÷ 第 1 轮", "CPU ÷ 第 1 轮"], rows)
    report.plot("message", {"原装存储": [(r[0], r[1]) for r in rows if r[1] != "未测"], "本项目": [(r[0], r[2]) for r in rows]}, "第几轮", "一条消息 p50（毫秒）", log=True)
    report.figures["messages"] = rows
    rounds = {n: [statistics.median(wall["ours", n][at : at + len(SAID)]) for at in range(0, count, len(SAID))] for n in MESSAGES_AT}
    for n in (300, 500):
        report.text(f"第 {n + 1} 轮 ÷ 第 1 轮，一遍一遍地比：{spread([a / b for a, b in zip(rounds[n], rounds[0])])}")
    against = {row[0] - 1: row[5] for row in rows}
    return {"第 300 轮 ÷ 第 1 轮": (against[300], 1.2), "500 轮后再来 ÷ 第 1 轮": (against[500], 1.2)}


async def _questions(report: Report, bench: Bench) -> Dict[str, Tuple[float, float]]:
    found: Dict[str, List[int]] = {"ours": [], "stock": []}
    commands: Dict[str, List[str]] = {}
    for kind in found:
        for n in (0, 10, 100):
            for _ in range(2):  # the first one may have to send the scripts
                sender = bench.fresh(kind, n)
                with Watcher(bench.port) as watcher:
                    await bench.handle(kind, sender, str(uuid.uuid4()), "租房提取要带什么材料")
            found[kind].append(len(watcher.asked))
            commands[kind] = watcher.asked
    report.text("## 一条消息问 Redis 几次")
    report.table(["", "第 1 轮", "第 11 轮", "第 101 轮", "第 101 轮的命令"], [
        ["原装存储和锁", *found["stock"], " ".join(commands["stock"])], ["本项目", *found["ours"], " ".join(commands["ours"])]])
    report.text("网关核对会话令牌另问一次（EXISTS），所以整个系统一条消息问 Redis 的次数要再加一。")
    report.figures["questions"] = found
    return {"一条消息问 Redis 的次数（加网关一次）": (max(found["ours"]) + 1, 3)}


def _bytes(report: Report, bench: Bench) -> Dict[str, Tuple[float, float]]:
    rows, ratios = [], []
    for n in (10, 50, 100, 300, 1000):
        stock = memory(bench.port, f"{STOCK}base-{n}") / n
        ours = memory(bench.port, f"{keys.PREFIX}{{base-{n}}}:*") / n
        ratios.append(ours / stock)
        rows.append([n, round(stock), round(ours), ratios[-1]])
    report.text("## 每轮占 Redis 多少字节（MEMORY USAGE ÷ 轮数）")
    report.table(["轮数", "原装", "本项目", "之比"], rows)
    report.figures["bytes"] = rows
    return {"每轮字节数 ÷ 原装（最差的一行）": (max(ratios), 0.3)}


async def _parallel(report: Report, bench: Bench, count: int) -> Dict[str, Tuple[float, float]]:
    ours = await state_parallel.run("ours", bench.port, count)
    held = {s: [e["text"] for e in await bench.ours.history(s) if e["event"] == "user"] for s, _ in ours.plan}
    state_parallel.judge(ours, held)
    stock = await state_parallel.run("stock", bench.port, max(count // 50, 100))
    held = {}
    for sender, _ in stock.plan:
        tracker = await bench.stock.retrieve_full_tracker(sender)
        held[sender] = [e.text for e in tracker.events if isinstance(e, UserUttered)] if tracker else []
    state_parallel.judge(stock, held)
    report.text(
        f"## 并发（{state_parallel.WORKERS} 个进程，同一个人同时 {state_parallel.TOGETHER} 条，一半消息各来自一个人；每十条有一条同时发给两个进程）")

    def row(name: str, r: state_parallel.Result) -> List[Any]:
        waits = [percentile(r.waits, share) * 1000 for share in (0.5, 0.99)]
        return [name, r.sent, r.lost, r.doubled, r.out_of_order, r.errors, r.slow, *waits, r.sent / r.seconds]

    report.table(["", "消息", "丢失", "重复", "乱序", "出错", "等了 0.9 秒以上", "p50 毫秒", "p99 毫秒", "每秒"],
                 [row("原装锁和存储", stock), row("本项目", ours)])
    report.figures["parallel"] = {"ours": row("", ours)[1:], "stock": row("", stock)[1:]}
    return {"并发：丢失、重复、乱序、出错": (ours.lost + ours.doubled + ours.out_of_order + ours.errors, 0)}
