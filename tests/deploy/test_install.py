"""The program is put in place, upgraded and put back; what the center changed in its content is never lost."""
from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.deploy.conftest import DEPLOY

V1 = {"gjj": "one", "bot/app.py": "one", "bot/old.py": "one", "data/faq/a.yml": "a1", "data/faq/b.yml": "b1", "data/policy/center.yml": "empty",
      "data/faq/gone.yml": "g1"}
V2 = {"gjj": "two", "bot/app.py": "two", "bot/new.py": "two", "data/faq/a.yml": "a2", "data/faq/b.yml": "b2", "data/policy/center.yml": "empty",
      "data/faq/c.yml": "c2"}


@pytest.fixture
def trees(tmp_path):
    """``(first version, second version, where they are installed)``."""
    for name, files in (("v1", V1), ("v2", V2)):
        for path, text in files.items():
            file = tmp_path / name / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text)
        (tmp_path / name / "deploy").mkdir()
        shutil.copy(DEPLOY / "install", tmp_path / name / "deploy" / "install")
    return tmp_path / "v1", tmp_path / "v2", tmp_path / "opt with space"


def install(tree, to):
    return subprocess.run([tree / "deploy" / "install", to], capture_output=True, text=True, check=True).stderr


def found(to: Path):
    """Everything there but its own notes."""
    return {str(file.relative_to(to)): file.read_text() for file in to.rglob("*")
            if file.is_file() and file.name not in ("install", "shipped.sha256")}


def test_first_everything_is_put_there(trees):
    first, _, to = trees
    install(first, to)
    assert found(to) == V1


def test_an_upgrade_renews_what_nobody_changed_and_a_second_one_changes_nothing(trees):
    first, second, to = trees
    install(first, to)
    assert "内容换新 4 个，中心改过、原样保留 0 个" in install(second, to)
    assert found(to) == V2
    assert "内容换新 0 个" in install(second, to) and found(to) == V2


def test_what_the_center_changed_stays_and_what_both_changed_lies_beside(trees):
    first, second, to = trees
    install(first, to)
    (to / "data/policy/center.yml").write_text("filled in")
    (to / "data/faq/a.yml").write_text("a of the center")
    (to / "data/faq/b.yml").unlink()
    (to / "data/faq/gone.yml").write_text("g of the center")
    (to / "data/faq/own.yml").write_text("own")
    (to / "var/secret").write_text("s")
    told = install(second, to)
    assert found(to) == {
        **{path: text for path, text in V2.items() if not path.startswith("data/")}, "var/secret": "s",
        "data/policy/center.yml": "filled in", "data/faq/a.yml": "a of the center", "data/faq/gone.yml": "g of the center",
        "data/faq/own.yml": "own", "data/faq/c.yml": "c2",
        "data.new/faq/a.yml": "a2", "data.new/faq/b.yml": "b2"}
    assert all(f"    data/faq/{name}.yml\n" in told for name in ("a", "b", "gone")) and "原样保留 1 个" in told


def test_back_to_where_it_was(trees):
    first, second, to = trees
    install(first, to)
    (to / "data/policy/center.yml").write_text("filled in")
    before = found(to)
    install(second, to)
    install(first, to)
    assert found(to) == before


def test_over_an_installation_of_which_nothing_is_known_nothing_of_its_content_is_touched(trees):
    _, second, to = trees
    for path, text in V1.items():
        (to / path).parent.mkdir(parents=True, exist_ok=True)
        (to / path).write_text(text)
    install(second, to)
    now = found(to)
    assert {p: t for p, t in now.items() if p.startswith("data/")} == {p: t for p, t in V1.items() if p.startswith("data/")}
    assert {p: t for p, t in now.items() if p.startswith("data.new/")} == {"data.new/faq/a.yml": "a2", "data.new/faq/b.yml": "b2", "data.new/faq/c.yml": "c2"}
    assert now["bot/app.py"] == "two"


def test_from_a_clone_only_what_belongs_to_it(trees):
    first, _, to = trees
    git = ["git", "-C", first, "-c", "user.name=t", "-c", "user.email=t@example.org"]
    for command in (["init", "-q"], ["add", "."], ["commit", "-qm", "one"]):
        subprocess.run([*git, *command], check=True)
    (first / "notes.txt").write_text("lies about")
    install(first, to)
    assert found(to) == V1


def test_not_onto_itself(trees):
    first, *_ = trees
    done = subprocess.run([first / "deploy" / "install", first], capture_output=True, text=True)
    assert done.returncode == 1 and "✗" in done.stderr and found(first) == V1


@pytest.mark.parametrize("script", ["install", "offline/bundle", "offline/install", "systemd/gjj"])
def test_scripts_can_be_run_and_read_by_a_plain_shell(script):
    path = DEPLOY / script
    assert path.stat().st_mode & 0o111 and path.read_text("utf-8").startswith("#!/bin/sh\n")
    subprocess.run(["sh", "-n", path], check=True)


def test_an_offline_bundle_that_was_damaged_on_the_way_is_not_installed(tmp_path):
    (tmp_path / "bundle").mkdir()
    shutil.copy(DEPLOY / "offline" / "install", tmp_path / "bundle" / "install")
    (tmp_path / "bundle" / "file").write_text("as packed")
    packed = subprocess.run(["sha256sum", "./file"], cwd=tmp_path / "bundle", capture_output=True, text=True, check=True).stdout
    (tmp_path / "bundle" / "SHA256SUMS.all").write_text(packed)
    (tmp_path / "bundle" / "file").write_text("damaged")
    done = subprocess.run([tmp_path / "bundle" / "install", tmp_path / "opt"], capture_output=True, text=True)
    assert done.returncode == 1 and "没有安装" in done.stderr and list((tmp_path / "opt").iterdir()) == []
