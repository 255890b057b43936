"""Fixtures of the attack tests: the gateway as a process of its own, spoken to through raw sockets where that matters."""
from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.gateway import system
from tests.gateway.conftest import auth, client, make_client, new_token, patience, redis_url, token, worker  # noqa: F401


@pytest.fixture(scope="session")
def fake_worker(tmp_path_factory):
    with system.fake_worker(tmp_path_factory.mktemp("worker")) as socket:
        yield socket


@pytest.fixture(scope="session")
def running(redis_url, fake_worker):  # noqa: F811
    """Host and port of a gateway without rate limits."""
    with system.gateway(redis_url, fake_worker, GJJ_FOR_TESTS="1") as base:
        host, port = base.split("//")[1].split(":")
        yield host, int(port)
