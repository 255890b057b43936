"""Which rules are offered: order, limits, what was said before, what is not known."""
from __future__ import annotations

from datetime import date
from typing import Any, Dict, List

import pytest

from actions.attend.choose import choose
from actions.attend.evaluate import Known
from actions.memory import Memory, Turn
from tests.knowledge import small
from tests.knowledge.small import ask, remind

UNKNOWN = {"fact": {"hurry": ["yes"]}}
"""Undecided as long as nobody spoke of being in a hurry."""
NEVER = {"words": ["绝不会出现"]}


def chosen(base, answered=(("rent", "overview"),), profile: Dict[str, Any] = {}, said=("租房",), reminders=(), **memory: Any) -> List[str]:  # noqa: B006
    return [v.rule.id for v in judge(base, answered, profile, said, reminders, **memory) if v.chosen]


def judge(base, answered=(("rent", "overview"),), profile: Dict[str, Any] = {}, said=("租房",), reminders=(), **memory: Any):  # noqa: B006
    state = Memory(profile=dict(profile), said=list(said), turn=Turn(text=said[-1], answered=[list(a) for a in answered], reminders=list(reminders)), **memory)
    known = Known(base, date(2026, 11, 22), state.profile, said[-1], state.said, state.moods, state.offered)
    return choose(base, state, known)


def why(base, ident: str, **kwargs: Any) -> str:
    return next(v.reason for v in judge(base, **kwargs) if v.rule.id == ident)


def rules(tmp_path, *pieces, **more):
    return small.base(tmp_path, {"ask": [p for p in pieces if "fills" in p], "remind": [p for p in pieces if "fills" not in p]}, **more)


def test_at_most_one_question_and_two_reminders_the_question_last(tmp_path):
    base = rules(tmp_path, ask("X01-Q1", 3), ask("X01-Q2", 2), remind("X01-R1", 3), remind("X01-R2", 2), remind("X01-R3", 1))
    assert chosen(base) == ["X01-R3", "X01-R2", "X01-Q2"]
    assert why(base, "X01-Q1") == "一次至多一个追问"
    assert why(base, "X01-R1") == "一次至多两个提醒"


def test_the_lower_level_goes_first_then_the_aspect_then_the_order_in_the_card(tmp_path):
    base = rules(tmp_path, remind("X01-R1", 3), remind("X01-R2", 3), remind("X01-R3", 3, aspects=["overview"]), remind("X01-R4", 4, aspects=["overview"]))
    assert chosen(base) == ["X01-R3", "X01-R1"]
    assert chosen(base, answered=[("rent", "amount")]) == ["X01-R1", "X01-R2"]


def test_a_condition_that_does_not_hold(tmp_path):
    base = rules(tmp_path, remind("X01-R1", 1, NEVER), remind("X01-R2", 1, unless={"words": ["租房"]}))
    assert chosen(base) == []
    assert why(base, "X01-R1") == "条件不成立：X01-R1何时"
    assert why(base, "X01-R2") == "不该说的情形成立：X01-R2何时不"


@pytest.mark.parametrize("level, expected", [(1, ["X01-R1"]), (2, ["X01-R1"]), (3, []), (4, []), (5, [])])
def test_an_undecided_condition_is_used_only_at_levels_one_and_two(tmp_path, level, expected):
    base = rules(tmp_path, remind("X01-R1", level, UNKNOWN))
    assert chosen(base) == expected
    assert chosen(base, profile={"hurry": "yes"}) == ["X01-R1"]


def test_an_undecided_exception_does_not_hold_a_rule_back(tmp_path):
    assert chosen(rules(tmp_path, remind("X01-R1", 5, unless=UNKNOWN))) == ["X01-R1"]


def test_within_a_level_what_is_known_to_apply_goes_before_the_undecided(tmp_path):
    base = rules(tmp_path, remind("X01-R1", 2, UNKNOWN), remind("X01-R2", 2), remind("X01-R3", 2))
    assert chosen(base) == ["X01-R2", "X01-R3"]


def test_never_twice_in_a_conversation(tmp_path):
    base = rules(tmp_path, ask("X01-Q1", 1), remind("X01-R1", 1))
    assert chosen(base, offered=["X01-Q1", "X01-R1"]) == []
    assert why(base, "X01-R1", offered=["X01-R1"]) == "这次对话里说过了"


