"""Releases in Redis: whole or refused, signed with the project's secret, only the newest few, and one in service."""
from __future__ import annotations

import hashlib
import os

import pytest

from bot.training import shared_releases as module
from bot.training.in_service import NotPassed, put_in_service, reconcile
from bot.training.releases import ReleaseError, Releases, Switch
from bot.training.shared_releases import KEEP, Serving, SharedReleases, settled


@pytest.fixture
def made(releases, tmp_path):
    """``made(content, **more)`` keeps a release on this machine."""
    def make(content=b"model", **more):
        path = tmp_path / "m"
        path.write_bytes(content)
        return releases.keep(path, {"top1": 0.9}, {}, {"evaluation.json": b"{}", **more.pop("files", {})}, **more)

    return make


@pytest.fixture
def other(tmp_path):
    """The folder of another machine."""
    return Releases(tmp_path / "other")


def test_another_machine_gets_it_whole(run, made, releases, shared, other):
    big = os.urandom(2 * module.PIECE + 17)
    release = made(big)
    run(shared.push(releases, release.id))
    run(shared.fetch(release.id, other))
    assert other.model_path(release.id).read_bytes() == big and other.read(release.id, "evaluation.json") == b"{}"
    assert other.get(release.id) == release and other.current_id() is None


def pieces(server, ident):
    return [key for key in server.keys() if f"{ident}:model".encode() in key]


@pytest.mark.parametrize("damage", [
    lambda server, ident: server.set(pieces(server, ident)[0], b"malicious"),
    lambda server, ident: server.delete(pieces(server, ident)[0]),
    lambda server, ident: server.hset(f"gjj:{{releases}}:{ident}", "signature", "00"),
    lambda server, ident: server.hset(f"gjj:{{releases}}:{ident}", "manifest", server.hget(f"gjj:{{releases}}:{ident}", "manifest") + b" "),
])
def test_what_was_tampered_with_is_refused_and_leaves_nothing(run, made, releases, shared, other, server, damage):
    release = made()
    run(shared.push(releases, release.id))
    damage(server, release.id)
    with pytest.raises(ReleaseError):
        run(shared.fetch(release.id, other))
    assert other.all() == []


def test_a_release_signed_with_another_secret_is_refused(run, made, releases, shared, other, client):
    release = made()
    run(SharedReleases(client, b"somebody else's secret " * 3).push(releases, release.id))
    with pytest.raises(ReleaseError, match="签名不对"):
        run(shared.fetch(release.id, other))
    assert run(shared.manifests()) == []


def test_a_manifest_that_leads_out_of_the_folder_is_refused():
    raw = b'{"id": "../../etc", "created": "", "sha256": ""}'
    with pytest.raises(ValueError):
        module.read_manifest(raw)


def test_only_the_newest_few_stay_and_the_one_in_service(run, made, releases, shared, server):
    first = made(b"first")
    run(put_in_service(releases, shared, first.id, "小王"))
    others = [made(str(n).encode()).id for n in range(KEEP + 2)]
    for ident in others:
        run(shared.push(releases, ident))
    assert run(shared.ids()) == {first.id, *others[-KEEP - 1:]}
    assert not pieces(server, others[0]) and pieces(server, first.id)


def test_the_later_switch_counts(run, shared):
    assert run(shared.switch(Switch("b", 2.0, "小王")))
    assert not run(shared.switch(Switch("a", 1.0)))
    assert run(shared.in_service()) == Switch("b", 2.0, "小王")


@pytest.mark.parametrize(("local", "common", "fetch", "push"), [
    (None, None, False, False), (Switch("a", 1), None, False, True), (None, Switch("a", 1), True, False),
    (Switch("a", 1), Switch("a", 5), False, False), (Switch("a", 1), Switch("b", 2), True, False), (Switch("a", 3), Switch("b", 2), False, True),
])
def test_who_is_behind(local, common, fetch, push):
    assert settled(local, common) == {"fetch": fetch, "push": push}


def test_two_machines_come_to_agree(run, made, releases, shared, other):
    """One trains while Redis is away; later both serve the same."""
    release = made()
    releases.switch(release.id, "小王")
    run(reconcile(releases, shared))
    run(reconcile(other, shared))
    assert other.current_id() == release.id and other.in_service().by == "小王"


