"""Plots of a release as SVG, drawn here: the libraries that could take seconds to import and megabytes of the environment."""
from __future__ import annotations

from html import escape
from typing import List, Mapping, Optional

from .assessment import HELD_OUT, Assessment
from .reliability import calibration_error, reliability

_FONT = "font-family=\"'Noto Sans CJK SC','PingFang SC','Microsoft YaHei',sans-serif\""
_MOST = 14
"""Confusions shown; more is no picture any more."""


def confusion_plot(found: Assessment, titles: Optional[Mapping[str, str]] = None) -> str:
    """Bars: which topics are taken for which, most frequent first; ``titles`` is what administrators call them."""
    names = titles or {}
    rows = found.confusions()[:_MOST]
    height, top = 26, 46
    most = max((len(questions) for _, _, questions in rows), default=1)
    parts = [_text(16, 26, "最常见的混淆（检验问句里的句数）", 15, weight=600)]
    for number, (wanted, got, questions) in enumerate(rows):
        y = top + number * height
        width = 260 * len(questions) / most
        parts += [
            _text(452, y + 17, f"{names.get(wanted, wanted)} → {names.get(got, got) or '没有听懂'}", 12, anchor="end"),
            f'<rect x="462" y="{y + 4}" width="{width:.1f}" height="{height - 8}" rx="3" fill="#b4472f"/>',
            _text(470 + width, y + 17, str(len(questions)), 12),
        ]
    if not rows:
        parts.append(_text(16, top + 18, "没有答错的句子", 13))
    return _svg(760, top + max(1, len(rows)) * height + 14, "最常见的混淆", parts)


def reliability_plot(found: Assessment) -> str:
    """Stated confidence against the share that is right; on the diagonal it can be taken at its word."""
    rows = [one for one in found.of(HELD_OUT) if one.found]
    bins = reliability([(one.score, one.ok) for one in rows])
    left, top, side = 64, 50, 300

    def x(share: float) -> float:
        return left + side * share

    def y(share: float) -> float:
        return top + side * (1 - share)

    parts = [_text(16, 26, f"把握与答对的比例（平均偏差 {calibration_error(bins):.3f}）", 15, weight=600)]
    for tick in (0, 0.2, 0.4, 0.6, 0.8, 1):
        parts += [
            f'<path d="M{x(tick):.1f} {y(0):.1f}V{y(1):.1f}M{x(0):.1f} {y(tick):.1f}H{x(1):.1f}" stroke="#dde3e6"/>',
            _text(x(tick), y(0) + 18, f"{tick:.1f}", 11, anchor="middle"), _text(left - 8, y(tick) + 4, f"{tick:.1f}", 11, anchor="end"),
        ]
    parts.append(f'<path d="M{x(0)} {y(0)}L{x(1)} {y(1)}" stroke="#6b7a80" stroke-dasharray="5 4"/>')
    most = max((b.n for b in bins), default=1)
    for b in bins:
        radius = 3 + 9 * (b.n / most) ** 0.5
        parts.append(f'<circle cx="{x(b.confidence):.1f}" cy="{y(b.right):.1f}" r="{radius:.1f}" fill="#0b6e6e" fill-opacity="0.75">'
                     f"<title>{b.n} 句，平均把握 {b.confidence:.2f}，答对 {b.right:.2f}</title></circle>")
    parts += [_text(left + side / 2, top + side + 40, "说有几成把握（点越大句子越多）", 12, anchor="middle"),
              f'<g transform="translate(18 {top + side / 2}) rotate(-90)">{_text(0, 0, "实际答对", 12, anchor="middle")}</g>']
    return _svg(420, top + side + 56, "把握与答对的比例", parts)


def _svg(width: float, height: float, title: str, parts: List[str]) -> str:
    return (f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {height:.0f}" width="{width:.0f}" height="{height:.0f}" role="img" '
            f'aria-label="{escape(title)}"><rect width="100%" height="100%" fill="#ffffff"/>{"".join(parts)}</svg>')


def _text(x: float, y: float, text: str, size: int, anchor: str = "start", weight: int = 400) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size}" font-weight="{weight}" text-anchor="{anchor}" fill="#1f2d33" {_FONT}>{escape(text)}</text>'
