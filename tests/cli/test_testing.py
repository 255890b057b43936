"""./gjj test itself, on suites of a few lines: what is counted, what is a failure, how it ends."""
from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from bot.cli import coverage_report, foreground, paths, pipeline, testing
from bot.cli.problem import Problem
from bot.cli.suites import PREPARE, Suite
from bot.settings import ROOT

GOOD = "def test_good(): pass\n"
BAD = "def test_bad(): assert 1 == 2\n"
SKIPPED = "import pytest\ndef test_skipped(): pytest.skip('no Chromium on this machine')\n"
GONE = "import os\ndef test_gone(): os._exit(7)\n"
BREAKS = "import pytest\n@pytest.fixture\ndef f():\n    yield\n    assert 0\ndef test_breaks(f): pass\n"


@pytest.fixture
def suites(tmp_path, monkeypatch):
    """``suites(a=text, …)``: these and no others, each with one file; reports go to a folder of this test."""
    monkeypatch.setattr(testing, "_REPORTS", tmp_path / "reports")
    monkeypatch.setattr(testing, "install_extras", lambda names: None)
    monkeypatch.setattr(paths, "GATEWAY_PYTHON", Path(sys.executable))
    monkeypatch.delenv("GJJ_NO_SKIP", raising=False)

    def make(**texts):
        made = []
        for name, text in texts.items():
            folder = tmp_path / name
            folder.mkdir()
            (folder / f"test_{name}.py").write_text(text)
            made.append(Suite(name, f"部分{name}", Path(sys.executable), (os.path.relpath(folder, ROOT / "tests"),)))
        monkeypatch.setattr(testing, "SUITES", tuple(made))

    return make


def last_line(capsys):
    return capsys.readouterr().out.splitlines()[-1]


def test_all_suites_are_counted_together(suites, capsys):
    suites(a=GOOD, b=GOOD + "def test_too(): pass\n")
    assert testing.main(["a", "b"]) == 0 and last_line(capsys) == "3 passed, 0 failed, 0 skipped"


def test_only_what_is_asked_for_is_run(suites, capsys):
    suites(a=GOOD, b=BAD)
    assert testing.main(["a"]) == 0 and last_line(capsys) == "1 passed, 0 failed, 0 skipped"


@pytest.mark.parametrize("text, line", [
    (GOOD + BAD, "1 passed, 1 failed, 0 skipped"), (BREAKS, "0 passed, 1 failed, 0 skipped"), (GONE, "0 passed, 1 failed, 0 skipped"),
    ("import nonsense_that_is_not_there\n", "0 passed, 2 failed, 0 skipped"),
])
def test_what_fails_breaks_or_disappears_is_a_failure(suites, capsys, text, line):
    suites(a=text, b=GOOD)
    assert testing.main(["a"]) == 1 and last_line(capsys) == line


def test_a_skip_for_want_of_a_browser_is_a_failure_where_it_is_installed(suites, capsys, monkeypatch):
    suites(a=SKIPPED)
    assert testing.main(["a"]) == 0 and last_line(capsys) == "0 passed, 0 failed, 1 skipped"
    monkeypatch.setenv("GJJ_NO_SKIP", "1")
    assert testing.main(["a"]) == 1 and last_line(capsys) == "0 passed, 1 failed, 0 skipped"


def test_everything_means_the_checks_and_what_the_suites_need(suites, monkeypatch):
    suites(a=GOOD)
    jobs = testing._jobs(testing.SUITES, True, {})
    names = [job.name for job in jobs]
    assert (names[0], names[-1]) == (PREPARE, "a") and {"content-check", "ruff"} <= set(names)


def test_coverage_of_one_suite_is_told_and_fails_nothing(suites, capsys, monkeypatch):
    monkeypatch.setattr(coverage_report, "draw", lambda folder: folder / "html" / "index.html")
    suites(a="def test_a():\n    from bot.cli.ports import require_free_port\n")
    assert testing.main(["a", "--coverage"]) == 0
    said = capsys.readouterr().out
    assert " %  合计" in said and "index.html" in said and said.endswith("1 passed, 0 failed, 0 skipped\n")


@pytest.mark.parametrize("whole, failed", [(True, 1), (False, 0)])
def test_too_little_coverage_of_everything_is_a_failure(monkeypatch, whole, failed):
    little = coverage_report.Coverage([coverage_report.Part("bot/a.py", 100, 89)])
    monkeypatch.setattr(coverage_report, "collect", lambda folder: little)
    monkeypatch.setattr(coverage_report, "draw", lambda folder: folder)
    assert testing._coverage(whole).failed == failed


def test_extras_are_installed_when_their_lock_changed(tmp_path, monkeypatch):
    ran = []
    monkeypatch.setattr(testing, "ROOT", tmp_path)
    monkeypatch.setattr(paths, "VENVS", tmp_path / "venv")
    monkeypatch.setattr(pipeline, "find_uv", lambda: "uv")
    monkeypatch.setattr(foreground, "run", lambda command: ran.append(command[-1]) or 0)
    (tmp_path / "tests").mkdir()
    (tmp_path / "venv" / "gateway").mkdir(parents=True)
    lock = tmp_path / "tests" / "requirements-gateway.txt"
    lock.write_text("pytest==8.0\n")
    testing.install_extras(("gateway",))
    testing.install_extras(("gateway",))
    assert ran == [str(lock)]
    lock.write_text("pytest==9.0\n")
    testing.install_extras(("gateway",))
    assert ran == [str(lock)] * 2
    lock.write_text("pytest==10.0\n")
    monkeypatch.setattr(foreground, "run", lambda command: 1)
    with pytest.raises(Problem, match="requirements-gateway.txt 里的包没有装好"):
        testing.install_extras(("gateway",))
