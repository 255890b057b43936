"""What Prometheus is told: stages, workers, Redis; and that the manual explains every number."""
import re

import msgspec
import pytest

from bot.gateway import keys
from bot.gateway.metrics import Metrics
from bot.settings import ROOT
from bot.training.jobs import HISTORY, JOB, LOCK, PUBLISHED, REFUSED, TRAINER, Jobs
from tests.gateway.conftest import MESSAGE_ID

REPORT = {"ready": True, "release": "20261122-000000", "in_hand": 2, "beat_seconds": 0.1, "resident_bytes": 5, "cpu_seconds": 1.5}


def value(metrics, name, **labels):
    return metrics.registry.get_sample_value(name, labels)


def names(metrics):
    """Names as Prometheus shows them, our own only."""
    for family in metrics.registry.collect():
        if family.name.startswith("gjj_"):
            yield family.name + ("_total" if family.type == "counter" else "")


def test_every_metric_is_explained_in_the_manual_and_nothing_else_is():
    manual = (ROOT / "docs" / "monitoring.md").read_text("utf-8")
    explained = set(re.findall(r"^\| `(gjj_\w+)`", manual, re.MULTILINE))
    assert explained == set(names(Metrics()))


def test_a_worker_is_seen_and_forgotten():
    metrics = Metrics()
    metrics.saw_worker("1", REPORT)
    assert value(metrics, "gjj_worker_up", worker="1") == 1 and value(metrics, "gjj_worker_messages_in_hand", worker="1") == 2
    metrics.saw_worker("1", {**REPORT, "release": "20261123-000000"})
    assert value(metrics, "gjj_worker_release_info", worker="1", release="20261122-000000") is None
    assert value(metrics, "gjj_worker_release_info", worker="1", release="20261123-000000") == 1
    metrics.saw_worker("1", {"ready": False})
    assert value(metrics, "gjj_worker_up", worker="1") == 0
    metrics.forget_worker("1")
    assert value(metrics, "gjj_worker_up", worker="1") is None


@pytest.mark.parametrize("stages", [{"read": "x"}, {"unknown": 1.0}, {}])
def test_what_is_no_stage_is_no_metric(stages):
    metrics = Metrics()
    metrics.timed(stages)
    assert value(metrics, "gjj_stage_seconds_count", stage="read") is None
    assert value(metrics, "gjj_stage_seconds_count", stage="unknown") is None


@pytest.mark.asyncio
@pytest.mark.parametrize("transport", ["http", "ws"])
async def test_the_stages_of_a_message_are_counted(client, token, transport):
    if transport == "http":
        await client.post("/api/v1/messages", json={"id": MESSAGE_ID, "text": "你好"}, headers={"Authorization": f"Bearer {token}"})
    else:
        async with client.ws_connect("/api/v1/ws") as socket:
            await socket.send_json({"token": token})
            await socket.send_json({"id": MESSAGE_ID, "text": "你好"})
            while (await socket.receive_json())["type"] != "done":
                pass
    text = await (await client.get("/metrics")).text()
    for stage in ("queue", "turn", "read", "dialogue"):
        assert f'gjj_stage_seconds_count{{stage="{stage}"}} 1.0' in text
    assert "gjj_redis_up 1.0" in text and 'gjj_worker_up{worker="1"} 1.0' in text


@pytest.mark.asyncio
async def test_redis_down_is_told_and_the_page_still_comes(make_client):
    client = await make_client(redis_url="unix:///nonexistent/redis.sock")
    assert "gjj_redis_up 0.0" in await (await client.get("/metrics")).text()


@pytest.mark.asyncio
async def test_trainings_are_told(client):
    redis = client.app[keys.REDIS]
    jobs = Jobs(redis)

    async def numbers():
        text = await (await client.get("/metrics")).text()
        return {name: float(found) for name, found in re.findall(r"^(gjj_train\w+) (\S+)$", text, re.MULTILINE)}

    try:
        assert (await numbers())["gjj_trainer_up"] == 0
        await jobs.present("here")
        job = await jobs.start("李四")
        assert {name: value for name, value in (await numbers()).items() if value} == {"gjj_trainer_up": 1, "gjj_training_running": 1}
        await jobs.take("here")
        for outcome, good in ((REFUSED, 0), (PUBLISHED, 1)):
            if outcome == PUBLISHED:
                job = await jobs.start("李四")
                await jobs.take("here")
            await jobs.end(msgspec.structs.replace(job, outcome=outcome))
            found = await numbers()
            assert (found["gjj_training_running"], found["gjj_training_last_good"]) == (0, good) and found["gjj_training_last_ended_seconds"] > 1e9
    finally:
        await redis.delete(JOB, LOCK, HISTORY, TRAINER)
