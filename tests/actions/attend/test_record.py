"""The record of a turn's decisions: rule, condition values and score, and not a word of the conversation."""
from __future__ import annotations

import json

from actions.attend.record import decision
from tests.actions.talk import Talk
from tests.knowledge import small
from tests.knowledge.small import ask, remind


def test_rules_conditions_and_scores(tmp_path):
    talk = Talk(small.base(tmp_path, {"ask": [ask("X01-Q1", 3)], "remind": [remind("X01-R1", 2, {"fact": {"hurry": ["yes"]}}), remind("X01-R2", 4, {"words": ["绝不会出现"]})]}))
    talk.say("张三在租房,能提吗", ("rent/overview", 0.9))
    found = decision(talk.memory, talk.verdicts, talk.silence)
    assert (found["message"], found["turn"], found["answered"], found["silence"]) == ("m1", 1, ["rent.overview"], "")
    rules = {r["rule"]: r for r in found["rules"]}
    assert rules["X01-R1"]["said"] and rules["X01-R1"]["conditions"] == ["用.fact hurry=未知 ∈ yes：判断不了"]
    assert rules["X01-R1"]["score"] == {"value": 0.2625, "relevance": 0.35, "urgency": 1.0, "acceptance": 0.75, "fatigue": 0.0}
    assert not rules["X01-R2"]["said"] and rules["X01-R2"]["conditions"] == ["用.words ['绝不会出现']：不成立"] and "score" not in rules["X01-R2"]
    assert "张三" not in json.dumps(found, ensure_ascii=False)


def test_silence_is_recorded_with_its_reason(tmp_path):
    talk = Talk(small.base(tmp_path, {"remind": [remind("X01-R1", 1)]}))
    talk.say("赶时间,租房能提吗", ("rent/overview", 0.9))
    found = decision(talk.memory, talk.verdicts, talk.silence)
    assert (found["silence"], found["rules"]) == ("市民赶时间或只问这一件", [])
