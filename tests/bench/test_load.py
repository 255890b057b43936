"""The load benchmark's arithmetic, and a small run of it against a real gateway with workers without models."""
from __future__ import annotations

import asyncio
import json
import re
import secrets

import pytest

from bench import fault_kinds, load_citizens
from bench.load import Run, arguments
from bench.load_citizens import REST, SOCKET, Citizen, Sent, thinking
from bench.load_findings import Phase, Summary, latency_over_time, recovered_after, statuses_over_time
from bench.system import System


def answered(at, seconds=0.1):
    return Sent(at, seconds, 200, False, REST)


def refused(at, told=True, status=503):
    return Sent(at, 0.01, status, told, SOCKET, "unavailable")


def test_figures_of_a_phase():
    sent = [answered(1, 0.1), answered(2, 0.3), refused(3), refused(4, told=False), refused(5, status=500), Sent(6, 0, 0, False, REST)]
    found = Summary.of(Phase("平时", 0, 10).of([*sent, answered(11, 9.0)]))
    assert (found.messages, found.answered, found.refused, found.failed) == (6, 2, 1, 3)
    assert (found.p50, found.slowest, found.slowest_refusal) == (pytest.approx(0.2), 0.3, 0.01)
    assert found.statuses["503 unavailable"] == 2


def test_nothing_sent_is_no_mistake():
    assert Summary.of([]) == Summary(0, 0, 0, 0, 0.0, 0.0, 0.0, 0.0, 0.0, {})


@pytest.mark.parametrize(("slow_until", "expected"), [(0, 0.0), (3, 3.0), (12, 12.0), (60, None)])
def test_recovery_is_when_answers_are_quick_again_and_stay_so(slow_until, expected):
    sent = [answered(100 + n / 4, 2.0 if n / 4 < slow_until else 0.1) for n in range(240)]
    assert recovered_after(sent, 100.0, 160.0, normal_p95=0.1) == expected


def test_one_late_refusal_means_that_it_was_not_over_before():
    sent = [answered(100 + n / 4) for n in range(240)] + [refused(120.1)]
    assert recovered_after(sent, 100.0, 160.0, normal_p95=0.1) == 20.5


def test_lines_over_time():
    sent = [answered(0.5, 0.1), answered(1.5, 0.3), answered(2.5, 0.2), refused(2.6), refused(2.7, status=429), Sent(2.8, 1, 0, False, REST)]
    assert latency_over_time(sent, 2.0)["p50"] == [(0.0, pytest.approx(200.0)), (2.0, pytest.approx(200.0))]
    assert statuses_over_time(sent, 2.0) == {
        "答复了": [(0.0, 1.0), (2.0, 0.5)], "429": [(0.0, 0.0), (2.0, 0.5)], "503": [(0.0, 0.0), (2.0, 0.5)], "没有说明": [(0.0, 0.0), (2.0, 0.5)]}


def test_thinking_has_its_mean():
    pause = thinking(45.0, seed=1)
    assert sum(pause() for _ in range(4000)) / 4000 == pytest.approx(45.0, rel=0.05)


@pytest.fixture(scope="module")
def ran(tmp_path_factory):
    """``(run, system)`` after a run of some seconds; one worker, so that the crowd is too much for it."""
    args = arguments(["--workers", "1", "--citizens", "12", "--think", "2", "--seconds", "4", "--crowd", "500", "--capacity-seconds", "2",
                      "--overload", "4", "--overload-seconds", "5", "--recovery-seconds", "6"])
    env = {"GJJ_FOR_TESTS": "", "GJJ_TRUSTED_PROXIES": "127.0.0.1", "GJJ_SECRET": secrets.token_hex(32), "GJJ_MESSAGE_TIMEOUT": "2"}
    with System(tmp_path_factory.mktemp("load"), workers=1, env=env, module=fault_kinds.LIGHT) as system:
        run = Run(system, args)
        asyncio.run(run.everything())
        yield run, system


def test_everybody_is_answered_before_the_overload(ran):
    run, _ = ran
    calm = Summary.of(run.phases["平时"].of(run.sent))
    assert calm.messages == calm.answered > 0
    assert {one.transport for one in run.sent} == {REST, SOCKET}


def test_in_the_overload_some_are_refused_with_a_sentence_and_a_time_and_nobody_fails(ran):
    run, _ = ran
    rush = Summary.of(run.phases["超载"].of(run.sent))
    assert rush.refused > 0 and rush.answered > 0 and rush.failed == 0, rush.statuses


def test_the_machine_is_watched(ran):
    run, _ = ran
    assert set(run.samples[0][1]) == {"worker-1", "gateway", "市民（本程序）"} | {name for name in run.samples[0][1] if name.startswith("redis")}
    assert run.lateness and run.memory["gateway"][0] > 2**20
    assert len(run.health) > 10 and all(seconds < 60 for _, seconds in run.health), "healthy all the time, also when overloaded"


def test_one_request_id_is_found_in_the_logs_of_gateway_and_worker(ran):
    """Of a message that was answered: the gateway's line tells the route, the worker's where the time went."""
    _, system = ran
    access = system.gateway.log() + "".join(path.read_text("utf-8") for path in system.folder.rglob("access*.log"))
    gateway = {line["request_id"]: line for line in map(json.loads, re.findall(r"^\{.*\}$", access, re.MULTILINE)) if line.get("route") == "/api/v1/messages"}
    worker = [line for line in map(json.loads, re.findall(r"^\{.*\}$", system.workers[0].log(), re.MULTILINE)) if line["event"] == "request"]
    both = [line for line in worker if line.get("request_id") in gateway]
    assert both and any(set(line.get("stages", {})) >= {"turn", "dialogue"} for line in both)


class Hanging(Citizen):
    """Sends and never hears of it."""

    async def _send(self, text):
        await asyncio.Event().wait()


def test_a_citizen_who_gets_no_answer_is_counted_and_can_be_sent_home(monkeypatch):
    async def story():
        noted = []
        citizen = Hanging(None, "", 1, lambda: 5.0, noted.append)
        monkeypatch.setattr(load_citizens, "PATIENCE", 0.01)
        sent = await citizen.say("你好")
        assert (sent.status, sent.code, citizen.busy, noted) == (0, "TimeoutError", False, [sent])
        monkeypatch.setattr(load_citizens, "PATIENCE", 60.0)
        talking = asyncio.ensure_future(citizen.talk(iter(["一", "二"]), lambda: 0.0))
        while not citizen.busy:
            await asyncio.sleep(0)
        talking.cancel()
        await asyncio.wait({talking}, timeout=10)
        assert talking.cancelled() and not citizen.busy

    asyncio.run(story())