@pytest.mark.parametrize(
    "covered_by, answered, expected",
    [
        (["overview"], [("rent", "overview")], []),
        (["amount"], [("rent", "overview")], ["X01-R1"]),
        (["rent.overview"], [("rent", "overview")], []),
        (["loan.overview"], [("rent", "overview")], ["X01-R1"]),
        (["loan.overview"], [("rent", "overview"), ("loan", "overview")], []),
        (["overview"], [("rent", "amount"), ("loan", "overview")], ["X01-R1"]),
        (["overview"], [("rent", "amount"), ("rent", "overview")], []),
    ],
)
def test_a_reminder_the_answer_already_gave_is_not_repeated(tmp_path, covered_by, answered, expected):
    assert chosen(rules(tmp_path, remind("X01-R1", 1, covered_by=covered_by)), answered=answered) == expected


def test_strong_feelings_leave_room_for_one(tmp_path):
    base = rules(tmp_path, ask("X01-Q1", 2), remind("X01-R1", 3), remind("X01-R2", 4))
    assert chosen(base, moods=["sad"]) == ["X01-Q1"]
    assert chosen(base, moods=["worried"]) == ["X01-R1", "X01-R2", "X01-Q1"]
    assert why(base, "X01-R1", moods=["sad"]) == "情绪强烈，至多一条"


def test_after_declining_no_question_and_only_what_costs_money_or_a_deadline(tmp_path):
    base = rules(tmp_path, ask("X01-Q1", 1), remind("X01-R1", 2), remind("X01-R2", 3))
    assert chosen(base, declined=True) == ["X01-R1"]
    assert why(base, "X01-Q1", declined=True) == "市民说过不用了，不再追问"
    assert why(base, "X01-R2", declined=True) == "市民说过不用了，只提一、二级"


def test_a_known_answer_is_not_asked_for(tmp_path):
    base = rules(tmp_path, ask("X01-Q1", 1))
    verdict = judge(base, profile={"has_house": "no"})[0]
    assert (verdict.chosen, verdict.reason, verdict.consequence.reply) == (False, "已经知道：has_house=no", "没房的说法")
    other = judge(base, profile={"has_house": "两套"})[0]
    assert (other.chosen, other.consequence) == (False, None)


def test_the_reminder_that_follows_from_a_reply_comes_first(tmp_path):
    base = rules(tmp_path, remind("X01-R1", 1), remind("X01-R2", 5, NEVER), remind("X01-R3", 2))
    assert chosen(base, reminders=["X01-R2"]) == ["X01-R2", "X01-R1"]
    assert chosen(base, reminders=["X01-R2"], offered=["X01-R2"]) == ["X01-R1", "X01-R3"]


def test_rules_come_from_every_card_answered_in_the_turn(tmp_path):
    base = rules(tmp_path, remind("X01-R1", 3), loan={"remind": [remind("X02-R1", 2, {"service": ["loan"]})]})
    assert chosen(base, answered=[("rent", "overview"), ("loan", "overview")]) == ["X02-R1", "X01-R1"]
    assert chosen(base, answered=[("leave", "overview")]) == []


@pytest.mark.parametrize("home, expected", [("faq_rent", ["X01-R1"]), ("faq_law", []), ("rent", ["X01-R1"]), ("gone", [])])
def test_an_faq_of_a_cards_topic_brings_that_cards_rules(tmp_path, home, expected):
    assert chosen(rules(tmp_path, remind("X01-R1", 3)), answered=[(home, "overview")]) == expected


def test_the_same_conversation_always_gets_the_same_rules(tmp_path, shipped):
    answered = [("loan_new_home", "overview"), ("wd_new_home", "overview")]
    runs = {tuple((v.rule.id, v.chosen, v.reason) for v in judge(shipped, answered, {"marriage": "married"}, ("想买房",))) for _ in range(5)}
    assert len(runs) == 1


@pytest.mark.parametrize("code", ["wd_rent", "wd_after_leave", "loan_new_home", "loan_prepay", "wd_hardship", "unit_register", "complain_unpaid"])
def test_shipped_cards_stay_within_the_limits(shipped, code):
    for aspect in ("overview", "conditions", "materials", "steps", "amount"):
        rules_said = [v.rule for v in judge(shipped, [(code, aspect)]) if v.chosen]
        kinds = [type(r).__name__ for r in rules_said]
        assert kinds.count("Ask") <= 1 and kinds.count("Remind") <= 2
        assert len([v for v in judge(shipped, [(code, aspect)], moods=["bereaved"]) if v.chosen]) <= 1
