"""Publishing, switching and refusing releases; models here are a few bytes."""
from __future__ import annotations

import json
import threading

import pytest

from bot.training import releases as module
from bot.training.releases import KEEP, ReleaseError, Releases


@pytest.fixture
def releases(tmp_path):
    return Releases(tmp_path / "releases")


@pytest.fixture
def publish(releases, tmp_path):
    def make(content=b"model"):
        model = tmp_path / "new.tar.gz"
        model.write_bytes(content)
        return releases.publish(model, {"top1": 0.91}, {"事项": 46})

    return make


def test_publish_puts_in_service(releases, publish):
    assert releases.current_id() is None and releases.all() == []
    release = publish(b"first model")
    assert releases.current_id() == release.id
    assert releases.model_path(release.id).read_bytes() == b"first model"
    assert releases.get(release.id) == release
    assert (release.metrics, release.counts) == ({"top1": 0.91}, {"事项": 46})


def test_two_in_one_second_are_two_releases_and_the_newest_comes_first(releases, publish):
    first, second = publish(), publish()
    assert first.id != second.id
    assert releases.current_id() == second.id
    assert [r.id for r in releases.all()] == [second.id, first.id]


def test_rollback(releases, publish):
    first, second = publish(b"1"), publish(b"2")
    releases.switch(first.id)
    assert releases.current_id() == first.id
    assert [r.id for r in releases.all()] == [second.id, first.id]


@pytest.mark.parametrize("damage", [lambda p: p.write_bytes(b"other"), lambda p: p.write_bytes(b"mod"), lambda p: p.unlink()])
def test_a_model_that_does_not_fit_its_digest_is_refused(releases, publish, damage):
    good, bad = publish(b"good"), publish(b"model")
    releases.switch(good.id)
    damage(releases.model_path(bad.id))
    with pytest.raises(ReleaseError, match="不完整"):
        releases.model_path(bad.id)
    with pytest.raises(ReleaseError, match="不完整"):
        releases.switch(bad.id)
    assert releases.current_id() == good.id


@pytest.mark.parametrize("manifest", ["", "{", "[]", '{"id": "x"}', '{"unknown": 1}'])
def test_an_unreadable_manifest_is_left_out_and_refused(releases, publish, manifest, tmp_path):
    good, bad = publish(), publish()
    (tmp_path / "releases" / bad.id / "manifest.json").write_text(manifest)
    assert [r.id for r in releases.all()] == [good.id]
    with pytest.raises(ReleaseError, match=bad.id):
        releases.model_path(bad.id)


@pytest.mark.parametrize("ident", ["nothing", "../releases", ""])
def test_an_unknown_release_is_refused(releases, publish, ident):
    current = publish()
    with pytest.raises(ReleaseError):
        releases.switch(ident)
    assert releases.current_id() == current.id


def test_only_the_newest_are_kept(releases, publish, tmp_path):
    made = [publish(str(i).encode()).id for i in range(KEEP + 3)]
    assert sorted(r.id for r in releases.all()) == sorted(made[-KEEP:])
    assert sorted(p.name for p in (tmp_path / "releases").iterdir()) == sorted([*made[-KEEP:], "current", "switches.jsonl"])


def test_the_newest_is_in_service_and_whole_however_many_were_before(releases, publish):
    for i in range(KEEP + 3):
        release = publish(str(i).encode())
        assert releases.current_id() == release.id == releases.all()[0].id
        assert releases.model_path(release.id).read_bytes() == str(i).encode()


def test_current_always_points_to_a_whole_release(releases, publish):
    """Readers look while others switch: the link is replaced in one step, never missing."""
    idents = [publish(b"1").id, publish(b"2").id]
    seen, stop = set(), threading.Event()

    def read():
        while not stop.is_set():
            seen.add(releases.current_id())

    reader = threading.Thread(target=read)
    reader.start()
    for i in range(300):
        releases.switch(idents[i % 2])
    stop.set()
    reader.join()
    assert seen <= set(idents)


def test_a_failed_publish_leaves_the_old_one_in_service(releases, publish, tmp_path):
    old = publish()
    with pytest.raises(OSError):
        releases.publish(tmp_path / "missing.tar.gz", {}, {})
    assert releases.current_id() == old.id and [r.id for r in releases.all()] == [old.id]


def test_manifest_is_readable_for_people(releases, publish, tmp_path):
    release = publish()
    text = (tmp_path / "releases" / release.id / "manifest.json").read_text(encoding="utf-8")
    assert '"事项": 46' in text and json.loads(text)["sha256"] == module.digest(releases.model_path(release.id))
