"""Several machines: a worker that is cut off goes on alone while the others take over; nothing is lost or doubled by both.

The long version is ``./gjj bench machines``.
"""
from __future__ import annotations

import asyncio

import pytest

from bench import machines
from bench.fault_kinds import LIGHT
from bench.sentinels import Sentinels
from bench.several import Several, nginx_binary

FAULTS = ("一个对话进程断网（自己还在运行）", "kill -9 一个网关")


def test_cut_off_and_killed_parts_lose_and_double_nothing(tmp_path, monkeypatch):
    if nginx_binary() is None:
        pytest.skip("no nginx")
    monkeypatch.setattr(machines, "AWAY", 4.0)
    monkeypatch.setattr(machines, "SETTLED", 2.0)
    with Several(tmp_path, Sentinels(tmp_path), LIGHT) as several:
        rows, found = asyncio.run(machines.drills(several, 4, {name: machines.FAULTS[name] for name in FAULTS}))
    assert [row[0] for row in rows] == list(FAULTS) and found.wrong == 0, found
    assert found.messages > 20
