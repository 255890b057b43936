"""``./gjj test``: everything that continuous integration checks, in one go, with one closing line."""
from __future__ import annotations

import argparse
import os
import shutil
import sys
from pathlib import Path
from typing import List, Mapping, Optional, Sequence

from bot.cli import coverage_report, foreground, paths, pipeline, side_by_side
from bot.cli.console import Step, complain, say
from bot.cli.junit import Counts, broken_run, read
from bot.cli.problem import Problem
from bot.cli.side_by_side import Job
from bot.cli.suites import PREPARE, SUITES, Suite, checks
from bot.settings import ROOT

_REPORTS = ROOT / "var" / "test"
_COMPILED_ONCE = {"PYTHONDONTWRITEBYTECODE": "", "PYTHONPYCACHEPREFIX": str(ROOT / "var" / "cache" / "pycache")}
"""Bytecode kept, but not beside the sources: hundreds of processes are started, and compiling is half of a start."""


def main(argv: Sequence[str]) -> int:
    """0 when nothing failed."""
    args = _arguments(argv)
    install_extras(("worker", "gateway"))
    chosen = [suite for suite in SUITES if not args.suites or suite.name in args.suites]
    _clear(chosen, whole=not args.suites)
    measured = coverage_report.environment(_coverage_folder()) if args.coverage else {}
    statuses = side_by_side.run(_jobs(chosen, not args.suites, measured), _REPORTS)
    total = sum((_counts(suite, statuses[suite.name]) for suite in chosen), Counts())
    for status in (status for name, status in statuses.items() if name not in {suite.name for suite in chosen}):
        total += Counts(passed=int(status == 0), failed=int(status != 0))
    if args.coverage:
        total += _coverage(whole=not args.suites)
    print(f"{total.passed} passed, {total.failed} failed, {total.skipped} skipped")
    return 1 if total.failed else 0


def _arguments(argv: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="./gjj test", description="运行全部检查和测试。")
    parser.add_argument("suites", nargs="*", metavar="部分", help="只运行这些：" + "、".join(suite.name for suite in SUITES))
    parser.add_argument("--coverage", action="store_true", help=f"同时量覆盖率，写到 var/test/coverage；全部运行时低于 {coverage_report.WANTED:.0f} %% 算失败")
    args = parser.parse_args(argv)
    unknown = set(args.suites) - {suite.name for suite in SUITES}
    if unknown:
        parser.error(f"没有这一部分：{'、'.join(sorted(unknown))}")
    return args


def _clear(suites: Sequence[Suite], whole: bool) -> None:
    """Earlier reports, all of them before a whole run; coverage of single suites adds up until then."""
    if whole:
        shutil.rmtree(_REPORTS, ignore_errors=True)
    _REPORTS.mkdir(parents=True, exist_ok=True)
    for suite in suites:
        _report(suite).unlink(missing_ok=True)


def _jobs(suites: Sequence[Suite], whole: bool, measured: Mapping[str, str]) -> List[Job]:
    """What the suites need, first because it takes longest and others wait for it; the checks when everything is tested; the suites."""
    env = {"PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1", **_COMPILED_ONCE}
    jobs = []
    if whole or any(suite.trained for suite in suites):
        jobs.append(Job(PREPARE, "分词管道和版本", [sys.executable, "-m", "bot.cli", "prepare"], live=True))
    if whole:
        jobs += [Job(name, title, command, env=env) for name, title, *command in checks()]
    return jobs + [Job(suite.name, f"测试：{suite.title}", suite.command(_report(suite)), suite.needs, env={**env, **measured}) for suite in suites]


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


def _coverage_folder() -> Path:
    return _REPORTS / "coverage"


def _coverage(whole: bool) -> Counts:
    """Show it; too little is a failure of a whole run."""
    found = coverage_report.collect(_coverage_folder())
    say(f"覆盖率（语句和分支），逐行见 {coverage_report.draw(_coverage_folder())}\n{found}")
    return Counts(failed=int(whole and found.total.percent < coverage_report.WANTED))


def _report(suite: Suite) -> Path:
    return _REPORTS / f"{suite.name}.xml"


def _counts(suite: Suite, status: Optional[int]) -> Counts:
    """What the suite's report says; a suite that did not end well, or could not run, counts as failed."""
    report = _report(suite)
    if status is None:
        return broken_run()
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
