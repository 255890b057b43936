"""A short run of ./gjj bench fuzz: inputs made from the API's own description, good, bad and mutated."""
import subprocess
import sys
import urllib.request

from bench.fuzz import Fuzzer, resident
from tests.gateway import system

INPUTS = 1200
MOST_GROWTH = 40 * 1024 * 1024
"""Bytes; what is loaded at first use included."""


def test_inputs_made_from_the_description_break_nothing(redis_url, fake_worker):
    port = system.free_port()
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
