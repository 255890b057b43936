"""Scenario conversations against the running system: right turns ≥ 0.90, wrong or annoying ones ≤ 0.02.

The product's own scenarios are in tests/scenarios; the format is described in tests/scenarios/README.md.
"""
from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from bot.training.play import judge
from tests.system.chat import Chat

ROOT = Path(__file__).resolve().parents[2]
OWN = sorted((ROOT / "tests" / "scenarios").glob("*.yml"))
SHARED = ROOT.parent / "shared" / "scenarios" / "dev.yml"
MIN_RIGHT = 0.90
MAX_WRONG = 0.02


def play(url, files):
    turns = right = bad = 0
    failures = []
    for path in files:
        for scenario in yaml.safe_load(path.read_text(encoding="utf-8")):
            chat, offered = Chat(url), set()
            for number, turn in enumerate(scenario["turns"], 1):
                replies = chat.say(turn["say"]) if "say" in turn else chat.press(turn["press"])
                missing, wrong = judge(turn.get("expect", {}), replies, offered)
                turns += 1
                right += not missing and not wrong
                bad += bool(wrong)
                failures += [f"{scenario['id']} {number}: {m}" for m in missing + wrong]
    return turns, right / turns, bad / turns, failures


def check(url, files):
    turns, right, wrong, failures = play(url, files)
    assert right >= MIN_RIGHT and wrong <= MAX_WRONG, f"turns={turns} right={right:.3f} wrong={wrong:.3f}\n" + "\n".join(failures)


def test_own_scenarios(base_url):
    # Judged together: in a file of 46 turns a single slip would already be more than two in a hundred.
    check(base_url, OWN)


@pytest.mark.skipif(not SHARED.exists(), reason="the shared scenarios are not beside this checkout")
def test_shared_scenarios(base_url):
    check(base_url, [SHARED])
