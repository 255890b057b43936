"""The shell part: help, unknown commands, and what it says when something is missing."""
from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
TOOLS = ("sh", "dirname", "awk", "df", "mkdir", "cmp", "rm", "cp", "cat")
COMMANDS = ("up", "test", "shell", "train", "eval", "faq", "releases", "config check", "doctor", "help")


def gjj(*argv, cwd=ROOT, script=ROOT / "gjj", **env):
    return subprocess.run(
        ["sh", str(script), *argv], cwd=cwd, capture_output=True, text=True, timeout=60, env={**os.environ, **env},
    )


@pytest.fixture
def bare(tmp_path):
    """A checkout without environments on a machine with only basic tools; returns (run, folder of programs)."""
    root, programs = tmp_path / "check out", tmp_path / "bin"
    for name in ("bot/worker", "bot/gateway"):
        (root / name).mkdir(parents=True)
        (root / name / "requirements.txt").write_text("")
    shutil.copy(ROOT / "gjj", root / "gjj")
    programs.mkdir()
    for tool in TOOLS:
        (programs / tool).symlink_to(shutil.which(tool))

    def run(*argv):
        return gjj(*argv, cwd=tmp_path, script=root / "gjj", PATH=str(programs), HOME=str(tmp_path))

    return run, programs


def program(folder, name, body):
    path = folder / name
    path.write_text(f"#!/bin/sh\n{body}\n")
    path.chmod(0o755)


@pytest.mark.parametrize("argv", [(), ("help",), ("--help",), ("-h",)])
def test_help_names_every_command(argv):
    done = gjj(*argv)
    assert done.returncode == 0 and done.stderr == ""
    for command in COMMANDS:
        assert f"\n  {command} " in done.stdout


@pytest.mark.parametrize("command", ["up", "test", "backup", "restore", "doctor", "statistics"])
def test_every_command_explains_itself(command):
    done = gjj(command, "--help")
    assert (done.returncode, done.stderr) == (0, "") and command in done.stdout.splitlines()[0]


def test_unknown_command_is_one_sentence():
    done = gjj("upp")
    assert (done.returncode, done.stdout, done.stderr) == (1, "", "✗ 没有“upp”这个命令。全部命令见 ./gjj help。\n")


def test_config_needs_check():
    assert gjj("config").stderr == "✗ 用法：./gjj config check\n"


@pytest.mark.parametrize("shell", ["sh", "dash", "bash"])
def test_script_is_plain_shell(shell):
    if shutil.which(shell) is None:
        pytest.skip(f"没有 {shell}")
    assert subprocess.run([shell, "-n", str(ROOT / "gjj")]).returncode == 0


def test_no_uv_and_no_python(bare):
    run, _ = bare
    done = run("doctor")
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1].startswith("✗ 缺少 uv，也没有 python3 可以用来安装它：请按 ")


def test_uv_cannot_be_installed(bare):
    run, programs = bare
    program(programs, "python3", "exit 1")
    done = run("doctor")
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1].startswith("✗ uv 没有装上：请检查网络")


def test_python_missing_and_no_network(bare):
    run, programs = bare
    program(programs, "uv", '[ "$1" = --version ] && exit 0; echo "network unreachable" >&2; exit 2')
    done = run("up")
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1] == (
        "✗ 缺少 CPython 3.12，自动下载也没有成功：请检查网络，或先装好它（例如 pyenv install 3.12），再运行一次。"
    )


def test_python_that_only_pyenv_knows_is_found(bare, tmp_path):
    run, programs = bare
    program(programs, "uv", 'case "$1 $2" in "--version "*) exit 0 ;; "python find") exit 2 ;; *) echo "uv $*" ;; esac')
    program(programs, "pyenv", f'[ "$1" = versions ] && echo 3.12.1 || echo "{tmp_path}/py"')
    (tmp_path / "py/bin").mkdir(parents=True)
    program(tmp_path / "py/bin", "python", "exit 0")
    done = run("doctor")
    assert f"uv venv --quiet --no-project --python {tmp_path}/py/bin/python" in done.stderr


def test_full_disk_before_installing(bare):
    run, programs = bare
    program(programs, "uv", "exit 0")
    (programs / "df").unlink()
    program(programs, "df", "echo Filesystem; echo /dev/x 1 1 204800 1 /")
    done = run("up")
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1].startswith("✗ 磁盘空间不够：安装网关环境") and "只剩 200 MB" in done.stderr
