"""The access log: a file of its own, its owner's only, removed when old, bounded; and what a line tells."""
import json
import logging
import stat
from datetime import date, timedelta

import pytest

from bot.gateway import access_log
from bot.gateway.logs import ACCESS
from bot.settings import Settings, SettingsError


@pytest.fixture
def folder(tmp_path):
    yield tmp_path / "log"
    for handler in ACCESS.handlers[:]:
        handler.close()
    ACCESS.handlers[:], ACCESS.propagate = [], True


def lines(folder):
    return [json.loads(line) for line in (folder / "access.log").read_text("utf-8").splitlines()]


async def test_access_lines_go_to_a_file_of_their_own(client, folder, caplog):
    access_log.keep_apart(folder, 180)
    caplog.set_level(logging.INFO)
    response = await client.get("/healthz")
    (line,) = lines(folder)
    assert (line["route"], line["status"], line["request_id"]) == ("/healthz", 200, response.headers["X-Request-ID"])
    assert [record for record in caplog.records if record.name == "gjj.access"] == []


async def test_a_refusal_is_in_the_log_with_its_code(client, folder):
    access_log.keep_apart(folder, 180)
    await client.get("/api/v1/history", headers={"Authorization": "Bearer v1.a.b"})
    await client.post("/api/v1/sessions", json={}, headers={"Origin": "https://evil.example"})
    assert [(line["status"], line["code"]) for line in lines(folder)] == [(401, "unauthorized"), (403, "forbidden_origin")]


async def test_one_client_has_one_name_a_day_and_no_address(make_client, folder, monkeypatch):
    from bot.gateway import address
    access_log.keep_apart(folder, 180)
    client = await make_client(trusted_proxies=("127.0.0.1",))
    for sender in ("203.0.113.9", "203.0.113.9", "203.0.113.10"):
        await client.get("/healthz", headers={"X-Forwarded-For": sender})
    monkeypatch.setattr(address, "today", lambda: date(2031, 1, 1))
    await client.get("/healthz", headers={"X-Forwarded-For": "203.0.113.9"})
    first, again, other, tomorrow = [line["client"] for line in lines(folder)]
    assert first == again and len({first, other, tomorrow}) == 3 and len(first) == 12


def test_only_the_owner_may_read_it(folder):
    access_log.keep_apart(folder, 180)
    ACCESS.info("request")
    assert stat.S_IMODE((folder / "access.log").stat().st_mode) == 0o600 and stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_days_past_retention_are_removed_at_start(folder):
    folder.mkdir()
    for age in (1, 30, 31, 400):
        (folder / f"access.log.{date.today() - timedelta(days=age)}").write_text("")
    (folder / "access.log.note").write_text("")
    access_log.keep_apart(folder, 30)
    kept = sorted(path.name for path in folder.iterdir())
    assert len(kept) == 4 and "access.log.note" in kept and f"access.log.{date.today() - timedelta(days=31)}" not in kept


def test_a_day_that_is_full_is_not_written_on_and_says_so_once(folder, monkeypatch, caplog):
    """Attack: filling the disk with requests."""
    monkeypatch.setattr(access_log, "MOST_BYTES", 500)
    access_log.keep_apart(folder, 180)
    for _ in range(50):
        ACCESS.info("request", extra={"status": 200})
    assert (folder / "access.log").stat().st_size < 1000
    assert [record.msg for record in caplog.records] == ["access log of the day is full"]


@pytest.mark.parametrize("value", ["0", "4000", "ever"])
def test_retention_is_days(value):
    assert Settings.from_env({"GJJ_ACCESS_LOG_DAYS": "400"}).access_log_days == 400
    with pytest.raises(SettingsError, match="GJJ_ACCESS_LOG_DAYS"):
        Settings.from_env({"GJJ_ACCESS_LOG_DAYS": value})
