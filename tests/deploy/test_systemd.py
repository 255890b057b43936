"""The units: systemd itself finds no fault, variables and modules exist, nothing runs as root."""
from __future__ import annotations

import re
import shutil
import subprocess

import pytest

from bot.settings import ROOT, Settings
from tests.deploy.conftest import DEPLOY, environment_of_python, module_exists

FOLDER = DEPLOY / "systemd"
SERVICES = sorted(FOLDER.glob("*.service"))


def lines(path, key):
    return re.findall(rf"^{key}=(.*)$", path.read_text("utf-8"), re.MULTILINE)


def test_systemd_finds_no_fault(tmp_path):
    if shutil.which("systemd-analyze") is None:
        pytest.skip("systemd-analyze is not installed")
    for path in FOLDER.iterdir():
        # The installed program is not here; what it would be started with is checked below.
        (tmp_path / path.name).write_text(re.sub(r"/opt/gjj/var/venv/\w+/bin/python", "/bin/true", path.read_text("utf-8")))
    units = [path for path in sorted(tmp_path.iterdir()) if path.suffix in (".service", ".timer", ".target")]
    done = subprocess.run(["systemd-analyze", "verify", "--man=no", *map(str, units)], capture_output=True, text=True)
    complaints = [line for line in done.stderr.splitlines() if str(tmp_path) in line or "gjj" in line]
    assert complaints == [] and units


@pytest.mark.parametrize("path", SERVICES, ids=lambda path: path.name)
def test_services_are_confined_and_not_root(path):
    assert lines(path, "User") == ["gjj"] and lines(path, "NoNewPrivileges") == ["yes"]
    assert lines(path, "ProtectSystem") == ["strict"] and lines(path, "CapabilityBoundingSet") == [""] and lines(path, "UMask") == ["0077"]


@pytest.mark.parametrize("path", SERVICES, ids=lambda path: path.name)
def test_services_start_modules_of_ours_with_the_right_python(path):
    (start,) = lines(path, "ExecStart")
    module = re.search(r"-m (bot[\w.]*)", start).group(1)
    assert module_exists(module)
    python = "worker" if module in ("bot.worker", "bot.training.service") else "gateway"
    assert f"/opt/gjj/var/venv/{python}/bin/python" in start


def variables():
    found = dict(re.findall(r"^(\w+)=(.*)$", (FOLDER / "gjj.env").read_text("utf-8"), re.MULTILINE))
    for path in SERVICES:
        for line in lines(path, "Environment"):
            found.update(dict(part.split("=", 1) for part in line.split()))
    return found


def test_every_variable_is_read_by_the_program(settings_variables):
    assert set(variables()) - environment_of_python() <= settings_variables


def test_the_settings_are_accepted_and_name_the_sockets_of_the_units():
    env = {**variables(), "GJJ_SECRET_FILE": ""}
    settings = Settings.from_env(env)
    (start,) = lines(FOLDER / "gjj-worker@.service", "ExecStart")
    socket = start.split("--socket ")[1]
    target = (FOLDER / "gjj.target").read_text("utf-8")
    instances = re.findall(r"gjj-worker@(\d+)\.service", target)
    assert settings.worker_sockets == tuple(socket.replace("%i", number) for number in instances)
    assert {f"{name}.service" for name in re.findall(r"(gjj-[\w@]+?)(?:\d*)\.service", target)} == {
        path.name for path in SERVICES} - {"gjj-backup.service"}


def test_commands_run_with_the_settings_and_the_user_of_the_services(tmp_path):
    script = (FOLDER / "gjj").read_text("utf-8")
    assert "runuser -u gjj -- /opt/gjj/gjj" in script and set(lines(SERVICES[0], "User")) == {"gjj"}
    (tmp_path / "gjj").write_text('#!/bin/sh\nprintf "%s|" "$REDIS_URL" "$GJJ_ALLOWED_ORIGINS" "$@"\n')
    (tmp_path / "gjj").chmod(0o755)
    (tmp_path / "env").write_text("# a remark\n\nREDIS_URL=redis+sentinel://:a&b;c $d@h:1/m/0?sentinel_password=x y\nGJJ_ALLOWED_ORIGINS=\n")
    run = script.replace("runuser -u gjj -- /opt/gjj/gjj", str(tmp_path / "gjj")).replace('[ "$(id -un)" != gjj ] ||', "true ||")
    done = subprocess.run(["sh", "-c", run, "gjj", "faq", "两 个字"], env={"GJJ_ENV": str(tmp_path / "env"), "PATH": "/usr/bin:/bin"},
                          capture_output=True, text=True, check=True)
    assert done.stdout == "redis+sentinel://:a&b;c $d@h:1/m/0?sentinel_password=x y||faq|两 个字|"


def test_a_worker_gets_the_time_to_finish_what_it_has():
    (seconds,) = lines(FOLDER / "gjj-worker@.service", "TimeoutStopSec")
    assert int(seconds) > Settings().message_timeout + 10
    assert (ROOT / "docs" / "deployment.md").exists()
