"""When the release in service only has to learn a few wordings, and when it must be trained anew."""
from __future__ import annotations

import shutil

import pytest
import yaml

from bot.knowledge.base import DATA, load
from bot.training import content, learning
from bot.training.learning import lesson, sample
from bot.training.run import run
from tests.training.stand_in import StandIn

NEW = {"id": "faq_new", "question": "象棋比赛哪天办", "similar": ["下棋比赛几号"], "answer": "月底。", "topic": "branch_hours_contact", "related": [],
       "source": "测试", "author": "测试"}


@pytest.fixture(autouse=True)
def day(monkeypatch):
    monkeypatch.setenv("GJJ_TODAY", "2026-11-22")


@pytest.fixture
def data(tmp_path):
    shutil.copytree(DATA, tmp_path / "data")
    return tmp_path / "data"


@pytest.fixture
def train(releases, data, tmp_path):
    """``train(**wishes)`` makes a release with the stand-in; gives it and the steps it took."""
    def make(full=False, publish=True, **wishes):
        log = tmp_path / "log"
        log.write_text("")
        release = run(StandIn(log=str(log), **wishes), releases, lambda *news: None, "小王", full, data)
        if publish:
            releases.switch(release.id)
        return release, log.read_text().split()

    return make


def add(data, *records):
    (data / "faq" / "new.yml").write_text(yaml.safe_dump(list(records), allow_unicode=True), encoding="utf-8")


def test_nothing_in_service_nothing_to_learn_from(releases, data):
    assert lesson(load(data), releases, data) is None


def test_a_new_faq_is_learned_by_the_release_in_service(train, releases, data):
    first, steps = train()
    assert steps == ["prepare", "train", "examine"] and first.learned == 0
    assert lesson(load(data), releases, data) is None  # nothing is new
    add(data, NEW)
    wanted = lesson(load(data), releases, data)
    assert wanted.release == first.id and wanted.gone == [] and wanted.learned == 2
    assert wanted.new == [("下棋比赛几号", "faq_new", "branch_hours_contact"), ("象棋比赛哪天办", "faq_new", "branch_hours_contact")]
    second, steps = train()
    assert steps == ["prepare", "learn", "examine"] and second.learned == 2 and second.refusals == []
    add(data, {**NEW, "similar": ["几号下象棋"]})
    wanted = lesson(load(data), releases, data)
    assert [text for text, *_ in wanted.new] == ["几号下象棋"] and [text for text, *_ in wanted.gone] == ["下棋比赛几号"] and wanted.learned == 4


def test_an_answer_that_changed_is_nothing_to_learn(train, releases, data):
    add(data, NEW)
    train()
    add(data, {**NEW, "answer": "每月最后一个星期五。"})
    assert lesson(load(data), releases, data) is None


@pytest.mark.parametrize("change", [
    lambda data: (data / "nlu" / "more.yml").write_text('version: "3.1"\nnlu: []\n'),
    lambda data: (data / "rules" / "more.yml").write_text('version: "3.1"\nrules: []\n'),
])
def test_other_training_questions_need_a_full_training(train, releases, data, change):
    train()
    add(data, NEW)
    change(data)
    assert lesson(load(data), releases, data) is None
    assert train()[1] == ["prepare", "train", "examine"]


def test_other_understanding_code_needs_a_full_training(train, releases, data, monkeypatch):
    train()
    add(data, NEW)
    monkeypatch.setattr(learning, "basis", lambda: "other")
    assert lesson(load(data), releases, data) is None


def test_too_much_learned_needs_a_full_training(train, releases, data, monkeypatch):
    train()
    add(data, NEW)
    monkeypatch.setattr(learning, "MOST", 1)
    assert lesson(load(data), releases, data) is None


def test_what_it_cannot_learn_is_trained_from_the_beginning(train, data):
    train()
    add(data, NEW)
    release, steps = train(stubborn=True)
    assert steps == ["prepare", "learn", "train", "examine"] and release.learned == 0


def test_what_it_learned_badly_is_trained_from_the_beginning(train, data):
    train()
    add(data, NEW)
    release, steps = train(wrong=["象棋"])
    assert steps == ["prepare", "learn", "examine", "train", "examine"] and release.learned == 0 and "象棋比赛哪天办" in release.refusals[0]


def test_from_the_beginning_when_it_is_wished(train, data):
    train()
    add(data, NEW)
    assert train(full=True)[1] == ["prepare", "train", "examine"]


def test_new_wordings_are_the_ones_asked_about(train, releases, data):
    from bot.training.run import probes

    train()
    add(data, NEW)
    fresh = [(faq, wording) for faq, wording, new in probes(load(data), releases) if new]
    assert fresh == [("faq_new", "象棋比赛哪天办"), ("faq_new", "下棋比赛几号")]


@pytest.mark.parametrize(("count", "picked"), [(0, []), (3, [0, 3, 6]), (10, list(range(10))), (99, list(range(10)))])
def test_a_sample_is_spread(count, picked):
    assert sample(list(range(10)), count) == picked


def test_content_survives_packing_and_nothing_foreign_gets_in(data):
    import io
    import tarfile

    from bot.training.releases import ReleaseError

    files = content.snapshot(data)
    assert content.unpack(content.pack(files)) == files and content.pack(files) == content.pack(dict(reversed(files.items())))
    for name in ("../etc/passwd", "faq/../../x.yml", "nlu/x.yml", "faq/x.py", "faq/.x.yml"):
        raw = io.BytesIO()
        with tarfile.open(fileobj=raw, mode="w:gz") as archive:
            archive.addfile(tarfile.TarInfo(name), io.BytesIO(b""))
        with pytest.raises(ReleaseError):
            content.unpack(raw.getvalue())
    with pytest.raises(ReleaseError):
        content.unpack(b"no archive")


def test_differences_are_told_in_words(data):
    before = content.snapshot(data)
    add(data, NEW)
    (data / "services" / "wd_rent.yml").write_text((data / "services" / "wd_rent.yml").read_text() + "\n")
    assert content.differences(before, content.snapshot(data)) == ["常见问题：新增“象棋比赛哪天办”", "事项：修改 services/wd_rent.yml"]
    assert content.differences(content.snapshot(data), before) == ["常见问题：删去“象棋比赛哪天办”", "事项：修改 services/wd_rent.yml"]


def test_restored_content_that_is_wrong_today_changes_nothing(data, tmp_path):
    from bot.training.releases import ReleaseError

    before = content.snapshot(data)
    broken = {**before, "faq/new.yml": yaml.safe_dump([{**NEW, "topic": "no_such_topic"}], allow_unicode=True).encode()}
    with pytest.raises(ReleaseError, match="今天不能用"):
        content.restore(broken, data, tmp_path / "backups")
    assert content.snapshot(data) == before
