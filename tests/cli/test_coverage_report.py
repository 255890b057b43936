"""Coverage: what of a process ran is found however it was started and stopped; the report names totals, packages and low files."""
from __future__ import annotations

import os
import signal
import subprocess
import sys

import pytest

from bot.cli import coverage_report
from bot.cli.coverage_report import Coverage, Part
from bot.cli.problem import Problem
from bot.settings import ROOT


def summary(statements, branches, lines, ran):
    return {"summary": {"num_statements": statements, "num_branches": branches, "covered_lines": lines, "covered_branches": ran}}


MEASURED = {"files": {
    "bot/settings.py": summary(10, 10, 10, 8), "bot/cli/up.py": summary(6, 4, 3, 2), "bot/gateway/admin/pages.py": summary(8, 2, 8, 2), "actions/empty.py": summary(0, 0, 0, 0)}}


def test_lines_and_branches_count_alike():
    found = Coverage.of(MEASURED)
    assert (found.total.there, found.total.ran, round(found.total.percent, 1)) == (40, 33, 82.5)
    assert [(part.name, part.percent) for part in found.packages] == [("actions", 100.0), ("bot", 90.0), ("bot/cli", 50.0), ("bot/gateway", 100.0)]
    assert found.low == [Part("bot/cli/up.py", 10, 5)]


def test_the_report_in_words():
    lines = str(Coverage.of(MEASURED)).splitlines()
    assert lines[0] == " 82.5 %  合计" and lines[-2:] == ["低于 80 % 的文件：1 个", " 50.0 %  bot/cli/up.py"]


def process(folder, code):
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("GJJ_", "REDIS_"))}  # as tests start processes
    env = {**kept, **coverage_report.environment(folder), "PYTHONPATH": str(ROOT)}
    return subprocess.Popen([sys.executable, "-c", code], env=env, cwd=folder, stdout=subprocess.PIPE)


def test_processes_that_end_that_are_told_to_stop_and_that_leave_at_once(tmp_path, monkeypatch):
    monkeypatch.setattr(coverage_report.paths, "GATEWAY_PYTHON", sys.executable)
    assert process(tmp_path, "import bot.clock").wait() == 0
    assert process(tmp_path, "import os, bot.endpoint; os._exit(0)").wait() == 0
    waiting = process(tmp_path, "import time, bot.cli.ports; print(flush=True); time.sleep(60)")
    waiting.stdout.readline()
    waiting.send_signal(signal.SIGTERM)
    waiting.wait()
    files = coverage_report.collect(tmp_path).files
    ran = {file.name for file in files if file.ran}
    assert {"bot/clock.py", "bot/endpoint.py", "bot/cli/ports.py"} <= ran
    assert {"bot/cli/up.py", "actions/respond.py"} <= {file.name for file in files} - ran, "what nothing ran counts, too"
    assert (tmp_path / "report.txt").read_text("utf-8").splitlines()[0].endswith("合计")
    process(tmp_path, "import bot.cli.disk").wait()  # a suite that is run later
    assert {file.name for file in coverage_report.collect(tmp_path).files if file.ran} == ran | {"bot/cli/disk.py"}


def test_nothing_measured_is_one_sentence(tmp_path, monkeypatch):
    monkeypatch.setattr(coverage_report.paths, "GATEWAY_PYTHON", sys.executable)
    coverage_report.environment(tmp_path)
    with pytest.raises(Problem, match="覆盖率算不出来：No data to combine"):
        coverage_report.collect(tmp_path)
