"""A training from the button to the release in service, with a stand-in for Rasa: it passes, is refused, is cancelled, dies."""
from __future__ import annotations

import asyncio
import dataclasses
import json
import os
import subprocess
import sys
import tempfile

import pytest

from bot.training import service
from bot.training.jobs import CANCELLED, FAILED, INVALID, KEPT_ASIDE, PUBLISHED, REFUSED, Taken
from bot.training.process import Training
from bot.training.shared_releases import Serving
from tests.training.conftest import SECRET


def test_a_good_training_is_published_and_told(run, jobs, trainer, releases, shared):
    async def story():
        await jobs.start("小王", note="加了一条")
        await trainer.look()
        return await jobs.current(), await shared.in_service(), await shared.ids(), await jobs.history()

    job, service_, ids, history = run(story())
    assert (job.outcome, job.by, job.alive) == (PUBLISHED, "小王", False)
    assert job.release == releases.current_id() == service_.id and service_.by == "小王" and ids == {job.release}
    assert set(job.seconds) >= {"check", "train", "examine", "keep", "publish"} and [one.id for one in history] == [job.id]
    release = releases.get(job.release)
    assert release.author == "小王" and release.metrics["top1"] == 1.0 and release.counts["常见问题"] > 100 and release.refusals == []


def test_it_shows_that_it_lives_while_it_trains_and_while_redis_is_away(run, jobs, trainer, settings):
    alive = settings.run_dir / service.ALIVE

    async def trains():
        await jobs.start("小王")
        await trainer.look()

    assert not alive.exists()
    run(trains())
    assert alive.exists()
    alive.unlink()
    lost = service.Trainer(dataclasses.replace(settings, redis_url="redis://127.0.0.1:1", redis_timeout=0.1))

    async def waits():
        serving = asyncio.ensure_future(lost.serve())
        while not alive.exists():
            await asyncio.sleep(0)
        serving.cancel()
        await asyncio.gather(serving, return_exceptions=True)

    run(waits())


