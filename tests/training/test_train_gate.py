"""Which models are published and which are refused, and why."""
from __future__ import annotations

import pytest

from bot.training import train
from bot.training.evaluate import Scores
from bot.training.releases import Releases
from bot.training.train import GATE_DROP, GATE_TOP1, _refusal


def scores(top1):
    return Scores(100, top1, 0.97, 0.97, 0.9, 0.03)


@pytest.fixture
def releases(tmp_path):
    return Releases(tmp_path / "releases")


def in_service(releases, tmp_path, **metrics):
    (tmp_path / "m").write_bytes(b"m")
    return releases.publish(tmp_path / "m", metrics, {})


@pytest.mark.parametrize(("top1", "published"), [(GATE_TOP1 - 0.001, False), (GATE_TOP1, True), (0.95, True), (0.0, False)])
def test_the_first_model_needs_the_least_accuracy(releases, top1, published):
    refusal = _refusal(scores(top1), releases)
    assert (refusal == "") is published
    assert published or "没有发布" in refusal and "原来的版本照常使用" in refusal


@pytest.mark.parametrize(("drop", "published"), [(-0.02, True), (0.0, True), (GATE_DROP - 0.001, True), (GATE_DROP + 0.001, False)])
def test_a_clearly_worse_model_does_not_replace_a_better_one(releases, tmp_path, drop, published):
    in_service(releases, tmp_path, top1=0.93)
    assert (_refusal(scores(0.93 - drop), releases) == "") is published


def test_a_release_without_numbers_does_not_stop_a_better_one(releases, tmp_path):
    in_service(releases, tmp_path)
    assert _refusal(scores(0.9), releases) == ""


def test_a_broken_release_in_service_does_not_stop_its_replacement(releases, tmp_path):
    """The way out of an unreadable release is a new training: it must not fail at the end."""
    release = in_service(releases, tmp_path, top1=0.9)
    (tmp_path / "releases" / release.id / "manifest.json").write_text("{")
    assert _refusal(scores(0.9), releases) == ""


class Nlu:
    """Answers every question with one topic."""

    def __init__(self, model):
        pass

    def topics(self, base, question):
        return ["withdraw_rent"]


@pytest.fixture
def quick(monkeypatch, tmp_path):
    """``train.main`` without Rasa: training writes a few bytes, the held-out file has two questions."""
    monkeypatch.setenv("GJJ_VAR", str(tmp_path / "var"))
    held_out = tmp_path / "questions"
    held_out.mkdir()
    monkeypatch.setattr(train, "HELD_OUT", held_out)
    monkeypatch.setattr(train.evaluate, "Parser", Nlu)

    def fake(folder, settings):
        (folder / "model.tar.gz").write_bytes(b"model")
        return folder / "model.tar.gz"

    monkeypatch.setattr(train, "_train", fake)
    monkeypatch.setattr(train, "check", lambda base: [])

    def ask(*topics):
        (held_out / "q.tsv").write_text("question\ttopic\n" + "".join(f"问{i}\t{t}\n" for i, t in enumerate(topics)))
        return Releases(tmp_path / "var" / "releases")

    return ask


def test_a_good_model_is_published_with_its_numbers(quick, capsys):
    releases = quick("withdraw_rent", "withdraw_rent")
    assert train.main([]) == 0
    release = releases.get(releases.current_id())
    assert release.metrics["top1"] == 1.0 and release.counts["检验问句"] == 2
    assert "已发布版本" in capsys.readouterr().err


def test_a_bad_model_is_not_published(quick, capsys):
    releases = quick("withdraw_rent", "loan_rate")
    assert train.main([]) == 1
    assert releases.current_id() is None and "没有发布" in capsys.readouterr().err


def test_no_publish(quick):
    releases = quick("withdraw_rent")
    assert train.main(["--no-publish"]) == 0 and releases.current_id() is None


def test_content_mistakes_stop_before_training(quick, monkeypatch, capsys):
    quick("withdraw_rent")
    monkeypatch.setattr(train, "check", lambda base: ["data/services/wd_rent.yml：$.name：要有"])
    monkeypatch.setattr(train, "_train", lambda *_: pytest.fail("trained"))
    assert train.main([]) == 1
    assert "wd_rent.yml" in capsys.readouterr().err
