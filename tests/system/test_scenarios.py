"""Scenario conversations against the running system: right turns ≥ 0.90, wrong or annoying ones ≤ 0.02.

The product's own scenarios are in tests/scenarios; the format is described in tests/scenarios/README.md.
"""
from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from tests.system.chat import Chat

ROOT = Path(__file__).resolve().parents[2]
OWN = sorted((ROOT / "tests" / "scenarios").glob("*.yml"))
SHARED = ROOT.parent / "shared" / "scenarios" / "dev.yml"
MIN_RIGHT = 0.90
MAX_WRONG = 0.02


def judge(expect, replies, offered_before):
    """``(missing, wrong)``: what was expected and absent, and what should not have been said."""
    missing, wrong = [], []
    offers = [r for r in replies if r["kind"] in ("question", "reminder")]
    rules = [r["rule"] for r in offers]
    text = "\n".join(r["text"] for r in replies)
    answers = [r for r in replies if r["kind"] == "answer"]
    for field in ("service", "topic"):
        if field in expect and not any(r[field] in expect[field] for r in answers):
            missing.append(f"{field} {expect[field]}, got {[r[field] for r in answers]}")
    if "kind" in expect and not any(r["kind"] in expect["kind"] for r in replies):
        missing.append(f"kind {expect['kind']}, got {[r['kind'] for r in replies]}")
    missing += [f"rule {rule}" for rule in expect.get("must", []) if rule not in rules]
    if expect.get("any") and not set(expect["any"]) & set(rules):
        missing.append(f"any of {expect['any']}, offered {rules}")
    missing += [f"text {s}" for s in expect.get("says", []) if s not in text]
    wrong += [f"forbidden rule {rule}" for rule in expect.get("forbid", []) if rule in rules]
    wrong += [f"forbidden text {s}" for s in expect.get("never", []) if s in text]
    if expect.get("silent") and offers:
        wrong.append(f"not silent: {rules}")
    if sum(r["kind"] == "question" for r in replies) > 1 or sum(r["kind"] == "reminder" for r in replies) > 2:
        wrong.append(f"too much: {rules}")
    wrong += [f"repeated {rule}" for rule in rules if rule in offered_before]
    if not replies or any(not r["text"].strip() for r in replies):
        wrong.append("empty reply")
    offered_before.update(rules)
    return missing, wrong


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
