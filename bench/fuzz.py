"""``./gjj bench fuzz [--inputs 100000]``: inputs made from the API's own description, good ones and bad ones, against a running
gateway with a stand-in for the worker. Counts what must never happen: a 5xx, a trace of the inside, an answer that the
description does not allow. Memory is read before, on the way and after.

Runs in the gateway's environment (schemathesis comes with the tests' packages).
"""
from __future__ import annotations

import argparse
import http.client
import json
import os
import random
import re
import resource
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, Callable, Collection, Dict, Iterator, List, Tuple

from bench import fuzz_frames, fuzz_raw
from bench.ports import free_port

INPUTS = 100_000
ROUND = 500
"""Inputs of one kind at a time; then the next kind, so that states mix and hypothesis forgets."""
SIGNED = 0.8
"""Share of requests that carry a good token, so that they get past the first door."""
INSIDE = re.compile(r"Traceback|File \"|\.py\b|aiohttp|hypothesis|asyncio|NoneType|Error:|Exception|redis", re.IGNORECASE)
TRIGGERS = re.compile("慢|卡|等|死|交班|繁忙|超时|坏|断|接手|原样")
"""Words by which the stand-in for the worker fails on purpose."""
MOST_EXAMPLES = 20
MUTATIONS = 3
"""Of each body that schemathesis made, sent besides it."""
CHEAP = 5
"""So many more of the inputs that cost next to nothing to make."""
CHECKED_ALL, CHECKED_LATER = 300, 0.1
"""So many answers of one operation and status are compared with the description; of the further ones, this share."""


@dataclass
class Outcome:
    """``statuses``: how often each was answered. ``problems``: what was wrong → one input that did it."""

    inputs: int = 0
    by_kind: Dict[str, int] = field(default_factory=dict)
    statuses: Dict[int, int] = field(default_factory=dict)
    problems: Dict[str, str] = field(default_factory=dict)
    memory: List[Tuple[int, int]] = field(default_factory=list)
    """(inputs so far, resident bytes of the gateway)."""

    def problem(self, what: str, example: object) -> None:
        if len(self.problems) < MOST_EXAMPLES:
            self.problems.setdefault(what, repr(example)[:500])


def resident(pid: int) -> int:
    """Bytes of memory a process holds."""
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * resource.getpagesize()


