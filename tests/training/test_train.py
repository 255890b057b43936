"""``./gjj train`` and ``./gjj releases`` in a terminal, with and without a running system; Rasa has a stand-in."""
from __future__ import annotations

import asyncio
import threading

import pytest

from bot.knowledge import base as base_module
from bot.training import releases_cli, run as run_module, train
from bot.training.in_service import ADDRESS
from bot.training.jobs import Jobs
from bot.training.releases import Releases
from bot.training.train import Bar, main
from tests.training.stand_in import StandIn


@pytest.fixture
def alone(monkeypatch, tmp_path):
    """Nothing runs: the releases of this folder."""
    monkeypatch.setenv("GJJ_VAR", str(tmp_path / "var"))
    monkeypatch.setenv("GJJ_TODAY", "2026-11-22")
    monkeypatch.delenv("REDIS_URL", raising=False)
    return Releases(tmp_path / "var" / "releases")


def test_a_good_training_is_published_with_its_figures(alone, capsys):
    assert main([], StandIn()) == 0
    release = alone.get(alone.current_id())
    assert release.metrics["top1"] == 1.0 and release.counts["检验问句"] > 1000 and release.author.startswith("终端")
    err = capsys.readouterr().err
    assert "✓ 检验问句" in err and f"已发布版本 {release.id}" in err and "检查内容" in err


def test_a_bad_training_is_kept_aside_and_published_only_with_a_reason(alone, capsys):
    assert main([], StandIn()) == 0
    good = alone.current_id()
    assert main([], StandIn(wrong=["租"])) == 1
    assert alone.current_id() == good and "没有发布" in capsys.readouterr().err
    assert main(["--reason", "租房提取已停办"], StandIn(wrong=["租"])) == 0
    assert alone.current_id() != good and alone.in_service().reason == "租房提取已停办"


def test_no_publish(alone, capsys):
    assert main(["--no-publish"], StandIn()) == 0
    assert alone.current_id() is None and len(alone.all()) == 1 and "候选版本" in capsys.readouterr().err


def test_mistakes_in_the_content_stop_it_first(alone, capsys, monkeypatch):
    monkeypatch.setattr(run_module, "everything", lambda base, data: ["data/services/wd_rent.yml：$.name：要有"])
    tools = StandIn()
    tools.train = lambda *_: pytest.fail("trained")
    assert main([], tools) == 1
    assert "wd_rent.yml" in capsys.readouterr().err and alone.all() == []


def test_a_failure_is_one_sentence(alone, capsys):
    assert main([], StandIn(fail="训练没有成功，日志里有原因。")) == 1
    assert "训练没有成功，日志里有原因。" in capsys.readouterr().err


def test_two_terminals_at_once(alone, capsys, tmp_path):
    begun, gate = threading.Event(), threading.Event()
    slow = StandIn()
    slow.prepare = lambda: (begun.set(), gate.wait(60))
    first = threading.Thread(target=main, args=([], slow))
    first.start()
    assert begun.wait(60)
    try:
        assert main([], StandIn()) == 1 and "另一个终端正在训练" in capsys.readouterr().err
    finally:
        gate.set()
        first.join()


def test_while_the_system_runs_its_trainer_does_it(settings, server, wish, trainer, run, capsys, monkeypatch):
    """The command finds the Redis by the address the launcher left."""
    monkeypatch.delenv("REDIS_URL", raising=False)
    monkeypatch.setenv("GJJ_SECRET", "test-secret-" * 4)
    settings.run_dir.mkdir(parents=True)
    (settings.run_dir / ADDRESS).write_text(settings.redis_url + "\n")

    async def story():
        serving = asyncio.ensure_future(trainer.serve())
        jobs = Jobs(trainer._client)
        while not await jobs.has_trainer():
            await asyncio.sleep(0.02)
        status = await asyncio.to_thread(main, [])
        serving.cancel()
        await asyncio.gather(serving, return_exceptions=True)
        return status

    assert run(story()) == 0
    assert "已发布版本 " + Releases(settings.releases_dir).current_id() in capsys.readouterr().err


def test_somebody_else_is_training(settings, server, wish, jobs, run, capsys, monkeypatch):
    monkeypatch.setenv("REDIS_URL", settings.redis_url)

    async def story():
        job = await jobs.start("小王")
        await jobs.take("一号机")
        status = await asyncio.to_thread(main, [])
        await jobs.end(job)
        return status

    assert run(story()) == 1
    assert "小王在" in capsys.readouterr().err


def test_the_bar_in_a_log_has_a_line_for_each_step(capsys):
    bar = Bar()
    for step, percent in (("训练：分词", 10), ("训练：句向量", 20), ("检验", 60)):
        bar.show(step, percent, 30)
    bar.end()
    assert capsys.readouterr().err.splitlines() == [" 10% 训练，约还要 30 秒", " 60% 检验，约还要 30 秒"]


def test_releases_are_listed_compared_and_rolled_back(alone, capsys, monkeypatch, tmp_path):
    assert releases_cli.main([]) == 0 and "还没有版本" in capsys.readouterr().out
    main([], StandIn())
    first = alone.current_id()
    main(["--reason", "试"], StandIn(wrong=["租"]))
    second = alone.current_id()
    capsys.readouterr()
    assert releases_cli.main([]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == [second, first] and lines[0].endswith("← 在用") and lines[1].endswith("← 上一个")
    assert releases_cli.main(["compare", first, second]) == 0
    told = capsys.readouterr().out
    assert f"{first} → {second}" in told and "变差" in told and "withdraw_rent" in told
    assert releases_cli.main(["rollback", first, "--reason", "租房听不懂了"]) == 0
    assert alone.current_id() == first and alone.in_service().reason == "租房听不懂了"
    assert releases_cli.main(["rollback", "nothing"]) == 1 and "./gjj releases" in capsys.readouterr().err


def test_a_release_without_figures_is_not_compared(alone, capsys, tmp_path):
    (tmp_path / "m").write_bytes(b"m")
    old, new = (alone.publish(tmp_path / "m", {"top1": 0.9}, {}) for _ in range(2))
    assert releases_cli.main(["compare", old.id, new.id]) == 1 and "没有留下逐句的检验结果" in capsys.readouterr().err


def test_what_others_import_from_here():
    assert train.HELD_OUT.is_dir() and all((base_module.DATA.parent / path).is_dir() for path in train.NLU_PATHS)
