"""Plots as SVG inside the page: no script, no library, colours from the style sheet so that they follow light and dark.

A plot is decoration beside its table: it has a name for screen readers, every figure is in the table beneath it, and series are
told apart by a legend in words and by lightness, not by hue alone.
"""
from __future__ import annotations

import math
from dataclasses import dataclass
from typing import List, Optional, Sequence, Tuple

from markupsafe import Markup, escape

WIDTH, HEIGHT = 600, 250
LEFT, RIGHT, TOP, BOTTOM = 46, 8, 14, 34
MOST_LABELS = 8
NAMES, BARS = 236, 300
"""Width of the names in a ranking, and of its longest bar."""
TICKS = 4


@dataclass(frozen=True)
class Series:
    """``values`` has one number for each label, None where there is nothing to say; ``colour`` is a number from 1 to 5."""

    name: str
    values: Sequence[Optional[float]]
    colour: int


def stacked(title: str, labels: Sequence[str], series: Sequence[Series]) -> Markup:
    """One column for each label, series on top of each other, the first at the bottom."""
    top, ticks = _scale(max((sum(s.values[i] or 0 for s in series) for i in range(len(labels))), default=0))
    step = (WIDTH - LEFT - RIGHT) / max(1, len(labels))
    wide = min(46.0, step * 0.72)
    parts = [_grid(ticks, top, ""), _labels(labels, step)]
    for i, label in enumerate(labels):
        x, below = LEFT + step * i + (step - wide) / 2, 0.0
        shown = [(s, s.values[i] or 0) for s in series if s.values[i]]
        for n, (one, value) in enumerate(shown):
            low, high = _y(below, top), _y(below + value, top)
            below += value
            parts.append(_column(x, high, wide, low - high, f"c{one.colour}", n == len(shown) - 1, f"{label} {one.name} {_plain(value)}"))
    return _figure(title, parts, series)


def lines(title: str, labels: Sequence[str], series: Sequence[Series], percent: bool = True) -> Markup:
    """One line for each series; gaps where a value is None. ``percent``: values are shares 0–1."""
    known = [v for s in series for v in s.values if v is not None]
    if percent:  # where everything lies high, the lower half says nothing and is left out; the axis says so
        low, top, ticks = (0.5, 1.0, [0.5, 0.6, 0.7, 0.8, 0.9, 1.0]) if known and min(known) >= 0.5 else (0.0, 1.0, [0.0, 0.25, 0.5, 0.75, 1.0])
    else:
        low, (top, ticks) = 0.0, _scale(max(known, default=0))
    step = (WIDTH - LEFT - RIGHT) / max(1, len(labels))
    parts = [_grid(ticks, top, "%" if percent else "", low), _labels(labels, step)]
    for one in series:
        points = [(LEFT + step * (i + 0.5), _y(v, top, low), v, labels[i]) for i, v in enumerate(one.values) if v is not None]
        for run in _runs(one.values):
            path = " ".join(f"{'M' if n == 0 else 'L'}{LEFT + step * (i + 0.5):.1f} {_y(one.values[i] or 0, top, low):.1f}" for n, i in enumerate(run))
            parts.append(f'<path class="line c{one.colour}" d="{path}"/>')
        if len(points) <= 62:
            for x, y, value, label in points:
                parts.append(f'<circle class="dot c{one.colour}" cx="{x:.1f}" cy="{y:.1f}" r="3.5"><title>{escape(label)} {escape(one.name)} '
                             f'{f"{value:.1%}" if percent else _plain(value)}</title></circle>')
    return _figure(title, parts, series)


def ranks(title: str, rows: Sequence[Tuple[str, float]], colour: int = 1) -> Markup:
    """Bars from left to right with their names, the first on top."""
    most, high = max((value for _, value in rows), default=0) or 1, 30
    parts = []
    for i, (name, value) in enumerate(rows):
        y, long = 4 + i * high, max(2.0, BARS * value / most)
        parts.append(f'<text class="name" x="{NAMES}" y="{y + 17}" text-anchor="end">{escape(_cut(name, 16))}<title>{escape(name)}</title></text>'
                     f'<rect class="c{colour}" x="{NAMES + 12}" y="{y + 3}" width="{long:.1f}" height="{high - 11}" rx="3"/>'
                     f'<text class="value" x="{NAMES + 20 + long:.1f}" y="{y + 17}">{_plain(value)}</text>')
    return Markup(f'<svg class="plot" viewBox="0 0 {WIDTH} {max(1, len(rows)) * high + 8}" role="img" aria-label="{escape(title)}，数字见下表">{"".join(parts)}</svg>')


def _figure(title: str, parts: List[str], series: Sequence[Series]) -> Markup:
    drawn = f'<svg class="plot" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{escape(title)}，数字见下表">{"".join(parts)}</svg>'
    if len(series) < 2:
        return Markup(drawn)
    legend = "".join(f'<li><svg class="key" viewBox="0 0 12 12" aria-hidden="true"><rect class="c{s.colour}" width="12" height="12" rx="3"/></svg>{escape(s.name)}</li>' for s in series)
    return Markup(f'{drawn}<ul class="legend">{legend}</ul>')


def _column(x: float, y: float, wide: float, high: float, kind: str, on_top: bool, told: str) -> str:
    radius = min(3.0, high, wide / 2) if on_top else 0.0
    path = (f"M{x:.1f} {y + high:.1f}v{-(high - radius):.1f}q0 {-radius:.1f} {radius:.1f} {-radius:.1f}h{wide - 2 * radius:.1f}"
            f"q{radius:.1f} 0 {radius:.1f} {radius:.1f}v{high - radius:.1f}z")
    return f'<path class="column {kind}" d="{path}"><title>{escape(told)}</title></path>'


def _grid(ticks: Sequence[float], top: float, unit: str, low: float = 0.0) -> str:
    parts = []
    for tick in ticks:
        y = _y(tick, top, low)
        text = f"{tick:.0%}" if unit == "%" else _plain(tick)
        parts.append(f'<line class="{"axis" if tick == low else "grid"}" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y:.1f}" y2="{y:.1f}"/>'
                     f'<text class="tick" x="{LEFT - 8}" y="{y + 4:.1f}" text-anchor="end">{text}</text>')
    return "".join(parts)


def _labels(labels: Sequence[str], step: float) -> str:
    every = max(1, math.ceil(len(labels) / MOST_LABELS))
    return "".join(f'<text class="tick" x="{LEFT + step * (i + 0.5):.1f}" y="{HEIGHT - 12}" text-anchor="middle">{escape(label)}</text>'
                   for i, label in enumerate(labels) if i % every == 0)


def _scale(most: float) -> Tuple[float, List[float]]:
    """The end of the axis and its ticks: steps of 1, 2 or 5 times a power of ten."""
    rough = max(1.0, most) / TICKS
    power = 10 ** math.floor(math.log10(rough))
    step = max(1.0, next(power * n for n in (1, 2, 5, 10) if power * n >= rough))
    count = max(1, math.ceil(max(1.0, most) / step))
    return step * count, [step * n for n in range(count + 1)]


def _y(value: float, top: float, low: float = 0.0) -> float:
    return HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * (value - low) / (top - low)


def _runs(values: Sequence[Optional[float]]) -> List[List[int]]:
    runs: List[List[int]] = [[]]
    for i, value in enumerate(values):
        if value is None:
            runs.append([])
        else:
            runs[-1].append(i)
    return [run for run in runs if len(run) > 1]


def _plain(value: float) -> str:
    return f"{value:,.0f}" if value == int(value) else f"{value:,.1f}"


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else text[:most - 1] + "…"