def test_a_training_that_is_ended_leaves_no_files_behind(run, tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    writes = "import sys, tempfile; tempfile.mkstemp(); print(flush=True); sys.stdin.read()"

    async def story():
        training = Training([sys.executable, "-c", writes])
        await training.start()
        while not training.ready:
            await asyncio.sleep(0)
        (folder,) = tmp_path.iterdir()
        held = len(list(folder.iterdir()))
        await training.end()
        return held

    assert run(story()) == 1 and list(tmp_path.iterdir()) == []


def test_its_log_is_json_too(tmp_path):
    env = {**os.environ, "GJJ_VAR": str(tmp_path), "REDIS_URL": "redis://127.0.0.1:1/0", "GJJ_REDIS_TIMEOUT": "1", "GJJ_SECRET": SECRET.decode()}
    with subprocess.Popen([sys.executable, "-W", "ignore", "-m", "bot.training.service"], env=env, stderr=subprocess.PIPE, text=True) as process:
        first = json.loads(process.stderr.readline())
        process.terminate()
    assert (first["level"], first["logger"]) == ("warning", "__main__") and first["event"].startswith("trainer: ") and first["time"]


def test_a_bad_training_is_kept_aside_with_its_reasons_and_the_old_one_serves(run, jobs, trainer, releases, wish):
    async def story():
        await jobs.start("小王")
        await trainer.look()
        good = releases.current_id()
        wish(wrong=["租"])
        await jobs.start("小李")
        await trainer.look()
        return good, await jobs.current()

    good, job = run(story())
    assert job.outcome == REFUSED and "没有通过检验" in job.message and releases.current_id() == good != job.release
    assert any("租房提取从 100% 到" in reason for reason in releases.get(job.release).refusals)


def test_a_written_reason_publishes_it_all_the_same(run, jobs, trainer, releases, wish):
    async def story():
        await jobs.start("小王")
        await trainer.look()
        wish(wrong=["租"])
        await jobs.start("小李", reason="租房提取暂停办理，答不上来是对的")
        await trainer.look()
        return await jobs.current()

    job = run(story())
    assert job.outcome == PUBLISHED and releases.in_service().reason.startswith("租房提取暂停")


def test_without_publishing_it_waits_as_a_candidate(run, jobs, trainer, releases):
    async def story():
        await jobs.start("小王", publish=False)
        await trainer.look()
        return await jobs.current()

    job = run(story())
    assert job.outcome == KEPT_ASIDE and releases.current_id() is None and [r.id for r in releases.all()] == [job.release]


def test_mistakes_in_the_content_stop_it_before_the_minutes(run, jobs, trainer, releases, tmp_path, monkeypatch, wish, settings):
    log = tmp_path / "log"
    log.touch()
    wish(log=str(log))
    monkeypatch.setenv("GJJ_TODAY", "not a day")  # whatever the check meets

    async def story():
        await jobs.start("小王")
        await trainer.look()
        return await jobs.current()

    job = run(story())
    assert job.outcome in (INVALID, FAILED) and releases.all() == [] and "train" not in log.read_text().split()


@pytest.mark.parametrize("step", ["prepare", "train", "examine"])
def test_a_training_that_is_killed_frees_the_lock_and_changes_nothing(run, jobs, trainer, releases, wish, step):
    async def story():
        await jobs.start("小王")
        await trainer.look()
        good = releases.current_id()
        wish(die=step)
        await jobs.start("小李")
        await trainer.look()
        died = await jobs.current()
        wish()
        await jobs.start("小李")
        await trainer.look()
        return good, died, await jobs.current()

    good, died, after = run(story())
    assert died.outcome == FAILED and "没有受影响" in died.message and not died.alive
    assert after.outcome == PUBLISHED and after.release != good


def test_a_failure_tells_its_sentence(run, jobs, trainer, wish):
    wish(fail="训练没有成功，日志里有原因。")

    async def story():
        await jobs.start("小王")
        await trainer.look()
        return await jobs.current()

    assert run(story()).message == "训练没有成功，日志里有原因。"


@pytest.mark.parametrize("step", ["train", "examine"])
def test_it_can_be_cancelled_at_any_step(run, jobs, trainer, releases, wish, tmp_path, monkeypatch, step):
    monkeypatch.setattr(service, "BEAT", 0.02)
    log = tmp_path / "log"
    log.touch()

    async def story():
        wish(pause=30, log=str(log)) if step == "train" else wish(pause=0.5, log=str(log))
        await jobs.start("小王")
        working = asyncio.ensure_future(trainer.look())
        if step == "train":
            wished = "prepare"
        else:
            wished = "examine"
        while wished not in log.read_text().split():
            await asyncio.sleep(0.02)
        assert await jobs.cancel("小李")
        await asyncio.wait_for(working, 20)
        return await jobs.current()

    job = run(story())
    assert job.outcome == CANCELLED and job.cancelled_by == "小李" and "小李取消了训练" in job.message
    assert releases.current_id() is None


def test_progress_is_told_while_it_runs(run, jobs, trainer, wish, tmp_path, monkeypatch):
    monkeypatch.setattr(service, "BEAT", 0.02)
    wish(pause=0.4)

    async def story():
        await jobs.start("小王")
        working = asyncio.ensure_future(trainer.look())
        seen = []
        while not working.done():
            job = await jobs.current()
            if not seen or seen[-1][0] != job.step:
                seen.append((job.step, job.percent))
            await asyncio.sleep(0.02)
        return seen

    seen = run(story())
    steps = [step.partition("：")[0] for step, _ in seen]
    assert [s for s in ("检查内容", "训练", "检验") if s in steps] == ["检查内容", "训练", "检验"]
    percents = [percent for _, percent in seen]
    assert percents == sorted(percents)


def test_two_at_once_one_wins_and_the_other_is_told(run, jobs, trainer):
    async def story():
        first = await jobs.start("小王")
        with pytest.raises(Taken, match=r"小王在 \d\d:\d\d 开始的训练还没有结束") as taken:
            await jobs.start("小李")
        return first.id, taken.value.job.id

    first, told = run(story())
    assert first == told


def test_all_who_ask_at_the_same_moment_have_one_winner(run, jobs):
    async def story():
        answers = await asyncio.gather(*(jobs.start(f"{n} 号") for n in range(8)), return_exceptions=True)
        return [isinstance(answer, Taken) for answer in answers]

    assert sorted(run(story())) == [False] + [True] * 7


def test_a_trainer_that_died_frees_the_lock_within_its_lease(run, jobs, server):
    async def story():
        await jobs.start("小王")
        await jobs.take("一号机")
        assert 0 < server.pttl("gjj:{training}:lock") <= 15_000
        server.delete("gjj:{training}:lock")  # the lease is over
        dead = await jobs.current()
        await jobs.start("小李")
        return dead

    dead = run(story())
    assert dead.outcome == FAILED and "中途断了" in dead.message


def test_a_training_nobody_takes_is_told(run, jobs, server):
    async def story():
        await jobs.start("小王")
        server.delete("gjj:{training}:lock")
        return await jobs.current()

    assert "没有训练程序接手" in run(story()).message


def test_a_waiting_training_is_cancelled_at_once(run, jobs, trainer):
    async def story():
        await jobs.start("小王")
        await jobs.cancel("小王")
        await trainer.look()
        return await jobs.current(), await jobs.cancel("小王")

    job, again = run(story())
    assert job.outcome == CANCELLED and not again


def test_it_ends_when_all_workers_serve_the_new_release(run, jobs, trainer, shared, releases, monkeypatch):
    async def story():
        await shared.report(Serving("a", "old", "serving", 0.0))
        await jobs.start("小王")
        working = asyncio.ensure_future(trainer.look())
        while releases.current_id() is None:
            await asyncio.sleep(0.02)
        assert not working.done()
        await shared.report(Serving("a", releases.current_id(), "serving", 0.0))
        await asyncio.wait_for(working, 20)
        return await jobs.current()

    assert run(story()).outcome == PUBLISHED


def test_a_warm_trainer_has_its_process_ready(run, jobs, trainer):
    async def story():
        await jobs.warm()
        await trainer.look()
        warm = trainer._warm
        assert warm is not None and warm.running
        await jobs.start("小王")
        await trainer.look()
        return warm.running, (await jobs.current()).outcome

    assert run(story()) == (False, PUBLISHED)
