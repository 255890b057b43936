"""How far a stated confidence can be believed: of the questions answered with about 0.8, are eight in ten right?"""
from __future__ import annotations

from dataclasses import dataclass
from typing import List, Sequence, Tuple


@dataclass(frozen=True)
class Bin:
    """Questions whose confidence lies in ``[low, high)``: how many, their mean confidence and the share that is right."""

    low: float
    high: float
    n: int
    confidence: float
    right: float


def reliability(answers: Sequence[Tuple[float, bool]], bins: int = 10) -> List[Bin]:
    """Bins of equal width that hold at least one of ``answers`` (confidence 0–1, whether it was right)."""
    found: List[Bin] = []
    for number in range(bins):
        low, high = number / bins, (number + 1) / bins
        inside = [(c, ok) for c, ok in answers if low <= c < high or (c >= 1 and number == bins - 1)]
        if inside:
            share = sum(ok for _, ok in inside) / len(inside)
            found.append(Bin(low, high, len(inside), sum(c for c, _ in inside) / len(inside), share))
    return found


def calibration_error(bins: Sequence[Bin]) -> float:
    """Expected calibration error: mean distance of confidence and share right, weighted by questions; 0 without any."""
    total = sum(b.n for b in bins)
    return sum(b.n * abs(b.confidence - b.right) for b in bins) / total if total else 0.0
