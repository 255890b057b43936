"""The real system, as processes of its own, in a state in which the last test's fault is over."""
from __future__ import annotations

import asyncio

import pytest

from bench import fault_kinds
from bench.faults import drill
from bot.settings import Settings
from bot.training.releases import Releases


@pytest.fixture(scope="session", autouse=True)
def release():
    """Workers need a trained release."""
    if Releases(Settings.from_env().releases_dir).current_id() is None:
        pytest.skip("no trained release: run ./gjj train first")


@pytest.fixture(scope="session")
def system(tmp_path_factory):
    """One system for all faults that leave it as it was; starting workers is what takes long."""
    folder = tmp_path_factory.mktemp("system")
    fault_kinds.two_releases(folder)
    with fault_kinds.small_disk(folder) as started:
        yield started


@pytest.fixture
def strike():
    """``strike(system, fault)`` → findings, with five citizens talking before, during and after it."""

    def run(system, fault):
        return asyncio.run(drill(system, fault, citizens=5, rounds=1, calm=2.0))

    return run
