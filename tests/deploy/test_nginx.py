"""The nginx example parses with known directives in their places, and agrees with the gateway. How it behaves is tested with
a real nginx in tests/security, where one is installed."""
from __future__ import annotations

import crossplane

from bot.gateway.connections import KEEPALIVE_SECONDS
from bot.gateway.websocket import HEARTBEAT_SECONDS
from tests.deploy.conftest import DEPLOY


def parsed(tmp_path):
    """All blocks, with proxy.conf where the example includes it."""
    (tmp_path / "proxy.conf").write_text((DEPLOY / "nginx" / "proxy.conf").read_text("utf-8"))
    inside = (DEPLOY / "nginx" / "gjj.conf").read_text("utf-8").replace("/etc/nginx/gjj/proxy.conf", str(tmp_path / "proxy.conf"))
    (tmp_path / "nginx.conf").write_text("events {}\nhttp {\n" + inside + "\n}\n")
    found = crossplane.parse(str(tmp_path / "nginx.conf"), combine=True, strict=True)
    # The parser takes the values of a map for directives.
    assert [one["error"] for one in found["errors"] if not one["error"].startswith(('unknown directive "default"', 'unknown directive ""'))] == []
    return found["config"][0]["parsed"]


def everything(blocks, name):
    for block in blocks:
        if block["directive"] == name:
            yield block
        yield from everything(block.get("block") or [], name)


def test_directives_are_known_and_in_their_places(tmp_path):
    assert parsed(tmp_path)


def test_websockets_pass_and_live_longer_than_their_heartbeat(tmp_path):
    blocks = parsed(tmp_path)
    headers = {tuple(block["args"]) for block in everything(blocks, "proxy_set_header")}
    assert ("Upgrade", "$http_upgrade") in headers and ("X-Forwarded-For", "$remote_addr") in headers
    for limit in everything(blocks, "proxy_read_timeout"):
        assert int(limit["args"][0].rstrip("s")) > 2 * HEARTBEAT_SECONDS


def test_connections_kept_for_reuse_are_shorter_lived_than_the_gateways(tmp_path):
    (upstream,) = everything(parsed(tmp_path), "upstream")
    (kept,) = [block for block in upstream["block"] if block["directive"] == "keepalive_timeout"]
    assert int(kept["args"][0].rstrip("s")) < KEEPALIVE_SECONDS


def test_metrics_stay_inside(tmp_path):
    servers = [server for server in everything(parsed(tmp_path), "server") if list(everything(server.get("block") or [], "proxy_pass"))]
    assert servers
    for server in servers:
        (metrics,) = [location for location in everything(server["block"], "location") if location["args"][-1] == "/metrics"]
        assert [block["args"] for block in metrics["block"]] == [["404"]]
