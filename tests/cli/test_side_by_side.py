"""Commands side by side: order, needs, what is shown, and that nothing outlives an interruption."""
from __future__ import annotations

import os
import signal
import subprocess
import sys

import pytest

from bot.cli import paths, testing
from bot.cli.side_by_side import Job, run
from bot.cli.suites import SUITES, checks
from bot.settings import ROOT
from tests.cli.conftest import alive

MEET = """
import pathlib, sys, time
mine, other = map(pathlib.Path, sys.argv[1:])
mine.touch()
until = time.monotonic() + 20
while not other.exists():
    assert time.monotonic() < until
    time.sleep(0.01)
"""


def job(name, code, *argv, **more):
    return Job(name, f"任务{name}", [sys.executable, "-c", code, *map(str, argv)], **more)


def test_two_run_at_once(tmp_path):
    a, b = tmp_path / "a", tmp_path / "b"
    assert run([job("a", MEET, a, b), job("b", MEET, b, a)], tmp_path, at_once=2) == {"a": 0, "b": 0}


def test_one_at_a_time_in_their_order(tmp_path):
    line = "import sys; open(sys.argv[1], 'a').write(sys.argv[2])"
    run([job(name, line, tmp_path / "order", name) for name in "abc"], tmp_path, at_once=1)
    assert (tmp_path / "order").read_text() == "abc"


def test_a_job_waits_for_what_it_needs_while_others_run(tmp_path):
    line = "import sys; open(sys.argv[1], 'a').write(sys.argv[2])"
    order = tmp_path / "order"
    needing = job("c", line, order, "c", needs=("b",))
    assert run([needing, job("a", line, order, "a"), job("b", line, order, "b")], tmp_path, at_once=1) == {"a": 0, "b": 0, "c": 0}
    assert order.read_text() == "abc"


def test_what_needs_a_failed_job_is_not_run_and_said_so(tmp_path, capsys):
    statuses = run([job("a", "raise SystemExit(3)"), job("b", "", needs=("a",)), job("c", "", needs=("b",)), job("d", "")], tmp_path)
    assert statuses == {"a": 3, "b": None, "c": None, "d": 0}
    told = capsys.readouterr()
    assert "✗ 任务a，用时" in told.out and "✗ 任务b没有做" in told.err and "✗ 任务c没有做" in told.err


def test_output_is_shown_in_one_piece_and_kept(tmp_path, capsys):
    run([job("a", "import os, sys; print(os.environ['WORD']); print('错', file=sys.stderr)", env={"WORD": "对"})], tmp_path)
    assert "秒\n对\n错\n" in capsys.readouterr().out and (tmp_path / "a.log").read_text() == "对\n错\n"


def test_an_interruption_ends_what_runs(tmp_path):
    code = ("import pathlib, sys; from tests.cli.test_side_by_side import job; from bot.cli.side_by_side import run; "
            "long = 'import os, sys, time; open(sys.argv[1], \"w\").write(str(os.getpid())); print(flush=True); time.sleep(60)'; "
            "run([job(name, long, sys.argv[1] + name, live=True) for name in 'ab'], pathlib.Path(sys.argv[1]))")
    with subprocess.Popen([sys.executable, "-c", code, f"{tmp_path}/"], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
                          env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUTF8": "1"}) as running:
        empty = 0
        while empty < 2:  # both children said that they run
            empty += running.stdout.readline() == "\n"
        running.send_signal(signal.SIGINT)
        assert running.wait(20) != 0
    assert not any(alive(int((tmp_path / name).read_text())) for name in "ab")


def test_every_test_belongs_to_exactly_one_suite():
    files = {path.relative_to(ROOT / "tests").as_posix() for path in (ROOT / "tests").rglob("test_*.py")}

    def within(file, folders):
        return any(file.startswith(f"{folder}/") for folder in folders)

    for file in files:
        assert [suite.name for suite in SUITES if within(file, suite.folders) and not within(file, suite.apart)] != [], file
        assert len([suite for suite in SUITES if within(file, suite.folders) and not within(file, suite.apart)]) == 1, file


def test_names_are_unique_and_an_unknown_one_is_refused(capsys):
    names = [name for name, *_ in checks()] + [suite.name for suite in SUITES]
    assert len(set(names)) == len(names)
    with pytest.raises(SystemExit):
        testing.main(["nonsense"])
    assert "没有这一部分：nonsense" in capsys.readouterr().err


def test_every_package_of_ours_has_its_types_checked_where_it_runs():
    commands = {name: command for name, _, *command in checks()}
    worker, gateway = commands["types-worker"], commands["types-gateway"]
    packages = {f"bot/{path.parent.name}" for path in (ROOT / "bot").glob("*/__init__.py")}
    assert packages - set(worker) - set(gateway) == set() and "actions" in worker
    assert set(worker) & set(gateway) & packages == set()
    assert f"--python-executable={paths.WORKER_PYTHON}" in worker and f"--python-executable={paths.GATEWAY_PYTHON}" in gateway
    assert [part for part in worker if part.startswith("--cache-dir")] != [part for part in gateway if part.startswith("--cache-dir")]
