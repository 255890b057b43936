"""Whose situation a sentence tells."""
from datetime import date

import pytest

from actions.memory import Memory
from actions.people import concerned, segments
from actions.profile import by_person, learn
from bot.nlu.normalize import normalize

TODAY = date(2026, 11, 22)


@pytest.mark.parametrize(
    "text, expected, about",
    [
        ("公积金怎么提", [("", "公积金怎么提")], ""),
        ("我爱人在长沙上班,我在吉首买房能贷吗", [("配偶", "我爱人在长沙上班,"), ("", "我在吉首买房能贷吗")], ""),
        ("我爸退休了,公积金怎么取", [("父亲", "我爸退休了,公积金怎么取")], "父亲"),
        ("我弟刚离职,他的公积金能取吗", [("弟弟", "我弟刚离职,他的公积金能取吗")], "弟弟"),
        ("我朋友说租房能提公积金,真的吗", [("别人", "我朋友说租房能提公积金,真的吗")], ""),
        ("我和我爱人都在吉首上班", [("", "我和我爱人都在吉首上班")], ""),
        ("我老公单位不给交公积金", [("", "我老公单位不给交公积金")], ""),
    ],
)
def test_segments(text, expected, about):
    assert segments(text, "") == expected
    assert concerned(segments(text, "")) == about


def test_he_is_who_was_talked_of():
    assert concerned(segments("他的能取吗", "父亲")) == "父亲"
    assert concerned(segments("那我自己的呢", "父亲")) == ""


@pytest.mark.parametrize(
    "message, own, others",
    [
        ("我爸退休了，公积金怎么取", {}, {"父亲": {"employment": "retired"}}),
        ("我爱人在长沙上班，我在吉首上班", {"marriage": "married", "work_place": "local", "employment": "employed"}, {"配偶": {"work_place": "elsewhere"}}),
        ("我同事刚离婚，他房贷要不要改名", {}, {"别人": {"marriage": "divorced"}}),
        ("我刚离职", {"employment": "left"}, {}),
    ],
)
def test_facts_belong_to_whom_they_are_about(shipped, message, own, others):
    text = normalize(message)
    stated = by_person(shipped, text, segments(text, ""), TODAY)
    mine = stated.pop("", {})
    assert {k: mine.get(k) for k in own} == own
    for name in ("employment", "work_place", "marriage", "return_work"):
        assert name in own or name not in mine
    for person, facts in others.items():
        assert {k: stated[person].get(k) for k in facts} == facts


def test_a_newer_statement_takes_its_consequences_with_it(shipped):
    known = {}
    learn(shipped, known, {"deposit_months": 8.0, "six_months": "yes", "three_months": "yes"})
    learn(shipped, known, {"deposit_months": 2.0, "three_months": "no", "six_months": "no", "deposit_run": "new"})
    assert known == {"deposit_months": 2.0, "three_months": "no", "six_months": "no", "deposit_run": "new"}
    learn(shipped, known, {"deposit_months": 8.0, "three_months": "yes", "six_months": "yes"})
    assert known == {"deposit_months": 8.0, "three_months": "yes", "six_months": "yes"}


def test_the_profile_shows_whose_matter_it_is():
    memory = Memory(profile={"employment": "employed"})
    memory.of("父亲")["employment"] = "retired"
    memory.speaks_of("父亲")
    assert memory.profile == {"employment": "retired"} and memory.of("") == {"employment": "employed"}
    memory.speaks_of("")
    assert memory.profile == {"employment": "employed"} and memory.own == {}
