"""Where workers listen, as written in GJJ_WORKER_SOCKETS."""
from __future__ import annotations

import pytest

from bot.endpoint import Endpoint, EndpointError
from bot.settings import Settings, SettingsError


@pytest.mark.parametrize(("text", "endpoint", "base", "health"), [
    ("/run/gjj/worker-1.sock", Endpoint(path="/run/gjj/worker-1.sock"), "http://worker", "/run/gjj/worker-1.health"),
    ("10.0.0.5:8090", Endpoint(host="10.0.0.5", port=8090), "http://10.0.0.5:8090", "10.0.0.5:8091"),
    ("gjj-worker:8090", Endpoint(host="gjj-worker", port=8090), "http://gjj-worker:8090", "gjj-worker:8091"),
    ("[fd00::5]:8090", Endpoint(host="fd00::5", port=8090), "http://[fd00::5]:8090", "[fd00::5]:8091"),
])
def test_places(text, endpoint, base, health):
    found = Endpoint.parse(text)
    assert (found, found.base, str(found), str(found.health)) == (endpoint, base, text, health)


@pytest.mark.parametrize("text", ["", "worker", "worker:", ":8090", "worker:0", "worker:65535", "worker:x", "a@b:8090", "[fd00::5:8090"])
def test_what_is_no_place(text):
    with pytest.raises(EndpointError, match="主机和端口"):
        Endpoint.parse(text)


def test_a_wrong_place_is_named_with_its_variable():
    with pytest.raises(SettingsError, match="GJJ_WORKER_SOCKETS：'worker' 应是"):
        Settings.from_env({"GJJ_WORKER_SOCKETS": "10.0.0.5:8090, worker"})


def test_a_short_worker_secret_is_refused(tmp_path):
    with pytest.raises(SettingsError, match="GJJ_WORKER_SECRET：密钥至少要 32 个字符"):
        Settings.from_env({"GJJ_WORKER_SECRET": "short"})
    (tmp_path / "secret").write_text("x" * 32 + "\n")
    (tmp_path / "secret").chmod(0o600)
    assert Settings.from_env({"GJJ_WORKER_SECRET_FILE": str(tmp_path / "secret")}).worker_secret == b"x" * 32
