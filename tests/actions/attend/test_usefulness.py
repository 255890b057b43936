"""Expected usefulness: what it is made of, what experience does to it, what exploring may and may not change."""
from __future__ import annotations

from typing import Dict, Tuple

import pytest

from actions.attend.choose import choose
from actions.attend.evaluate import Known
from actions.attend.usefulness import Counts, Exploration, Forgetful, Judge, Score, fatigue, posterior, urgency
from actions.memory import Memory, Turn
from bot.knowledge.dialogue import Acceptance
from tests.actions.talk import TODAY
from tests.knowledge import small
from tests.knowledge.small import ask, remind

PRIOR = Acceptance(accepted=3, passed=1, shared=5)


class InMemory:
    """Experience of this process alone."""

    def __init__(self) -> None:
        self._counts: Dict[Tuple[str, str], Counts] = {}

    def counts(self, rule: str, situation: str) -> Tuple[Counts, Counts]:
        here = self._counts.get((rule, situation), Counts())
        every = [c for (r, _), c in self._counts.items() if r == rule]
        return Counts(sum(c.accepted for c in every), sum(c.passed for c in every)), here

    def record(self, rule: str, situation: str, accepted: bool) -> None:
        old = self._counts.get((rule, situation), Counts())
        self._counts[rule, situation] = Counts(old.accepted + accepted, old.passed + (not accepted))


@pytest.mark.parametrize("days, expected", [(None, 1.0), (0, 2.0), (30, 1.5), (90, 1.25), (-3, 2.0)])
def test_urgency(days, expected):
    assert urgency(days) == expected


@pytest.mark.parametrize(
    "every, here, mean",
    [
        (Counts(), Counts(), 0.75),            # nobody yet: 3 to 1
        (Counts(1, 5), Counts(), 0.4),         # (3+1) of (4+6) elsewhere, nothing here
        (Counts(1, 5), Counts(1, 5), 3 / 11),  # and the six were here: (2+1) of (5+6)
        (Counts(96, 0), Counts(), 0.99),
    ],
)
def test_acceptance_here_leans_on_acceptance_everywhere(every, here, mean):
    alpha, beta = posterior(every, here, PRIOR)
    assert alpha / (alpha + beta) == pytest.approx(mean)


def test_score_is_a_product_less_fatigue():
    score = Judge(Forgetful(), 0.1).score("X01-R1", "overview", 1, 0)
    assert score == Score(0.6, 2.0, 0.75, 0.1) and score.value == 0.8
    assert str(score) == "0.80＝相关0.60×紧迫2.00×接受0.75−打扰0.10"


@pytest.mark.parametrize("memory, expected", [
    (Memory(), 0.0), (Memory(turns=10, offered=["r"] * 6), 0.0), (Memory(turns=12), 0.02), (Memory(ignored=1), 0.15), (Memory(declined=True), 0.25),
    (Memory(offered=["r"] * 9), 0.06),
])
def test_fatigue(memory, expected):
    assert fatigue(memory) == expected


def said(base, experience=Forgetful(), exploration=Exploration(), ident="m1", **memory):
    state = Memory(turn=Turn(message=ident, text="租房", answered=[["rent", "overview"]]), **memory)
    known = Known(base, TODAY, {}, "租房", ["租房"], state.moods, state.offered)
    return [v.rule.id for v in choose(base, state, known, experience, exploration) if v.chosen]


def three_reminders(tmp_path):
    return small.base(tmp_path, {"ask": [], "remind": [remind("X01-R1", 3), remind("X01-R2", 3), remind("X01-R3", 3)]})


def experienced(*outcomes):
    experience = InMemory()
    for rule, accepted, times in outcomes:
        for _ in range(times):
            experience.record(rule, "overview", accepted)
    return experience


def test_what_citizens_accept_more_often_goes_first_within_its_level(tmp_path):
    base = three_reminders(tmp_path)
    assert said(base) == ["X01-R1", "X01-R2"]
    assert said(base, experienced(("X01-R3", True, 4), ("X01-R1", False, 4))) == ["X01-R3", "X01-R2"]


def test_a_higher_level_is_not_pushed_back_by_any_experience(tmp_path):
    base = small.base(tmp_path, {"ask": [], "remind": [remind("X01-R1", 3), remind("X01-R2", 3), remind("X01-R3", 1)]})
    assert said(base, experienced(("X01-R3", False, 50), ("X01-R1", True, 50)))[0] == "X01-R3"


def test_what_is_worth_less_than_it_disturbs_is_held_back_but_not_what_costs_money_or_a_deadline(tmp_path):
    base = small.base(tmp_path, {"ask": [ask("X01-Q1", 3)], "remind": [remind("X01-R1", 2), remind("X01-R2", 3)]})
    nobody = experienced(*[(rule, False, 60) for rule in ("X01-Q1", "X01-R1", "X01-R2")])
    assert said(base, nobody) == ["X01-R1"]


def test_the_aspect_asked_about_is_another_situation(tmp_path):
    base = three_reminders(tmp_path)
    experience = InMemory()
    for _ in range(30):
        experience.record("X01-R1", "amount", False)
        experience.record("X01-R1", "overview", True)
        experience.record("X01-R2", "overview", False)
    assert said(base, experience)[0] == "X01-R1"


def test_exploring_is_off_by_default_and_repeatable_when_on(tmp_path):
    base = three_reminders(tmp_path)
    assert {tuple(said(base, ident=f"m{i}")) for i in range(30)} == {("X01-R1", "X01-R2")}
    always = Exploration(share=1.0, seed=7)
    runs = [[tuple(said(base, exploration=always, ident=f"m{i}")) for i in range(30)] for _ in range(2)]
    assert runs[0] == runs[1] and len(set(runs[0])) > 1
    assert [tuple(said(base, exploration=Exploration(1.0, 8), ident=f"m{i}")) for i in range(30)] != runs[0]


def test_exploring_never_crosses_levels_or_limits(tmp_path):
    base = small.base(tmp_path, {"ask": [], "remind": [remind("X01-R1", 1), remind("X01-R2", 2), remind("X01-R3", 2)]})
    for i in range(40):
        rules = said(base, exploration=Exploration(1.0, 3), ident=f"m{i}")
        assert rules[0] == "X01-R1" and len(rules) == 2


def test_about_the_share_of_turns_explores():
    exploring = sum(Exploration(0.1, 1).draws(f"m{i}") is not None for i in range(2000))
    assert 150 < exploring < 250
