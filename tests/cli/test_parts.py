"""Parts of the launcher without processes: restarts, logs, counting, addresses, sentences."""
from __future__ import annotations

import errno
import os

import pytest

from bot.cli import disk, junit, logs, paths, redis_server
from bot.cli.problem import Problem, from_os_error
from bot.cli.readiness import page_address
from bot.cli.supervisor import Supervisor
from bot.settings import Settings


class DyingChild:
    """Dies at once, every time."""

    title, name = "对话进程 1", "worker-1"
    process = None
    running = False

    def __init__(self, folder):
        self.log_dir = folder
        self.failures, self.restart_at, self.started, self.starts = 0, None, 0.0, 0

    def start(self):
        self.starts += 1
        self.restart_at = None


def test_restart_pauses_grow(tmp_path, capsys):
    now = [0.0]
    supervisor, child = Supervisor(lambda: now[0]), DyingChild(tmp_path)
    supervisor.start(child)
    times = []
    while len(times) < 8:
        before = child.starts
        supervisor.check()
        if child.starts > before:
            times.append(now[0])
        now[0] += 0.5
    gaps = [later - earlier for earlier, later in zip([0.0] + times, times)]
    assert gaps == [1.0, 2.5, 4.5, 8.5, 15.5, 30.5, 30.5, 30.5]  # each death is noticed half a second later
    assert "1 秒后重新启动" in capsys.readouterr().err


def test_large_log_is_rotated_at_start(tmp_path, monkeypatch):
    monkeypatch.setattr(logs, "LARGEST", 10)
    for content in (b"first log file", b"second log file", b"third log file"):
        with logs.open_log(tmp_path, "worker-1") as file:
            file.write(content)
    logs.open_log(tmp_path, "worker-1").close()
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "worker-1.log", "worker-1.log.1", "worker-1.log.2", "worker-1.log.3",
    ]
    assert (tmp_path / "worker-1.log.1").read_bytes() == b"third log file"
    assert oct((tmp_path / "worker-1.log").stat().st_mode)[-3:] == "600"


def test_last_lines(tmp_path):
    (tmp_path / "gateway.log").write_text("一\n\n二\n三\n四\n")
    assert logs.last_lines(tmp_path, "gateway", 2) == "三\n四"
    assert logs.last_lines(tmp_path, "missing") == ""


def test_full_disk(tmp_path, monkeypatch):
    class Numbers:
        f_bavail, f_frsize = 100, 2**20

    monkeypatch.setattr(os, "statvfs", lambda path: Numbers)
    with pytest.raises(Problem, match="只剩 100 MB，至少要 500 MB"):
        disk.require_space(tmp_path)


@pytest.mark.parametrize(
    "number, sentence",
    [(errno.ENOSPC, "磁盘已满（/var/x）"), (errno.EACCES, "没有写权限（/var/x）"), (errno.EIO, "系统错误：")],
)
def test_operating_system_errors_become_sentences(number, sentence):
    assert str(from_os_error(OSError(number, os.strerror(number), "/var/x"))).startswith(sentence)


def test_nonsense_redis_url():
    with pytest.raises(Problem, match="REDIS_URL 写得不对"):
        redis_server.require_reachable("localhost:6379", 1)


@pytest.mark.parametrize(
    "host, address",
    [("127.0.0.1", "http://127.0.0.1:80/"), ("0.0.0.0", "http://127.0.0.1:80/"), ("::1", "http://[::1]:80/")],
)
def test_page_address(host, address):
    assert page_address(host, 80) == address


def test_long_paths_get_short_sockets(tmp_path):
    settings = Settings(var_dir=tmp_path / ("很长的文件夹名" * 8))
    folder = paths.SocketFolder.open(settings)
    assert folder.temporary and len(str(folder.worker(99)).encode()) < 100
    folder.close(2)
    assert not folder.path.exists()


def test_counts_from_reports(tmp_path):
    report = tmp_path / "r.xml"
    report.write_text(
        "<testsuites><testsuite>"
        "<testcase classname='a' name='ok'/>"
        "<testcase classname='a' name='bad'><failure message='x'/></testcase>"
        "<testcase classname='a' name='broken'><error message='x'/></testcase>"
        "<testcase classname='a' name='s1'><skipped type='pytest.skip' message='没有浏览器'/></testcase>"
        "<testcase classname='a' name='s2'><skipped type='pytest.skip' message='只在 macOS 上'/></testcase>"
        "</testsuite></testsuites>"
    )
    relaxed, strict = junit.read(report, strict=False), junit.read(report, strict=True)
    assert (relaxed.passed, relaxed.failed, relaxed.skipped) == (1, 2, 2)
    assert (strict.passed, strict.failed, strict.skipped) == (1, 3, 1)
    assert strict.forbidden == ("a::s1（没有浏览器）",)
