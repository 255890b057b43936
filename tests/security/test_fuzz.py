"""A short run of ./gjj bench fuzz: inputs made from the API's own description, good, bad and mutated."""
import subprocess
import sys
import urllib.request

from bench.fuzz import Fuzzer, resident
from bench.ports import free_port
from tests.gateway import system

INPUTS = 800
MOST_GROWTH = 40 * 1024 * 1024
"""Bytes; what is loaded at first use included."""


def test_inputs_made_from_the_description_break_nothing(redis_url, fake_worker):
    port = free_port()
    base = f"http://127.0.0.1:{port}"
    environment = system.environment(redis_url, fake_worker, port, GJJ_FOR_TESTS="1")
    with system.process([sys.executable, "-m", "bot.gateway"], env=environment, stderr=subprocess.DEVNULL) as running:
        def ready():
            try:
                return urllib.request.urlopen(base + "/readyz", timeout=2).status == 200
            except OSError:
                return False
        system.wait_until(ready, 60)
        before = resident(running.pid)
        outcome = Fuzzer(base, running.pid, seed=3).run(INPUTS)
        assert running.poll() is None and outcome.problems == {}
        assert outcome.inputs >= INPUTS and {200, 201, 204, 400, 401, 404, 422} <= set(outcome.statuses)
        assert not [status for status in outcome.statuses if status >= 500] and resident(running.pid) - before < MOST_GROWTH


def test_what_must_not_happen_is_noticed():
    fuzzer = Fuzzer("http://127.0.0.1:1", 0, seed=1)
    headers = {"x-content-type-options", "x-request-id", "content-security-policy"}
    good = '{"error":{"code":"invalid"}}'
    fuzzer.check("GET", "/a", 422, headers, good, None)
    assert fuzzer.outcome.problems == {}
    fuzzer.check("GET", "/a?q=1", 500, headers, good, None)
    fuzzer.check("GET", "/b", 400, headers, '{"error":{"code":"x","message":"Traceback (most recent call last)"}}', None)
    fuzzer.check("GET", "/c", 404, headers, "<html>", None)
    fuzzer.check("GET", "/d", 200, {"content-type"}, "", None)
    assert list(fuzzer.outcome.problems) == ["500 for GET /a", "tells of the inside", "a refusal in another shape", "headers are missing"]
