"""What every benchmark leaves behind: a Markdown table with figures, plots as SVG, and the machine they were taken on."""
from __future__ import annotations

import json
import os
import platform
import statistics
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Dict, List, Mapping, Sequence, Tuple

from bot.settings import Settings

FONTS = ("Noto Sans CJK SC", "Noto Sans CJK JP", "WenQuanYi Zen Hei", "DejaVu Sans")


@dataclass
class Report:
    """Collects tables, plots and raw figures of one benchmark and writes them to ``var/bench/<name>/``."""

    name: str
    title: str
    parts: List[str] = field(default_factory=list)
    figures: Dict[str, Any] = field(default_factory=dict)

    @property
    def folder(self) -> Path:
        folder = Settings.from_env().var_dir / "bench" / self.name
        folder.mkdir(parents=True, exist_ok=True)
        return folder

    def text(self, paragraph: str) -> None:
        """Add a paragraph and show it."""
        self.parts.append(paragraph)
        print(paragraph, flush=True)

    def table(self, header: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
        """Add a Markdown table and show it."""
        lines = ["| " + " | ".join(header) + " |", "|" + "---|" * len(header)]
        lines += ["| " + " | ".join(_cell(c) for c in row) + " |" for row in rows]
        self.text("\n".join(lines))

    def plot(self, name: str, series: Mapping[str, Sequence[Tuple[float, float]]], x: str, y: str, log: bool = False) -> None:
        """Draw lines (``label`` → points) to ``<name>.svg`` and refer to it."""
        import matplotlib

        matplotlib.use("Agg")
        from matplotlib import pyplot

        pyplot.rcParams["font.sans-serif"] = list(FONTS)
        pyplot.rcParams["axes.unicode_minus"] = False
        figure, axes = pyplot.subplots(figsize=(7, 4))
        for label, points in series.items():
            axes.plot([p[0] for p in points], [p[1] for p in points], marker="o", label=label)
        axes.set_xlabel(x)
        axes.set_ylabel(y)
        if log:
            axes.set_yscale("log")
        axes.grid(alpha=0.3)
        axes.legend()
        figure.tight_layout()
        figure.savefig(self.folder / f"{name}.svg", metadata={"Date": None})
        pyplot.close(figure)
        self.parts.append(f"![{name}]({name}.svg)")

    def write(self) -> Path:
        """Write ``report.md`` and ``figures.json``; returns the report's path."""
        head = f"# {self.title}\n\n{machine()}"
        path = self.folder / "report.md"
        path.write_text("\n\n".join([head, *self.parts]) + "\n", encoding="utf-8")
        (self.folder / "figures.json").write_text(json.dumps(self.figures, ensure_ascii=False, indent=1), encoding="utf-8")
        print(f"\n报告：{path}")
        return path


def machine() -> str:
    """One line about the machine: figures mean nothing without it."""
    model = next((line.split(":")[1].strip() for line in _cpuinfo() if line.startswith("model name")), platform.processor())
    return f"{os.cpu_count()} 核 {model}，{platform.system()} {platform.release().split('-')[0]}，Python {platform.python_version()}"


def _cpuinfo() -> List[str]:
    try:
        return Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return []


def percentile(values: Sequence[float], share: float) -> float:
    """The ``share`` (0–1) quantile of ``values`` by linear interpolation; raises on no values."""
    ordered = sorted(values)
    position = share * (len(ordered) - 1)
    low = int(position)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (position - low)


def spread(values: Sequence[float]) -> str:
    """Median and range of repeated ratios: ``0.21 (0.19–0.24)``."""
    return f"{statistics.median(values):.3g} ({min(values):.3g}–{max(values):.3g})"


def _cell(value: Any) -> str:
    return f"{value:.3g}" if isinstance(value, float) else str(value)
