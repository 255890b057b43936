"""How many workers, how much memory and bandwidth a place needs: assumptions (capacity.yml) times measurements."""
from __future__ import annotations

import math
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from random import Random
from typing import Any, Dict, Optional, Sequence

import yaml

from bench.queueing import Talk, arrivals, simulate
from bench.report import percentile

WINDOW, WARM_UP = 300.0, 120.0
"""Simulated seconds of the busiest time, and how many of them only fill the queue."""
MOST_SIMULATED = 2000.0
"""Messages a second; a larger place is simulated as one of this rate, whose larger pool would only wait less."""
PATIENCE = 4.0
"""Seconds; bot.gateway.workers.LONGEST_WAIT."""


@dataclass(frozen=True)
class Measured:
    """What one message costs: seconds of a worker (``service``), CPU seconds of the gateway, bytes."""

    service: Sequence[float]
    gateway_cpu: float
    redis_bytes_turn: float
    wire_bytes_message: float
    worker_memory: float
    gateway_memory: float


@dataclass(frozen=True)
class Need:
    peak: float
    """Messages a second in the busiest minute."""
    workers: int
    redis_masters: int
    """Each with a replica."""
    cores: int
    p95: float
    refused: int
    redis_bytes: float
    """Of the conversations kept, once."""
    bytes_second: float
    memory_bytes: float
    """Of everything, replicas included."""
    price_month: float
    """Yuan, under the prices assumed."""


def assumptions(path: Path = Path(__file__).with_suffix("").parent / "capacity.yml") -> Dict[str, Any]:
    return dict(yaml.safe_load(path.read_text("utf-8")))


def peak_rate(people: float, given: Dict[str, Any], day: Dict[str, Any]) -> float:
    """Messages a second in the busiest minute of ``day``."""
    a_day = people * given["conversations_per_person_year"] / 365 * given["turns"] * day["factor"]
    hours = given["hours"]
    shares = [hour / sum(hours) / 3600 for hour in hours]
    return float(a_day * max(share * _burst(day.get("burst"), hour) for hour, share in enumerate(shares)))


def _burst(burst: Optional[Dict[str, float]], hour: int) -> float:
    if burst is None or hour < burst["hour"]:
        return 1.0
    return 1 + (burst["factor"] - 1) * math.pow(0.5, (hour - burst["hour"]) / burst["half_life_hours"])


def _always(rate: float, second: float) -> float:
    return rate


def plan(people: float, given: Dict[str, Any], day: Dict[str, Any], measured: Measured, seed: int = 1) -> Need:
    """Workers for ``day``'s busiest minute such that the goal holds in simulation; the rest follows."""
    peak = peak_rate(people, given, day)
    mean = sum(measured.service) / len(measured.service)
    workers = max(2, math.ceil(peak * mean / given["utilisation"]))  # one may fail: never fewer than two
    scale = min(1.0, MOST_SIMULATED / peak)
    talk = Talk(given["turns"], given["think_seconds"])
    while True:
        draw = Random(seed)
        rate = peak * scale / given["turns"]
        starts = arrivals(partial(_always, rate), rate, WINDOW, draw)
        servers = max(2, round(workers * scale))
        outcome = simulate(starts, talk, measured.service, servers, PATIENCE, draw, WARM_UP)
        p95 = percentile(outcome.seconds, 0.95) if outcome.seconds else 0.0
        if p95 <= given["goal_p95_seconds"] and not outcome.refused:
            break
        workers = math.ceil(workers * 1.1)
    gateways = max(2, math.ceil(peak * measured.gateway_cpu / given["utilisation"]))
    kept = people * given["conversations_per_person_year"] / 365 * given["keep_days"] * day["factor"] * given["turns"]
    redis_bytes = kept * measured.redis_bytes_turn
    masters = max(1, math.ceil(redis_bytes / given["redis_node_gb"] / 1e9))
    cores = workers + gateways + 2 * masters
    memory = workers * measured.worker_memory + gateways * measured.gateway_memory + 2 * redis_bytes
    price = cores * given["core_price_month"] + memory / 1e9 * given["memory_price_month"]
    return Need(peak, workers, masters, cores, p95, outcome.refused, redis_bytes, peak * measured.wire_bytes_message, memory, price)
