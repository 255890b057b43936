"""What the messages of one load run show: figures by phase and the time it took until all was as before."""
from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Dict, Iterable, List, Optional, Sequence, Tuple

from bench.load_citizens import ANSWERED, Sent
from bench.report import percentile

WINDOW = 5.0
"""Seconds of messages that are looked at together to say whether all is as before."""
_STEP = 0.5
AS_BEFORE = 1.5
"""The p95 of a window may be so many times the normal one: a window holds some fifty messages."""


@dataclass(frozen=True)
class Phase:
    """A part of the run, in seconds on its clock."""

    name: str
    start: float
    end: float

    def of(self, sent: Iterable[Sent]) -> List[Sent]:
        return [one for one in sent if self.start <= one.at < self.end]


@dataclass(frozen=True)
class Summary:
    """Figures of some messages; seconds are of answered ones, nan-free: 0 when none was answered."""

    messages: int
    answered: int
    refused: int
    """429 or 503, told with a sentence and Retry-After."""
    failed: int
    """Everything else: other statuses, no sentence, no answer at all."""
    p50: float
    p95: float
    p99: float
    slowest: float
    slowest_refusal: float
    statuses: Dict[str, int]

    @classmethod
    def of(cls, sent: Sequence[Sent]) -> "Summary":
        seconds = [one.seconds for one in sent if one.status == ANSWERED]
        refused = [one for one in sent if one.status in (429, 503) and one.told]
        share = {name: percentile(seconds, part) if seconds else 0.0 for name, part in (("p50", 0.5), ("p95", 0.95), ("p99", 0.99))}
        return cls(
            messages=len(sent), answered=len(seconds), refused=len(refused), failed=len(sent) - len(seconds) - len(refused),
            slowest=max(seconds, default=0.0), slowest_refusal=max((one.seconds for one in refused), default=0.0),
            statuses=dict(Counter(f"{one.status} {one.code}".strip() for one in sent)), **share)


def recovered_after(sent: Sequence[Sent], end: float, last: float, normal_p95: float) -> Optional[float]:
    """Seconds after ``end`` (of the overload) from which on no message was refused and each window of messages was as fast as
    normal, up to ``last``; None when that did not come."""
    after = sorted((one for one in sent if end <= one.at < last), key=lambda one: one.at)
    found: Optional[float] = None
    start = end
    while start + WINDOW <= last:
        window = [one for one in after if start <= one.at < start + WINDOW]
        good = all(one.status == ANSWERED for one in window)
        if good and window:
            good = percentile([one.seconds for one in window], 0.95) <= AS_BEFORE * normal_p95
        if not good:
            found = None
        elif found is None:
            found = start - end
        start += _STEP
    return found


def latency_over_time(sent: Sequence[Sent], bucket: float) -> Dict[str, List[Tuple[float, float]]]:
    """p50, p95 and slowest of answered messages by the time they were sent, in milliseconds."""
    lines: Dict[str, List[Tuple[float, float]]] = {"p50": [], "p95": [], "最慢": []}
    for start, members in _buckets([one for one in sent if one.status == ANSWERED], bucket):
        seconds = [one.seconds * 1000 for one in members]
        for name, value in (("p50", percentile(seconds, 0.5)), ("p95", percentile(seconds, 0.95)), ("最慢", max(seconds))):
            lines[name].append((start, value))
    return lines


def statuses_over_time(sent: Sequence[Sent], bucket: float) -> Dict[str, List[Tuple[float, float]]]:
    """Messages a second by what became of them."""
    names = {ANSWERED: "答复了", 429: "429", 503: "503"}
    buckets = _buckets(sent, bucket)
    lines: Dict[str, List[Tuple[float, float]]] = {}
    for name in [*names.values(), "没有说明"]:
        counts = [(start, sum(names.get(one.status, "没有说明") == name for one in members) / bucket) for start, members in buckets]
        if any(count for _, count in counts):
            lines[name] = counts
    return lines


def _buckets(sent: Sequence[Sent], bucket: float) -> List[Tuple[float, List[Sent]]]:
    found: Dict[int, List[Sent]] = {}
    for one in sent:
        found.setdefault(int(one.at // bucket), []).append(one)
    return [(number * bucket, found[number]) for number in sorted(found)]
