"""Every rule has a conversation in tests/scenarios in which it is due and one in which it would annoy."""
from __future__ import annotations

from collections import Counter
from typing import Iterator

import pytest
import yaml

from bot.settings import ROOT

NEEDS_CENTER = {"B06-Q3", "C02-Q2", "C05-Q1", "C08-Q3", "C09-Q1", "C09-Q2", "C09-R2", "C10-Q2", "C16-Q1", "D01-Q4", "D04-Q1"}
"""Silent until the center has configured its figures; tests/actions/attend/test_configured_rules.py lets them speak."""
ALWAYS_ANSWERED = {"C09-R1", "D01-R2"}
"""What they say is in the very answers they belong to, as long as nothing is configured; the same test shows it."""


def expectations() -> Iterator[dict]:
    for path in sorted((ROOT / "tests" / "scenarios").glob("*.yml")):
        for scenario in yaml.safe_load(path.read_text(encoding="utf-8")):
            for turn in scenario["turns"]:
                yield turn.get("expect", {})


@pytest.fixture(scope="module")
def counted():
    due, silent = Counter(), Counter()
    for expect in expectations():
        due.update([*expect.get("must", []), *expect.get("any", [])])
        silent.update(expect.get("forbid", []))
    return due, silent


def test_every_rule_is_due_somewhere(shipped, counted):
    assert set(shipped.rules) - set(counted[0]) - NEEDS_CENTER - ALWAYS_ANSWERED == set()


def test_every_rule_is_silent_somewhere(shipped, counted):
    assert set(shipped.rules) - set(counted[1]) == set()


def test_scenarios_name_no_rule_that_does_not_exist(shipped, counted):
    assert (set(counted[0]) | set(counted[1])) - set(shipped.rules) == set()


def test_every_card_is_answered_somewhere(shipped):
    """Named first among the services a turn may be answered with: it is what the turn is about."""
    assert set(shipped.cards) - {expect["service"][0] for expect in expectations() if expect.get("service")} == set()
