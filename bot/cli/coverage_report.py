"""How much of bot/ and actions/ the tests run, lines and branches, in both environments and in every process they start."""
from __future__ import annotations

import json
import os
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Dict, List, Mapping, Sequence

from bot.cli import paths
from bot.cli.problem import Problem
from bot.settings import ROOT

WANTED = 90.0
"""Percent of lines and branches together, below which ``./gjj test --coverage`` fails."""
_LOW = 80.0
_SETTINGS_NAME = "coverage.ini"


_SETTINGS = """\
[run]
branch = true
parallel = true
sigterm = true
patch = _exit
source_dirs =
    {root}/bot
    {root}/actions
data_file = {folder}/data
disable_warnings = no-data-collected

[report]
exclude_also =
    if __name__ == .__main__.:
    if TYPE_CHECKING:
    class \\w+\\(Protocol\\):
"""


def environment(folder: Path) -> Dict[str, str]:
    """The variable that makes every Python process of both environments leave data in ``folder``; it has no GJJ_ in its name,
    because tests take away what has before they start processes."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / _SETTINGS_NAME).write_text(_SETTINGS.format(root=ROOT, folder=folder), "utf-8")
    return {"COVERAGE_PROCESS_START": str(folder / _SETTINGS_NAME)}


@dataclass(frozen=True)
class Part:
    """Statements and branches of a file or a package, and how many of them ran."""

    name: str
    there: int = 0
    ran: int = 0

    def __add__(self, other: "Part") -> "Part":
        return Part(self.name, self.there + other.there, self.ran + other.ran)

    @property
    def percent(self) -> float:
        return 100.0 * self.ran / self.there if self.there else 100.0


@dataclass(frozen=True)
class Coverage:
    """``files`` with what of them ran."""

    files: Sequence[Part]

    @classmethod
    def of(cls, measured: Mapping[str, Any]) -> "Coverage":
        """From coverage.py's JSON report."""
        parts = []
        for name, found in measured["files"].items():
            s = found["summary"]
            parts.append(Part(name, s["num_statements"] + s["num_branches"], s["covered_lines"] + s["covered_branches"]))
        return cls(parts)

    @property
    def total(self) -> Part:
        return sum(self.files, Part("合计"))

    @property
    def packages(self) -> List[Part]:
        """By folder, the first two levels; by name."""
        found: Dict[str, Part] = {}
        for file in self.files:
            name = "/".join(file.name.split("/")[:-1][:2])
            found[name] = found.get(name, Part(name)) + file
        return [found[name] for name in sorted(found)]

    @property
    def low(self) -> List[Part]:
        """Files below 80 %, the lowest first."""
        return sorted((file for file in self.files if file.percent < _LOW), key=lambda file: file.percent)

    def __str__(self) -> str:
        rows = [f"{part.percent:5.1f} %  {part.name}" for part in [self.total, *self.packages]]
        return "\n".join([*rows, f"低于 {_LOW:.0f} % 的文件：{len(self.low)} 个", *(f"{part.percent:5.1f} %  {part.name}" for part in self.low)])


def collect(folder: Path) -> Coverage:
    """Add what processes left to what was combined before, and write report.txt and report.json into ``folder``; raises :class:`Problem`
    when nothing new was left."""
    _run(folder, "combine", "--append", "--quiet")
    _run(folder, "json", "--quiet", "-o", str(folder / "report.json"))
    found = Coverage.of(json.loads((folder / "report.json").read_text("utf-8")))
    (folder / "report.txt").write_text(f"{found}\n", "utf-8")
    return found


def draw(folder: Path) -> Path:
    """The page that shows it line by line, written into ``folder``; raises :class:`Problem`."""
    _run(folder, "html", "--quiet", "-d", str(folder / "html"))
    return folder / "html" / "index.html"


def _run(folder: Path, *command: str) -> None:
    done = subprocess.run(
        [str(paths.GATEWAY_PYTHON), "-m", "coverage", *command, f"--rcfile={folder / _SETTINGS_NAME}"], cwd=ROOT, capture_output=True, text=True,
        env={**os.environ, "COVERAGE_PROCESS_START": ""},
    )
    if done.returncode:
        raise Problem(f"覆盖率算不出来：{(done.stdout + done.stderr).strip()[-300:]}")
