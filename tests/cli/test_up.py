"""The launcher's promises, with stand-ins for worker and gateway and the real bundled Redis."""
from __future__ import annotations

import os
import signal
import socket
import time

import pytest
import redis

from bench.ports import free_port

from .conftest import alive


def wait_until_gone(pids, seconds=15):
    deadline = time.monotonic() + seconds
    while any(map(alive, pids)):
        assert time.monotonic() < deadline, "还有进程没有结束"
        time.sleep(0.05)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_stop_leaves_nothing_running(launch, number):
    running = launch("--workers", "2")
    running.wait_for("已就绪")
    children = running.children()
    assert len(children) == 5 and all(map(alive, children))
    assert running.stop(number) == 0
    assert not any(map(alive, children))
    assert "已全部停止" in running.text()
    assert not list((running.var / "run").glob("*.pid")) and not list((running.var / "run").glob("*.sock"))


def test_gateway_stops_first_then_workers_then_redis(launch):
    running = launch()
    running.wait_for("已就绪")
    running.stop()
    stopped = {
        name: float((running.var / "log" / f"{name}.log").read_text().rsplit(" ", 1)[1]) for name in ("gateway", "worker-1")
    }
    assert stopped["gateway"] < stopped["worker-1"]
    assert "bye bye" in (running.var / "log" / "redis.log").read_text()


def test_kill_9_of_the_launcher_takes_the_children_along(launch):
    running = launch()
    running.wait_for("已就绪")
    children = running.children()
    os.kill(running.process.pid, signal.SIGKILL)
    running.process.wait()
    wait_until_gone(children)


def test_other_commands_find_the_redis_of_the_running_system(launch):
    running = launch()
    running.wait_for("已就绪")
    left = running.var / "run" / "redis.url"
    assert left.read_text().strip() == f"unix://{running.var}/run/redis.sock?db=0" and left.stat().st_mode & 0o777 == 0o600
    running.stop()
    assert not left.exists()


def test_start_right_after_kill_9(launch):
    first = launch()
    first.wait_for("已就绪")
    os.kill(first.process.pid, signal.SIGKILL)
    first.process.wait()
    second = launch()
    second.wait_for("已就绪")


@pytest.mark.parametrize("name, title", [("worker-1", "对话进程 1"), ("gateway", "网关"), ("trainer", "训练程序"), ("redis", "内置 Redis")])
def test_dead_child_is_restarted_and_said_so(launch, name, title):
    running = launch()
    running.wait_for("已就绪")
    before = running.pid(name)
    os.kill(before, signal.SIGKILL)
    running.wait_for(f"✗ {title}被信号 9 结束，1 秒后重新启动")
    running.wait_for(f"✓ {title}已重新启动")
    assert running.pid(name) != before


def test_redis_keeps_data_over_a_restart(launch):
    first = launch()
    first.wait_for("已就绪")
    with redis.Redis.from_url(f"unix://{first.var}/run/redis.sock") as client:
        client.set("gjj:test", "还在")
    first.stop()
    second = launch()
    second.wait_for("已就绪")
    with redis.Redis.from_url(f"unix://{second.var}/run/redis.sock") as client:
        assert client.get("gjj:test").decode() == "还在"


def test_second_instance_is_one_sentence(launch):
    first = launch()
    first.wait_for("已就绪")
    second = launch()
    assert second.process.wait(20) == 1
    line = second.text().splitlines()[-1]
    assert line.startswith(f"✗ 系统已经在运行（进程 {first.process.pid}，地址 http://127.0.0.1:") and f"kill {first.process.pid}" in line
    assert first.process.poll() is None


def test_port_taken_is_one_sentence(launch):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        running = launch("--port", str(port))
        assert running.process.wait(20) == 1
    assert running.text() == f"✗ 端口 {port} 已被别的程序占用：请换一个，例如 ./gjj up --port {port + 1}。\n"


def test_full_disk_is_one_sentence(launch):
    running = launch(STUB_FREE_MB="499")
    assert running.process.wait(20) == 1
    assert running.text() == f"✗ 磁盘空间不够：{running.var} 只剩 499 MB，至少要 500 MB，请清理磁盘后再启动。\n"


def test_unreachable_redis_is_one_sentence_without_the_password(launch):
    running = launch(REDIS_URL=f"redis://clerk:geheim@127.0.0.1:{free_port()}/0")
    assert running.process.wait(20) == 1
    (line,) = running.text().splitlines()
    assert line.startswith("✗ 连不上 Redis（redis://***@127.0.0.1:") and "请启动它或改正 REDIS_URL" in line
    assert "geheim" not in line


def test_given_redis_is_used_and_no_other_started(launch):
    first = launch()
    first.wait_for("已就绪")
    url = f"unix://{first.var}/run/redis.sock?db=3"
    second = launch(var="other", REDIS_URL=url)
    second.wait_for("已就绪")
    assert not (second.var / "run" / "redis.pid").exists()
    assert f"REDIS_URL={url}" in (second.var / "log" / "worker-1.log").read_text()
    second.stop()


def test_worker_that_cannot_start_is_named_with_its_last_words(launch):
    running = launch(STUB_FAIL="worker")
    assert running.process.wait(40) == 1
    assert "✗ 对话进程 1起不来" in running.text() and "模型文件坏了" in running.text()
    assert not running.children()


@pytest.mark.parametrize(
    "argv, sentence",
    [
        (("--port", "70000"), "✗ GJJ_PORT=70000：应为 1 到 65535 之间的整数"),
        (("--workers", "0"), "✗ GJJ_WORKERS=0：应为 1 到 64 之间的整数"),
    ],
)
def test_bad_numbers(launch, argv, sentence):
    running = launch(*argv)
    assert running.process.wait(20) == 1
    assert running.text().strip() == sentence


def test_children_environment(launch):
    running = launch("--for-tests", GJJ_TODAY="2026-11-22", GJJ_HOST="0.0.0.0")
    running.wait_for("已就绪")
    worker = (running.var / "log" / "worker-1.log").read_text().splitlines()
    assert "GJJ_FOR_TESTS=1" in worker and "GJJ_TODAY=2026-11-22" in worker and "OMP_NUM_THREADS=1" in worker
    assert f"GJJ_SECRET_FILE={running.var}/secret" in worker
    assert "http://127.0.0.1:" in running.text(), "测试方式只监听本机"
    assert oct((running.var / "secret").stat().st_mode)[-3:] == "600"
