"""Where the CPU time of one message goes inside a worker, phase by phase, one citizen talking."""
from __future__ import annotations

import asyncio
import statistics
import time
import uuid
from contextlib import ExitStack
from functools import wraps
from typing import Any, Callable, Dict, Iterator, List
from unittest.mock import patch

from bench.citizens import questions
from bench.report import Report
from bot.settings import Settings

READING, VECTORS, TOPICS, POLICIES, WORK, STATE, ALL = (
    "读懂（整个流程）", "　其中：句向量", "　其中：判断主题", "对话策略（Rasa）", "动作：答复、追问、提醒", "会话存取和锁", "全部")


async def profile(report: Report, redis_url: str, messages: int) -> None:
    """Add a table of the phases to ``report``; ``messages`` are measured after some that warm."""
    import dataclasses

    from bot.quiet import quiet_libraries

    quiet_libraries()
    from actions.actions import ActionAttend, ActionRespond
    from bot.nlu.sentence_featurizer import SentenceVectorFeaturizer
    from bot.nlu.topic_classifier import TopicClassifier
    from bot.state.tracker_store import RedisTrackerStore
    from bot.state.turns import Turns
    from bot.worker.assistant import Assistant
    from bot.worker.incoming import Incoming
    from bot.worker.processor import CounterProcessor

    assistant = Assistant(dataclasses.replace(Settings.from_env(), redis_url=redis_url, message_timeout=60))
    spent: Dict[str, float] = {}
    found: Dict[str, List[float]] = {}
    texts: Iterator[str] = iter(questions(seed=9))
    with ExitStack() as stack:
        for phase, owner, name in (
                (READING, CounterProcessor, "_parse_message_with_graph"), (VECTORS, SentenceVectorFeaturizer, "process"),
                (TOPICS, TopicClassifier, "process"), (POLICIES, CounterProcessor, "_predict_next_with_tracker"),
                (WORK, ActionRespond, "work"), (WORK, ActionAttend, "work"), (STATE, RedisTrackerStore, "retrieve"),
                (STATE, RedisTrackerStore, "save"), (STATE, Turns, "_enter"), (STATE, Turns, "_leave")):
            stack.enter_context(patch.object(owner, name, _timed(getattr(owner, name), phase, spent)))
        await assistant.load()  # the graph keeps the functions it finds now
        for number in range(20 + messages):
            if number % 10 == 0:
                conversation = uuid.uuid4().hex
            spent.clear()
            before = time.process_time()
            await assistant.answer(Incoming(conversation, uuid.uuid4().hex, next(texts)))
            spent[ALL] = time.process_time() - before
            if number >= 20:
                for phase, seconds in spent.items():
                    found.setdefault(phase, []).append(seconds)
    await assistant.close()
    medians = {phase: statistics.median(found.get(phase, [0.0])) * 1000 for phase in (READING, VECTORS, TOPICS, POLICIES, WORK, STATE)}
    whole = statistics.median(found[ALL]) * 1000
    rest = whole - sum(medians[phase] for phase in (READING, POLICIES, WORK, STATE))
    report.text(f"## 一句话的 CPU 时间去了哪里（对话进程里，{messages} 句，中位数）")
    rows = [[phase, value, value / whole] for phase, value in medians.items()]
    report.table(["环节", "毫秒", "占"], [*rows, ["其余（Rasa 的事件循环、事件、HTTP 以外的一切）", rest, rest / whole], [ALL, whole, 1.0]])
    report.figures["profile_ms"] = {**medians, ALL: whole}


def _timed(function: Callable[..., Any], phase: str, spent: Dict[str, float]) -> Callable[..., Any]:
    """``function`` with the CPU time of its thread added to ``spent[phase]``."""
    if asyncio.iscoroutinefunction(function):
        @wraps(function)
        async def waiting(*args: Any, **kwargs: Any) -> Any:
            before = time.thread_time()
            try:
                return await function(*args, **kwargs)
            finally:
                spent[phase] = spent.get(phase, 0.0) + time.thread_time() - before

        return waiting

    @wraps(function)
    def working(*args: Any, **kwargs: Any) -> Any:
        before = time.thread_time()
        try:
            return function(*args, **kwargs)
        finally:
            spent[phase] = spent.get(phase, 0.0) + time.thread_time() - before

    return working
