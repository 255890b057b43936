"""./gjj doctor: a broken thing in → one line that names it, and how to mend it."""
from __future__ import annotations

import socket
import subprocess
import sys
from dataclasses import replace

import pytest

from bench.ports import free_port
from bot.cli import disk, doctor, findings, paths, pipeline, redis_server
from bot.cli.findings import Finding
from bot.cli.lock import InstanceLock
from bot.cli.problem import Problem
from bot.settings import Settings
from bot.training.releases import Releases
from tests.redis_kinds import address_of

DAY = 86400


@pytest.fixture
def settings(tmp_path):
    (tmp_path / "var").mkdir()
    return replace(Settings(), var_dir=tmp_path / "var", host="127.0.0.1", port=free_port(), workers=1)


def wrong(found):
    """(what is wrong, how to mend it) of every finding that is not well."""
    return [(finding.text, finding.mend) for finding in found if not finding.ok]


def test_a_missing_worker_environment_and_a_missing_uv(tmp_path, monkeypatch):
    def nowhere():
        raise Problem("缺少 uv：请运行 ./gjj up，它会自动安装")

    monkeypatch.setattr(paths, "WORKER_PYTHON", tmp_path / "python")
    monkeypatch.setattr(pipeline, "find_uv", nowhere)
    assert wrong(findings.interpreters()) == [
        ("对话环境 Python 没有安装", "运行 ./gjj up，它会安装 CPython 3.10 环境"), ("uv", "缺少 uv：请运行 ./gjj up，它会自动安装")]


def test_another_python_in_the_worker_environment(monkeypatch):
    monkeypatch.setattr(paths, "WORKER_PYTHON", sys.executable)
    (text, _), = wrong(findings.interpreters())
    assert text == f"对话环境 Python {sys.version.split()[0]}"


