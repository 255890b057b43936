"""What ``./gjj test`` runs: checks, and the suites of tests with what each of them needs first."""
from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import List, Sequence

from bot.cli import paths
from bot.settings import ROOT

PREPARE = "prepare"
"""Name of the job that builds the Chinese pipeline and trains a release where there is none."""
_RUFF = ("check", "--no-cache", "--quiet")
"""What it and mypy look for is in pyproject.toml."""
_GATEWAY_ONLY = ("cli", "content", "gateway")
"""Packages of bot/ that never run in the worker's environment; shared ones are checked in both, by way of imports."""
_PYTEST = (
    "-m", "pytest", "--import-mode=importlib", "-q", "-rsfE", "-p", "no:cacheprovider", "-o", "asyncio_mode=auto",
    "-o", "asyncio_default_fixture_loop_scope=function", "--disable-warnings", "--durations=5",
)


@dataclass(frozen=True)
class Suite:
    """One pytest run over ``folders`` of tests/ without those in ``apart``; ``trained`` when it needs the installed pipeline or a release."""

    name: str
    title: str
    python: Path
    folders: Sequence[str]
    apart: Sequence[str] = ()
    trained: bool = False

    @property
    def needs(self) -> Sequence[str]:
        return (PREPARE,) if self.trained else ()

    def command(self, report: Path) -> List[str]:
        """pytest, which leaves its JUnit report in ``report``."""
        folders = [f"tests/{name}" for name in self.folders]
        return [str(self.python), *_PYTEST, f"--junitxml={report}", *(f"--ignore=tests/{name}" for name in self.apart), *folders]


_W, _G = paths.WORKER_PYTHON, paths.GATEWAY_PYTHON

SUITES = (
    Suite("pages", "浏览器里的对话页", _G, ("e2e",), apart=("e2e/admin",)),
    Suite("faults", "故障演练", _W, ("faults",), trained=True),
    Suite("console-pages", "浏览器里的管理后台", _G, ("e2e/admin",)),
    Suite("gateway", "网关", _G, ("gateway",), apart=("gateway/admin",)),
    Suite("worker", "对话进程", _W, ("worker",), trained=True),
    Suite("system", "整个系统", _G, ("system",), trained=True),
    Suite("console", "管理后台", _G, ("gateway/admin",)),
    Suite("security", "安全", _G, ("security",)),
    Suite("nlu", "理解", _W, ("nlu",), trained=True),
    Suite("training", "训练", _W, ("training",), trained=True),
    Suite("launcher", "启动、内容、部署", _G, ("cli", "content", "web", "deploy")),
    Suite("dialogue", "内容、动作、会话状态", _W, ("knowledge", "actions", "state", "bench")),
)
"""Longest first, so that all runners are busy until the end."""


def checks() -> List[Sequence[str]]:
    """(name, title, command…) of what is looked at without running it."""
    sources = [name for name in ("bot", "actions", "bench", "tests") if any((ROOT / name).rglob("*.py"))]
    packages = sorted(path.parent.name for path in (ROOT / "bot").glob("*/__init__.py"))
    shared = sorted(f"bot/{path.name}" for path in (ROOT / "bot").glob("*.py"))
    return [
        ("content-check", "内容检查", sys.executable, "-m", "bot.knowledge.check"),
        ("ruff", "代码检查（ruff）", str(paths.GATEWAY_PYTHON.parent / "ruff"), *_RUFF, *sources),
        ("types-worker", "类型检查（mypy，对话环境）", *_mypy("worker", paths.WORKER_PYTHON),
         "actions", "bench", *shared, *(f"bot/{name}" for name in packages if name not in _GATEWAY_ONLY)),
        ("types-gateway", "类型检查（mypy，网关环境）", *_mypy("gateway", paths.GATEWAY_PYTHON), *shared, *(f"bot/{name}" for name in _GATEWAY_ONLY)),
    ]


def _mypy(name: str, python: Path) -> Sequence[str]:
    """mypy of the gateway's environment looks at the packages of ``python``; what it found out is kept for the next time."""
    mypy = paths.GATEWAY_PYTHON.parent / "mypy"
    return str(mypy), "--no-error-summary", f"--cache-dir={ROOT / 'var' / 'mypy' / name}", f"--python-executable={python}"
