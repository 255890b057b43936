"""Rules that wait for the center's own figures: silent while they are unset, offered once they are in force."""
from __future__ import annotations

from dataclasses import replace
from datetime import date

import msgspec
import pytest

from actions.attend.choose import Verdict, choose
from actions.attend.evaluate import Known
from actions.memory import Memory, Turn
from bot.knowledge.base import KnowledgeBase
from bot.knowledge.card import Rule
from tests.actions.talk import TODAY


def configured(base: KnowledgeBase, *names: str) -> KnowledgeBase:
    settings = {
        name: msgspec.structs.replace(base.center[name], value="按月或按年提取都可以", document="某号文", effective_from=date(2026, 1, 1)) for name in names
    }
    return replace(base, center={**base.center, **settings})


def needed(rule: Rule):
    return {key for _, node in rule.when.walk() for key in node.configured or ()}


def verdict(base: KnowledgeBase, ident: str, aspect: str, said: str, profile) -> Verdict:
    home = base.rule_card[ident].code
    memory = Memory(profile=dict(profile), said=[said], turn=Turn(message="m", text=said, answered=[[home, aspect]]))
    known = Known(base, TODAY, memory.profile, said, memory.said, (), ())
    return next(v for v in choose(base, memory, known) if v.rule.id == ident)


@pytest.mark.parametrize(
    "ident, aspect, said, profile",
    [
        ("B06-Q3", "overview", "我想自己缴公积金", {}),
        ("C02-Q2", "overview", "首付能用公积金吗", {}),
        ("C05-Q1", "overview", "装修能提公积金吗", {}),
        ("C08-Q3", "overview", "租房能提公积金吗", {}),
        ("C09-Q1", "overview", "物业费能提吗", {}),
        ("C09-Q2", "overview", "物业费能提吗", {}),
        ("C09-R2", "overview", "前年去年的物业费票都攒着,能一起提吗", {}),
        ("C10-Q2", "overview", "加装电梯账户里的钱不够,能提父母的吗", {}),
        ("C16-Q1", "overview", "大病能提吗", {}),
        ("D01-Q4", "amount", "买新房能贷多少", {}),
        ("D04-Q1", "overview", "房子总价80万,公积金不够想办组合贷", {}),
    ],
)
def test_silent_until_configured(shipped, ident, aspect, said, profile):
    assert not verdict(shipped, ident, aspect, said, profile).chosen
    found = verdict(configured(shipped, *needed(shipped.rules[ident])), ident, aspect, said, profile)
    assert found.chosen or found.reason in ("一次至多一个追问", "一次至多两个提醒"), found.reason


@pytest.mark.parametrize("ident, aspect", [("D01-R2", "amount"), ("C09-R1", "overview"), ("C09-R1", "amount")])
def test_what_the_answer_says_itself_is_not_said_again(shipped, ident, aspect):
    assert verdict(shipped, ident, aspect, "能提多少", {}).reason == f"答复正文已经说到（{aspect}）"