class Fuzzer:
    """Sends to the gateway at ``base``, process ``pid``."""

    def __init__(self, base: str, pid: int, seed: int) -> None:
        import requests

        self.base = base
        self.outcome = Outcome()
        self._pid = pid
        self._dice = random.Random(seed)
        self._http = requests.Session()
        self._plain = http.client.HTTPConnection(base.partition("//")[2], timeout=30)
        self._seen: Dict[Tuple[str, int], int] = {}
        self._token = ""

    def run(self, inputs: int, said: Callable[[Outcome], None] = lambda outcome: None, only: str = "") -> Outcome:
        """At least ``inputs`` inputs, spread over all kinds, or over those whose name fits the expression ``only``."""
        kinds = [*self._described(), ("mutated bodies, methods, headers", fuzz_raw.bodies), ("WebSocket frames", fuzz_frames.frames)]
        kinds = [kind for kind in kinds if re.search(only, kind[0])]
        while self.outcome.inputs < inputs:
            for name, send in kinds:
                before = self.outcome.inputs
                number = min(ROUND, max(1, inputs // len(kinds)))
                send(self, number if " (" in name else number * CHEAP)
                self.outcome.by_kind[name] = self.outcome.by_kind.get(name, 0) + self.outcome.inputs - before
                said(self.outcome)
            self.outcome.memory.append((self.outcome.inputs, resident(self._pid)))
        return self.outcome

    def seed(self) -> int:
        return self._dice.randrange(2**32)

    def token(self) -> str:
        """A good token; conversations are erased on the way."""
        if not self._token:
            self._token = self._http.post(self.base + "/api/v1/sessions", json={}).json()["token"]
        return self._token

    def headers(self) -> Dict[str, str]:
        return {"Authorization": f"Bearer {self.token()}"} if self._dice.random() < SIGNED else {}

    def request(self, method: str, path: str, headers: Dict[str, str], body: bytes) -> None:
        """Send and check one input that schemathesis did not send itself."""
        try:
            self._plain.request(method, path, body, headers)
            answer = self._plain.getresponse()
            text = answer.read().decode("utf-8", "replace")
        except (http.client.HTTPException, ConnectionError):  # closed after the last refusal; a dead gateway is noticed at the end
            self._plain.close()
            return
        self.check(method, path, answer.status, {name.lower() for name, _ in answer.getheaders()}, text, (headers, body))

    def check(self, method: str, path: str, status: int, headers: Collection[str], text: str, example: object) -> None:
        """What must hold for every answer whatever was asked."""
        outcome = self.outcome
        outcome.inputs += 1
        outcome.statuses[status] = outcome.statuses.get(status, 0) + 1
        if status >= 500:
            outcome.problem(f"{status} for {method} {path.split('?')[0]}", example)
        if status >= 400 and method != "HEAD":
            if INSIDE.search(text):
                outcome.problem("tells of the inside", (text, example))
            if not text.startswith('{"error":{"code":"'):
                outcome.problem("a refusal in another shape", (text, example))
        if not {"x-content-type-options", "x-request-id", "content-security-policy"} <= set(headers):
            outcome.problem("headers are missing", (method, path, headers, example))
        if status in (401, 204):
            self._token = ""

    def _described(self) -> Iterator[Tuple[str, Callable[["Fuzzer", int], None]]]:
        """One kind for each operation of the description, with inputs that fit it, and with inputs that do not."""
        import schemathesis
        from schemathesis.generation import GenerationMode

        schema = schemathesis.openapi.from_url(self.base + "/api/openapi.json")
        for found in schema.get_all_operations():
            operation = found.ok()
            for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):
                yield f"{operation.label} ({mode.value})", partial(_asked, operation, mode)

    def _operation(self, operation: Any, mode: Any, number: int) -> None:
        from hypothesis import HealthCheck, Phase, given, seed, settings
        from hypothesis.errors import Unsatisfiable
        from schemathesis import checks
        from schemathesis.core.failures import FailureGroup
        from schemathesis.specs.openapi import checks as conformance

        wanted = [checks.not_a_server_error, conformance.status_code_conformance, conformance.content_type_conformance,
                  conformance.response_schema_conformance]

        @seed(self.seed())
        @settings(max_examples=number, phases=[Phase.generate], database=None, deadline=None, suppress_health_check=list(HealthCheck))
        @given(operation.as_strategy(generation_mode=mode))
        def each(case: Any) -> None:
            if TRIGGERS.search(repr(case.body)):
                return
            response = case.call(base_url=self.base, session=self._http, headers=self.headers(), timeout=30)
            method, path = operation.method.upper(), operation.path
            self.check(method, path, response.status_code, response.headers, response.text, case)
            if isinstance(case.body, (dict, list, str)):
                for _ in range(MUTATIONS):
                    raw = fuzz_raw.mutated(self._dice, json.dumps(case.body).encode())
                    self.request(method, path, {**self.headers(), "Content-Type": "application/json"}, raw)
            seen = self._seen[path, response.status_code] = self._seen.get((path, response.status_code), 0) + 1
            if seen > CHECKED_ALL and self._dice.random() > CHECKED_LATER:
                return
            try:
                case.validate_response(response, checks=wanted)
            except FailureGroup as group:
                for failure in group.exceptions:
                    self.outcome.problem(f"{operation.label}: {failure.title} ({response.status_code})", (failure.message, case.body, case.headers))

        try:
            each()
        except Unsatisfiable:
            pass  # an operation without parameters has no input that does not fit


def _asked(operation: Any, mode: Any, fuzzer: Fuzzer, number: int) -> None:
    fuzzer._operation(operation, mode, number)


def main(argv: List[str]) -> int:
    """0 when nothing happened that must not."""
    parser = argparse.ArgumentParser(prog="./gjj bench fuzz", description="按接口说明生成好的和坏的请求，看网关会不会出错、泄露、涨内存。")
    parser.add_argument("--inputs", type=int, default=INPUTS, help=f"至少多少个，默认 {INPUTS}")
    parser.add_argument("--seed", type=int, default=20261122, help="随机种子")
    parser.add_argument("--only", default="", metavar="正则", help="只用名字符合的种类，例如 frames")
    given = parser.parse_args(argv)
    _need_test_packages()
    from bench.report import Report
    from tests.gateway import system

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with system.redis_server(folder) as redis, system.fake_worker(folder) as worker:
            port = free_port()
            environment = system.environment(redis, worker, port, GJJ_FOR_TESTS="1")
            with system.process([sys.executable, "-m", "bot.gateway"], env=environment, stderr=subprocess.DEVNULL) as running:
                base = f"http://127.0.0.1:{port}"
                system.wait_until(lambda: _ready(base), 120)
                started = time.monotonic()
                before = resident(running.pid)
                fuzzer = Fuzzer(base, running.pid, given.seed)
                with suppress(KeyboardInterrupt):  # Ctrl-C: what there is so far is reported
                    fuzzer.run(given.inputs, lambda found: _progress(found, given.inputs), given.only)
                outcome = fuzzer.outcome
                seconds = time.monotonic() - started
                alive = running.poll() is None
    print(file=sys.stderr)
    report = Report("fuzz", "按接口说明生成的随机请求")
    _write(report, outcome, before, seconds)
    report.write()
    return 0 if alive and not outcome.problems else 1


def _write(report: Any, outcome: Outcome, before: int, seconds: float) -> None:
    report.text(f"{outcome.inputs} 个请求，{seconds:.0f} 秒；5xx：{sum(n for s, n in outcome.statuses.items() if s >= 500)} 个；不符合的：{len(outcome.problems)} 种。")
    report.table(("状态", "次数"), sorted(outcome.statuses.items()))
    marks = [(0, before), *outcome.memory]
    shown = [marks[round(n * (len(marks) - 1) / 8)] for n in range(9)] if len(marks) > 9 else marks
    report.table(("请求数", "网关内存（MB）"), [(number, f"{size / 2**20:.1f}") for number, size in shown])
    report.table(("种类", "请求数"), sorted(outcome.by_kind.items()))
    for what, example in outcome.problems.items():
        report.text(f"- **{what}**：`{example}`")
    report.figures.update(inputs=outcome.inputs, seconds=round(seconds), statuses={str(s): n for s, n in sorted(outcome.statuses.items())},
                          problems=len(outcome.problems), memory_mb=[round(size / 2**20, 1) for _, size in marks])


def _progress(outcome: Outcome, inputs: int) -> None:
    print(f"\r{outcome.inputs} / {inputs}，不符合的 {len(outcome.problems)} 种", end="", file=sys.stderr, flush=True)


def _ready(base: str) -> bool:
    import requests

    try:
        return requests.get(base + "/readyz", timeout=2).status_code == 200
    except requests.RequestException:
        return False


def _need_test_packages() -> None:
    try:
        import schemathesis  # noqa: F401
    except ImportError:
        from bot.cli.testing import install_extras

        if "GJJ_EXTRAS_TRIED" in os.environ:
            raise
        os.environ["GJJ_EXTRAS_TRIED"] = "1"
        install_extras(("gateway",))
        os.execv(sys.executable, [sys.executable, "-m", "bench.fuzz", *sys.argv[1:]])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