@pytest.fixture
def environment(tmp_path, monkeypatch):
    """``environment(lock, {name: version})``: a gateway environment with these packages beside that lock file."""
    monkeypatch.setattr(paths, "VENVS", tmp_path / "venv")
    monkeypatch.setattr(findings, "ROOT", tmp_path)
    monkeypatch.setattr(pipeline, "is_installed", lambda: True)

    def make(lock, installed):
        path = tmp_path / "bot" / "gateway" / "requirements.txt"
        path.parent.mkdir(parents=True)
        path.write_text(lock)
        for name, version in installed.items():
            info = tmp_path / "venv" / "gateway" / "lib" / "python3.12" / "site-packages" / f"{name}-{version}.dist-info"
            info.mkdir(parents=True)
            (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")

    return make


LOCK = "aiohttp==3.14.5 \\\n    --hash=sha256:00\nruamel.yaml==0.18.0 \\\n    --hash=sha256:00\n"


def test_packages_as_locked(environment):
    environment(LOCK, {"aiohttp": "3.14.5", "ruamel_yaml": "0.18.0"})
    assert [finding.text for finding in findings.packages()] == ["bot/gateway/requirements.txt 与已安装的一致", "中文 spaCy 管道 zh_gjj 已安装，与词典一致"]


def test_another_version_and_a_package_that_is_missing(environment):
    environment(LOCK, {"aiohttp": "3.9.0"})
    assert wrong(findings.packages()) == [(
        "bot/gateway/requirements.txt 与已安装的不同：aiohttp 3.9.0（应为 3.14.5），ruamel.yaml 没有安装（应为 0.18.0）",
        "删掉 var/venv/gateway/gjj.lock 再运行 ./gjj up")]


def test_a_pipeline_of_an_older_lexicon(environment, monkeypatch):
    environment(LOCK, {"aiohttp": "3.14.5", "ruamel_yaml": "0.18.0"})
    monkeypatch.setattr(pipeline, "is_installed", lambda: False)
    (text, mend), = wrong(findings.packages())
    assert "与现在的词典不一致" in text and "./gjj train" in mend


def test_no_release_then_a_whole_one_then_a_spoilt_one(settings, tmp_path):
    assert wrong(findings.release(settings)) == [("还没有发布过版本", "运行 ./gjj train（或 ./gjj up，它会先训练）")]
    model = tmp_path / "model.tar.gz"
    model.write_bytes(b"model")
    releases = Releases(settings.releases_dir)
    ident = releases.publish(model, {}, {}).id
    assert [finding.text for finding in findings.release(settings)] == [f"版本 {ident} 完整，校验和一致"]
    releases.model_path(ident).write_bytes(b"another")
    (text, mend), = wrong(findings.release(settings))
    assert text == f"版本 {ident}" and ident in mend


def test_redis_of_ones_own_that_does_not_answer(settings):
    (text, mend), = wrong(findings.redis_state(replace(settings, redis_url=f"redis://127.0.0.1:{free_port()}/0", redis_timeout=1.0)))
    assert text == "Redis" and "127.0.0.1" in mend


def test_redis_of_ones_own_that_is_too_old(settings, monkeypatch):
    monkeypatch.setattr(redis_server, "require_reachable", lambda url, timeout: "5.0.7")
    assert wrong(findings.redis_state(replace(settings, redis_url="redis://:geheim@10.0.0.1:6379/0"))) == [
        ("Redis 5.0.7（redis://***@10.0.0.1:6379/0）", "请升级到 Redis 6 或更新的版本")], "without the password"


def test_redis_of_ones_own_that_answers(settings, tmp_path):
    with address_of("single", tmp_path) as url:
        (found,) = findings.redis_state(replace(settings, redis_url=url))
    assert found.ok and found.text.startswith("Redis ")


def test_the_bundled_redis(settings, monkeypatch):
    assert [finding.text for finding in findings.redis_state(settings)] == ["内置 Redis 可用（启动时运行）"]

    def missing(*_):
        raise Problem("这台机器的处理器没有内置 Redis")

    monkeypatch.setattr(redis_server, "bundled_server", missing)
    assert wrong(findings.redis_state(settings)) == [("内置 Redis", "这台机器的处理器没有内置 Redis")]


def test_a_small_disk_little_memory_and_a_port_that_is_taken(settings, monkeypatch):
    monkeypatch.setattr(disk, "free_bytes", lambda folder: 100 * 2**20)
    monkeypatch.setattr(findings, "_available_memory", lambda: 1000)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", settings.port))
        taken.listen()
        found = wrong(findings.machine(settings))
    assert [text for text, _ in found] == [
        f"磁盘可用 100 MB（{settings.var_dir}）", "内存可用 1000 MB（1 个对话进程约需 1200 MB）", f"端口 {settings.port}"]
    assert "换一个" in found[-1][1]


def test_a_clock_that_is_behind_and_a_fixed_date(settings, monkeypatch):
    import datetime

    newest = max(path.stat().st_mtime for path in (findings.ROOT / "bot").rglob("*.py"))
    monkeypatch.setattr(findings.time, "time", lambda: newest - 2 * DAY)
    found = wrong(findings.machine(replace(settings, today=datetime.date(2026, 11, 22))))
    assert [mend for _, mend in found][-2:] == ["系统时间早于程序文件的时间：请校准时钟（例如 timedatectl set-ntp true）", "正式运行请去掉 GJJ_TODAY，否则日期提醒会算错"]


def test_a_running_system_needs_neither_port_nor_memory(settings, monkeypatch):
    monkeypatch.setattr(findings, "_available_memory", lambda: 10)
    lock = InstanceLock(settings.run_dir / "up.lock")
    lock.acquire()
    try:
        lock.describe("http://127.0.0.1:8080/")
        found = list(findings.machine(settings))
    finally:
        lock.release()
    assert found[-1].ok and found[-1].text.startswith("系统正在运行（进程 ") and not [f for f in found if not f.ok and "内存" in f.text]


def test_content_that_is_refused(monkeypatch):
    def refused(command, **_):
        return subprocess.CompletedProcess(command, 1, stdout="data/faq/a.yml：答案是空的\n有 1 处要改\n", stderr="")

    monkeypatch.setattr(findings.subprocess, "run", refused)
    assert wrong(findings.content()) == [("内容：有 1 处要改", "运行 ./gjj config check 看每一处，按提示改正")]


@pytest.mark.parametrize("found, status, said", [
    ([Finding(True, "磁盘够")], 0, "✓ 磁盘够\n一切正常。\n"),
    ([Finding(False, "磁盘满了", "清理磁盘"), Finding(True, "别的好")], 1, "✗ 磁盘满了\n    怎样修好：清理磁盘\n✓ 别的好\n有 1 处要处理。\n"),
])
def test_the_report(settings, monkeypatch, capsys, found, status, said):
    monkeypatch.setattr(Settings, "from_env", classmethod(lambda cls: settings))
    monkeypatch.setattr(doctor, "checks", lambda _: [lambda: iter(found)])
    assert doctor.main([]) == status and capsys.readouterr().out == said


def test_everything_is_looked_at(settings):
    assert len(doctor.checks(settings)) == 6
