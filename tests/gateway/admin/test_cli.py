"""``./gjj admin …`` as it is typed, against a Redis of its own."""
import io
import json
import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

from bot.gateway.admin import cli
from tests.gateway.admin.conftest import NEW_PASSWORD, PASSWORD

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def command(redis_url, tmp_path, empty_console, monkeypatch, capsys):
    """Call with arguments (and what is typed) to get (status, output, errors)."""
    for name in [name for name in os.environ if name.startswith(("GJJ_", "REDIS_"))]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("GJJ_VAR", str(tmp_path))

    def run(*arguments, typed=PASSWORD + "\n", **env):
        with monkeypatch.context() as patched:
            for name, value in {"REDIS_URL": redis_url, **env}.items():
                patched.setenv(name, value)
            patched.setattr("sys.stdin", io.StringIO(typed))
            try:
                status = cli.main(arguments)
            except SystemExit as end:
                status = end.code
        return status, *capsys.readouterr()
    return run


def test_the_life_of_accounts(command):
    assert command("list") == (0, "还没有账号。新建：./gjj admin create 账号名\n", "")
    assert command("create", "张三") == (0, "✓ 建好了账号“张三”，角色是管理员。\n", "")
    status, _, errors = command("create", "李四")
    assert status == 1 and errors.startswith("✗ 请用 --role 写明角色：viewer（查看员）")
    assert command("disable", "张三") == (1, "", "✗ 这是最后一位管理员：请先让另一个账号当管理员。\n")
    status, output, _ = command("create", "李四", "--role", "administrator", "--link")
    assert status == 0 and "/admin/set-up/" in output
    assert command("passwd", "李四", typed=NEW_PASSWORD + "\n")[0] == 0
    assert command("disable", "张三") == (0, "✓ “张三”停用了，所有登录都已退出。\n", "")
    assert command("role", "张三", "viewer")[1] == "✓ “张三”现在是查看员，要重新登录。\n"
    assert command("enable", "张三")[0] == command("reset-totp", "张三")[0] == command("unlock", "张三")[0] == 0
    assert "张三  查看员  正常  无两步验证" in command("list")[1]
    assert command("audit", "verify")[1].startswith("✓ 共 8 条，没有一条被改动、删除或调换次序。\n最后是第 8 条，指纹 ")


@pytest.mark.parametrize("arguments, typed, sentence", [
    (("create", "张三"), "\n", "密码太短了"), (("create", "张三"), "", "密码太短了"), (("create", "张三"), "gongjijin2026\n", "太常见"),
    (("create", "张 三"), PASSWORD, "账号名应是"), (("passwd", "没有的人"), PASSWORD, "没有账号“没有的人”。还没有任何账号。"),
    (("unlock", "没有的人"), "", "没有账号")])
def test_what_is_refused_is_said_in_one_sentence_and_changes_nothing(command, arguments, typed, sentence):
    status, output, errors = command(*arguments, typed=typed)
    assert (status, output) == (1, "") and errors.startswith("✗ ") and sentence in errors and errors.count("\n") == 1
    assert "还没有账号" in command("list")[1]


@pytest.mark.parametrize("arguments", [(), ("--help",)])
def test_help(command, arguments):
    status, output, _ = command(*arguments)
    assert status == 0 and "reset-totp" in output and "没有默认密码" in output


@pytest.mark.parametrize("arguments", [("nothing",), ("create",), ("role", "张三", "owner"), ("audit",), ("audit", "erase")])
def test_wrong_arguments_are_status_2(command, arguments):
    status, _, errors = command(*arguments)
    assert status == 2 and "./gjj admin --help" in errors and "usage" not in errors


def test_a_changed_entry_is_named_and_the_status_tells_it(command, tmp_path):
    command("create", "张三")
    command("reset-totp", "张三")
    fingerprint = command("audit", "verify")[1].split("指纹 ")[1].split("。")[0]
    assert command("audit", "verify", "--known", f"2:{fingerprint}")[0] == 0
    assert "和您记下的不一样" in command("audit", "verify", "--known", "2:0123456789abcdef")[2]
    path = tmp_path / "log" / "audit.jsonl"
    first, second = path.read_text("utf-8").splitlines()
    path.write_text(first + "\n" + json.dumps({**json.loads(second), "target": "李四"}) + "\n", "utf-8")
    status, output, errors = command("audit", "verify")
    assert (status, output) == (1, "") and "第 2 条（" in errors and "李四）的内容被改动过" in errors


def test_with_another_secret_than_the_system_nothing_is_done(command):
    command("create", "张三")
    status, _, errors = command("unlock", "张三", GJJ_SECRET="n0t-the-same-" * 4)
    assert status == 1 and "签名密钥和运行中的系统不一样" in errors


def test_without_a_running_system_the_bundled_redis_is_used_and_stopped_again(command, tmp_path):
    assert command("create", "张三", REDIS_URL="")[0] == 0
    assert "张三  管理员" in command("list", REDIS_URL="")[1]
    assert not (tmp_path / "run" / "redis.sock").exists()


def test_on_a_terminal_the_password_is_asked_for_twice_and_not_shown(redis_url, tmp_path, empty_console):
    parent, child = pty.openpty()
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("GJJ_", "REDIS_"))}
    running = subprocess.Popen(
        [sys.executable, "-m", "bot.gateway.admin.cli", "create", "张三"], stdin=child, stdout=child, stderr=child, cwd=ROOT,
        start_new_session=True, env={**clean, "PYTHONUTF8": "1", "REDIS_URL": redis_url, "GJJ_VAR": str(tmp_path)})
    os.close(child)
    shown = b""
    for prompt in ("密码：".encode(), "再输一遍：".encode()):
        while not shown.rstrip().endswith(prompt):
            shown += os.read(parent, 1024)
        os.write(parent, PASSWORD.encode() + b"\n")
    while "建好了".encode() not in shown:
        shown += os.read(parent, 1024)
    assert running.wait(30) == 0 and PASSWORD not in shown.decode()
    os.close(parent)
