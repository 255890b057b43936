"""Starting: a setting that cannot work is one sentence, before anything is opened."""
import subprocess
import sys

import pytest

from bench.ports import free_port
from bot.gateway.startup import StartupError, check, is_origin
from bot.settings import Settings
from tests.gateway import system

GOOD = dict(secret=system.SECRET.encode(), redis_url="redis://127.0.0.1", worker_sockets=("/run/w.sock",))


@pytest.mark.parametrize("changes, named", [
    ({"secret": b""}, "GJJ_SECRET"), ({"redis_url": ""}, "REDIS_URL"), ({"worker_sockets": ()}, "GJJ_WORKER_SOCKETS"),
    ({"for_tests": True, "host": "0.0.0.0"}, "GJJ_HOST"), ({"allowed_origins": ("gjj.example.gov.cn",)}, "GJJ_ALLOWED_ORIGINS"),
    ({"allowed_origins": ("https://a.cn/",)}, "GJJ_ALLOWED_ORIGINS"), ({"allowed_origins": ("*",)}, "GJJ_ALLOWED_ORIGINS"),
    ({"trusted_proxies": ("nginx",)}, "GJJ_TRUSTED_PROXIES"),
])
def test_bad_settings_are_named(changes, named):
    with pytest.raises(StartupError, match=named):
        check(Settings(**{**GOOD, **changes}))


def test_for_tests_makes_its_own_secret():
    assert len(check(Settings(**{**GOOD, "secret": b"", "for_tests": True})).secret) >= 32


@pytest.mark.parametrize("text, expected", [
    ("https://a.cn", True), ("http://localhost:8000", True), ("https://a.cn/", False), ("ftp://a.cn", False),
    ("https://u@a.cn", False), ("null", False), ("https://a.cn:99999", False), ("https://", False)])
def test_is_origin(text, expected):
    assert is_origin(text) is expected


def start(**environment):
    return subprocess.run([sys.executable, "-m", "bot.gateway"], cwd=system.ROOT, capture_output=True, text=True, timeout=30,
                          env=system.environment("redis://127.0.0.1:1", system.ROOT / "var" / "test" / "nonexistent.sock", **{"port": 1, **environment}))


def test_no_secret_is_one_sentence_and_status_1():
    result = start(GJJ_SECRET="", port=free_port())
    assert result.returncode == 1
    assert result.stderr.splitlines() == ["网关没有启动：没有签名密钥。请用 ./gjj up 启动，或设置 GJJ_SECRET（至少 32 个字符）。"]


def test_taken_port_is_one_sentence_and_status_1():
    import socket
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        result = start(port=port)
    assert result.returncode == 1
    assert result.stderr.splitlines() == [f"网关没有启动：端口 {port} 已被占用，请换一个端口（GJJ_PORT 或 --port）。"]


def test_the_gateway_never_imports_rasa():
    code = "import sys, bot.gateway.app; print([name for name in sys.modules if name.split('.')[0] in ('rasa', 'rasa_sdk')])"
    assert subprocess.run([sys.executable, "-c", code], cwd=system.ROOT, capture_output=True, text=True).stdout.strip() == "[]"


@pytest.mark.parametrize("signal_name", ["SIGTERM", "SIGINT"])
def test_stops_cleanly_on_a_signal(signal_name, redis_url, tmp_path):
    import signal
    import time
    with system.fake_worker(tmp_path) as worker:
        port = free_port()
        running = subprocess.Popen([sys.executable, "-m", "bot.gateway"], cwd=system.ROOT, stderr=subprocess.DEVNULL,
                                   env=system.environment(redis_url, worker, port))
        import urllib.request

        def alive():
            try:
                return urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=1).status == 200
            except OSError:
                return False
        system.wait_until(alive)
        started = time.monotonic()
        running.send_signal(getattr(signal, signal_name))
        assert running.wait(10) == 0 and time.monotonic() - started < 5


@pytest.mark.parametrize("secret", [b"x" * 40, b"test-secret-" * 4, b"changeme-changeme-1234567890-abcdefgh", b"0123456789" * 4, b"my-Password-is-quite-long-0987654321"])
def test_a_secret_that_was_not_drawn_is_refused(secret):
    for changes in ({"secret": secret}, {"previous_secrets": (secret,)}):
        with pytest.raises(StartupError, match="openssl rand"):
            check(Settings(**{**GOOD, **changes}))
