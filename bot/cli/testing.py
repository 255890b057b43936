"""``./gjj test``: everything that continuous integration checks, in one go, with one closing line."""
from __future__ import annotations

import argparse
import os
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Dict, List, Sequence

from bot.cli import foreground, paths, pipeline
from bot.cli.console import Step, complain, say
from bot.cli.junit import Counts, broken_run, read
from bot.cli.plan import REAL
from bot.cli.problem import Problem
from bot.settings import ROOT, Settings

WORKER_TESTS = ("knowledge", "actions", "nlu", "state", "worker", "training", "bench")
GATEWAY_TESTS = ("content", "gateway", "security", "cli", "web", "deploy")
BROWSER_TESTS = ("e2e",)
SYSTEM_TESTS = ("system",)
FAULT_TESTS = ("faults",)
_REPORTS = ROOT / "var" / "test"
_RUFF = ("check", "--no-cache", "--quiet", "--select", "E4,E7,E9,F", "--ignore", "E741", "--target-version", "py310")
"""Mistakes, not taste: ruff's own default set changes from version to version."""


@dataclass(frozen=True)
class Suite:
    """One pytest run."""

    title: str
    python: Path
    folders: Sequence[str]

    @property
    def existing(self) -> List[str]:
        """Folders that hold tests."""
        return [f"tests/{name}" for name in self.folders if any((ROOT / "tests" / name).rglob("test_*.py"))]


def main(argv: Sequence[str]) -> int:
    """0 when nothing failed."""
    parser = argparse.ArgumentParser(prog="./gjj test", description="运行全部检查和测试。")
    parser.parse_args(argv)
    REAL.prepare(Settings.from_env())
    install_extras(("worker", "gateway"))
    shutil.rmtree(_REPORTS, ignore_errors=True)
    _REPORTS.mkdir(parents=True)
    total = Counts()
    total += _check("内容检查", [sys.executable, "-m", "bot.knowledge.check"])
    total += _check("代码检查（ruff）", [str(paths.GATEWAY_PYTHON.parent / "ruff"), *_RUFF, *_sources()])
    total += _side_by_side(
        Suite("网关环境的测试", paths.GATEWAY_PYTHON, GATEWAY_TESTS),
        [Suite("对话环境的测试", paths.WORKER_PYTHON, WORKER_TESTS), Suite("浏览器里的测试", paths.GATEWAY_PYTHON, BROWSER_TESTS)])
    for suite in (Suite("整个系统的测试", paths.GATEWAY_PYTHON, SYSTEM_TESTS), Suite("故障演练", paths.WORKER_PYTHON, FAULT_TESTS)):
        total += _run(suite)
    print(f"{total.passed} passed, {total.failed} failed, {total.skipped} skipped")
    return 1 if total.failed else 0


def _sources() -> List[str]:
    return [name for name in ("bot", "actions", "bench", "tests") if any((ROOT / name).rglob("*.py"))]


def install_extras(names: Sequence[str]) -> None:
    """Install what only tests need, on top of the named environments, when its lock file changed."""
    for name in names:
        python = {"worker": paths.WORKER_PYTHON, "gateway": paths.GATEWAY_PYTHON}[name]
        lock = ROOT / "tests" / f"requirements-{name}.txt"
        stamp = paths.VENVS / name / "gjj-tests.lock"
        if stamp.exists() and stamp.read_bytes() == lock.read_bytes():
            continue
        with Step(f"安装测试用的包（{name}）", "约 10 秒"):
            command = [
                pipeline.find_uv(), "pip", "install", "--quiet", "--require-hashes", "--python", str(python), "-r", str(lock),
            ]
            if foreground.run(command):
                raise Problem(f"{lock.name} 里的包没有装好（原因见上）：请检查网络，再运行一次。")
        shutil.copyfile(lock, stamp)


def _environment() -> Dict[str, str]:
    env = dict(os.environ)
    env.update(PYTHONPATH=str(ROOT), OMP_NUM_THREADS="1", PYTHONDONTWRITEBYTECODE="1")
    return env


def _check(title: str, command: List[str]) -> Counts:
    say(f"→ {title}")
    ok = foreground.run(command, env=_environment(), cwd=ROOT) == 0
    if not ok:
        complain(f"{title}没有通过")
    return Counts(passed=int(ok), failed=int(not ok))


def _side_by_side(aside: Suite, shown: Sequence[Suite]) -> Counts:
    """``shown`` one after another and ``aside`` at the same time, as each leaves a core idle half of the time; what ``aside``
    says follows at the end."""
    say(f"→ {aside.title}：{' '.join(aside.existing)}（同时进行，结果在后面）")
    log, total = _REPORTS / "aside.log", Counts()
    with log.open("wb") as output, foreground.running(_command(aside), env=_environment(), cwd=ROOT, output=output) as other:
        for suite in shown:
            total += _run(suite)
        status = other.wait()
    say(f"→ {aside.title}\n{log.read_text('utf-8', errors='replace')}")
    return total + _counts(aside, status)


def _run(suite: Suite) -> Counts:
    if not suite.existing:
        return Counts()
    say(f"→ {suite.title}：{' '.join(suite.existing)}")
    return _counts(suite, foreground.run(_command(suite), env=_environment(), cwd=ROOT))


def _report(suite: Suite) -> Path:
    return _REPORTS / f"{'-'.join(suite.folders)}.xml"


def _command(suite: Suite) -> List[str]:
    return [
        str(suite.python), "-m", "pytest", "--import-mode=importlib", "-q", "-rsfE", "-p", "no:cacheprovider",
        "-o", "asyncio_mode=auto", "-o", "asyncio_default_fixture_loop_scope=function",
        "--disable-warnings", "--durations=15", f"--junitxml={_report(suite)}", *suite.existing,
    ]


def _counts(suite: Suite, status: int) -> Counts:
    """What the suite's report says; a suite that did not end well counts as failed."""
    report = _report(suite)
    if not report.exists():
        complain(f"{suite.title}中途停了（pytest 退出代码 {status}）")
        return broken_run()
    counts = read(report, strict=os.environ.get("GJJ_NO_SKIP") == "1")
    if status not in (0, 1, 5) or (status == 1 and not counts.failed):
        complain(f"{suite.title}没有正常结束（pytest 退出代码 {status}）")
        counts += broken_run()
    for reason in counts.forbidden:
        complain(f"这里不允许跳过：{reason}")
    return counts