def test_a_refused_release_needs_a_reason_once(run, made, releases, shared):
    good, bad = made(b"good"), made(b"bad", refusals=["有 1 个主题明显变差"])
    run(put_in_service(releases, shared, good.id, "小王"))
    with pytest.raises(NotPassed, match="有 1 个主题明显变差.*请写明理由"):
        run(put_in_service(releases, shared, bad.id, "小王", "  "))
    assert releases.current_id() == good.id
    run(put_in_service(releases, shared, bad.id, "小王", "这个主题已经停办"))
    run(put_in_service(releases, shared, good.id, "小王"))
    run(put_in_service(releases, shared, bad.id, "小李"))  # it has been in service before
    assert releases.in_service().previous == good.id


BOUNDARIES = ["keep:copy", "keep:manifest", "keep:rename", "push:piece", "push:manifest", "push:ids", "disk:log", "disk:link", "redis:switch"]


@pytest.mark.parametrize("boundary", BOUNDARIES)
def test_a_power_cut_at_any_step_leaves_a_whole_release_serving(run, made, releases, shared, other, server, monkeypatch, boundary):
    """The step is cut off in the middle; then everybody starts again and looks what is in service."""
    class PowerCut(BaseException):
        pass

    def cut(*args, **kwargs):
        raise PowerCut

    old = made(b"old")
    run(put_in_service(releases, shared, old.id, "小王"))
    where, what = boundary.split(":")
    with monkeypatch.context() as broken:
        if where == "keep":
            target = {"copy": ("bot.training.releases.shutil.copyfile", cut), "manifest": ("bot.training.releases.manifest_bytes", cut),
                      "rename": ("bot.training.releases.Path.rename", cut)}[what]
            broken.setattr(*target)
        elif where == "push":
            name = {"piece": "set", "manifest": "hset", "ids": "sadd"}[what]
            broken.setattr(shared._redis, name, cut)
        elif what == "log":
            broken.setattr(Releases, "in_service", cut)
        elif what == "link":
            broken.setattr("bot.training.releases.os.utime", cut)
        else:
            broken.setattr(shared, "switch", cut)
        with pytest.raises(PowerCut):
            new = made(b"new")
            run(put_in_service(releases, shared, new.id, "小李"))
    everyone = Releases(releases.folder)
    serving = everyone.current_id()
    content = everyone.model_path(serving).read_bytes()
    assert (serving == old.id and content == b"old") or (boundary == "redis:switch" and content == b"new")
    run(reconcile(everyone, shared))
    run(reconcile(other, shared))
    assert other.current_id() == serving and hashlib.sha256(other.model_path(serving).read_bytes()).hexdigest() == other.get(serving).sha256
    after = made(b"after")
    run(put_in_service(everyone, shared, after.id, "小李"))
    assert everyone.model_path(everyone.current_id()).read_bytes() == b"after"


def test_one_loads_at_a_time_and_a_dead_one_gives_its_turn_back(run, shared, server):
    async def story():
        taken = [await shared.take_turn("a"), await shared.take_turn("b"), await shared.take_turn("a")]
        assert 0 < server.pttl("gjj:{releases}:turn") <= module.TURN * 1000
        await shared.give_turn_back("b")
        taken.append(await shared.take_turn("b"))
        await shared.give_turn_back("a")
        return [*taken, await shared.take_turn("b")]

    assert run(story()) == [True, False, True, False, True]


def test_the_page_sees_who_serves_what(run, shared, monkeypatch):
    async def story():
        await shared.report(Serving("一号机/1", "a", "serving", 0.0, ready="b"))
        await shared.report(Serving("二号机/1", "a", "loading", 0.0, loading="b"))
        both = await shared.serving()
        await shared.retire("一号机/1")
        rest = await shared.serving()
        monkeypatch.setattr(module, "STALE", -1.0)
        return [(s.worker, s.release, s.state, s.loading, s.ready) for s in both], [s.worker for s in rest], await shared.serving()

    assert run(story()) == ([("一号机/1", "a", "serving", "", "b"), ("二号机/1", "a", "loading", "b", "")], ["二号机/1"], [])
