"""What comes before the first start: the Chinese pipeline is built and installed, a release fetched or trained; what fails is said."""
from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from bot.cli import foreground, pipeline, plan
from bot.cli.problem import Problem
from bot.nlu.spacy_zh.stamp import STAMP_NAME, inputs_digest
from bot.settings import Settings, ensure_secret
from bot.state.client import close, connect
from bot.training.releases import Releases
from bot.training.shared_releases import SharedReleases
from tests.redis_kinds import address_of


class Commands:
    """Stands in for the commands: ``does`` maps a word of the command to what happens, a status."""

    def __init__(self):
        self.ran = []
        self.does = {}

    def __call__(self, command, cwd=None):
        self.ran.append(next((word for word in ("bot.nlu.spacy_zh.build", "install", "bot.training.train") if word in command), ""))
        return self.does.get(self.ran[-1], lambda: 0)()


@pytest.fixture
def commands(monkeypatch):
    made = Commands()
    monkeypatch.setattr(foreground, "run", made)
    return made


@pytest.fixture
def place(tmp_path, monkeypatch):
    """Nothing built, nothing installed."""
    monkeypatch.setattr(pipeline.paths, "SPACY_OUT", tmp_path / "spacy")
    monkeypatch.setattr(pipeline, "INSTALLED_STAMP", tmp_path / "installed")
    monkeypatch.setattr(pipeline, "find_uv", lambda: "uv")
    return tmp_path


def building(place, digest):
    def build():
        (place / "spacy").mkdir(exist_ok=True)
        (place / "spacy" / "zh_gjj-1.1.0-py3-none-any.whl").touch()
        (place / "spacy" / STAMP_NAME).write_text(digest + "\n")
        return 0
    return build


def test_it_is_built_and_installed_once(place, commands):
    commands.does["bot.nlu.spacy_zh.build"] = building(place, inputs_digest())
    pipeline.ensure()
    pipeline.ensure()
    assert commands.ran == ["bot.nlu.spacy_zh.build", "install"] and pipeline.is_installed()


def test_what_was_built_is_only_installed(place, commands):
    building(place, inputs_digest())()
    pipeline.ensure()
    assert commands.ran == ["install"]


def test_a_wheel_of_other_inputs_is_built_anew(place, commands):
    building(place, "0" * 64)()
    commands.does["bot.nlu.spacy_zh.build"] = building(place, inputs_digest())
    pipeline.ensure()
    assert commands.ran == ["bot.nlu.spacy_zh.build", "install"]


@pytest.mark.parametrize("step, happens, sentence", [
    ("bot.nlu.spacy_zh.build", lambda place: lambda: 1, "没有构建成功"),
    ("bot.nlu.spacy_zh.build", lambda place: building(place, "0" * 64), "词典或源文件又变了"),
    ("install", lambda place: lambda: 2, "没有装进对话环境"),
])
def test_a_step_that_fails_is_one_sentence_and_nothing_counts_as_installed(place, commands, step, happens, sentence):
    commands.does["bot.nlu.spacy_zh.build"] = building(place, inputs_digest())
    commands.does[step] = happens(place)
    with pytest.raises(Problem, match=sentence):
        pipeline.ensure()
    assert not pipeline.is_installed()


def test_uv_is_missing(monkeypatch, tmp_path):
    monkeypatch.setattr(pipeline.shutil, "which", lambda name: None)
    monkeypatch.setattr(pipeline, "ROOT", tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    with pytest.raises(Problem, match="缺少 uv"):
        pipeline.find_uv()


@pytest.fixture
def settings(tmp_path, monkeypatch):
    monkeypatch.setattr(pipeline, "ensure", lambda: None)
    return replace(Settings(), var_dir=tmp_path / "var")


def published(folder, tmp_path):
    model = tmp_path / "model.tar.gz"
    model.write_bytes(b"model")
    return Releases(folder).publish(model, {}, {}).id


def test_without_a_release_one_is_trained(settings, commands):
    plan.prepare(settings)
    assert commands.ran == ["bot.training.train"]


def test_a_release_that_fits_is_used(settings, commands, tmp_path):
    published(settings.releases_dir, tmp_path)
    plan.prepare(settings)
    assert commands.ran == []


def test_a_training_that_fails_is_one_sentence(settings, commands):
    commands.does["bot.training.train"] = lambda: 1
    with pytest.raises(Problem, match="训练没有成功"):
        plan.prepare(settings)


async def shared_with(url, settings, tmp_path, spoil=False):
    """Another machine puts its release in service over Redis; ``spoil``: signed with a secret that is not ours."""
    client = connect(url, 3)
    try:
        other = Releases(tmp_path / "other")
        ident = published(other.folder, tmp_path)
        shared = SharedReleases(client, b"somebody else's secret" * 2 if spoil else ensure_secret(settings.var_dir))
        await shared.push(other, ident)
        await shared.switch(other.switch(ident, "另一台"))
        return ident
    finally:
        await close(client)


def test_the_release_of_the_other_machines_is_fetched(settings, commands, tmp_path):
    with address_of("single", tmp_path) as url:
        settings = replace(settings, redis_url=url)
        ident = asyncio.run(shared_with(url, settings, tmp_path))
        plan.prepare(settings)
    assert commands.ran == [] and Releases(settings.releases_dir).current_id() == ident


def test_a_release_that_is_not_signed_by_us_is_not_taken(settings, commands, tmp_path, capsys):
    with address_of("single", tmp_path) as url:
        settings = replace(settings, redis_url=url)
        asyncio.run(shared_with(url, settings, tmp_path, spoil=True))
        plan.prepare(settings)
    assert commands.ran == ["bot.training.train"] and "✗" in capsys.readouterr().err
