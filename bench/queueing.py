"""Citizens at workers, simulated: conversations begin at random, each turn waits its turn, is answered, and is read before the next."""
from __future__ import annotations

import heapq
import math
from dataclasses import dataclass, field
from random import Random
from typing import Callable, List, Sequence, Tuple


@dataclass(frozen=True)
class Talk:
    """``turns``: mean number (geometric); ``think``: mean seconds between an answer and the next message (exponential)."""

    turns: float
    think: float


@dataclass
class Outcome:
    """``seconds``: latency of each answered message; ``refused``: messages sent away because the wait would be too long."""

    seconds: List[float] = field(default_factory=list)
    refused: int = 0


def arrivals(rate: Callable[[float], float], most: float, seconds: float, draw: Random) -> List[float]:
    """Times of a Poisson process with ``rate`` events a second, at most ``most`` (thinning)."""
    found, now = [], 0.0
    while most > 0:
        now += draw.expovariate(most)
        if now >= seconds:
            break
        if draw.random() * most <= rate(now):
            found.append(now)
    return found


def simulate(starts: Sequence[float], talk: Talk, service: Sequence[float], servers: int, patience: float, draw: Random, since: float = 0.0) -> Outcome:
    """Messages of conversations that begin at ``starts``, served first come first served by ``servers``, each taking one of
    the measured ``service`` seconds. A message that would wait longer than ``patience`` is refused and ends its conversation.
    Only messages after ``since`` count: the queue must have had time to fill.
    """
    outcome = Outcome()
    free = [0.0] * servers
    coming: List[Tuple[float, int]] = [(start, _turns(talk.turns, draw)) for start in starts]
    heapq.heapify(coming)
    while coming:
        now, left = heapq.heappop(coming)
        begins = max(now, free[0])
        if begins - now > patience:
            outcome.refused += now >= since
            continue
        ends = begins + draw.choice(service)
        heapq.heapreplace(free, ends)
        if now >= since:
            outcome.seconds.append(ends - now)
        if left > 1:
            heapq.heappush(coming, (ends + draw.expovariate(1 / talk.think), left - 1))
    return outcome


def _turns(mean: float, draw: Random) -> int:
    return 1 + int(math.log(1 - draw.random()) / math.log(1 - 1 / mean)) if mean > 1 else 1
